package limit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	redisPatience = 100 * time.Millisecond // the longest wait of a request for Redis
	redisRest     = time.Second            // the pause after a failure of Redis
	redisKeySize  = 96                     // bytes; a longer key is hashed
)

// Redis counts events for all instances together, by the generic cell rate algorithm.
//
// While Redis is down or slower than 100 ms, the fallback counts, so a limit then holds per
// instance. After a failure Redis is not used for a second; then one event tries it again.
type Redis struct {
	client   redis.UniversalClient
	rates    *redis_rate.Limiter
	fallback Limiter
	log      *slog.Logger
	clock    func() time.Time
	patience time.Duration

	// restUntil is the time of the next try, in Unix nanoseconds; 0 while Redis answers.
	restUntil atomic.Int64
}

// Connect returns a client for [NewRedis] with short timeouts. It does not
// connect: Redis may be down at start. The url is redis://, rediss:// or unix://. The error for an invalid url
// does not quote it, because it may contain a password.
func Connect(url string) (*redis.Client, error) {
	opt, err := redis.ParseURL(url)
	if err != nil {
		// The reason may quote the URL, and with it a password.
		return nil, errors.New("the Redis URL of the limits must be redis://[user:password@]host:port/db")
	}
	opt.ContextTimeoutEnabled = true
	opt.MaxRetries = -1
	opt.DialTimeout = time.Second
	opt.DialerRetries = 1
	opt.ReadTimeout = redisPatience
	opt.WriteTimeout = redisPatience
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(opt), nil
}

// NewRedis returns a limiter with a client of [Connect]. Any other client needs
// ContextTimeoutEnabled, or requests wait for longer than 100 ms for a Redis that does not answer. The caller closes the
// client.
func NewRedis(client redis.UniversalClient, fallback Limiter, log *slog.Logger) *Redis {
	return &Redis{
		client:   client,
		rates:    redis_rate.NewLimiter(client),
		fallback: fallback,
		log:      log,
		clock:    time.Now,
		patience: redisPatience,
	}
}

// Take implements [Limiter]. On a failure of Redis it returns the result of the fallback.
func (l *Redis) Take(ctx context.Context, key string, r Rate, n int) (Quota, error) {
	if r.Unlimited() {
		return Quota{}, nil
	}
	if !l.mayTry() {
		return l.fallback.Take(ctx, key, r, n)
	}
	q, err := l.ask(ctx, key, r, n)
	l.record(ctx, err)
	if err != nil {
		return l.fallback.Take(ctx, key, r, n)
	}
	return q, nil
}

// Reset implements [Limiter], here and in the fallback.
func (l *Redis) Reset(ctx context.Context, key string) {
	if l.mayTry() {
		tryCtx, cancel := context.WithTimeout(ctx, l.patience)
		defer cancel()
		l.record(ctx, l.rates.Reset(tryCtx, redisKey(key)))
	}
	l.fallback.Reset(ctx, key)
}

// Check returns an error unless Redis counts, for /readyz. A Redis that is full, or whose ACL forbids scripts, answers
// pings and does not count.
func (l *Redis) Check(ctx context.Context) error {
	every := redis_rate.Limit{Rate: 1000, Burst: 1000, Period: time.Second}
	if _, err := l.rates.AllowN(ctx, redisKey("check"), every, 1); err != nil {
		return fmt.Errorf("count in the Redis of the limits: %w", err)
	}
	return nil
}

func (l *Redis) ask(ctx context.Context, key string, r Rate, n int) (Quota, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	res, err := l.rates.AllowN(ctx, redisKey(key), redis_rate.Limit{Rate: r.Count, Burst: r.burst(), Period: r.Per}, n)
	if err != nil {
		return Quota{}, fmt.Errorf("take %d events in Redis: %w", n, err)
	}
	// The script reports no remainder for a refusal.
	q := Quota{Remaining: min(r.burst(), r.burst()-int(math.Ceil(r.events(res.ResetAfter)-1e-6)))}
	if q.Remaining < r.burst() {
		q.Next = max(res.ResetAfter-r.refill(float64(r.burst()-q.Remaining-1)), 1)
	}
	if res.Allowed == 0 && n > 0 {
		q.RetryAfter = max(res.RetryAfter, 1)
	}
	return q, nil
}

// mayTry reports whether to use Redis now. After a failure it returns true for one caller a second, the one that wins
// the swap.
func (l *Redis) mayTry() bool {
	until := l.restUntil.Load()
	if until == 0 {
		return true
	}
	now := l.clock()
	return now.UnixNano() >= until && l.restUntil.CompareAndSwap(until, now.Add(redisRest).UnixNano())
}

// record stores whether Redis answered, and logs a change. A cancelled call does not count as a failure.
func (l *Redis) record(ctx context.Context, err error) {
	switch {
	case err == nil:
		if l.restUntil.Swap(0) != 0 {
			l.log.Info("limits are shared through Redis again")
		}
	case ctx.Err() != nil:
	default:
		if l.restUntil.Swap(l.clock().Add(redisRest).UnixNano()) == 0 {
			l.log.Warn("limits hold per instance until Redis answers again", "error", err)
		}
	}
}

// redisKey returns the key in Redis, of a bounded length.
func redisKey(key string) string {
	if len(key) <= redisKeySize {
		return "cinecircle:" + key
	}
	sum := sha256.Sum256([]byte(key))
	return "cinecircle:sha256:" + hex.EncodeToString(sum[:])
}
