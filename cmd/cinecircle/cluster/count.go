package main

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// catchUp is how long sockets get in the end to see everything.
const catchUp = 20 * time.Second

// count waits for the sockets to have seen everything, and holds what is there against the ledger.
func (t *trial) count(ctx context.Context, driven time.Duration) (*report, error) {
	r := &report{options: t.options, driven: driven, writes: len(t.ledger.entries), frames: map[string]*delays{}}
	for _, m := range t.members {
		inbox, err := t.inbox(ctx, m)
		if err != nil {
			return nil, err
		}
		final := int64(len(inbox))
		rig.Eventually(ctx, catchUp, func() bool {
			return !slices.ContainsFunc(m.sockets, func(l *rig.Listener) bool { return l.Last() < final })
		})
		v := judge(m.id, t.ledger.entries, inbox)
		r.told += len(inbox)
		r.lost, r.duplicated, r.gaps, r.misordered = r.lost+len(v.lost), r.duplicated+len(v.duplicated), r.gaps+v.gaps, r.misordered+v.misordered
		for _, l := range m.sockets {
			t.countSocket(r, l, v.told, final)
		}
	}
	if err := t.hangUp(); err != nil {
		return nil, err
	}
	t.countFailures(r)
	r.faults, r.faulty = t.windows.counts()
	r.sessions = t.sessions.findings(&t.windows)
	var err error
	r.images, err = t.countImages(ctx)
	return r, err
}

// inbox returns all notifications of a member.
func (t *trial) inbox(ctx context.Context, m *member) ([]rig.Notification, error) {
	var all []rig.Notification
	for path := "/notifications/inbox?limit=200"; path != ""; {
		var page []rig.Notification
		a, err := t.api.Must(ctx, rig.Call{Method: http.MethodGet, Path: path, Token: m.token}, &page)
		if err != nil {
			return nil, err
		}
		all, path = append(all, page...), rig.NextPage(a.Header)
	}
	return all, nil
}

// countSocket adds what one socket saw.
func (t *trial) countSocket(r *report, l *rig.Listener, all []told, final int64) {
	frames := l.Frames()
	r.sockets++
	r.reopened += l.Opened() - 1
	skipped, repeated := rig.Misordered(frames, 0)
	r.skipped, r.repeated = r.skipped+skipped, r.repeated+repeated
	r.unseen += max(0, int(final)-len(frames)+repeated)
	sent := make(map[int64]time.Time, len(all))
	for _, x := range all {
		sent[x.seq] = x.sent
	}
	for _, f := range frames {
		from, known := sent[f.Seq]
		if !known {
			continue
		}
		r.arrived++
		r.delay(t.meanwhile(from, f.At)).add(f.At.Sub(from))
	}
}

// meanwhile names the fault that explains why a frame of a write at from came at until only. A fault that began when
// the frame was overdue already explains nothing, and a store that is down nothing of notifications.
func (t *trial) meanwhile(from, until time.Time) string {
	if t.p99 > 0 {
		until = earlier(until, from.Add(t.p99))
	}
	return t.windows.during(from, until, faultStore)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// countFailures sorts the requests that failed by what was going on.
func (t *trial) countFailures(r *report) {
	r.failed = map[string]map[string]int{}
	for _, f := range t.failures.all {
		during := t.windows.during(f.from, f.to, faultStore)
		if during == "" {
			during = calm
		}
		status := "no answer"
		if f.status > 0 {
			status = strconv.Itoa(f.status)
		}
		if r.failed[during] == nil {
			r.failed[during] = map[string]int{}
		}
		r.failed[during][status]++
	}
}
