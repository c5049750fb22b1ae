package limit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What bounds a Memory: at most shardCount × shardCap keys at once, whatever comes in.
const (
	shardCount = 64
	shardCap   = 4096
	sampleSize = 8
)

// Memory counts events in this process, in one token bucket per key. It holds at most 262,144
// buckets, of some 200 bytes each: one that is full again says the same as none and is swept out
// as new keys come in, and when there are too many others, one of those closest to full goes.
type Memory struct {
	clock  func() time.Time
	seed   maphash.Seed
	shards [shardCount]shard
}

type shard struct {
	mu sync.Mutex // guards buckets and what they point to

	// buckets is by the keyed hash of the key, so that a key of a kilobyte costs no more than one
	// of a byte. Two of 262,144 keys share a bucket with a probability of 2 in a billion, and
	// nobody outside can look for such a pair.
	buckets map[uint64]bucket
}

type bucket struct {
	tokens *rate.Limiter
	full   time.Time // when all tokens are back
}

// NewMemory returns an empty Memory that asks clock for the time; time.Now will do.
func NewMemory(clock func() time.Time) *Memory {
	m := &Memory{clock: clock, seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].buckets = make(map[uint64]bucket)
	}
	return m
}

// Allow implements [Limiter]; the error is always nil.
func (m *Memory) Allow(_ context.Context, key string, r Rate) (time.Duration, error) {
	if r.Unlimited() {
		return 0, nil
	}
	hash, s := m.locate(key)
	now := m.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.buckets[hash]
	if !ok {
		s.makeRoom(now)
	}
	if !ok || b.isFull(now) {
		b = bucket{tokens: rate.NewLimiter(rate.Limit(r.perSecond()), r.burst())}
	}
	retryAfter := b.take(now, r)
	s.buckets[hash] = b
	return retryAfter, nil
}

// Reset implements [Limiter].
func (m *Memory) Reset(_ context.Context, key string) {
	hash, s := m.locate(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, hash)
}

// Len returns how many buckets are held.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		n += len(s.buckets)
		s.mu.Unlock()
	}
	return n
}

func (m *Memory) locate(key string) (uint64, *shard) {
	hash := maphash.String(m.seed, key)
	return hash, &m.shards[hash%shardCount]
}

// take takes one token, or says how long until there is one. When all are back is reckoned anew each
// time, so a clock that was set back refuses for one filling at most.
func (b *bucket) take(now time.Time, r Rate) time.Duration {
	if limit := rate.Limit(r.perSecond()); b.tokens.Limit() != limit || b.tokens.Burst() != r.burst() {
		b.tokens.SetLimitAt(now, limit)
		b.tokens.SetBurstAt(now, r.burst())
	}
	allowed := b.tokens.AllowN(now, 1)
	left := b.tokens.TokensAt(now)
	b.full = now.Add(r.refill(float64(r.burst()) - left))
	if allowed {
		return 0
	}
	return max(r.refill(1-left), 1)
}

// isFull reports whether the bucket says the same as none.
func (b bucket) isFull(now time.Time) bool { return !now.Before(b.full) }

// makeRoom looks at a few buckets, drops those that are full, and one more if the shard is still
// at its cap. Maps are walked from a random place, so every bucket has its turn.
func (s *shard) makeRoom(now time.Time) {
	var victim uint64
	var soonest time.Time
	seen := 0
	for hash, b := range s.buckets {
		if b.isFull(now) {
			delete(s.buckets, hash)
		} else if soonest.IsZero() || b.full.Before(soonest) {
			victim, soonest = hash, b.full
		}
		if seen++; seen == sampleSize {
			break
		}
	}
	if len(s.buckets) >= shardCap {
		delete(s.buckets, victim)
	}
}
