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

func TestKoreanDatesRangesAndLinksStay(t *testing.T) {
	t.Parallel()
	link := func(to, text, rest string) string {
		return `<p><a href="` + to + `">` + text + "</a>" + rest + "</p>\n"
	}
	const parasite = "%EA%B8%B0%EC%83%9D%EC%B6%A9" // 기생충
	for text, want := range map[string]string{
		"2026. 11. 30. 시행":                         "<p>2026. 11. 30. 시행</p>\n",
		"2026.11.30. 시행":                           "<p>2026.11.30. 시행</p>\n",
		"가\n\n2026. 1. 2. 고침\n2026. 3. 4. 고침":      "<p>가</p>\n<p>2026. 1. 2. 고침\n2026. 3. 4. 고침</p>\n",
		"2026. 영화제":                                "<ol start=\"2026\">\n<li>영화제</li>\n</ol>\n",
		"- 2026. 11. 30. 시행":                       "<ul>\n<li>2026. 11. 30. 시행</li>\n</ul>\n",
		"1. 가\n2. 나\n":                             "<ol>\n<li>가</li>\n<li>나</li>\n</ol>\n",
		"10~20대, 30~40대":                           "<p>10~20대, 30~40대</p>\n",
		"~~낡음~~ ~하나~":                              "<p><del>낡음</del> ~하나~</p>\n",
		"https://ko.wikipedia.org/wiki/기생충":        link("https://ko.wikipedia.org/wiki/"+parasite, "https://ko.wikipedia.org/wiki/기생충", ""),
		"https://a.example/기생충_(영화) 참고":            link("https://a.example/"+parasite+"_(%EC%98%81%ED%99%94)", "https://a.example/기생충_(영화)", " 참고"),
		"https://a.example/?q=기생충2&p=1을 봄":         link("https://a.example/?q="+parasite+"2&amp;p=1", "https://a.example/?q=기생충2&amp;p=1", "을 봄"),
		"https://film.example/films/1을 보라":         link("https://film.example/films/1", "https://film.example/films/1", "을 보라"),
		"https://film.example:8080은 좋다":            link("https://film.example:8080", "https://film.example:8080", "은 좋다"),
		"www.film.example/기생충":                     link("http://www.film.example/"+parasite, "www.film.example/기생충", ""),
		"https://film.example/a-b/c.html?d=%20#e.": link("https://film.example/a-b/c.html?d=%20#e", "https://film.example/a-b/c.html?d=%20#e", "."),
	} {
		if got, err := Render([]byte(text)); err != nil || string(got) != want {
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
