package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/cinecircle/cinecircle/cmd/bench/yardstick"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	signInConns   = 4  // people who sign in at the same time
	signInMembers = 50 // who sign in again and again
	signInRound   = 3 * time.Second
	bystanderRate = 50 // requests a second of others meanwhile
)

// measureSignIns measures how many members sign in per second when passwords are hashed at the default cost, and how long
// others wait meanwhile: on a server of its own, and on the yardstick that only compares the hash, in turn.
func (b *bench) measureSignIns(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp(b.dir, "sign-in-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o := b.options
	o.bin = b.server.Bin
	o.cost = config.Default().Auth.BcryptCost
	h, err := newHost(ctx, o, signInMembers, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	peer, err := b.startYardstick(ctx, yardstick.Static)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.End(syscall.SIGTERM)) }()

	signIn := func(k int) request { return loginAs(h.members[k%len(h.members)].name) }
	ours := flood{Process: h.server.Process, signIn: signIn, other: get("/users/%d", h.members[0].id)}
	theirs := flood{Process: peer, other: get("/"), signIn: func(k int) request {
		r := signIn(k)
		r.path = fmt.Sprintf("%s?cost=%d", yardstick.SignInPath, o.cost)
		return r
	}}
	for range b.rounds {
		for _, f := range []*flood{&theirs, &ours} {
			if err := f.run(ctx); err != nil {
				return err
			}
		}
		s := sample{name: "SignIns", n: ours.answered}
		s.add(ours.perSecond, unitRate)
		s.add(ours.perSecond/theirs.perSecond, unitToUsual)
		s.add(float64(ours.waited.Quantile(0.99)), unitP99)
		s.add(float64(ours.waited.Quantile(0.5)), unitP50)
		b.record.samples = append(b.record.samples, s)
		b.record.single("SignInsUsual", float64(theirs.waited.Quantile(0.99)), unitP99)
	}
	b.say("sign-ins: %.1f/s, %.2f of the yardstick", b.record.median("SignIns", unitRate), b.record.median("SignIns", unitToUsual))
	return nil
}

// flood is a server on which members sign in as fast as it answers, while others read.
type flood struct {
	*harness.Process

	signIn    func(k int) request
	other     request
	sent      int
	answered  int // in the last round
	perSecond float64
	waited    harness.Delays // of the others in the last round
}

func (f *flood) run(ctx context.Context) error {
	c, others := newClient(signInConns, nil), newClient(0, map[string][]string{yardstick.HeaderAnswerBytes: {"300"}})
	defer c.close()
	defer others.close()
	if _, err := c.do(ctx, f.URL(), f.signIn(f.sent)); err != nil { // the yardstick makes its hash
		return err
	}
	var wg sync.WaitGroup
	var failed error
	wg.Go(func() {
		n := int(signInRound.Seconds() * bystanderRate)
		f.waited, failed = others.pace(ctx, f.URL(), func(int) request { return f.other }, 0, n, bystanderRate)
	})
	began := time.Now()
	var mu sync.Mutex
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		f.sent++
		return f.sent, time.Since(began) < signInRound
	}
	first := f.sent
	err := each(signInConns, signInConns, func(int) error {
		for {
			k, more := next()
			if !more {
				return nil
			}
			if _, err := c.do(ctx, f.URL(), f.signIn(k)); err != nil {
				return err
			}
		}
	})
	took := time.Since(began)
	wg.Wait()
	f.answered = f.sent - first - signInConns
	f.perSecond = math.Max(float64(f.answered), 1) / took.Seconds()
	return errors.Join(err, failed)
}
