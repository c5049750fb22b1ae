package user_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/user"
)

// FuzzUsername checks that the display form of every accepted name is in NFC, within the limits and without invisible
// characters, and that all spellings of it have the same key.
func FuzzUsername(f *testing.F) {
	for _, seed := range []string{"ab", "영화광", "José", "Jose\u0301", "ａｄｍｉｎ", "ADMIN", " bob ", "a\u202eb", "a\u200bb", "ﷺﷺ", "İi", "ẞß", "☺\ufe0f", "a\x00b", "\xff\xff", "👨‍👩‍👧"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, wrong := user.ParseUsername(text)
		if wrong != nil {
			return
		}
		shown := name.String()
		if n := utf8.RuneCountInString(shown); n < 2 || n > 50 || !norm.NFC.IsNormalString(shown) || !utf8.ValidString(shown) {
			t.Fatalf("the display form of %q is %q", text, shown)
		}
		if strings.ContainsFunc(shown, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Bidi_Control) }) {
			t.Fatalf("the display form of %q is %q", text, shown)
		}
		for _, spelling := range []string{shown, norm.NFD.String(shown), " " + shown + " ", name.Key()} {
			again, wrong := user.ParseUsername(spelling)
			if wrong == nil && again.Key() != name.Key() {
				t.Fatalf("%q has the key %q, %q has %q", text, name.Key(), spelling, again.Key())
			}
		}
	})
}
