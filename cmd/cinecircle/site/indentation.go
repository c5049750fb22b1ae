package site

import "strings"

// verbatim are the elements in which every character is shown or run.
var verbatim = []string{"pre", "textarea", "script", "style"}

// shownSpace is how a template writes a space that stands at the end of a line and is part of the page.
const shownSpace = `{{" "}}`

// withoutIndentation removes from the source of a template the line breaks and the indentation that make it
// readable, as JSX does. Inside a tag they become one space, but nothing before > and before an action, which
// brings its own. Between words they become one space, and beside a tag or an action nothing. The attributes,
// the actions and the elements in [verbatim] are left as they are.
func withoutIndentation(source string) string {
	s := stripper{rest: source, atEdge: true}
	for s.rest != "" {
		s.step()
	}
	return s.out.String()
}

// stripper copies the source of a template piece by piece.
type stripper struct {
	rest   string
	out    strings.Builder
	inTag  bool
	atEdge bool   // the last piece was a tag or an action, or there was none
	raw    string // the verbatim element whose tag is open
}

func (s *stripper) step() {
	switch {
	case strings.HasPrefix(s.rest, shownSpace):
		s.rest = s.rest[len(shownSpace):]
		s.out.WriteByte(' ')
		s.atEdge = true
	case strings.HasPrefix(s.rest, "{{"):
		s.copy(endOfAction(s.rest))
		s.atEdge = true
	case s.lineBreak():
	case s.inTag && (s.rest[0] == '"' || s.rest[0] == '\''):
		s.copy(endOfQuote(s.rest))
	case s.inTag && s.rest[0] == '>':
		s.closeTag()
	case !s.inTag && s.rest[0] == '<':
		s.openTag()
	default:
		s.copy(1)
		s.atEdge = false
	}
}

func (s *stripper) copy(n int) {
	s.out.WriteString(s.rest[:n])
	s.rest = s.rest[n:]
}

// lineBreak replaces the white space at the front of the rest when there is a line break in it.
func (s *stripper) lineBreak() bool {
	after := strings.TrimLeft(s.rest, " \t\r\n")
	if !strings.Contains(s.rest[:len(s.rest)-len(after)], "\n") {
		return false
	}
	s.rest = after
	beforeAction := strings.HasPrefix(after, "{{")
	if s.inTag && !beforeAction && !strings.HasPrefix(after, ">") ||
		!s.inTag && !beforeAction && !s.atEdge && after != "" && after[0] != '<' {
		s.out.WriteByte(' ')
	}
	return true
}

func (s *stripper) openTag() {
	s.inTag = true
	for _, name := range verbatim {
		if rest, ok := strings.CutPrefix(s.rest, "<"+name); ok && rest != "" && strings.ContainsAny(rest[:1], " \t\r\n>{") {
			s.raw = name
		}
	}
	s.copy(1)
}

// closeTag ends a tag and, when it begins a verbatim element, copies that as far as its end tag.
func (s *stripper) closeTag() {
	s.copy(1)
	s.inTag, s.atEdge = false, true
	if s.raw == "" {
		return
	}
	end := strings.Index(s.rest, "</"+s.raw)
	if end < 0 {
		end = len(s.rest)
	}
	s.copy(end)
	s.raw = ""
}

// endOfAction returns the length of the action that source begins with.
func endOfAction(source string) int {
	if end := strings.Index(source, "}}"); end >= 0 {
		return end + len("}}")
	}
	return len(source)
}

// endOfQuote returns the length of the quoted attribute value that source begins with. Quotes inside actions
// belong to these.
func endOfQuote(source string) int {
	for i := 1; i < len(source); i++ {
		switch {
		case strings.HasPrefix(source[i:], "{{"):
			i += endOfAction(source[i:]) - 1
		case source[i] == source[0]:
			return i + 1
		}
	}
	return len(source)
}
