package main

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// catchUp is how long sockets may take at the end to receive everything.
const catchUp = 20 * time.Second

// count waits until the sockets have received everything, and compares the state with the ledger.
func (t *trial) count(ctx context.Context, driven time.Duration) (*report, error) {
	r := &report{options: t.options, driven: driven, writes: len(t.ledger.entries), frames: map[string]harness.Delays{}}
	for _, m := range t.members {
		inbox, err := t.inbox(ctx, m)
		if err != nil {
			return nil, err
		}
		final := int64(len(inbox))
		harness.Eventually(ctx, catchUp, func() bool {
			return !slices.ContainsFunc(m.sockets, func(l *harness.Listener) bool { return l.Last() < final })
		})
		v := judge(m.id, t.ledger.entries, inbox)
		r.notified += len(inbox)
		r.lost, r.duplicated, r.gaps, r.misordered = r.lost+len(v.lost), r.duplicated+len(v.duplicated), r.gaps+v.gaps, r.misordered+v.misordered
		for _, l := range m.sockets {
			t.countSocket(r, l, v.notified, final)
		}
	}
	if err := t.closeSockets(); err != nil {
		return nil, err
	}
	t.countFailures(r)
	r.faults, r.faulty = t.windows.counts()
	r.blocks = t.blocks
	for _, what := range []*revocation{logout, suspension} {
		r.revocations = append(r.revocations, t.revocations.findings(what, &t.windows))
	}
	var err error
	r.images, err = t.countImages(ctx)
	return r, err
}

// inbox returns all notifications of a member.
func (t *trial) inbox(ctx context.Context, m *member) ([]harness.Notification, error) {
	var all []harness.Notification
	for path := "/notifications/inbox?limit=200"; path != ""; {
		var page []harness.Notification
		a, err := t.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: path, Token: m.token}, &page)
		if err != nil {
			return nil, err
		}
		all, path = append(all, page...), harness.NextPage(a.Header)
	}
	return all, nil
}

// countSocket adds what one socket received.
func (t *trial) countSocket(r *report, l *harness.Listener, all []notified, final int64) {
	frames := l.Frames()
	r.sockets++
	r.reopened += l.Opened() - 1
	skipped, repeated := harness.Misordered(frames, 0)
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
		r.addDelay(t.meanwhile(from, f.At), f.At.Sub(from))
	}
}

// meanwhile names the fault that explains why a frame of a write at from arrived only at until. A fault that began
// when the frame was already overdue explains nothing, and an outage of the store explains no late notification.
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

// countFailures sorts the failed requests by the fault during which they were sent.
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
