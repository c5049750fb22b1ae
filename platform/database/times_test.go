package database

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimesAreReadAsTheDriverReadsThem compares parseTime with package time, by which the driver parses.
func TestTimesAreReadAsTheDriverReadsThem(t *testing.T) {
	parsed := func(text string) (time.Time, bool) {
		for _, layout := range timeLayouts {
			if at, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
				return at, true
			}
		}
		return time.Time{}, false
	}
	check := func(t interface{ Fatalf(string, ...any) }, text string) {
		want, valid := parsed(text)
		if got, err := parseTime(text); (err == nil) != valid || got.String() != want.String() {
			t.Fatalf("%q is read as %v, %v, want %v, %v", text, got, err, want, valid)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62_000_000_000, 253_000_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		zone := time.FixedZone("", 60*rapid.SampledFrom([]int{0, 540, -90}).Draw(t, "offset"))
		check(t, at.In(zone).Format(rapid.SampledFrom(timeLayouts).Draw(t, "layout")))
	})
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`[0-9]{4}-[0-3][0-9]-[0-4][0-9] [0-3][0-9]:[0-9]{2}:[0-9]{2}(\.[0-9]{1,10}|\.[a0]*)?(\+00:00|\+09:00)`).Draw(t, "text"))
	})
}

func TestTargetsTakeWhatDriversReturn(t *testing.T) {
	at, noon := time.Time{}, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var maybe *time.Time
	var n int64
	var maybeN *int64
	targets := Into(&at, &maybe, &n, &maybeN)
	scan := func(i int, value any) error { return targets[i].(sql.Scanner).Scan(value) }
	for _, value := range []any{noon, "2026-05-01 12:00:00+00:00", []byte("2026-05-01 12:00:00")} {
		if err := errors.Join(scan(0, value), scan(1, value)); err != nil || at.String() != noon.String() || maybe.String() != noon.String() {
			t.Errorf("%v is read as %v and %v, %v", value, at, *maybe, err)
		}
		at = time.Time{}
	}
	for _, value := range []any{int64(7), []byte("7"), "7", uint64(7)} {
		if err := errors.Join(scan(2, value), scan(3, value)); err != nil || n != 7 || *maybeN != 7 {
			t.Errorf("%v is read as %d and %d, %v", value, n, *maybeN, err)
		}
		n = 0
	}
	if err := errors.Join(scan(1, nil), scan(3, nil)); err != nil || maybe != nil || maybeN != nil {
		t.Errorf("NULL is read as %v and %v, %v", maybe, maybeN, err)
	}
	for i, values := range [][]any{{nil, int64(1), "yesterday", []byte("now")}, {int64(1), ""}, {nil, "x", noon}, {"x"}} {
		for _, value := range values {
			if err := scan(i, value); err == nil {
				t.Errorf("%v is read by target %d", value, i)
			}
		}
	}
}

func BenchmarkParseTime(b *testing.B) {
	for b.Loop() {
		if _, err := parseTime("2026-05-01 11:15:00.123456+00:00"); err != nil {
			b.Fatal(err)
		}
	}
}
