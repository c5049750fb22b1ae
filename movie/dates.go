package movie

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The years that a film can have: from the first moving pictures on, and as far ahead as films are announced.
const (
	firstYear  = 1870
	yearsAhead = 10
)

func lastYear(now time.Time) int64 { return int64(now.Year() + yearsAhead) }

// yearOf returns the year of a valid date, or 0 for "".
func yearOf(date string) int64 {
	if date == "" {
		return 0
	}
	year, err := strconv.ParseInt(date[:len("2006")], 10, 64)
	if err != nil {
		return 0
	}
	return year
}

// checkDate returns the error of a date that is not YYYY, YYYY-MM or YYYY-MM-DD, does not exist, or is out of range.
func checkDate(name, date string, now time.Time) (apperr.Field, bool) {
	layout, ok := map[int]string{4: "2006", 7: "2006-01", 10: time.DateOnly}[len(date)]
	if !ok {
		return web.BadFormat(name), false
	}
	day, err := time.Parse(layout, date)
	if err != nil {
		return web.BadFormat(name), false
	}
	return checkYear(name, int64(day.Year()), now)
}

// checkYear returns the error of a year that is out of range.
func checkYear(name string, year int64, now time.Time) (apperr.Field, bool) {
	switch last := lastYear(now); {
	case year < firstYear:
		return apperr.Field{Name: name, Code: "min", Text: apperr.Text{
			EN: fmt.Sprintf("This must not be before %d.", firstYear), KO: fmt.Sprintf("빨라도 %d년이어야 합니다.", firstYear),
		}}, false
	case year > last:
		return apperr.Field{Name: name, Code: "max", Text: apperr.Text{
			EN: fmt.Sprintf("This must not be after %d.", last), KO: fmt.Sprintf("늦어도 %d년이어야 합니다.", last),
		}}, false
	}
	return apperr.Field{}, true
}
