package site

import (
	"html/template"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// The isolates of the bidirectional algorithm (UAX #9 §2.4).
const (
	firstStrongIsolate = '\u2068'
	popIsolate         = '\u2069'
)

// isolatedHTML returns a text of a person as the element bdi, which keeps its direction from the text around it.
func isolatedHTML(text string) template.HTML { return isolatedIn("", text) }

// isolatedIn is isolatedHTML with an attribute.
func isolatedIn(attribute template.HTMLAttr, text string) template.HTML {
	return template.HTML("<bdi" + string(attribute) + ">" + template.HTMLEscapeString(closeIsolates(text)) + "</bdi>") //nolint:gosec // it is escaped
}

// isolated returns a text of a person for a place without elements, such as the title of the page, an attribute, or
// another document. A text that is written from left to right and cannot change the direction stays as it is.
func isolated(text string) string {
	if !turnsDirection(text) {
		return text
	}
	return string(firstStrongIsolate) + closeIsolates(text) + string(popIsolate)
}

// turnsDirection reports whether a text has characters that are written from right to left, or that control the direction.
func turnsDirection(text string) bool {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL, bidi.AN, bidi.LRO, bidi.RLO, bidi.LRE, bidi.RLE, bidi.PDF, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
			return true
		}
	}
	return false
}

// closeIsolates ends the isolates that a text leaves open and removes the ends that have no beginning. Either would let
// the text out of the isolate around it. An override needs no such care, it ends with the isolate (UAX #9 X6a).
func closeIsolates(text string) string {
	if !strings.ContainsAny(text, "\u2066\u2067\u2068\u2069") {
		return text
	}
	var out strings.Builder
	open := 0
	for _, r := range text {
		switch r {
		case '\u2066', '\u2067', firstStrongIsolate:
			open++
		case popIsolate:
			if open == 0 {
				continue
			}
			open--
		}
		out.WriteRune(r)
	}
	return out.String() + strings.Repeat(string(popIsolate), open)
}
