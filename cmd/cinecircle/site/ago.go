package site

import (
	"time"
)

// day returns the date of a moment.
func (t texts) day(at time.Time) (string, error) {
	return t.say("date", at.Year(), int(at.Month()), at.Day(), t["month."+at.Format("01")])
}

// ago says how long ago something was: by the clock up to a month, by its date after that.
func (t texts) ago(since time.Duration, at time.Time) (string, error) {
	switch {
	case since < time.Minute:
		return t.say("ago.now")
	case since < time.Hour:
		return t.count("ago.minutes", int64(since/time.Minute))
	case since < 24*time.Hour:
		return t.count("ago.hours", int64(since/time.Hour))
	case since < 30*24*time.Hour:
		return t.count("ago.days", int64(since/(24*time.Hour)))
	}
	return t.day(at)
}
