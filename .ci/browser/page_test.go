// Package browser opens HTML reports in a headless Chromium, as a reader would.
// It is a module of its own: trueup itself needs no browser.
package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// reports are the golden pages, and a page that a real run has written where
// TRUEUP_PAGE names one.
func reports(t *testing.T) []string {
	t.Helper()
	golden, err := filepath.Abs("../../internal/render/report/testdata/html")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(golden, "*.html"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages in %s: %v", golden, err)
	}
	if made := os.Getenv("TRUEUP_PAGE"); made != "" {
		pages = append(pages, made)
	}
	return pages
}

// golden is the way to one of the golden pages.
func golden(t *testing.T, name string) string {
	t.Helper()
	for _, path := range reports(t) {
		if filepath.Base(path) == name {
			return "file://" + path
		}
	}
	t.Fatalf("there is no page %s", name)
	return ""
}

// watch collects what a page must not do.
type watch struct {
	mu       sync.Mutex
	requests []string // beside the page itself
	errors   []string // of the console, scripts and the security policy
}

func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			w.requests = append(w.requests, e.Request.URL)
		}
	case *runtime.EventConsoleAPICalled:
		w.errors = append(w.errors, fmt.Sprintf("console.%s was called", e.Type))
	case *runtime.EventExceptionThrown:
		w.errors = append(w.errors, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		w.errors = append(w.errors, e.Entry.Text)
	}
}

// browse opens a tab that is closed at the end of the test.
func browse(t *testing.T) (context.Context, *watch) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(os.Getenv("CHROMIUM")), chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	ctx, end := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(end)
	w := &watch{}
	chromedp.ListenTarget(ctx, w.see)
	if err := chromedp.Run(ctx, network.Enable(), log.Enable(), runtime.Enable()); err != nil {
		t.Fatal(err)
	}
	return ctx, w
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval returns what an expression is on the page.
func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	var value T
	do(t, ctx, chromedp.Evaluate(expression, &value))
	return value
}

// visible are the addresses of the changes that a reader sees.
const visible = `Array.from(document.querySelectorAll(".row")).filter(r => r.offsetParent !== null).map(r => r.querySelector(".address").textContent)`

func TestReportsAreQuietAndFetchNothing(t *testing.T) {
	ctx, w := browse(t)
	for _, path := range reports(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			w.requests, w.errors = nil, nil
			url := "file://" + path
			do(t, ctx, chromedp.Navigate(url), chromedp.WaitVisible("h1", chromedp.ByQuery))
			for _, dark := range []string{"light", "dark"} {
				do(t, ctx, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: dark}}))
				for _, width := range []int64{360, 1200} {
					do(t, ctx, chromedp.EmulateViewport(width, 900))
					if wide := eval[int64](t, ctx, "document.documentElement.scrollWidth"); wide > width {
						t.Errorf("on a screen of %d pixels it is %d wide", width, wide)
					}
				}
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			if !slices.Equal(w.requests, []string{url}) {
				t.Errorf("it fetched %q", w.requests)
			}
			if len(w.errors) > 0 {
				t.Errorf("the console has %q", w.errors)
			}
		})
	}
}

func TestFilterShowsWhatIsAskedFor(t *testing.T) {
	ctx, w := browse(t)
	do(t, ctx, chromedp.Navigate(golden(t, "plan.html")), chromedp.WaitVisible(".filter input", chromedp.ByQuery))
	all := eval[[]string](t, ctx, visible)
	if len(all) != 9 {
		t.Fatalf("the page shows %q", all)
	}

	shows := func(what string, want ...string) {
		t.Helper()
		if got := eval[[]string](t, ctx, visible); !slices.Equal(got, want) {
			t.Errorf("%s: it shows %q, not %q", what, got, want)
		}
		output := fmt.Sprintf("%d of %d", len(want), len(all))
		if len(want) == len(all) {
			output = fmt.Sprintf("%d changes", len(all))
		}
		if got := eval[string](t, ctx, `document.querySelector(".filter output").textContent`); got != output {
			t.Errorf("%s: it says %q, not %q", what, got, output)
		}
	}
	do(t, ctx, chromedp.SendKeys(".filter input", "Medium WEB-2", chromedp.ByQuery))
	shows("two words, in any case", "vm/web-2")
	if n := eval[int](t, ctx, `document.querySelectorAll(".box.away").length`); n == 0 {
		t.Error("the picture doesn't follow the filter")
	}
	do(t, ctx, chromedp.SendKeys(".filter input", "\x1b", chromedp.ByQuery))
	shows("after Escape", all...)
	chip := func(name string) chromedp.Action {
		return chromedp.Click(fmt.Sprintf(`//span[@class="chips"]/button[text()=%q]`, name), chromedp.BySearch)
	}
	do(t, ctx, chip("Creations"), chip("Changes in place"), chip("Restarts"), chip("Stops"))
	shows("only what is destructive", "vm/edge", "sshKey/ops", "vm/old")
	if n := eval[int](t, ctx, `Array.from(document.querySelectorAll(".changes")).filter(s => s.offsetParent !== null).length`); n != 1 {
		t.Errorf("%d sections are shown", n)
	}
	do(t, ctx, chip("Restarts"))
	shows("with restarts again", "vm/edge", "sshKey/ops", "vm/old", "vm/db")

	do(t, ctx, chromedp.Evaluate(`document.querySelector('svg a[href$="vm-edge"]').dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}))`, nil))
	if got := eval[string](t, ctx, "location.hash"); !strings.HasSuffix(got, "vm-edge") {
		t.Errorf("a box leads to %q", got)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.errors) > 0 {
		t.Errorf("the console has %q", w.errors)
	}
}

func TestReportIsReadWithoutScripts(t *testing.T) {
	ctx, _ := browse(t)
	do(t, ctx, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(golden(t, "plan.html")))
	// The page's own script has not run, and does not run any more.
	do(t, ctx, emulation.SetScriptExecutionDisabled(false))
	text := eval[string](t, ctx, `document.querySelector("main").innerText`)
	for _, want := range []string{"vm/old", "no longer declared", "Small Instance", "vm/web-2", "vm/db"} {
		if !strings.Contains(text, want) {
			t.Errorf("it doesn't show %q", want)
		}
	}
	if eval[bool](t, ctx, `document.querySelector(".filter").offsetParent !== null`) {
		t.Error("it shows a filter that does nothing")
	}
}

func TestPrintHasEveryChange(t *testing.T) {
	ctx, _ := browse(t)
	do(t, ctx, chromedp.Navigate(golden(t, "drift.html")), chromedp.WaitVisible("h1", chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = false)`, nil),
		emulation.SetEmulatedMedia().WithMedia("print"))
	if eval[bool](t, ctx, `document.querySelector(".filter").offsetParent !== null`) {
		t.Error("the filter is printed")
	}
	if hidden := eval[int](t, ctx, `Array.from(document.querySelectorAll(".row table")).filter(x => x.getBoundingClientRect().height === 0).length`); hidden > 0 {
		t.Errorf("the fields of %d changes are not printed", hidden)
	}
	var pdf []byte
	do(t, ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().Do(ctx)
		return err
	}))
	if !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Error("it is not printed")
	}
}
