package media

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const small, large = 1000, largePixels + 1

func enter(t *testing.T, g *gate, pixels int) (leave func()) {
	t.Helper()
	leave, err := g.enter(t.Context(), 0, pixels)
	if err != nil {
		t.Fatalf("enter: %v", err)
	}
	return leave
}

// queue starts n who wait, and returns once they do.
func queue(t *testing.T, ctx context.Context, g *gate, pixels, n int) (errs chan error) {
	t.Helper()
	return queueOf(t, ctx, g, 0, pixels, n)
}

// queueOf is queue for the images of one member, of whom one comes to wait for a slot.
func queueOf(t *testing.T, ctx context.Context, g *gate, member int64, pixels, n int) (errs chan error) {
	t.Helper()
	errs = make(chan error, n)
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	for range n {
		all.Go(func() {
			leave, err := g.enter(ctx, member, pixels)
			if err == nil {
				leave()
			}
			errs <- err
		})
	}
	for g.queued(member) < n {
		if t.Context().Err() != nil {
			t.Fatal("nobody waits")
		}
		<-time.After(time.Millisecond) // polls: the semaphore tells nobody
	}
	return errs
}

// queued counts who waits for a slot, or the images of a member.
func (g *gate) queued(member int64) int {
	if member == 0 {
		return int(g.waiting.Load())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.members[member]; t != nil {
		return t.sent
	}
	return 0
}

func TestThirdDecodeWaitsForOneOfTwo(t *testing.T) {
	g := newGate()
	first, second := enter(t, g, small), enter(t, g, small)
	third := queue(t, t.Context(), g, small, 1)
	select {
	case err := <-third:
		t.Fatalf("three at once: %v", err)
	default:
	}
	first()
	if err := <-third; err != nil {
		t.Errorf("after one left: %v", err)
	}
	second()
}

func TestLargeImageIsDecodedAlone(t *testing.T) {
	g := newGate()
	leave := enter(t, g, small)
	waiting := queue(t, t.Context(), g, large, 1)
	if g.slots.TryAcquire(1) {
		t.Error("a small image overtakes a large one that waits")
	}
	leave()
	if err := <-waiting; err != nil {
		t.Errorf("after the small one left: %v", err)
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	errs := queue(t, t.Context(), g, small, maxWaiting)
	_, err := g.enter(t.Context(), 0, small)
	busy, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter != 2*time.Second {
		t.Errorf("got %v, want busy with 2 s", err)
	}
	leave()
	for range maxWaiting {
		if err := <-errs; err != nil {
			t.Errorf("one who waited: %v", err)
		}
	}
	if n := g.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}

func TestLongWaitIsBusy(t *testing.T) {
	g := newGate()
	g.maxWait = time.Millisecond
	defer enter(t, g, large)()
	if _, err := g.enter(t.Context(), 0, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
}

func TestAMemberWhoWaitedTooLongMayComeAgain(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	g.maxWait = time.Millisecond
	if _, err := g.enter(t.Context(), 1, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("while all slots are taken: got %v, want busy", err)
	}
	leave()
	g.maxWait = maxWait
	again, err := g.enter(t.Context(), 1, small)
	if err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	again()
	if len(g.members) > 0 {
		t.Errorf("%d members are remembered", len(g.members))
	}
}

func TestALargeUploadWantsAllSlots(t *testing.T) {
	l := NewLibrary(nil, nil, time.Now, nil)
	l.gate.maxWait = time.Millisecond
	leave := enter(t, l.gate, small)
	defer leave()
	upload := Upload{Name: "a.png", Data: pngClaiming(4000, largePixels/4000+1)}
	if _, err := l.Decode(t.Context(), ReviewImages, upload); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("beside a small one: got %v, want busy", err)
	}
	upload.Data = pngClaiming(4000, largePixels/4000)
	if _, err := l.Decode(t.Context(), ReviewImages, upload); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("the largest that is not alone: got %v, want it to be looked at", err)
	}
	if got := l.Stats(); got.Busy != 1 || got.Refused != 1 {
		t.Errorf("counted %+v, want one busy and one refused", got)
	}
}

func TestWhoGoesAwayLeavesTheQueue(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	ctx, cancel := context.WithCancel(t.Context())
	errs := queue(t, ctx, g, small, 1)
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	leave()
	enter(t, g, large)()
}

func TestWhoSendsManyImagesIsInTheWayOfNobody(t *testing.T) {
	g := newGate()
	leave := enter(t, g, large)
	many := queueOf(t, t.Context(), g, 1, large, maxOfMember)
	if _, err := g.enter(t.Context(), 1, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("one more of the same member: %v, want busy", err)
	}
	for g.waiting.Load() < 1 { // the first of them
		<-time.After(time.Millisecond)
	}
	other := make(chan error, 1)
	go func() {
		leave, err := g.enter(t.Context(), 2, small)
		if err == nil {
			leave()
		}
		other <- err
	}()
	for g.waiting.Load() < 2 {
		<-time.After(time.Millisecond)
	}
	if got := g.waiting.Load(); got != 2 {
		t.Errorf("%d wait for a slot, want one of each member", got)
	}
	leave()
	if err := <-other; err != nil {
		t.Errorf("another member: %v", err)
	}
	for range maxOfMember {
		if err := <-many; err != nil {
			t.Errorf("an image of many: %v", err)
		}
	}
	if len(g.members) > 0 {
		t.Errorf("%d members are remembered", len(g.members))
	}
}

func TestAMemberWhoGoesAwayLeavesTheirTurn(t *testing.T) {
	g := newGate()
	leave, err := g.enter(t.Context(), 1, small)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waits := queueOf(t, ctx, g, 1, small, 2) // with the one that has it
	cancel()
	for range 2 {
		if err := <-waits; !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrBusy) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
	leave()
	if len(g.members) > 0 {
		t.Errorf("%d members are remembered", len(g.members))
	}
}
