package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/trueup/trueup/plan"
)

// GraphText writes the steps of a plan in the order in which they may begin,
// each with those that it waits for. A star marks the chain that takes longest.
func GraphText(p *plan.Plan, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	if len(p.Steps) == 0 {
		return hang("", in.bold.Render("No steps.")+" "+nothing(p), s)
	}
	critical := criticalSteps(p)
	for _, step := range p.Steps {
		mark := "  "
		if critical[step.ID] {
			mark = in.warn.Render("* ")
		}
		b.WriteString(hang(mark, clean(step.ID)+"  "+in.dim.Render(clean(step.Doc+" ("+step.Command+")")), s))
		for _, need := range step.Needs {
			b.WriteString(hang("      after ", clean(need), s))
		}
		if step.Last && len(step.Needs) == 0 && !p.Steps[0].Last {
			b.WriteString(hang("      after ", "all that is no deletion", s))
		}
	}
	n := p.Summary()
	b.WriteString("\n" + hang("", fmt.Sprintf("%s, %s on the longest chain (*); %s", count(len(p.Steps), "step"), strconv.Itoa(len(critical)), estimated(n)), s))
	return b.String()
}

func criticalSteps(p *plan.Plan) map[string]bool {
	critical := map[string]bool{}
	for _, id := range p.Estimate().Path {
		critical[id] = true
	}
	return critical
}

// GraphDOT writes the steps of a plan for Graphviz: an edge leads from a step
// to those that wait for it.
func GraphDOT(p *plan.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n\trankdir=LR;\n\tnode [shape=box];\n", dotString(p.Stack))
	critical := criticalSteps(p)
	for _, step := range p.Steps {
		style := ""
		if critical[step.ID] {
			style = ", penwidth=2"
		}
		fmt.Fprintf(&b, "\t%s [label=%s%s];\n", dotString(step.ID), dotString(step.ID+"\n"+step.Command), style)
	}
	for _, step := range p.Steps {
		for _, need := range step.Needs {
			fmt.Fprintf(&b, "\t%s -> %s;\n", dotString(need), dotString(step.ID))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// dotString quotes a text for DOT.
func dotString(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// GraphMermaid writes the steps of a plan as a Mermaid flowchart, which GitHub
// and GitLab draw.
func GraphMermaid(p *plan.Plan) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	critical := criticalSteps(p)
	names := map[string]string{}
	var marked []string
	for i, step := range p.Steps {
		name := "s" + strconv.Itoa(i+1)
		names[step.ID] = name
		if critical[step.ID] {
			marked = append(marked, name)
		}
		fmt.Fprintf(&b, "  %s[\"%s<br>%s\"]\n", name, mermaidText(step.ID), mermaidText(step.Command))
	}
	for _, step := range p.Steps {
		for _, need := range step.Needs {
			fmt.Fprintf(&b, "  %s --> %s\n", names[need], names[step.ID])
		}
	}
	if len(marked) > 0 {
		fmt.Fprintf(&b, "  classDef longest stroke-width:3px\n  class %s longest\n", strings.Join(marked, ","))
	}
	return b.String()
}

// mermaidText writes a text with Mermaid's entities for what has a meaning in
// it.
func mermaidText(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;").Replace(clean(s))
}
