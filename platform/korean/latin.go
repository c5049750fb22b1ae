package korean

import (
	"slices"
	"strings"
	"unicode"
)

// latinEnding returns how the last run of Latin letters in word ends when a Korean reads it.
func latinEnding(word string) sound {
	isLatin := func(r rune) bool { return unicode.Is(unicode.Latin, r) }
	start := strings.LastIndexFunc(word, func(r rune) bool { return !isLatin(r) })
	if start >= 0 {
		word = strings.TrimLeftFunc(word[start:], func(r rune) bool { return !isLatin(r) })
	}
	letters := []rune(strings.ToLower(word))
	if isSpelled(word, letters) {
		return letterEnding(last(letters))
	}
	return wordEnding(letters)
}

// maxAcronym is how long a word in capitals may be and still be read letter by letter, as SF and OST are.
const maxAcronym = 3

// isSpelled reports whether a word is read letter by letter.
func isSpelled(word string, letters []rune) bool {
	return len(letters) <= maxAcronym && word == strings.ToUpper(word) || !strings.ContainsFunc(word, isVowel)
}

// letterEnding returns how the name of a letter ends: 엘, 엠, 엔 and 알 end in a consonant.
func letterEnding(letter rune) sound {
	switch letter {
	case 'l', 'r':
		return rieul
	case 'm', 'n':
		return consonant
	}
	return vowel
}

// wordEnding follows the rules for writing foreign words: l, m, n and ng close the last syllable, and so do c, k,
// p, t and b after a short vowel (북, 클럽, 로봇). All others get an additional vowel (골드, 하비스트, 조지).
func wordEnding(letters []rune) sound {
	if n := len(letters); n > 2 && letters[n-1] == 'e' && !isVowel(letters[n-2]) && hasVowel(letters[:n-2]) {
		return soundOfSilentE(letters[n-2])
	}
	switch final, before := last(letters), letters[:len(letters)-1]; final {
	case 'l':
		return rieul
	case 'm', 'n':
		return consonant
	case 'g':
		return closedIf(last(before) == 'n')
	case 'b', 'c', 'k', 'p', 't':
		return closedIf(endsShort(before, final))
	}
	return vowel
}

// soundOfSilentE returns how a word ends in which a silent e follows letter: 준, 애플, but 케이크.
func soundOfSilentE(letter rune) sound {
	switch letter {
	case 'l':
		return rieul
	case 'm', 'n':
		return consonant
	}
	return vowel
}

// endsShort reports whether what stands before the final letter ends in a short vowel: one vowel letter alone,
// or one before a doubled consonant or ck, or the oo of book, or ae, eo and eu, which are ㅐ, ㅓ and ㅡ in romanised
// names.
func endsShort(before []rune, final rune) bool {
	if n := len(before); n > 1 && (before[n-1] == final || final == 'k' && before[n-1] == 'c') {
		before = before[:n-1]
	}
	n := len(before)
	if n == 0 || !isVowel(before[n-1]) {
		return false
	}
	if n > 1 && isVowel(before[n-2]) {
		pair := string(before[n-2:])
		return pair == "ae" || pair == "eo" || pair == "eu" || pair == "oo" && final == 'k'
	}
	return true
}

func closedIf(closed bool) sound {
	if closed {
		return consonant
	}
	return vowel
}

func hasVowel(letters []rune) bool { return slices.ContainsFunc(letters, isVowel) }

// isVowel reports whether a letter is written for a vowel. Letters with marks are nearly all vowels.
func isVowel(r rune) bool {
	return strings.ContainsRune("aeiouy", unicode.ToLower(r)) || r > unicode.MaxASCII
}

func last(letters []rune) rune {
	if len(letters) == 0 {
		return 0
	}
	return letters[len(letters)-1]
}
