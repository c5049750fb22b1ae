package stars_test

import (
	"encoding/json"
	"testing"

	"github.com/cinecircle/cinecircle/platform/stars"
)

func TestEveryRatingIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	want := []string{"0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"}
	for s := stars.Min; s <= stars.Max; s++ {
		text, err := json.Marshal(s)
		if err != nil || string(text) != want[s-1] || s.String() != want[s-1] {
			t.Errorf("%d half-stars are %s, %v, want %s", s, text, err, want[s-1])
		}
		if again, code := stars.Parse(string(text)); again != s || code != "" {
			t.Errorf("%s is %d half-stars (%s), want %d", text, again, code, s)
		}
	}
}

func TestParseAcceptsHalfStarsOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want stars.Stars
		code string
	}{
		{"4", 8, ""},
		{"4.0", 8, ""},
		{"4.50", 9, ""},
		{"5e-1", 1, ""},
		{"0.05e2", 10, ""},
		{"0", 0, "min"},
		{"-0", 0, "min"},
		{"0.3", 0, "min"},
		{"-1e999", 0, "min"},
		{"1e-999", 0, "min"},
		{"0.49999999", 0, "min"},
		{"0.7", 0, "format"},
		{"4.99", 0, "format"},
		{"4.25", 0, "format"},
		{"5.5", 0, "max"},
		{"5.0001", 0, "max"},
		{"1e999", 0, "max"},
		{"9223372036854775808", 0, "max"},
		{"", 0, "type"},
		{" 4", 0, "type"},
		{"4 ", 0, "type"},
		{"+4", 0, "type"},
		{"04", 0, "type"},
		{"4.", 0, "type"},
		{".5", 0, "type"},
		{"0x4", 0, "type"},
		{"4_0", 0, "type"},
		{"1,5", 0, "type"},
		{"NaN", 0, "type"},
		{"Infinity", 0, "type"},
		{"-", 0, "type"},
		{"null", 0, "type"},
		{`"4"`, 0, "type"},
		{"[4]", 0, "type"},
		{"４", 0, "type"},
	} {
		if got, code := stars.Parse(c.text); got != c.want || code != c.code {
			t.Errorf("Parse(%q) = %d, %q, want %d, %q", c.text, got, code, c.want, c.code)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"4", "0.5", "5.0", "1e1", "-1", "x", "4 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, code := stars.Parse(text)
		if (code == "") != (s >= stars.Min && s <= stars.Max) {
			t.Fatalf("Parse(%q) = %d, %q", text, s, code)
		}
		var n float64
		if code == "" && (json.Unmarshal([]byte(text), &n) != nil || n*2 != float64(s)) {
			t.Fatalf("Parse(%q) = %d half-stars, encoding/json reads %g", text, s, n)
		}
	})
}
