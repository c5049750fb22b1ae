package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// visitor is a browser with its own cookies, size and preferences.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func newVisitor(t *testing.T, base string) *visitor {
	t.Helper()
	ctx, end := chromedp.NewContext(shared.browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	v := &visitor{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	v.prepare()
	return v
}

// tab returns another tab of the same browser.
func (v *visitor) tab() *visitor {
	v.t.Helper()
	ctx, end := chromedp.NewContext(v.ctx)
	v.t.Cleanup(end)
	other := &visitor{t: v.t, ctx: ctx, base: v.base}
	if err := chromedp.Do(ctx); err != nil {
		v.t.Fatal(err)
	}
	other.prepare()
	return other
}

// prepare sets what a new tab has. Without motion, because a press during the transition between two pages reaches neither.
func (v *visitor) prepare() {
	v.t.Helper()
	v.language("en")
	v.size(1280)
	v.scheme("light")
}

func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.t.Fatalf("%s at %s: %v", what, v.path(), err)
	}
}

// ask evaluates an expression on the page.
func ask[T any](v *visitor, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		v.t.Fatalf("%s at %s: %v", expression, v.path(), err)
	}
	return got
}

// comesTrue waits until an expression is true, on this page or on the next.
func (v *visitor) comesTrue(expression string) {
	v.t.Helper()
	await(v.t, expression, func() bool {
		ctx, cancel := context.WithTimeout(v.ctx, patience)
		defer cancel()
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		return err == nil && holds // between two pages there is nothing to ask
	})
}

func (v *visitor) path() string {
	at, err := chromedp.Run(v.ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(at, v.base)
}

func (v *visitor) language(lang string) {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": lang},
	})
	if err != nil {
		v.t.Fatal(err)
	}
}

// size sets the width of the window in pixels.
func (v *visitor) size(width int64) {
	v.t.Helper()
	height := int64(900)
	if width < 500 {
		height = 740
	}
	v.do("resize", chromedp.EmulateViewport(width, height))
}

func (v *visitor) scheme(name string) {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) withoutScripts() {
	v.t.Helper()
	_, err := chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.base+path))
}

func (v *visitor) press(css string) {
	v.t.Helper()
	v.do("press "+css, chromedp.ScrollIntoView(chromedp.CSS(css)), chromedp.Click(chromedp.CSS(css)))
}

// write replaces the text of a field by typing.
func (v *visitor) write(css, text string) {
	v.t.Helper()
	v.do("go to "+css, chromedp.Focus(chromedp.CSS(css)))
	ask[any](v, `document.activeElement.select()`)
	v.do("write into "+css, chromedp.KeyEvent(text))
}

func (v *visitor) choose(css, value string) {
	v.t.Helper()
	v.do("choose in "+css, chromedp.SetValue(chromedp.CSS(css), value))
}

func (v *visitor) upload(css, file string) {
	v.t.Helper()
	v.do("choose a file in "+css, chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// text returns all text of the page, including toasts and text for screen readers.
func (v *visitor) text() string {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body ? document.body.textContent.replace(/\s+/g, " ") : ""`))
	if err != nil {
		return "" // between two pages
	}
	return got
}

// sees waits until all of the texts can be read.
func (v *visitor) sees(texts ...string) {
	v.t.Helper()
	for _, text := range texts {
		await(v.t, fmt.Sprintf("%q at %s", text, v.path()), func() bool { return strings.Contains(v.text(), text) })
	}
}

// isAt waits until the browser is at a path.
func (v *visitor) isAt(path string) {
	v.t.Helper()
	await(v.t, "to come to "+path+", being at "+v.path(), func() bool { return v.path() == path })
}

func (v *visitor) join(name string) {
	v.t.Helper()
	v.open("/join")
	v.write("#username", name)
	v.write("#password", "popcorn-and-tea")
	v.write("#age", "30")
	v.press(`input[value="female"]`)
	v.press("main form .button")
	v.isAt("/")
	v.sees(name)
}

func (v *visitor) signIn(name, password string) {
	v.t.Helper()
	v.open("/signin")
	v.write("#username", name)
	v.write("#password", password)
	v.press("main form .button")
	v.isAt("/")
}

// violation is an accessibility rule that a page breaks.
type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// audit checks the page against WCAG 2.2 AA with axe-core.
func (v *visitor) audit(name string) {
	v.t.Helper()
	type result struct{ Violations []violation }
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Steps()); err != nil {
		v.t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](shared.axe+";undefined")); err != nil {
		v.t.Fatalf("load axe: %v", err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify({violations: r.violations}))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: run axe: %v", name, err)
	}
	var got result
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		v.t.Fatal(err)
	}
	for _, broken := range got.Violations {
		for _, node := range broken.Nodes {
			v.t.Errorf("%s: %s (%s)\n  %.300s\n  %s", name, broken.ID, broken.Help, node.HTML, node.FailureSummary)
		}
	}
}

// fits fails the test when the page is wider than the window.
func (v *visitor) fits(name string) {
	v.t.Helper()
	if over := ask[float64](v, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		v.t.Errorf("%s is %v pixels wider than the window", name, over)
	}
}

// stays fails the test when the layout shifts after the page is shown (CLS, https://web.dev/articles/cls). A page that moves
// is opened once more: on a busy machine the browser may show one before it has all of it.
func (v *visitor) stays(name string) {
	v.t.Helper()
	moved := v.moved(name)
	if moved > 0.01 {
		v.t.Logf("%s moves by %.3f", name, moved)
		v.do("open the page again", chromedp.Reload())
		moved = v.moved(name)
	}
	if moved > 0.01 {
		v.t.Errorf("%s moves by %.3f after it was shown", name, moved)
	}
}

// moved returns by how much the layout has shifted since the page was opened.
func (v *visitor) moved(name string) float64 {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	sum, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`new Promise(done => {
		let sum = 0;
		new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) sum += e.value; }))
			.observe({ type: "layout-shift", buffered: true });
		requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
	})`, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", name, err)
	}
	return sum
}

// shot stores a screenshot of the whole page in the folder CINECIRCLE_SCREENS.
func (v *visitor) shot(name string) {
	v.t.Helper()
	folder := os.Getenv("CINECIRCLE_SCREENS")
	if folder == "" {
		return
	}
	width := ask[int64](v, `innerWidth`)
	// As high as the page, so that sticky bars are at its edges.
	v.do("stretch the window", chromedp.EmulateViewport(width, ask[int64](v, `document.documentElement.scrollHeight`)))
	defer v.size(width)
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(82))
	if err != nil {
		v.t.Fatalf("take a picture of %s: %v", name, err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".jpg"), picture, 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// must fails the test when a command to the browser failed.
func (v *visitor) must(_ any, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}
