package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
)

// writeSARIF writes findings as SARIF 2.1.0, for the code scanning of GitHub and
// others (OASIS, docs.oasis-open.org/sarif/sarif/v2.1.0). GitHub takes no finding
// without a place: what has none points at the stack's header. Fingerprints hold
// while the finding is of the same rule and resource, wherever its line moves.
func writeSARIF(w io.Writer, results []*Result, about About) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "trueup", Version: about.Version, InformationURI: "https://github.com/trueup/trueup", Rules: sarifRules(),
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	seen := map[string]int{}
	for _, r := range results {
		for _, f := range r.findings() {
			key := r.name() + "/" + f.rule + "/" + f.address
			seen[key]++
			run.Results = append(run.Results, f.sarif(r, about, fingerprint(key, seen[key])))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{
		Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{run},
	})
}

// fingerprint tells findings apart; n counts those of the same key.
func fingerprint(key string, n int) string {
	sum := sha256.Sum256([]byte(key))
	return fmt.Sprintf("%s:%d", hex.EncodeToString(sum[:8]), n)
}

func sarifRules() []sarifRule {
	var all []sarifRule
	for _, r := range rules {
		all = append(all, sarifRule{ID: r.id, Short: sarifText{r.text}, Configuration: sarifConfiguration{sarifLevel(r.level)}})
	}
	return all
}

func sarifLevel(l level) string {
	switch l {
	case levelError:
		return "error"
	case levelWarning:
		return "warning"
	default:
		return "note"
	}
}

func (f finding) sarif(r *Result, about About, fingerprint string) sarifResult {
	file := f.pos.File
	if file == "" {
		file = r.Path
	}
	place := sarifPlace{Artifact: sarifArtifact{URI: (&url.URL{Path: about.fromRoot(file)}).String(), Base: "%SRCROOT%"}}
	if f.pos.Line > 0 {
		place.Region = &sarifRegion{f.pos.Line, max(1, f.pos.Column)}
	}
	return sarifResult{
		Rule: f.rule, Level: sarifLevel(levelOf(f.rule)), Message: sarifText{f.text},
		Locations:    []sarifLocation{{place}},
		Fingerprints: map[string]string{"primaryLocationLineHash": fingerprint},
	}
}

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string             `json:"id"`
		Short         sarifText          `json:"shortDescription"`
		Configuration sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		Rule         string            `json:"ruleId"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Place sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
)
