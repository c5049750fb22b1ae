package textindex

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/korean"
)

// MaxKey is the maximum length of a key in characters: a longer column would not fit in an index over genre, title
// and id, for which MySQL allows 3072 bytes. Compatibility forms can make a text eighteen times as long, but hardly
// any real text is cut.
const MaxKey = 745

// Key returns the search key of a text: texts that differ only in how they were typed have the same key. It has the
// letters, digits and vowel signs of the text without spaces, punctuation and symbols, in compatibility form (NFKC)
// and case folded, letters of Latin, Greek and Cyrillic without diacritics, and Katakana as Hiragana. Letters of
// Hangul that stand alone (ㅋ) do not become syllables. A text without letters and digits, such as "...", keeps its
// symbols. Key is idempotent, and "" for white space only.
func Key(text string) string {
	if key, ok := plainKey(text); ok {
		return cut(key)
	}
	folded := fold(text)
	key := compose(strings.Map(keyRune, folded))
	if key == "" {
		key = compose(strings.Map(symbolRune, folded))
	}
	if key == "" {
		key = compose(strings.Map(withoutSpace, folded)) // invisible characters
	}
	return cut(key)
}

// cut returns the first MaxKey characters.
func cut(key string) string {
	if len(key) <= MaxKey || utf8.RuneCountInString(key) <= MaxKey {
		return key
	}
	return string([]rune(key)[:MaxKey])
}

// plainKey returns the key of a text of ASCII and syllables of Hangul, which nothing folds, and false for any other text and
// for one without letters and digits.
func plainKey(text string) (string, bool) {
	key := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(text[i:])
			if !korean.IsSyllable(r) {
				return "", false
			}
			key = append(key, text[i:i+size]...)
			i += size - 1
		case 'A' <= c && c <= 'Z':
			key = append(key, c+'a'-'A')
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			key = append(key, c)
		}
	}
	return string(key), len(key) > 0
}

// fold returns the text decomposed and folded. Case folding can undo the decomposition, so that follows once more
// (The Unicode Standard §3.13, D146).
func fold(text string) string {
	text = strings.Map(withoutMarks, text)
	return korean.AroundLetters(text, func(part string) string {
		return norm.NFKD.String(cases.Fold().String(norm.NFKD.String(part)))
	})
}

// withoutMarks drops what a compatibility form would turn into letters: trade marks.
func withoutMarks(r rune) rune {
	if r == '™' || r == '℠' {
		return -1
	}
	return r
}

// keyRune returns the character of a key for a decomposed and folded one, or -1 to drop it.
func keyRune(r rune) rune {
	switch {
	case 'ァ' <= r && r <= 'ヶ', r == 'ヽ', r == 'ヾ':
		return r - ('ァ' - 'ぁ')
	case 0xAB70 <= r && r <= 0xABBF: // Cherokee folds to capitals, but package cases folds capitals to these
		return r - 0xAB70 + 0x13A0
	case isDiacritic(r), isModifier(r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
		return -1
	case r == korean.Araea: // Koreans type it as a middle dot
		return -1
	case unicode.In(r, unicode.L, unicode.M, unicode.N):
		if plain, ok := plainLetters[r]; ok {
			return plain
		}
		return r
	}
	return -1
}

// isDiacritic reports whether r is a combining mark of Latin, Greek or Cyrillic. The marks of other scripts, such as
// vowel signs and the voicing mark of Kana, make a different letter.
func isDiacritic(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me) && (0x0300 <= r && r <= 0x036F || 0x0483 <= r && r <= 0x0489 ||
		0x1AB0 <= r && r <= 0x1AFF || 0x1DC0 <= r && r <= 0x1DFF || 0x20D0 <= r && r <= 0x20FF || 0xFE20 <= r && r <= 0xFE2F)
}

// isModifier reports whether r is a spacing modifier letter: letter-like apostrophes, tone marks and the like.
func isModifier(r rune) bool { return 0x02B0 <= r && r <= 0x02FF }

// plainLetters are letters with a part that is no combining mark, and the letter that people type instead.
var plainLetters = map[rune]rune{
	'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'ħ': 'h', 'ŧ': 't', 'ı': 'i', 'ŋ': 'n', 'ƒ': 'f', 'ȷ': 'j', 'ƀ': 'b', 'ɨ': 'i', 'ʉ': 'u', 'ɵ': 'o',
}

// ligatures are letters for which people type two.
var ligatures = strings.NewReplacer("æ", "ae", "œ", "oe", "þ", "th")

// compose returns the composed form of a decomposed key, in which the letters of Hangul stand alone as keyboards type
// them: ㄱㅅ for ㄳ, and ㄱ also where it was encoded as an initial or final.
func compose(key string) string {
	return korean.Keyboard(norm.NFC.String(ligatures.Replace(key)))
}

// symbolRune returns a punctuation mark or symbol, and -1 for any other character.
func symbolRune(r rune) rune {
	if unicode.IsSpace(r) || unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) {
		return -1
	}
	return r
}

// withoutSpace drops white space, and NUL, which databases do not store.
func withoutSpace(r rune) rune {
	if unicode.IsSpace(r) || r == 0 {
		return -1
	}
	return r
}

// hasSymbols returns false for a text without punctuation marks and symbols, and true for most others.
func hasSymbols(text string) bool {
	for _, r := range text {
		if r != ' ' && (r < '0' || '9' < r) && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r) && !korean.IsSyllable(r) {
			return true
		}
	}
	return false
}

// symbols returns the punctuation marks and symbols of a text, in compatibility form.
func symbols(text string) []rune { return []rune(strings.Map(symbolRune, fold(text))) }
