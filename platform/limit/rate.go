package limit

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate allows Burst events at once and refills Count of them per Per. A Burst of 0 means Count.
// The zero Rate means no limit.
//
// As text it is "30/1m", "10/1s burst 100" or "off"; see [ParseRate].
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// What ParseRate accepts: wide enough for any sensible limit, and narrow enough for the arithmetic
// of every back end.
const (
	maxEvents = 1_000_000
	minPer    = time.Millisecond
	maxPer    = 30 * 24 * time.Hour
)

var errRateForm = errors.New(`want COUNT/PERIOD such as "30/1m" or "10/1s burst 100", or "off"`)

// ParseRate reads "COUNT/PERIOD", optionally followed by "burst N", or "off" for no limit. COUNT
// and N are 1 to 1,000,000, PERIOD is a Go duration of 1ms to 720h.
func ParseRate(s string) (Rate, error) {
	r, err := parseRate(strings.Fields(s))
	if err != nil {
		return Rate{}, fmt.Errorf("rate %q: %w", s, err)
	}
	return r, nil
}

func parseRate(words []string) (Rate, error) {
	if len(words) == 1 && strings.EqualFold(words[0], "off") {
		return Rate{}, nil
	}
	if len(words) != 1 && (len(words) != 3 || words[1] != "burst") {
		return Rate{}, errRateForm
	}
	count, per, ok := strings.Cut(words[0], "/")
	if !ok {
		return Rate{}, errRateForm
	}
	r := Rate{}
	var err error
	if r.Count, err = parseEvents("count", count); err != nil {
		return Rate{}, err
	}
	if r.Per, err = parsePer(per); err != nil {
		return Rate{}, err
	}
	if len(words) == 3 {
		r.Burst, err = parseEvents("burst", words[2])
	}
	return r, err
}

func parseEvents(what, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxEvents {
		return 0, fmt.Errorf("the %s %q is not a whole number from 1 to %d", what, s, maxEvents)
	}
	return n, nil
}

func parsePer(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < minPer || d > maxPer {
		return 0, fmt.Errorf("the period %q is not a duration from %v to %v, such as 1m", s, minPer, shortDuration(maxPer))
	}
	return d, nil
}

// Unlimited reports whether r is no limit at all.
func (r Rate) Unlimited() bool { return r.Count <= 0 || r.Per <= 0 }

// String returns the form that [ParseRate] reads.
func (r Rate) String() string {
	if r.Unlimited() {
		return "off"
	}
	s := strconv.Itoa(r.Count) + "/" + shortDuration(r.Per)
	if r.Burst > 0 {
		s += " burst " + strconv.Itoa(r.Burst)
	}
	return s
}

// MarshalText implements encoding.TextMarshaler.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler, through which the configuration is read. On
// an error r stays as it was.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// burst is how many events fit at once; at least 1 for a Rate that limits.
func (r Rate) burst() int {
	if r.Burst > 0 {
		return r.Burst
	}
	return r.Count
}

// perSecond is the refill in events per second.
func (r Rate) perSecond() float64 { return float64(r.Count) / r.Per.Seconds() }

// refill is how long it takes for that many events to come back, rounded up to a nanosecond. What
// is far less than one is floating-point dust, and would make a Retry-After of whole seconds one
// too long.
func (r Rate) refill(events float64) time.Duration {
	nanos := math.Ceil(events*float64(r.Per)/float64(r.Count) - 0.001)
	if nanos >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(max(nanos, 0))
}

// shortDuration writes 1m0s as 1m and 1h0m0s as 1h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
