package main

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable returns a text for a terminal, without the power of what a file put into it: control, format and invalid
// characters are escaped as in Go, a line break too. A file could otherwise move the cursor, hide lines or add its own.
func printable(text string) string {
	if !strings.ContainsFunc(text, escapes) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if quoted := strconv.Quote(text[:size]); escapes(r) {
			out.WriteString(quoted[1 : len(quoted)-1])
		} else {
			out.WriteRune(r)
		}
		text = text[size:]
	}
	return out.String()
}

// printableLines is printable for a text of several lines, such as joined errors.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}

func escapes(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
