package limit

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	_ encoding.TextUnmarshaler = (*Rate)(nil)
	_ encoding.TextMarshaler   = Rate{}
)

func TestRatesAreParsedAndFormatted(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text, canonical string
		want            Rate
	}{
		{"30/1m", "30/1m", Rate{30, time.Minute, 0}},
		{"10/1s burst 100", "10/1s burst 100", Rate{10, time.Second, 100}},
		{"  5/1h0m0s   burst  5 ", "5/1h burst 5", Rate{5, time.Hour, 5}},
		{"1/90s", "1/1m30s", Rate{1, 90 * time.Second, 0}},
		{"1000000/1ms", "1000000/1ms", Rate{1000000, time.Millisecond, 0}},
		{"1/720h", "1/720h", Rate{1, 720 * time.Hour, 0}},
		{"off", "off", Rate{}},
		{"OFF", "off", Rate{}},
	} {
		got, err := ParseRate(tc.text)
		if err != nil {
			t.Errorf("%q: %v", tc.text, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.text, diff)
		}
		if got.String() != tc.canonical {
			t.Errorf("%q is written %q, want %q", tc.text, got.String(), tc.canonical)
		}
	}
}

func TestInvalidRatesAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "on", "30", "30/", "/1m", "30/m", "30/1", "0/1m", "-1/1m", "30/0s", "30/-1m", "30/1us",
		"30/721h", "1000001/1m", "30/1m burst", "30/1m burst 0", "30/1m burst x", "30/1m 5", "off off",
		"30/1m burst 5 5", "1e3/1m", "99999999999999999999/1m", "30/1m/1m", "30 / 1m",
	} {
		r := Rate{7, time.Second, 7}
		err := r.UnmarshalText([]byte(text))
		if err == nil {
			t.Errorf("%q was read as %v", text, r)
			continue
		}
		if !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("the error for %q does not name it: %v", text, err)
		}
		if r != (Rate{7, time.Second, 7}) {
			t.Errorf("%q changed the value to %v", text, r)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"30/1m", "10/1s burst 100", "off", "", "1/1ns", "9999999/1h burst -1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRate(s)
		if err != nil {
			if r != (Rate{}) {
				t.Errorf("%q failed and returned %v", s, r)
			}
			return
		}
		again, err := ParseRate(r.String())
		if err != nil || again != r {
			t.Errorf("%q is %+v, written %q, read back %+v, %v", s, r, r.String(), again, err)
		}
		if !r.Unlimited() && (r.refill(1) <= 0 || r.refill(float64(r.burst())) < r.refill(1) || r.perSecond() <= 0) {
			t.Errorf("%q has no usable arithmetic: %+v", s, r)
		}
	})
}

func TestRateLimitHeadersFollowTheDraft(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rate Rate
		want string
	}{
		{Rate{Count: 100, Per: time.Second, Burst: 1000}, `"read";q=1000;w=10`},
		{Rate{Count: 30, Per: time.Minute}, `"read";q=30;w=60`},
		{Rate{Count: 5, Per: time.Minute, Burst: 1}, `"read";q=1;w=12`},
		{Rate{Count: 1000, Per: time.Second, Burst: 1}, `"read";q=1;w=1`},
		{Rate{Count: 1, Per: 24 * time.Hour}, `"read";q=1;w=86400`},
	} {
		if got := tc.rate.Policy("read"); got != tc.want {
			t.Errorf("policy of %v is %s, want %s", tc.rate, got, tc.want)
		}
	}
	for _, tc := range []struct {
		quota Quota
		want  string
	}{
		{Quota{Remaining: 999, Next: 10 * time.Millisecond}, `"read";r=999;t=1`},
		{Quota{Remaining: 0, Next: 2001 * time.Millisecond}, `"read";r=0;t=3`},
		{Quota{Remaining: 7}, `"read";r=7;t=0`},
		{Quota{Remaining: 7, Next: time.Second, RetryAfter: 90 * time.Second}, `"read";r=0;t=90`}, // refused by another rate
	} {
		if got := tc.quota.Header("read"); got != tc.want {
			t.Errorf("%+v is written as %s, want %s", tc.quota, got, tc.want)
		}
	}
}

func TestTimesStaysWithinTheBoundsOfARate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		rate Rate
		n    int
		want string
	}{
		{Rate{Count: 60, Per: time.Minute, Burst: 120}, 2, "120/1m burst 240"},
		{Rate{Count: 60, Per: time.Minute}, 3, "180/1m"},
		{Rate{Count: maxEvents, Per: time.Minute, Burst: maxEvents}, 1 << 16, "1000000/1m burst 1000000"},
		{Rate{}, 2, "off"},
	} {
		if got := tc.rate.Times(tc.n); got.String() != tc.want {
			t.Errorf("%d times %v is %v, want %s", tc.n, tc.rate, got, tc.want)
		}
	}
}
