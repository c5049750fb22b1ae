package site

import (
	"html/template"
	"unicode"
)

// languageOf returns the language in which a text of a person should be read aloud, as far as its letters tell: Korean
// with Hangul, English with Latin letters alone, "" for any other.
func languageOf(text string) string {
	latin := false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Hangul, r):
			return "ko"
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.IsLetter(r):
			return ""
		}
	}
	if latin {
		return "en"
	}
	return ""
}

// foreign returns the attribute lang of a text on a page in lang, nothing when the text is in that language
// (WCAG 2.2, 3.1.2).
func foreign(lang, text string) template.HTMLAttr {
	if of := languageOf(text); of != "" && of != lang {
		return template.HTMLAttr(` lang="` + of + `"`) //nolint:gosec // one of two words
	}
	return ""
}
