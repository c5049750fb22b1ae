package attack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	soakFor       = 5 * time.Minute // the default duration
	warmUpAtMost  = 10 * time.Minute
	sampleEvery   = 2 * time.Second
	visitorCount  = 12
	membersOfEach = 5
	backPatience  = time.Minute // for the resources of the visitors to be released
	steadyFor     = 3           // readings a second apart that are the same
	readersAtOnce = 64
)

// sample is the resource use of the process at one time.
type sample struct {
	at                time.Duration // since the load began
	memory            float64       // MiB
	goroutines, files float64
}

// soak uses the program at a modest, steady rate, and looks for leaks. The members change what they have rather than
// add to it, so that the data do not grow.
func (s *target) soak(ctx context.Context) error {
	duration := s.Duration
	if duration == 0 {
		duration = soakFor
	}
	members, err := s.signUp(ctx, visitorCount*membersOfEach)
	if err != nil {
		return err
	}
	c, err := s.settle(ctx, members)
	if err != nil {
		return err
	}
	s.fillPools(ctx)
	before, err := s.steady(ctx)
	if err != nil {
		return err
	}
	use, leave := context.WithCancel(ctx)
	defer leave()
	var crew sync.WaitGroup
	for _, v := range c.visitors {
		crew.Go(func() { v.stay(use) })
	}
	samples, err := s.watch(ctx, duration)
	leave()
	crew.Wait()
	if err != nil {
		return err
	}
	c.api.HTTP.CloseIdleConnections()
	s.judgeMemory(duration, samples)
	if err := s.judgeReturn(ctx, before, samples); err != nil {
		return err
	}
	s.want("answers that nobody expected", float64(c.odd.total()), 0, "")
	s.note("answers: %s", c.answers)
	if c.odd.total() > 0 {
		return fmt.Errorf("answers that nobody expected: %s", c.odd)
	}
	return nil
}

// fillPools reads with enough concurrency to open every database connection that the program keeps.
func (s *target) fillPools(ctx context.Context) {
	var crew sync.WaitGroup
	for k := range readersAtOnce {
		crew.Go(func() {
			for range 3 {
				s.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: "/movies?limit=200", From: fmt.Sprintf("192.0.2.%d", k)}) // the response does not matter
			}
		})
	}
	crew.Wait()
}

// measure reads the resource use from the kernel and from /metrics.
func (s *target) measure(ctx context.Context) (one sample, err error) {
	m, err := s.proc.Memory()
	if err != nil {
		return one, err
	}
	one.memory = megabytes(m.Resident)
	a := s.api.Try(ctx, harness.Call{Method: http.MethodGet, Base: "http://" + s.meter, Path: "/metrics"})
	if a.Status != http.StatusOK {
		return one, fmt.Errorf("GET /metrics: %d %s", a.Status, a.Body)
	}
	var pool float64
	figures := map[string]*float64{"go_goroutines": &one.goroutines, "process_open_fds": &one.files, `go_sql_open_connections{db_name="mysql"}`: &pool}
	for lines := bufio.NewScanner(bytes.NewReader(a.Body)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if to := figures[name]; to != nil {
			if *to, err = strconv.ParseFloat(value, 64); err != nil {
				return one, fmt.Errorf("GET /metrics: %s: %w", name, err)
			}
		}
	}
	if one.goroutines == 0 || one.files == 0 {
		return one, errors.New("GET /metrics tells of no goroutines, or of no files")
	}
	// Connections to a server come and go by their age; each has a goroutine of the driver.
	one.goroutines, one.files = one.goroutines-pool, one.files-pool
	return one, nil
}

// steady waits until the numbers of goroutines and open files are stable, and returns them. Its own connection is open
// before and after the load.
func (s *target) steady(ctx context.Context) (last sample, err error) {
	s.api.HTTP.CloseIdleConnections()
	same := 0
	for begin := time.Now(); time.Since(begin) < backPatience; pause(ctx, time.Second) {
		now, err := s.measure(ctx)
		if err != nil {
			return now, err
		}
		if same++; now.goroutines != last.goroutines || now.files != last.files {
			same = 1
		}
		if last = now; same == steadyFor {
			return now, nil
		}
	}
	return last, errors.New("goroutines and files do not become steady before the load")
}

// watch takes samples at intervals.
func (s *target) watch(ctx context.Context, duration time.Duration) (samples []sample, err error) {
	again := time.NewTicker(sampleEvery)
	defer again.Stop()
	for begin := time.Now(); time.Since(begin) < duration; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.proc.Ended():
			return nil, fmt.Errorf("the program ended by itself: %s", s.proc.LogTail())
		case <-again.C:
		}
		one, err := s.measure(ctx)
		if err != nil {
			return nil, err
		}
		one.at = time.Since(begin)
		samples = append(samples, one)
	}
	return samples, nil
}

// judgeMemory fits a line through the memory after the warm-up.
func (s *target) judgeMemory(duration time.Duration, samples []sample) {
	warm := min(duration/3, warmUpAtMost)
	var hours, memory []float64
	for _, one := range samples {
		if one.at >= warm {
			hours, memory = append(hours, one.at.Hours()), append(memory, one.memory)
		}
	}
	t := trendOf(hours, memory)
	s.want("memory: slope after the warm-up", t.slope, 1, "MiB/h")
	precision := "which tells a slope of 1 MiB/h from none"
	if 2*t.unsure > 1 {
		precision = fmt.Sprintf("so this run says nothing of slopes below %.1f MiB/h", 2*t.unsure)
	}
	s.note("the slope is known to ± %.1f MiB/h (standard error, %d samples in %s after %s), %s",
		t.unsure, len(hours), (duration - warm).Round(time.Second), warm.Round(time.Second), precision)
	if n := len(memory); n > 0 {
		third := max(1, n/3)
		s.note("memory after the warm-up: %.1f MiB in its first third, %.1f in its last", mean(memory[:third]), mean(memory[n-third:]))
	}
}

// judgeReturn waits until the resources of the load are released.
func (s *target) judgeReturn(ctx context.Context, before sample, samples []sample) error {
	near := func(n float64) float64 { return max(2, n/100) }
	var now sample
	var err error
	begin := time.Now()
	harness.Eventually(ctx, backPatience, func() bool {
		now, err = s.measure(ctx)
		return err != nil || math.Abs(now.goroutines-before.goroutines) <= near(before.goroutines) && math.Abs(now.files-before.files) <= near(before.files)
	})
	if err != nil {
		return err
	}
	took := time.Since(begin)
	s.want("goroutines: off what they were before", math.Abs(now.goroutines-before.goroutines), near(before.goroutines), "")
	s.want("open files: off what they were before", math.Abs(now.files-before.files), near(before.files), "")
	var most sample
	for _, one := range samples {
		most.goroutines, most.files = max(most.goroutines, one.goroutines), max(most.files, one.files)
	}
	s.note("goroutines %.0f before, %.0f at most, %.0f %.1f s after; open files %.0f, %.0f and %.0f; memory %.0f MiB before and %.0f after",
		before.goroutines, most.goroutines, now.goroutines, took.Seconds(), before.files, most.files, now.files, before.memory, now.memory)
	return nil
}

func (c *counter) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.n {
		n += k
	}
	return n
}
