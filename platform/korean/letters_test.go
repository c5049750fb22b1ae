package korean_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/korean"
)

func TestLettersThatStandAloneAreKeptOutOfCompatibilityForms(t *testing.T) {
	t.Parallel()
	mark := func(part string) string { return "<" + part + ">" }
	for text, want := range map[string]string{
		"": "<>", "abc": "<abc>", "ㅎㅏ": "ㅎㅏ", "aㅎb": "<a>ㅎ<b>", "하ㅋㅋ": "<하>ㅋㅋ", "ㅋ하": "ㅋ<하>",
		"ﾡﾤﾾￂￇￊￏￒￗￚￜﾠ": "ㄱㄴㅎㅏㅔㅕㅚㅛㅠㅡㅣㅤ", "\uffc0a": "<\uffc0a>",
	} {
		if got := korean.AroundLetters(text, mark); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestKeyboardTypesEachLetterOfACluster(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ㄳㅄㅀ": "ㄱㅅㅂㅅㄹㅎ", "ㄲㅏ": "ㄲㅏ", "\u1100\u1112\u1161\u1175\u11a8\u11c2\u11aa": "ㄱㅎㅏㅣㄱㅎㄱㅅ", "값a": "값a",
	} {
		if got := korean.Keyboard(text); got != want {
			t.Errorf("%q is typed %q, want %q", text, got, want)
		}
	}
}

// TestTypedSyllableBecomesWhatTypingMakesOfIt types words letter by letter. The last syllable of each state must be able to
// become what stands there in the end.
func TestTypedSyllableBecomesWhatTypingMakesOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ states, end string }{
		{"기 깃 기", "기생"},
		{"가 갑 값", "값"},
		{"가 갑 값", "갑시"},
		{"고 과 곽", "과거"},
		{"고 괴", "굉장"},
		{"우 워 원", "원"},
		{"으 의", "의"},
		{"달 닭 닭", "달걀"},
		{"아 앆 악", "아까"},
		{"하 학 핚", "학교"},
		{"이 있", "있다"},
		{"이 있 잇", "이써"},
		{"마 만 많", "많이"},
		{"아 안 앉", "안자"},
	} {
		end := []rune(c.end)
		for state := range strings.FieldsSeq(c.states) {
			s := []rune(state)[0]
			instead, pairs := korean.Typed(s)
			found := within(instead, end[0])
			for _, pair := range pairs {
				found = found || len(end) > 1 && within(pair[0], end[0]) && within(pair[1], end[1])
			}
			if !found {
				t.Errorf("%c cannot become %s", s, c.end)
			}
		}
	}
	for state, end := range map[rune]rune{'기': '가', '깃': '긴', '과': '괴', '각': '간', '갓': '가', '닭': '닮'} {
		if instead, _ := korean.Typed(state); within(instead, end) {
			t.Errorf("%c becomes %c", state, end)
		}
	}
}

func within(r korean.Range, syllable rune) bool { return r.First <= syllable && syllable <= r.Last }
