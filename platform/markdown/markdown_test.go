package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMarkdownIsRendered(t *testing.T) {
	t.Parallel()
	got, err := Render([]byte("# 약관\n\n하나 **둘** <https://film.example>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h1>약관</h1>", "<strong>둘</strong>", `<a href="https://film.example">`, "<td>1</td>"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestEmphasisMeetsKoreanParticles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`**"기생충"**은 좋다`:           "<strong>&quot;기생충&quot;</strong>은 좋다",
		`**기생충(2019)**을 봤다`:       "<strong>기생충(2019)</strong>을 봤다",
		`영화**"기생충"**`:             "영화<strong>&quot;기생충&quot;</strong>",
		`*(숨)*을 ***‘밀양’***과`:      "<em>(숨)</em>을 <em><strong>‘밀양’</strong></em>과",
		`**밀양**과 **광고는 금지.**`:     "<strong>밀양</strong>과 <strong>광고는 금지.</strong>",
		`**"Parasite"**is`:        "**&quot;Parasite&quot;**is", // as in CommonMark
		`2 * 3 * 4, "별 * 다섯" * 개`: "2 * 3 * 4, &quot;별 * 다섯&quot; * 개",
		"`**\"x\"**은`":            "<code>**&quot;x&quot;**은</code>",
		`__"기생충"__은`:              "__&quot;기생충&quot;__은", // underlines are parts of names
	} {
		got, err := Render([]byte(text))
		if err != nil || string(got) != "<p>"+want+"</p>\n" {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestHTMLAndScriptsAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "![x](javascript:alert(1))",
		"<javascript:alert(1)>", "[x](data:text/html;base64,PHNjcmlwdD4=)", "<iframe src=https://evil.example></iframe>", "[x]: vbscript:a\n\n[x]",
		"<div\nonclick=alert(1)>", "`<script>`", "```\n<script>\n```", "[x](https://a.example\"onclick=alert(1))", "a\n\n<style>*{}</style>", "<svg/onload=alert(1)>", "&lt;script&gt;",
	} {
		got, err := Render([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(string(got))
		for _, bad := range []string{"<script", "<img src=x", "<iframe", "<style", "<svg", "<div", `="javascript`, `="vbscript`, `="data:`, "\"onclick", " onclick=\""} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q is rendered as %s", text, got)
			}
		}
	}
}

func TestFilesThatAreNoTextAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if got, err := RenderFile(write("good.md", "\ufeff# a")); err != nil || got != "<h1>a</h1>\n" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := RenderFile(""); err != nil || got != "" {
		t.Errorf("no file: %q, %v", got, err)
	}
	for _, bad := range []string{write("latin.md", "\xe9"), write("large.md", strings.Repeat("a", maxSize+1)), filepath.Join(dir, "missing.md"), dir} {
		if _, err := RenderFile(bad); err == nil {
			t.Errorf("%s is read", filepath.Base(bad))
		}
	}
}
