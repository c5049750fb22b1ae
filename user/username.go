package user

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/korean"
	"github.com/cinecircle/cinecircle/platform/lookalike"
)

// The lengths of a username, in characters after NFC.
const (
	minUsername = 2
	maxUsername = 50

	// maxKey is the size of the column in characters. NFKC can make a name eighteen times as long.
	maxKey = 255
)

// emojiStyle is the variation selector for the coloured form of a symbol (UTS #51). Phones insert it, so it
// is allowed after a symbol and ignored in the key.
const emojiStyle = '\uFE0F'

// Username is a valid username. Its zero value is not.
type Username struct{ shown, key string }

// ParseUsername validates a username and returns it in NFC with surrounding white space removed. The field
// error, nil if the name is valid, is of the field "username".
func ParseUsername(text string) (Username, *apperr.Field) {
	if !utf8.ValidString(text) {
		return Username{}, usernameFormat()
	}
	shown := strings.TrimSpace(norm.NFC.String(text))
	switch n := utf8.RuneCountInString(shown); {
	case n < minUsername:
		return Username{}, usernameField("min", fmt.Sprintf("The username must have at least %d characters.", minUsername),
			fmt.Sprintf("닉네임은 %d자 이상이어야 합니다.", minUsername))
	case n > maxUsername:
		return Username{}, usernameTooLong()
	case !readable(shown):
		return Username{}, usernameFormat()
	case !lookalike.HighlyRestrictive(shown):
		return Username{}, usernameField("format", "The username mixes letters of scripts that are not written together.",
			"닉네임에 함께 쓰지 않는 문자 체계의 글자가 섞여 있습니다.")
	}
	key := usernameKey(shown)
	switch {
	case utf8.RuneCountInString(key) > maxKey:
		return Username{}, usernameTooLong()
	case strings.TrimSpace(key) != key: // NFKC turns U+037A and its like into a space with a mark (UAX #15)
		return Username{}, usernameFormat()
	}
	return Username{shown: shown, key: key}, nil
}

// String returns the display form.
func (u Username) String() string { return u.shown }

// Key returns the folded form, which is equal for all spellings of a name.
func (u Username) Key() string { return u.key }

// readable reports whether s has only visible characters and single spaces, and no combining mark without
// a letter before it, so that two different names also look different.
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

// invisible reports whether r shows nothing although unicode.IsPrint accepts it: default ignorable code
// points (UAX #44), the blank Braille pattern, and replacement characters.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		r == '\u2800' || r == '\uFFFC' || r == utf8.RuneError
}

// usernameKey folds case and compatibility forms. Case folding can undo the normalisation and the other way
// round, so it does both twice (The Unicode Standard §3.13, D146). Letters of Hangul that stand alone stay as they
// are: NFKC would make ㅎㅔㄸㅔ the same name as 헤떼.
func usernameKey(s string) string { return korean.AroundLetters(s, oldUsernameKey) }

// oldUsernameKey folds a name as versions before schema 15 did.
func oldUsernameKey(s string) string {
	key := norm.NFKC.String(strings.ReplaceAll(s, string(emojiStyle), ""))
	for range 2 {
		key = norm.NFKC.String(cases.Fold().String(key))
	}
	return key
}

// byName returns the account with a name, or [ErrNotFound]. The key of an account may still be that of a version before
// schema 15, and look like the key of another name.
func byName(db *gorm.DB, name string) (User, error) {
	key, db := usernameKey(name), db.Session(&gorm.Session{})
	keys := []string{key}
	if old := oldUsernameKey(name); old != key {
		keys = append(keys, old)
	}
	for _, stored := range keys {
		u, err := one(db, "username_key = ?", stored)
		if err == nil && usernameKey(u.Username) == key {
			return u, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return User{}, err
		}
	}
	return User{}, ErrNotFound
}

func usernameField(code, en, ko string) *apperr.Field {
	return &apperr.Field{Name: "username", Code: code, Text: apperr.Text{EN: en, KO: ko}}
}

func usernameFormat() *apperr.Field {
	return usernameField("format",
		"The username may not contain control, bidirectional or invisible characters, or several spaces in a row.",
		"닉네임에는 제어 문자, 방향 제어 문자, 보이지 않는 문자나 연속된 공백을 쓸 수 없습니다.")
}

func usernameTooLong() *apperr.Field {
	return usernameField("max", fmt.Sprintf("The username must have at most %d characters.", maxUsername),
		fmt.Sprintf("닉네임은 %d자 이하여야 합니다.", maxUsername))
}
