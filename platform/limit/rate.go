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

// The bounds of ParseRate: wide enough for any sensible limit, and narrow enough for the arithmetic
// of every implementation.
const (
	maxEvents = 1_000_000
	minPer    = time.Millisecond
	maxPer    = 30 * 24 * time.Hour
)

var errRateForm = errors.New(`must be COUNT/PERIOD such as "30/1m" or "10/1s burst 100", or "off"`)

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
		return 0, fmt.Errorf("the %s must be a whole number from 1 to %d, got %q", what, maxEvents, s)
	}
	return n, nil
}

func parsePer(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < minPer || d > maxPer {
		return 0, fmt.Errorf("the period must be a duration from %v to %v such as 1m, got %q", minPer, shortDuration(maxPer), s)
	}
	return d, nil
}

// Unlimited reports whether r allows everything.
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

// UnmarshalText implements encoding.TextUnmarshaler, for the configuration. On
// an error r stays unchanged.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// burst returns the number of events that are allowed at once, at least 1 for a Rate that limits.
func (r Rate) burst() int {
	if r.Burst > 0 {
		return r.Burst
	}
	return r.Count
}

// Largest returns the number of events that are allowed at once.
func (r Rate) Largest() int { return r.burst() }

// perSecond returns the refill in events per second.
func (r Rate) perSecond() float64 { return float64(r.Count) / r.Per.Seconds() }

// refill returns how long the refill of that many events takes, rounded up to a nanosecond. A tiny fraction of one
// is a floating-point error and is dropped, because it would make a Retry-After of whole seconds one
// too long.
func (r Rate) refill(events float64) time.Duration {
	nanos := math.Ceil(events*float64(r.Per)/float64(r.Count) - 0.001)
	if nanos >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(max(nanos, 0))
}

// events returns how many events are refilled in that time.
func (r Rate) events(d time.Duration) float64 { return d.Seconds() * r.perSecond() }

// Times returns a rate that allows n times as much, within the bounds of ParseRate.
func (r Rate) Times(n int) Rate {
	r.Count, r.Burst = min(r.Count*n, maxEvents), min(r.Burst*n, maxEvents)
	return r
}

// tenth returns a rate that allows a tenth, at least one event at once.
func (r Rate) tenth() Rate {
	return Rate{Count: r.Count, Per: 10 * r.Per, Burst: max(r.burst()/10, 1)}
}

// Fifth returns a rate that allows a fifth, at least one event at once.
func (r Rate) Fifth() Rate {
	return Rate{Count: r.Count, Per: 5 * r.Per, Burst: max(r.burst()/5, 1)}
}

// Policy returns the value of the header RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10 §3): the burst and
// the seconds in which it is refilled.
func (r Rate) Policy(name string) string {
	window := math.Ceil(r.refill(float64(r.burst())).Seconds())
	return fmt.Sprintf("%q;q=%d;w=%d", name, r.burst(), max(int64(window), 1))
}

// Header returns the value of the header RateLimit (§4 there): the remaining events and the seconds until there are
// more, which are those of Retry-After if the event was refused.
func (q Quota) Header(name string) string {
	next := q.Next
	if q.RetryAfter > 0 {
		next, q.Remaining = q.RetryAfter, 0
	}
	return `"` + name + `";r=` + strconv.Itoa(q.Remaining) + ";t=" + strconv.FormatInt(int64(math.Ceil(next.Seconds())), 10)
}

// shortDuration returns 1m for 1m0s and 1h for 1h0m0s.
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
