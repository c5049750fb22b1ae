#!/usr/bin/env bash
# golang.org/x/text v0.43.0, unicode/norm; the same in String.prototype.normalize of Node.js and in Python's unicodedata,
# because the Unicode data say so (UAX #15, DerivedNormalizationProps).
#
# NFKC turns the letters that a Korean keyboard types alone (compatibility jamo, U+3131..) into conjoining jamo, and
# then composes those to syllables. So a word typed in single letters becomes another word, while a run of consonants
# becomes initials that equal no letter anybody can type.
source "$(dirname "$0")/lib.sh"
got=$(go_run golang.org/x/text@v0.43.0 <<'GO'
package main

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

func main() {
	fmt.Printf("ㅎㅔㄸㅔ -> %s, equal to 헤떼: %t\n", norm.NFKC.String("ㅎㅔㄸㅔ"), norm.NFKC.String("ㅎㅔㄸㅔ") == "헤떼")
	laugh := norm.NFKC.String("ㅎㅎ")
	fmt.Printf("ㅎㅎ -> %U, contains the letter ㅎ: %t\n", []rune(laugh), strings.Contains(laugh, "ㅎ"))
	fmt.Printf("ㅏㅏ -> %U\n", []rune(norm.NFKC.String("ㅏㅏ")))
	fmt.Printf("ㄳ -> %U\n", []rune(norm.NFKC.String("ㄳ")))
}
GO
)
expect 'ㅎㅔㄸㅔ -> 헤떼, equal to 헤떼: true
ㅎㅎ -> [U+1112 U+1112], contains the letter ㅎ: false
ㅏㅏ -> [U+1161 U+1161]
ㄳ -> [U+11AA]' "$got"
