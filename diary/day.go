package diary

import (
	"fmt"
	"time"
)

// Day is a day of the calendar as a number that is sorted and stored: 20261129.
type Day int64

// FirstDay is the earliest day of a viewing: the first screening of films for an audience that had paid, by the Lumière
// brothers.
const FirstDay Day = 1895_12_28

// DayOf returns the day of t in its zone.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(y*10_000 + int(m)*100 + d)
}

// ParseDay reads a day in the form 2026-11-29. It returns false for other texts and for days that do not exist.
func ParseDay(text string) (Day, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return DayOf(t), err == nil
}

// String returns the day in the form 2026-11-29.
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d/10_000, d/100%100, d%100) }
