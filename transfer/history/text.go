package history

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain returns a text in HTML as plain text: tags are left out, and lines stay. What is no tag of HTML, such as "5 < 6" and
// "<sigh>", stays too.
func plain(text string) string {
	if !strings.ContainsAny(text, "<&") {
		return clean(text)
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	hidden := 0
	for read := 0; ; {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == html.ErrorToken {
			b.WriteString(html.UnescapeString(text[read:])) // a tag that does not end
			return clean(b.String())
		}
		read += len(raw)
		switch kind {
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(html.UnescapeString(raw))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == 0 {
				b.WriteString(raw)
			}
			hidden = max(0, hidden+hides(tag, kind))
			breakLine(&b, tag)
		case html.ErrorToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// hides returns 1 and -1 at the begin and the end of elements whose text is not shown.
func hides(tag atom.Atom, kind html.TokenType) int {
	switch {
	case tag != atom.Script && tag != atom.Style, kind == html.SelfClosingTagToken:
		return 0
	case kind == html.StartTagToken:
		return 1
	}
	return -1
}

// breakLine starts a new line where a browser does.
func breakLine(b *strings.Builder, tag atom.Atom) {
	switch tag {
	case atom.Br:
		b.WriteByte('\n')
	case atom.P, atom.Div, atom.Blockquote, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3:
		if text := b.String(); text != "" && !strings.HasSuffix(text, "\n") {
			b.WriteByte('\n')
		}
	}
}
