package attack

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// pages reads lists to their ends, and requests pages that do not exist.
func (s *target) pages(ctx context.Context) error {
	var first, last, rows int
	err := s.between(ctx, 100*time.Millisecond, 64<<20, func(ctx context.Context) error {
		for _, sort := range []string{"id", "-id", "title", "-like_count"} {
			took, n, err := s.walk(ctx, "/movies?limit=50&sort="+sort)
			if err != nil {
				return err
			}
			rows += n
			if n != s.films {
				return fmt.Errorf("sort=%s shows %d of %d films", sort, n, s.films)
			}
			tenth := len(took) / 10
			head, tail := took[:tenth].Quantile(0.5), took[len(took)-tenth:].Quantile(0.5)
			s.want("sort="+sort+": last pages, against three times the first", milliseconds(tail), 3*milliseconds(head), "ms")
			first, last = first+int(head.Microseconds()), last+int(tail.Microseconds())
		}
		return s.impossible(ctx)
	})
	s.note("%d rows read; first pages %d µs at the median, last ones %d µs", rows, first/4, last/4)
	return err
}

// walk reads a list to its end, from its own addresses.
func (s *target) walk(ctx context.Context, path string) (took harness.Delays, rows int, err error) {
	for n := 0; path != ""; n++ {
		begin := time.Now()
		a := s.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: path, From: fmt.Sprintf("203.0.113.%d", 1+n%200)})
		if a.Status != http.StatusOK {
			return nil, 0, fmt.Errorf("GET %s: %d %s", path, a.Status, a.Body)
		}
		took = append(took, time.Since(begin))
		rows += strings.Count(string(a.Body), `"playtime":`)
		path = harness.NextPage(a.Header)
	}
	return took, rows, nil
}

// impossible requests pages that no list has. Every answer must be fast and none a 5xx.
func (s *target) impossible(ctx context.Context) error {
	answers := newCounter()
	var longest time.Duration
	huge := strings.Repeat("A", 8000)
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=201", "limit=99999999999999999999", "limit=1e9", "limit=", "limit=50&limit=50",
		"cursor=x", "cursor=" + huge, "cursor=%00", "cursor=AAAA", "cursor=eyJpZCI6OTIyMzM3MjAzNjg1NDc3NTgwN30", "sort=;drop", "sort=",
		"title=" + huge, "title=%25%25%25%25", "title=" + strings.Repeat("%25_", 1000), "title=%ff", "genre=Nothing", "page=1000000", "offset=9",
	} {
		for _, list := range []string{"/movies", "/users", "/users/1/followers", "/users/1/reviews", "/users/search", "/movies/1/reviews"} {
			begin := time.Now()
			a := s.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: list + "?" + query, From: "203.0.113.250"})
			longest = max(longest, time.Since(begin))
			answers.add(status(a))
			if a.Status == 0 || a.Status >= 500 {
				return fmt.Errorf("GET %s?%.60s: %d %s", list, query, a.Status, a.Body)
			}
		}
	}
	s.note("impossible pages: %s; the slowest in %.1f ms", answers, milliseconds(longest))
	return nil
}
