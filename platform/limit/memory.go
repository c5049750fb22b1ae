package limit

import (
	"context"
	"hash/maphash"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The bounds of a Memory: at most shardCount × shardCap keys at once.
const (
	shardCount = 64
	shardCap   = 4096
	sampleSize = 8
)

// Memory counts events in this process, in one token bucket per key. It has at most 262,144
// buckets of some 200 bytes each. New keys evict full buckets, which mean the same as no bucket, and if there are too
// many others, one of those closest to full.
type Memory struct {
	clock  func() time.Time
	seed   maphash.Seed
	shards [shardCount]shard
}

type shard struct {
	mu sync.Mutex // guards buckets and what they point to

	// buckets has the keyed hash of the key as its key, so that long keys need no more memory than short ones. The
	// probability that two of 262,144 keys share a bucket is 2 in a billion, and the hash seed is secret.
	buckets map[uint64]bucket
}

type bucket struct {
	tokens *rate.Limiter
	full   time.Time // when all tokens are refilled
}

// NewMemory returns an empty Memory with the given clock, such as time.Now.
func NewMemory(clock func() time.Time) *Memory {
	m := &Memory{clock: clock, seed: maphash.MakeSeed()}
	for i := range m.shards {
		m.shards[i].buckets = make(map[uint64]bucket)
	}
	return m
}

// Take implements [Limiter]; the error is always nil.
func (m *Memory) Take(_ context.Context, key string, r Rate, n int) (Quota, error) {
	if r.Unlimited() {
		return Quota{}, nil
	}
	hash, s := m.locate(key)
	now := m.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.buckets[hash]
	if !ok {
		s.evict(now)
	}
	if !ok || b.isFull(now) {
		b = bucket{tokens: rate.NewLimiter(rate.Limit(r.perSecond()), r.burst())}
	}
	q := b.take(now, r, n)
	s.buckets[hash] = b
	return q, nil
}

// Reset implements [Limiter].
func (m *Memory) Reset(_ context.Context, key string) {
	hash, s := m.locate(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, hash)
}

// Len returns the number of buckets.
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

// take takes n tokens, or none and returns how long until there are as many. It computes full anew each
// time, so after a clock is set back, it refuses for one refill at most.
func (b *bucket) take(now time.Time, r Rate, n int) Quota {
	if limit := rate.Limit(r.perSecond()); b.tokens.Limit() != limit || b.tokens.Burst() != r.burst() {
		b.tokens.SetLimitAt(now, limit)
		b.tokens.SetBurstAt(now, r.burst())
	}
	allowed := b.tokens.AllowN(now, n)
	left := b.tokens.TokensAt(now)
	b.full = now.Add(r.refill(float64(r.burst()) - left))
	whole := math.Floor(left + 1e-9) // without a floating-point error
	q := Quota{Remaining: int(whole)}
	if q.Remaining < r.burst() {
		q.Next = max(r.refill(whole+1-left), 1)
	}
	if !allowed {
		q.RetryAfter = max(r.refill(float64(n)-left), 1)
	}
	return q
}

// isFull reports whether the bucket means the same as no bucket.
func (b bucket) isFull(now time.Time) bool { return !now.Before(b.full) }

// evict drops the full ones of a few buckets, and one more if the shard is still
// at its cap. Iteration over a map starts at a random place, so every bucket is visited in time.
func (s *shard) evict(now time.Time) {
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
