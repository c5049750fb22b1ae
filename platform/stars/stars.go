// Package stars is a rating of half a star to five stars, in steps of half a star. On the wire it is a number from 0.5
// to 5; in the database it is the number of half-stars, 1 to 10.
package stars

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
)

// Stars is a rating, as its number of half-stars. The zero value is no rating.
type Stars int64

// The bounds of [Stars].
const (
	Min Stars = 1
	Max Stars = 10
)

// String returns the number of stars without superfluous digits: "0.5", "1", "1.5" … "5".
func (s Stars) String() string { return strconv.FormatFloat(float64(s)/2, 'f', -1, 64) }

// MarshalJSON implements [json.Marshaler].
func (s Stars) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// Parse returns the rating that a JSON number says; 4, 4.0 and 40e-1 are equal. For any other text it returns the code of
// the field error: type if it is not a number, min, max, or format if it is between two half-stars.
func Parse(text string) (s Stars, code string) {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') || !json.Valid([]byte(text)) {
		return 0, "type"
	}
	n, err := strconv.ParseFloat(text, 64) // too large a number becomes infinite
	switch half := n * 2; {
	case errors.Is(err, strconv.ErrSyntax): // white space at the end
		return 0, "type"
	case half < float64(Min):
		return 0, "min"
	case half > float64(Max):
		return 0, "max"
	case half != math.Trunc(half):
		return 0, "format"
	default:
		return Stars(half), ""
	}
}
