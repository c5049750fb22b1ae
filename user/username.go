package user

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The lengths of a username, in characters after NFC.
const (
	MinUsername = 2
	MaxUsername = 50

	// maxKey is in characters: what the column holds. Compatibility forms can be eighteen times as long.
	maxKey = 255
)

// emojiStyle is the variation selector that asks for the coloured form of a symbol (UTS #51). Phones type it,
// so it is allowed behind a symbol, and does not count for the key.
const emojiStyle = '\uFE0F'

// Username is a name that keeps the rules. The zero value is none.
type Username struct{ shown, key string }

// ParseUsername returns the name in NFC without the white space around it, or what is wrong with
// it as the field "username".
func ParseUsername(text string) (Username, *apperr.Field) {
	if !utf8.ValidString(text) {
		return Username{}, usernameFormat()
	}
	shown := strings.TrimSpace(norm.NFC.String(text))
	switch n := utf8.RuneCountInString(shown); {
	case n < MinUsername:
		return Username{}, usernameField("min", fmt.Sprintf("The username must have at least %d characters.", MinUsername),
			fmt.Sprintf("사용자 이름은 %d자 이상이어야 합니다.", MinUsername))
	case n > MaxUsername:
		return Username{}, usernameTooLong()
	case !readable(shown):
		return Username{}, usernameFormat()
	}
	key := usernameKey(shown)
	switch {
	case utf8.RuneCountInString(key) > maxKey:
		return Username{}, usernameTooLong()
	case strings.TrimSpace(key) != key: // a mark that stands alone, such as U+037A, is a space with a mark (UAX #15)
		return Username{}, usernameFormat()
	}
	return Username{shown: shown, key: key}, nil
}

// String returns the name as it is shown.
func (u Username) String() string { return u.shown }

// Key returns what two spellings of the same name have in common.
func (u Username) Key() string { return u.key }

// readable reports whether all of s can be seen, and seen apart from another name: letters, marks,
// digits, punctuation, symbols and single spaces, no mark without a letter before it.
func readable(s string) bool {
	previous := ' '
	for _, r := range s {
		switch {
		case r == emojiStyle:
			if !unicode.Is(unicode.S, previous) {
				return false
			}
		case !unicode.IsPrint(r), invisible(r):
			return false
		case previous == ' ' && (r == ' ' || unicode.Is(unicode.M, r)):
			return false
		}
		previous = r
	}
	return true
}

// invisible reports whether r shows nothing although Unicode counts it among the printable ones:
// default ignorable code points (UAX #44), the empty Braille pattern, and what stands for something lost.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == '\u2800' || r == '\uFFFC' || r == utf8.RuneError
}

// usernameKey folds case and compatibility forms. Folding can lead to what normalising changes and
// the other way round, hence twice (The Unicode Standard §3.13, D146).
func usernameKey(s string) string {
	key := norm.NFKC.String(strings.ReplaceAll(s, string(emojiStyle), ""))
	for range 2 {
		key = norm.NFKC.String(cases.Fold().String(key))
	}
	return key
}

func usernameField(code, en, ko string) *apperr.Field {
	return &apperr.Field{Name: "username", Code: code, Text: apperr.Text{EN: en, KO: ko}}
}

func usernameFormat() *apperr.Field {
	return usernameField("format",
		"The username may not contain control, bidirectional or invisible characters, or several spaces in a row.",
		"사용자 이름에 제어 문자, 방향 제어 문자, 보이지 않는 문자나 연속된 공백을 쓸 수 없습니다.")
}

func usernameTooLong() *apperr.Field {
	return usernameField("max", fmt.Sprintf("The username must have at most %d characters.", MaxUsername),
		fmt.Sprintf("사용자 이름은 %d자 이하여야 합니다.", MaxUsername))
}
