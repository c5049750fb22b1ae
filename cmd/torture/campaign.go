package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// campaign is one run of the torture program.
type campaign struct {
	options
	progress io.Writer
	began    time.Time
	dir, bin string
	plan     *plan
	home     *instance
	homes    int
	asides   int
	stack    *stack // nil on SQLite
	sinceNew int    // faults since this instance was created
	report   *report
}

func newCampaign(ctx context.Context, o options, progress io.Writer) (*campaign, error) {
	kinds, err := o.kinds()
	if err != nil {
		return nil, err
	}
	o.duration = cmp.Or(o.duration, time.Minute)
	c := &campaign{
		options: o, progress: progress, began: time.Now(), dir: o.keep, bin: o.bin,
		plan: newPlan(o.seed, kinds, o.stack), report: newReport(o),
	}
	if c.dir == "" {
		c.dir, err = os.MkdirTemp("", "cinecircle-torture-")
	} else if err = os.MkdirAll(c.dir, 0o700); err == nil {
		c.dir, err = filepath.Abs(c.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	if c.bin == "" {
		c.say("building")
		c.bin = filepath.Join(c.dir, "cinecircle")
		err = harness.Build(ctx, c.bin, harness.Failpoints)
	} else {
		c.bin, err = filepath.Abs(c.bin)
	}
	if err == nil && o.stack {
		c.say("starting MariaDB, Redis and an S3-compatible store")
		c.stack, err = startStack(ctx, o.scripts, c.dir)
	}
	if err != nil {
		return nil, errors.Join(err, c.close()) //nolint:contextcheck // what was made is removed also after an interruption
	}
	return c, nil
}

// run injects faults until the time is over, and verifies after each.
func (c *campaign) run(ctx context.Context) error {
	begin := time.Now()
	defer func() { c.report.took = time.Since(begin) }()
	for n := 0; c.rounds == 0 || n < c.rounds; n++ {
		if n > 0 && c.rounds == 0 && time.Since(begin) > c.duration {
			break
		}
		if err := c.round(ctx, c.plan.next()); err != nil {
			return fmt.Errorf("fault %d: %w", n+1, err)
		}
		if c.report.wrong() {
			break // every later round would report the same
		}
	}
	return c.leave(ctx)
}

// round injects one fault.
func (c *campaign) round(ctx context.Context, f fault) error {
	c.report.faults[f.name]++
	switch f.kind {
	case kindMigration:
		return c.migration(ctx, f)
	case kindDisk:
		return c.disk(ctx, f)
	}
	if err := c.ensureInstance(ctx); err != nil {
		return err
	}
	return c.torture(ctx, c.home, f)
}

// torture lets members use the program, injects a fault, and restarts the program.
func (c *campaign) torture(ctx context.Context, h *instance, f fault) error {
	if len(f.env) > 0 {
		h.proc.Unread = f.kind == kindLog
		err := h.again(ctx, syscall.SIGTERM, f.env...)
		h.proc.Unread = false // when it starts again
		if err != nil {
			return err
		}
	}
	acked := c.report.tally.count()
	if !h.proc.Running() { // it has reached its point while it was starting
		return c.recover(ctx, h, f, acked)
	}
	use, stop := context.WithCancel(ctx)
	defer stop()
	var crew sync.WaitGroup
	for _, w := range h.workers {
		crew.Go(func() { w.run(use, h.proc.Ended()) })
	}
	err := h.inflict(ctx, f, c.report)
	stop()
	crew.Wait()
	if err != nil {
		return err
	}
	return c.recover(ctx, h, f, acked)
}

// recover starts what has died, and verifies.
func (c *campaign) recover(ctx context.Context, h *instance, f fault, acked int) error {
	begin := time.Now()
	if err := h.start(ctx); err != nil {
		return err
	}
	healed := time.Since(begin)
	c.report.healed = append(c.report.healed, healed)
	found, err := h.verify(ctx)
	if err != nil {
		return err
	}
	c.report.add(found)
	h.disperse()
	c.say("%-20s %5d more acknowledged, back after %s%s", f.name, c.report.tally.count()-acked, healed.Round(time.Millisecond), found.summary())
	return nil
}

// ensureInstance creates an instance when there is none, or when the current one has seen enough faults.
func (c *campaign) ensureInstance(ctx context.Context) error {
	if c.home != nil && c.sinceNew < c.fresh {
		c.sinceNew++
		return nil
	}
	if err := c.leave(ctx); err != nil {
		return err
	}
	c.homes++
	c.sinceNew = 1
	o := c.options
	o.seed = c.seed<<16 + uint64(c.homes)
	var err error
	c.home, err = newInstance(ctx, c.bin, filepath.Join(c.dir, fmt.Sprintf("home-%d", c.homes)), o, c.report.tally)
	if err != nil {
		return err
	}
	if c.stack != nil {
		env, err := c.stack.use(ctx, fmt.Sprintf("home-%d", c.homes))
		if err != nil {
			return err
		}
		c.home.stack, c.home.proc.Env = c.stack, append(c.home.proc.Env, env...)
	}
	if err := c.home.start(ctx); err != nil {
		return err
	}
	return c.home.settle(ctx)
}

// leave stops the instance gracefully and counts its last state.
func (c *campaign) leave(ctx context.Context) error {
	h := c.home
	if h == nil {
		return nil
	}
	c.home = nil
	c.report.addFrames(h)
	err := errors.Join(h.end(syscall.SIGTERM), h.close())
	if c.stack != nil {
		err = errors.Join(err, os.RemoveAll(c.stack.objects()), os.Mkdir(c.stack.objects(), 0o700))
	}
	if err == nil && c.keep == "" {
		err = os.RemoveAll(h.dir)
	}
	return errors.Join(err, ctx.Err())
}

// close removes the files of the campaign, unless they were asked to be kept.
func (c *campaign) close() error {
	var problems []error
	if c.home != nil {
		problems = append(problems, c.home.close())
	}
	problems = append(problems, c.stack.close())
	if c.keep == "" {
		problems = append(problems, os.RemoveAll(c.dir))
	}
	return errors.Join(problems...)
}

func (c *campaign) say(format string, args ...any) {
	fmt.Fprintf(c.progress, "%7.1f s  %s\n", time.Since(c.began).Seconds(), fmt.Sprintf(format, args...))
}
