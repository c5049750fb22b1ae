package picture

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const small, large = 1000, largePixels + 1

func acquire(t *testing.T, l *decodeLimiter, pixels int) (release func()) {
	t.Helper()
	release, err := l.acquire(t.Context(), 0, pixels)
	if err != nil {
		t.Fatalf("acquire: %v", err)
	}
	return release
}

// queue starts n goroutines that wait for a slot, and returns once they wait. Their results are sent to errs.
func queue(t *testing.T, ctx context.Context, l *decodeLimiter, pixels, n int) (errs chan error) {
	t.Helper()
	return queueFor(t, ctx, l, 0, pixels, n)
}

// queueFor is queue for images of one member, of which one at a time waits for a slot.
func queueFor(t *testing.T, ctx context.Context, l *decodeLimiter, member int64, pixels, n int) (errs chan error) {
	t.Helper()
	errs = make(chan error, n)
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	for range n {
		all.Go(func() {
			release, err := l.acquire(ctx, member, pixels)
			if err == nil {
				release()
			}
			errs <- err
		})
	}
	for l.queued(member) < n {
		if t.Context().Err() != nil {
			t.Fatal("nothing waits")
		}
		<-time.After(time.Millisecond) // polls: the semaphore has no event for it
	}
	return errs
}

// queued counts what waits for a slot, or the images of a member.
func (l *decodeLimiter) queued(member int64) int {
	if member == 0 {
		return int(l.waiting.Load())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.members[member]; q != nil {
		return q.images
	}
	return 0
}

func TestThirdImageWaitsForOneOfTwoSlots(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	first, second := acquire(t, l, small), acquire(t, l, small)
	third := queue(t, t.Context(), l, small, 1)
	select {
	case err := <-third:
		t.Fatalf("three at once: %v", err)
	default:
	}
	first()
	if err := <-third; err != nil {
		t.Errorf("after a release: %v", err)
	}
	second()
}

func TestLargeImageIsDecodedAlone(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release := acquire(t, l, small)
	waiting := queue(t, t.Context(), l, large, 1)
	if l.slots.TryAcquire(1) {
		t.Error("a small image overtakes a large one that waits")
	}
	release()
	if err := <-waiting; err != nil {
		t.Errorf("after the small one: %v", err)
	}
}

func TestFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release := acquire(t, l, large)
	errs := queue(t, t.Context(), l, small, maxWaiting)
	_, err := l.acquire(t.Context(), 0, small)
	busy, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrBusy) || busy.RetryAfter != 2*time.Second {
		t.Errorf("got %v, want busy with 2 s", err)
	}
	release()
	for range maxWaiting {
		if err := <-errs; err != nil {
			t.Errorf("an image that waited: %v", err)
		}
	}
	if n := l.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}

func TestLongWaitIsBusy(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	l.maxWait = time.Millisecond
	defer acquire(t, l, large)()
	if _, err := l.acquire(t.Context(), 0, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
}

func TestMemberMayRetryAfterALongWait(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release := acquire(t, l, large)
	l.maxWait = time.Millisecond
	if _, err := l.acquire(t.Context(), 1, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("while all slots are taken: got %v, want busy", err)
	}
	release()
	l.maxWait = maxWait
	again, err := l.acquire(t.Context(), 1, small)
	if err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	again()
	if len(l.members) > 0 {
		t.Errorf("%d members are still in the map", len(l.members))
	}
}

func TestLargeUploadTakesAllSlots(t *testing.T) {
	t.Parallel()
	d := NewDecoder(slog.New(slog.DiscardHandler))
	d.limiter.maxWait = time.Millisecond
	release := acquire(t, d.limiter, small)
	defer release()
	upload := Upload{Name: "a.png", Data: pngClaiming(4000, largePixels/4000+1)}
	if _, err := d.Decode(t.Context(), Review, upload); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("beside a small one: got %v, want busy", err)
	}
	upload.Data = pngClaiming(4000, largePixels/4000)
	if _, err := d.Decode(t.Context(), Review, upload); !errors.Is(err, ErrUnsupportedImage) {
		t.Errorf("the largest that takes one slot: got %v, want unsupported_image", err)
	}
	if got := d.Stats(); got.Busy != 1 || got.Refused != 1 {
		t.Errorf("counted %+v, want one busy and one refused", got)
	}
}

func TestCancelledUploadLeavesTheQueue(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release := acquire(t, l, large)
	ctx, cancel := context.WithCancel(t.Context())
	errs := queue(t, ctx, l, small, 1)
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	release()
	acquire(t, l, large)()
}

func TestMemberWithManyImagesDoesNotDelayAnother(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release := acquire(t, l, large)
	many := queueFor(t, t.Context(), l, 1, large, maxPerMember)
	if _, err := l.acquire(t.Context(), 1, small); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("one more of the same member: %v, want busy", err)
	}
	for l.waiting.Load() < 1 { // the first of the many
		<-time.After(time.Millisecond)
	}
	other := make(chan error, 1)
	go func() {
		release, err := l.acquire(t.Context(), 2, small)
		if err == nil {
			release()
		}
		other <- err
	}()
	for l.waiting.Load() < 2 {
		<-time.After(time.Millisecond)
	}
	if got := l.waiting.Load(); got != 2 {
		t.Errorf("%d wait for a slot, want one for each member", got)
	}
	release()
	if err := <-other; err != nil {
		t.Errorf("the other member: %v", err)
	}
	for range maxPerMember {
		if err := <-many; err != nil {
			t.Errorf("one of the many: %v", err)
		}
	}
	if len(l.members) > 0 {
		t.Errorf("%d members are still in the map", len(l.members))
	}
}

func TestCancelledUploadGivesUpTheTurnOfItsMember(t *testing.T) {
	t.Parallel()
	l := newDecodeLimiter()
	release, err := l.acquire(t.Context(), 1, small)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := queueFor(t, ctx, l, 1, small, 2)
	cancel()
	for range 2 {
		if err := <-waiting; !errors.Is(err, context.Canceled) || errors.Is(err, apperr.ErrBusy) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
	release()
	if len(l.members) > 0 {
		t.Errorf("%d members are still in the map", len(l.members))
	}
}
