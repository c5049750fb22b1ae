// Package korean knows Hangul: which form of a particle follows a word, and what its syllables and letters are made of.
package korean

import (
	"strings"
	"unicode"
)

// sound is how a word ends.
type sound int

const (
	vowel sound = iota
	consonant
	rieul // the consonant ㄹ, after which 으로 becomes 로 as after a vowel
)

// Particle returns the form of a particle that follows word: afterConsonant or afterVowel, for example 을 or 를,
// 이 or 가, 으로 or 로. Quotation marks and punctuation at the end of word are not read. Hangul and digits have one
// reading. Latin letters are read as Koreans usually read foreign words, by a few rules for their spelling. A word
// in another script counts as one that ends in a vowel.
func Particle(word, afterConsonant, afterVowel string) string {
	switch last := ending(word); {
	case last == vowel, last == rieul && strings.HasPrefix(afterConsonant, "으"):
		return afterVowel
	default:
		return afterConsonant
	}
}

func ending(word string) sound {
	word = strings.TrimRightFunc(word, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) })
	runes := []rune(word)
	if len(runes) == 0 {
		return vowel
	}
	switch last := runes[len(runes)-1]; {
	case last >= '가' && last <= '힣':
		return batchim(int(last-'가') % 28)
	case last >= 0x11a8 && last <= 0x11c2: // a final consonant of decomposed Hangul
		return batchim(int(last-0x11a8) + 1)
	case last == 'ㄹ':
		return rieul // 리을
	case last >= 'ㄱ' && last <= 'ㅎ':
		return consonant // 기역, 니은, and so on
	case last >= '0' && last <= '9':
		return digits[last-'0']
	case last == 'ん' || last == 'ン':
		return consonant
	}
	return latinEnding(word)
}

// rieulIndex is the place of ㄹ among the final consonants of Unicode, where 0 is none.
const rieulIndex = 8

func batchim(index int) sound {
	switch index {
	case 0:
		return vowel
	case rieulIndex:
		return rieul
	}
	return consonant
}

// digits are the last sounds of 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구. After a zero 십, 백, 천 and 만 end like 영.
var digits = [10]sound{consonant, rieul, vowel, consonant, vowel, vowel, consonant, rieul, rieul, vowel}
