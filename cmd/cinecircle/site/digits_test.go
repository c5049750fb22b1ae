package site

import (
	"testing"
	"unicode"
)

// TestEveryDecimalDigitHasItsValue compares with the tables of Unicode, whose ranges of digits begin with a zero.
func TestEveryDecimalDigitHasItsValue(t *testing.T) {
	t.Parallel()
	digits := 0
	check := func(first, last rune) {
		for r := first; r <= last; r++ {
			digits++
			if got, want := asciiDigit(r), '0'+(r-first)%10; got != want && !unicode.In(r, mathematical) {
				t.Errorf("%U is %c, want %c", r, got, want)
			}
		}
	}
	for _, one := range unicode.Nd.R16 {
		check(rune(one.Lo), rune(one.Hi))
	}
	for _, one := range unicode.Nd.R32 {
		check(rune(one.Lo), rune(one.Hi))
	}
	if digits < 600 {
		t.Errorf("Unicode has only %d digits", digits)
	}
	for text, want := range map[string]int64{"𝟘𝟙𝟐𝟑𝟜": 1234, "12": 12, "１２": 12, "၄၂": 42, "⑫": 12, "-７": -7, "99999999999999999999": 1<<63 - 1} {
		if got, ok := wholeNumber(text); !ok || got != want {
			t.Errorf("%q is %d (%v), want %d", text, got, ok, want)
		}
	}
	if got, ok := wholeNumber(" ٤٢\n"); !ok || got != 42 {
		t.Errorf("a number between white space is %d (%v)", got, ok)
	}
	for _, text := range []string{"", "x", "1.5", "1 2", "½", "一", "0x10", "１_０"} {
		if got, ok := wholeNumber(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

// mathematical are the digits of five scripts in one row, which NFKC folds before.
var mathematical = &unicode.RangeTable{R32: []unicode.Range32{{Lo: 0x1D7CE, Hi: 0x1D7FF, Stride: 1}}}
