package siege

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

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

const (
	soakFor       = 5 * time.Minute // unless it is told otherwise
	warmUpAtMost  = 10 * time.Minute
	sampleEvery   = 2 * time.Second
	visitorCount  = 12
	membersOfEach = 5
	backPatience  = time.Minute // for what visitors took to be free again
	steadyFor     = 3           // readings a second apart that are the same
	readersAtOnce = 64
)

// sample is what the process takes at a time.
type sample struct {
	at                time.Duration // since the load began
	memory            float64       // MiB
	goroutines, files float64
}

// soak has a community use the program at a modest, steady rate, and looks for what grows, or does not come back. The
// community changes what it has rather than to add to it: what grows must not be the data.
func (s *siege) soak(ctx context.Context) error {
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

// fillPools reads with so many at once that the program opens every connection to its database that it will ever keep.
// They stay open, load or not.
func (s *siege) fillPools(ctx context.Context) {
	var crew sync.WaitGroup
	for k := range readersAtOnce {
		crew.Go(func() {
			for range 3 {
				s.api.Try(ctx, rig.Call{Method: http.MethodGet, Path: "/movies?limit=200", From: fmt.Sprintf("192.0.2.%d", k)}) // whatever the answer
			}
		})
	}
	crew.Wait()
}

// measure reads what the process takes, by the kernel and by what it says itself.
func (s *siege) measure(ctx context.Context) (one sample, err error) {
	m, err := s.proc.Memory()
	if err != nil {
		return one, err
	}
	one.memory = megabytes(m.Resident)
	a := s.api.Try(ctx, rig.Call{Method: http.MethodGet, Base: "http://" + s.meter, Path: "/metrics"})
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

// steady waits until goroutines and files do not change any more, and returns how many there are. The connection on
// which it asks is open before and after the load.
func (s *siege) steady(ctx context.Context) (last sample, err error) {
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

// watch measures every now and then.
func (s *siege) watch(ctx context.Context, duration time.Duration) (samples []sample, err error) {
	again := time.NewTicker(sampleEvery)
	defer again.Stop()
	for begin := time.Now(); time.Since(begin) < duration; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.proc.Ended():
			return nil, fmt.Errorf("the program ended by itself: %s", s.proc.LastWords())
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
func (s *siege) judgeMemory(duration time.Duration, samples []sample) {
	warm := min(duration/3, warmUpAtMost)
	var hours, memory []float64
	for _, one := range samples {
		if one.at >= warm {
			hours, memory = append(hours, one.at.Hours()), append(memory, one.memory)
		}
	}
	t := trendOf(hours, memory)
	s.want("memory: slope after the warm-up", t.slope, 1, "MiB/h")
	verdict := "which tells a slope of 1 MiB/h from none"
	if 2*t.unsure > 1 {
		verdict = fmt.Sprintf("so this run says nothing of slopes below %.1f MiB/h", 2*t.unsure)
	}
	s.note("the slope is known to ± %.1f MiB/h (standard error, %d samples in %s after %s), %s",
		t.unsure, len(hours), (duration - warm).Round(time.Second), warm.Round(time.Second), verdict)
	if n := len(memory); n > 0 {
		third := max(1, n/3)
		s.note("memory after the warm-up: %.1f MiB in its first third, %.1f in its last", mean(memory[:third]), mean(memory[n-third:]))
	}
}

// judgeReturn waits until everything that the load took is free again.
func (s *siege) judgeReturn(ctx context.Context, before sample, samples []sample) error {
	near := func(n float64) float64 { return max(2, n/100) }
	var now sample
	var err error
	begin := time.Now()
	rig.Eventually(ctx, backPatience, func() bool {
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
