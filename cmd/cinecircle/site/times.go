package site

import "time"

// day returns the date of a time.
func (t texts) day(at time.Time) (string, error) {
	return t.say("date", at.Year(), int(at.Month()), at.Day(), t["month."+at.Format("01")])
}

// moment returns the date and the time of day.
func (t texts) moment(at time.Time) (string, error) {
	day, err := t.day(at)
	return day + " " + at.Format("15:04"), err
}

// ago returns how long ago something was, or its date after a month.
func (t texts) ago(since time.Duration, at time.Time) (string, error) {
	switch {
	case since < time.Minute:
		return t.say("ago.now")
	case since < time.Hour:
		return t.count("ago.minutes", int64(since/time.Minute))
	case since < 24*time.Hour:
		return t.count("ago.hours", int64(since/time.Hour))
	case since < 30*24*time.Hour:
		return t.count("ago.days", daysBetween(at, at.Add(since)))
	}
	return t.day(at)
}

// daysBetween counts by the calendar: what was 30 hours ago may have been yesterday or the day before.
func daysBetween(from, to time.Time) int64 {
	date := func(at time.Time) time.Time { return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC) }
	return int64(date(to).Sub(date(from)) / (24 * time.Hour))
}
