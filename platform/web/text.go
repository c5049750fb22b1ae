package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// CleanText returns a text as it is stored and counted: line ends as LF, in NFC, without the white space around it, and
// "" if it shows nothing, see [Blank]. It returns false for invalid UTF-8 and for NUL, which databases do not store.
func CleanText(s string) (string, bool) {
	s, ok := cleanSearch(s)
	if Blank(s) {
		return "", ok
	}
	return s, ok
}

// cleanSearch is CleanText for searches: a search for a character that shows nothing is not a search for everything.
func cleanSearch(s string) (string, bool) {
	s, ok := cleanRaw(s)
	if strings.Contains(s, "\r") {
		s = lineEnds.Replace(s)
	}
	return strings.TrimSpace(s), ok
}

// cleanRaw is CleanText for secrets: every character of a password counts, also white space and what shows nothing.
func cleanRaw(s string) (string, bool) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", false
	}
	return norm.NFC.String(s), true
}

// Blank reports whether s shows nothing: it is empty, or has only white space, control and format characters,
// default-ignorable code points (UAX #44), combining marks without a letter, and letters without ink.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, shows)
}

// shows reports whether a character shows something by itself.
func shows(r rune) bool {
	switch r {
	case '\u2800', // Braille pattern blank
		'\uFFFC',     // object replacement character
		'\U0001D159': // musical symbol null notehead
		return false
	}
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) { // such as U+0600: the format characters with a glyph
		return true
	}
	return !unicode.In(r, unicode.White_Space, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
		unicode.Cc, unicode.Cf, unicode.M)
}
