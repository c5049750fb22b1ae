package user_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/lookalike"
	"github.com/cinecircle/cinecircle/user"
)

func codeOf(f *apperr.Field) string {
	if f == nil {
		return ""
	}
	return f.Code
}

func TestUsernamesOfEveryScriptAreAccepted(t *testing.T) {
	t.Parallel()
	for text, shown := range map[string]string{
		"영화광": "영화광", "  Bob Lee\t": "Bob Lee", "Jose\u0301": "Jos\u00e9", "🍣🍺": "🍣🍺", "👍🏽 yes": "👍🏽 yes",
		"❤️ films": "❤️ films", "Зритель": "Зритель", "عاشق السينما": "عاشق السينما", "हिन्दी": "हिन्दी",
		"a.b_c-d!": "a.b_c-d!", "\u3000전각\u3000": "전각", strings.Repeat("e\u0301", 50): strings.Repeat("\u00e9", 50),
	} {
		name, wrong := user.ParseUsername(text)
		if wrong != nil {
			t.Errorf("%q: %s", text, wrong.Text.EN)
		} else if name.String() != shown {
			t.Errorf("%q is shown as %q, want %q", text, name, shown)
		}
	}
}

func TestDeceptiveUsernamesAreRefused(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"NUL": "ali\x00ce", "escape": "ali\x1bce", "line break": "ali\nce", "C1 control": "ali\u0085ce", "tab": "ali\tce",
		"right-to-left override": "ali\u202ece", "isolate": "ali\u2066ce", "Arabic letter mark": "ali\u061cce",
		"zero-width space": "ali\u200bce", "zero-width joiner": "ali\u200dce", "zero-width non-joiner": "ali\u200cce",
		"byte order mark": "ali\ufeffce", "word joiner": "ali\u2060ce", "soft hyphen": "ali\u00adce", "tag": "ali\U000e0061ce",
		"grapheme joiner": "ali\u034fce", "Hangul filler": "가\u3164나", "half-width Hangul filler": "가\uffa0나",
		"choseong filler": "가\u115f나", "empty braille": "ali\u2800ce", "variation selector": "ali\ufe0ece",
		"emoji selector behind a letter": "ali\ufe0fce", "supplementary selector": "ali\U000e0100ce",
		"Mongolian vowel separator": "ali\u180ece", "mark that stands alone": "\u037ali",
		"private use": "ali\ue000ce", "noncharacter": "ali\uffffce", "unassigned": "ali\U000e1000ce", "replacement": "ali\ufffdce",
		"no-break space inside": "ali\u00a0ce", "em space inside": "ali\u2003ce", "line separator": "ali\u2028ce",
		"two spaces": "ali  ce", "mark at the start": "\u0301alice", "mark behind a space": "ali \u0301ce", "broken UTF-8": "ali\xffce",
	} {
		name, wrong := user.ParseUsername(text)
		if wrong == nil || wrong.Code != "format" || wrong.Name != "username" {
			t.Errorf("%s: got %q, %v, want a format error of username", what, name, wrong)
		}
	}
}

func TestUsernamesHaveTwoToFiftyCharacters(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"": "min", "한": "min", "e\u0301": "min", "한글": "", strings.Repeat("🍣", 50): "", strings.Repeat("🍣", 51): "max",
		strings.Repeat("\ufdfa", 14): "", strings.Repeat("\ufdfa", 15): "max", // 18 characters each in NFKC
	} {
		_, wrong := user.ParseUsername(text)
		if got := codeOf(wrong); got != code {
			t.Errorf("%q: %q, want %q", text, got, code)
		}
	}
}

func TestParsingAUsernameIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name, wrong := user.ParseUsername(rapid.String().Draw(t, "text"))
		if wrong != nil {
			return
		}
		again, wrong := user.ParseUsername(name.String())
		if wrong != nil || again != name {
			t.Fatalf("%+q became %+q, %v", name, again, wrong)
		}
		if n := utf8.RuneCountInString(name.Key()); n > 255 {
			t.Fatalf("%+q has a key of %d characters", name, n)
		}
	})
}

func TestUpperAndLowerCaseHaveTheSameKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zà-öα-ρа-я가-힣0-9]{2,50}`).Draw(t, "text")
		lower, wrong1 := user.ParseUsername(text)
		upper, wrong2 := user.ParseUsername(strings.ToUpper(text))
		if wrong1 != nil && wrong2 != nil && !lookalike.HighlyRestrictive(text) {
			return
		}
		if wrong1 != nil || wrong2 != nil || lower.Key() != upper.Key() {
			t.Fatalf("%q has key %q, %q has %q (%v, %v)", lower, lower.Key(), upper, upper.Key(), wrong1, wrong2)
		}
	})
}
