package diary_test

import (
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/diary"
)

func FuzzParseDay(f *testing.F) {
	for _, seed := range []string{"2026-11-29", "1895-12-28", "2024-02-29", "2025-02-29", "2026-1-1", "0000-01-01", " 2026-11-29", "２０２６-11-29"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := diary.ParseDay(text)
		at, err := time.Parse(time.DateOnly, text)
		if ok != (err == nil) {
			t.Fatalf("ParseDay(%q) is %t, want %v", text, ok, err)
		}
		if ok && (d.String() != text || d != diary.DayOf(at)) {
			t.Fatalf("ParseDay(%q) = %d, which is written %s", text, d, d)
		}
	})
}
