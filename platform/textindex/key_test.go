package textindex

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestKeyIsEqualForSpellingsOfAText(t *testing.T) {
	t.Parallel()
	for key, texts := range map[string][]string{
		"fullwidth":  {"Full Width", "Ｆｕｌｌ　ｗｉｄｔｈ", "full-width", "FULL\u00a0WIDTH", "  full\u2003width!"},
		"812":        {"8½", "8 1/2", "8 1⁄2", "８½"},
		"istanbul":   {"İstanbul", "ISTANBUL", "ıstanbul", "I\u0307stanbul"},
		"ostergatan": {"Östergatan", "O\u0308STERGATAN", "Østergåtan"},
		"strasse":    {"Straße", "STRASSE", "STRAẞE", "ſtraſſe"},
		"caesaroe":   {"Cæsar Œ", "caesar-oe"},
		"елка":       {"Ёлка", "ЕЛКА"},
		"воина":      {"Война", "ВОИНА"},
		"σισυφοσ":    {"Σίσυφος", "ΣΙΣΥΦΟΣ"},
		"file":       {"ﬁle", "File™", "FILE®"},
		"alien3":     {"Alien³", "ALIEN 3", "Alien ③"},
		"hawaii":     {"Hawaiʻi", "Hawai'i", "Hawai’i"},
		"한국영화":       {"한국 영화", norm.NFD.String("한국영화"), "한국ㆍ영화", "한국\u200b영화"},
		"ㄱㅅㅊ":        {"ㄱㅅㅊ", "ㄳㅊ", "ㄱ ㅅ ㅊ", "ﾡﾵﾺ", "\u1100\u1109\u110e", "\u11aa\u110e"},
		"ㅎㅏㅎㅏ":       {"ㅎㅏㅎㅏ", "ﾾￂﾾￂ"},
		"がっこう":       {"ガッコウ", "ｶﾞｯｺｳ", "か\u3099っこう"},
		"ไทบ้าน":     {"ไทบ้าน"},
		"हिन्दी":     {"हिन्दी"},
		"שָׁלוֹם":    {"שָׁלוֹם!"},
		"...":        {"...", "…", ". . .", "．．．"},
		"$":          {"$", "＄"},
		"❤":          {"❤️", "❤"},
		"\u202e":     {"\u202e"},
		"":           {"", " ", "\u3000\t"},
	} {
		for _, text := range texts {
			if got := Key(text); got != norm.NFC.String(key) {
				t.Errorf("%+q has the key %+q, want %+q", text, got, key)
			}
		}
	}
}

func TestKeysOfDifferentWordsDiffer(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"ㅎㅔㄸㅔ", "헤떼"}, {"ㅎㅏ", "하"}, {"がく", "かく"}, {"パリ", "バリ"}, {"हिन्दी", "हनद"}, {"ไทบ้าน", "ไทบาน"}, {"기생충", "기생중"}, {"!", "?"}, {"שָׁלוֹם", "שלום"},
	} {
		if a, b := Key(pair[0]), Key(pair[1]); a == b {
			t.Errorf("%q and %q have the key %q", pair[0], pair[1], a)
		}
	}
}

// FuzzKey checks that a key is valid, bounded and its own key, and that a query for a whole text or for its key finds it.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{
		"기생충", "ㄱㅅㅊ", "ㄳ", "Spider-Man", "İı", "Ｆｕｌｌ", "8½", "...", "❤️", "\u202e", "ﷺﷺ", "ẞß", "か\u3099", "\u1100\u1161\u11a8", "\u1161", "ﾡￂ", "a\u0301", "\xff\xfe", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key := Key(text)
		if !utf8.ValidString(key) || utf8.RuneCountInString(key) > MaxKey || strings.ContainsRune(key, 0) {
			t.Fatalf("%+q has the key %+q", text, key)
		}
		if again := Key(key); again != key {
			t.Fatalf("%+q has the key %+q, which has the key %+q", text, key, again)
		}
		for _, typed := range []string{text, key} {
			q := Parse(typed, "text")
			if q.Key() != key || key != "" && q.RankOf(key) != Exact {
				t.Fatalf("%+q is not found by %+q", text, typed)
			}
			if _, begins := q.found(key); key != "" && !begins {
				t.Fatalf("%+q does not begin with its query %+q", text, typed)
			}
		}
	})
}

// TestPlainTextsHaveTheKeyOfAllTexts holds the short way for ASCII and Hangul against folding.
func TestPlainTextsHaveTheKeyOfAllTexts(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("aZ09 -.,'!가각갛힣괘앉ﾡㄱ\u1100\u1161\u11a8é"))
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(letters, 0, 12).Draw(t, "text"))
		got, plain := plainKey(text)
		if want := compose(strings.Map(keyRune, fold(text))); plain && got != want {
			t.Errorf("%+q has the key %+q, want %+q", text, got, want)
		}
	})
}
