package korean

import "strings"

// The letters of Hangul have three encodings: those that keyboards type and that stand alone (compatibility jamo,
// U+3131), their half-width forms, and the initials, vowels and finals that compose syllables (U+1100). Unicode's
// compatibility forms turn the first two into initials and vowels, which then compose: ㅎㅏ becomes 하.

// Araea is the letter ㆍ, which is typed as a middle dot.
const Araea = 'ㆍ'

const (
	firstLetter, lastLetter       = 'ㄱ', 'ㆎ'
	firstSyllable, lastSyllable   = '가', '힣'
	firstInitial, lastInitial     = 0x1100, 0x1112
	firstVowel, lastVowel         = 0x1161, 0x1175
	firstFinal, lastFinal         = 0x11A8, 0x11C2
	firstHalfWidth, lastHalfWidth = 0xFFA0, 0xFFDC
	vowels, finals                = 21, 28
)

// The letters as keyboards type them, in the order of syllables.
var (
	initialLetters = []rune("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
	finalLetters   = []rune("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
	clusters       = map[rune]string{
		'ㄳ': "ㄱㅅ", 'ㄵ': "ㄴㅈ", 'ㄶ': "ㄴㅎ", 'ㄺ': "ㄹㄱ", 'ㄻ': "ㄹㅁ", 'ㄼ': "ㄹㅂ", 'ㄽ': "ㄹㅅ", 'ㄾ': "ㄹㅌ", 'ㄿ': "ㄹㅍ", 'ㅀ': "ㄹㅎ", 'ㅄ': "ㅂㅅ",
	}
)

// Tables of what titles are searched by: each syllable of a catalogue is looked up in them.
var (
	initialNumbers = numbersOf(initialLetters) // from 1, by the letter
	finalNumbers   = numbersOf(finalLetters)
	simpleInitials = simpleOf(initialLetters) // the letter with which each initial begins when it is typed
	simpleFinals   = simpleOf(finalLetters)
)

const letters = 'ㅎ' - 'ㄱ' + 1

func numbersOf(all []rune) (numbers [letters]int8) {
	for i, letter := range all {
		numbers[letter-firstLetter] = int8(i + 1)
	}
	return numbers
}

func simpleOf(all []rune) []rune {
	simple := make([]rune, len(all))
	for i, letter := range all {
		simple[i] = []rune(clusters[letter] + string(letter))[0]
		if n := initialNumber(simple[i]); n > 0 && doubled(n-1) == n {
			simple[i] = initialLetters[n-1]
		}
	}
	return simple
}

// AroundLetters returns text with its letters of Hangul that stand alone at full width, and with fn applied to the
// parts between them.
func AroundLetters(text string, fn func(part string) string) string {
	var out strings.Builder
	from := 0
	for i, r := range text {
		letter := wide(r)
		if letter < firstLetter || letter > lastLetter {
			continue
		}
		if from < i {
			out.WriteString(fn(text[from:i]))
		}
		out.WriteRune(letter)
		from = i + len(string(r))
	}
	if from == 0 {
		return fn(text)
	}
	if from < len(text) {
		out.WriteString(fn(text[from:]))
	}
	return out.String()
}

// wide returns the full-width form of a half-width letter of Hangul, and any other character unchanged.
func wide(r rune) rune {
	switch {
	case r < firstHalfWidth || r > lastHalfWidth:
		return r
	case r == firstHalfWidth:
		return 'ㅤ'
	case r <= 0xFFBE: // consonants; the vowels have gaps
		return firstLetter + r - 0xFFA1
	}
	column := (r - 0xFFC2) % 8
	if column < 0 || column > 5 {
		return r // unassigned
	}
	return 'ㅏ' + (r-0xFFC2)/8*6 + column
}

// Keyboard returns composed text with every letter of Hangul that stands alone as a keyboard types it: an initial,
// vowel or final without its syllable becomes a letter, and two consonants in one letter become two.
func Keyboard(text string) string {
	if !strings.ContainsFunc(text, standsAlone) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		switch {
		case firstInitial <= r && r <= lastInitial:
			r = initialLetters[r-firstInitial]
		case firstVowel <= r && r <= lastVowel:
			r = 'ㅏ' + r - firstVowel
		case firstFinal <= r && r <= lastFinal:
			r = finalLetters[r-firstFinal]
		}
		if two, ok := clusters[r]; ok {
			out.WriteString(two)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func standsAlone(r rune) bool {
	return firstInitial <= r && r <= lastFinal || firstLetter <= r && r <= lastLetter
}

// IsSyllable reports whether r is one of the 11,172 syllables.
func IsSyllable(r rune) bool { return firstSyllable <= r && r <= lastSyllable }

// IsInitial reports whether r is one of the 19 letters with which a syllable can begin.
func IsInitial(r rune) bool { return initialNumber(r) >= 0 }

func initialNumber(r rune) int {
	if r < 'ㄱ' || r > 'ㅎ' {
		return -1
	}
	return int(initialNumbers[r-firstLetter]) - 1
}

// split returns the numbers of the initial, vowel and final of a syllable. The final 0 is none.
func split(syllable rune) (initial, vowel, final int) {
	n := int(syllable - firstSyllable)
	return n / (vowels * finals), n / finals % vowels, n % finals
}

func join(initial, vowel, final int) rune {
	return firstSyllable + rune((initial*vowels+vowel)*finals+final)
}

// doubled returns the number of the doubled initial (ㄲ of ㄱ), or the number itself without one.
func doubled(initial int) int {
	switch initialLetters[initial] {
	case 'ㄱ', 'ㄷ', 'ㅂ', 'ㅅ', 'ㅈ':
		return initial + 1
	}
	return initial
}

// Initial returns the letter with which a syllable begins, or which r is, a doubled one (ㄲ) as the simple one. It is 0
// for any other character.
func Initial(r rune) rune {
	n := initialNumber(r)
	if IsSyllable(r) {
		n, _, _ = split(r)
	}
	if n < 0 {
		return 0
	}
	return simpleInitials[n]
}

// Open returns the syllable of the initial and the first typed vowel of a syllable: 고 for 괴 and 곳.
func Open(syllable rune) rune {
	initial, vowel, _ := split(syllable)
	return join(initial, firstTyped(vowel), 0)
}

// Closed returns the syllable with its first final consonant alone, a doubled one as the simple one: 갈 for 갉 and 각 for
// 갂. Without a final it takes the initial of the next character, where a final that is being typed moves: 깃 for 기 before
// 생. It is 0 where there is none.
func Closed(syllable, next rune) rune {
	initial, vowel, final := split(syllable)
	letter := Initial(next)
	if final > 0 {
		letter = simpleFinals[final-1]
	}
	if letter == 0 {
		return 0
	}
	return join(initial, vowel, finalNumber(letter))
}

// firstTyped returns the vowel that is typed first for a compound one: ㅗ for ㅘ, ㅙ and ㅚ, ㅜ for ㅝ, ㅞ and ㅟ, ㅡ
// for ㅢ.
func firstTyped(vowel int) int {
	switch 'ㅏ' + rune(vowel) {
	case 'ㅘ', 'ㅙ', 'ㅚ':
		return 'ㅗ' - 'ㅏ'
	case 'ㅝ', 'ㅞ', 'ㅟ':
		return 'ㅜ' - 'ㅏ'
	case 'ㅢ':
		return 'ㅡ' - 'ㅏ'
	}
	return vowel
}

// lastTyped returns the last vowel that typing can make of one: ㅚ of ㅗ. Those between them are others.
func lastTyped(vowel int) int {
	switch 'ㅏ' + rune(vowel) {
	case 'ㅗ':
		return 'ㅚ' - 'ㅏ'
	case 'ㅘ', 'ㅝ':
		return vowel + 1
	case 'ㅜ':
		return 'ㅟ' - 'ㅏ'
	case 'ㅡ':
		return 'ㅢ' - 'ㅏ'
	}
	return vowel
}

// Range is a range of syllables, and a letter that stands alone unless it is 0.
type Range struct{ First, Last, Letter rune }

// BeginningWith returns the syllables that begin with a letter or its double, and the letter itself.
func BeginningWith(letter rune) Range {
	n := initialNumber(letter)
	return Range{join(n, 0, 0), join(doubled(n), vowels-1, finals-1), letter}
}

// Typed returns what the syllable at the end of an unfinished text can become: syllables instead of it, and pairs of a
// syllable and the next one, because the final moves there when a vowel follows (깃 becomes 기새).
func Typed(syllable rune) (instead Range, pairs [][2]Range) {
	initial, vowel, final := split(syllable)
	if final == 0 {
		return Range{First: syllable, Last: join(initial, lastTyped(vowel), finals-1)}, nil
	}
	letter := finalLetters[final-1]
	moved := func(left int, letter rune) {
		s := join(initial, vowel, left)
		pairs = append(pairs, [2]Range{{First: s, Last: s}, BeginningWith(letter)})
	}
	if two, ok := clusters[letter]; ok {
		parts := []rune(two)
		moved(finalNumber(parts[0]), parts[1])
		return Range{First: syllable, Last: syllable}, pairs
	}
	if IsInitial(letter) {
		moved(0, letter)
	}
	if simple := Initial(letter); simple != letter { // some keyboards type ㄲ as ㄱ twice
		moved(finalNumber(simple), simple)
	}
	return Range{First: syllable, Last: join(initial, vowel, lastFinalOf(final))}, pairs
}

func finalNumber(letter rune) int { return int(finalNumbers[letter-firstLetter]) }

// lastFinalOf returns the last final that begins with a simple one: ㅀ for ㄹ. Those between them are others.
func lastFinalOf(final int) int {
	last := final
	for last < len(finalLetters) {
		next := finalLetters[last]
		if first := []rune(clusters[next] + string(Initial(next)))[0]; first != finalLetters[final-1] {
			break
		}
		last++
	}
	return last
}
