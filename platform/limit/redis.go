package limit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	redisPatience = 100 * time.Millisecond // what a request may lose to a Redis that does not answer
	redisRest     = time.Second            // how long a failed Redis is left alone
	redisKeySize  = 96                     // bytes; a longer key is hashed
)

// Redis counts events for all instances together, by the generic cell rate algorithm.
//
// While Redis is down or slower than 100 ms, the fallback counts, so a limit then holds per
// instance: it is never open. After a failure Redis is left alone for a second, then one event
// tries it again.
type Redis struct {
	client   redis.UniversalClient
	rates    *redis_rate.Limiter
	fallback Limiter
	log      *slog.Logger
	clock    func() time.Time

	// restUntil is when Redis may be tried again, in Unix nanoseconds; 0 while it answers.
	restUntil atomic.Int64
}

// Connect returns a client for [NewRedis] that gives up as early as a limit has to. It does not
// dial: Redis may be down at start. The url is redis://, rediss:// or unix://; an error means that it
// cannot be read, and does not quote it, because it may hold a password.
func Connect(url string) (*redis.Client, error) {
	opt, err := redis.ParseURL(url)
	if err != nil {
		// The reason may quote the URL, and with it a password.
		return nil, errors.New("the Redis URL for the limits cannot be read: want redis://[user:password@]host:port/db")
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

// NewRedis returns a Redis limiter over a client as [Connect] makes it. One made otherwise needs
// ContextTimeoutEnabled, or a silent Redis holds requests for longer than 100 ms. The client stays
// the caller's to close.
func NewRedis(client redis.UniversalClient, fallback Limiter, log *slog.Logger) *Redis {
	return &Redis{
		client:   client,
		rates:    redis_rate.NewLimiter(client),
		fallback: fallback,
		log:      log,
		clock:    time.Now,
	}
}

// Allow implements [Limiter]. A failure of Redis is not an error here; the fallback's would be.
func (l *Redis) Allow(ctx context.Context, key string, r Rate) (time.Duration, error) {
	if r.Unlimited() {
		return 0, nil
	}
	if !l.mayTry() {
		return l.fallback.Allow(ctx, key, r)
	}
	retryAfter, err := l.ask(ctx, key, r)
	l.settle(ctx, err)
	if err != nil {
		return l.fallback.Allow(ctx, key, r)
	}
	return retryAfter, nil
}

// Reset implements [Limiter], here and in the fallback.
func (l *Redis) Reset(ctx context.Context, key string) {
	if l.mayTry() {
		tryCtx, cancel := context.WithTimeout(ctx, redisPatience)
		defer cancel()
		l.settle(ctx, l.rates.Reset(tryCtx, redisKey(key)))
	}
	l.fallback.Reset(ctx, key)
}

// Check reports whether Redis answers, for a readiness page.
func (l *Redis) Check(ctx context.Context) error {
	if err := l.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping the Redis of the limits: %w", err)
	}
	return nil
}

func (l *Redis) ask(ctx context.Context, key string, r Rate) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	res, err := l.rates.Allow(ctx, redisKey(key), redis_rate.Limit{Rate: r.Count, Burst: r.burst(), Period: r.Per})
	if err != nil {
		return 0, fmt.Errorf("take an event in Redis: %w", err)
	}
	if res.Allowed > 0 {
		return 0, nil
	}
	return max(res.RetryAfter, 1), nil
}

// mayTry reports whether to ask Redis now. Once it has failed, only one caller a second may: the
// swap lets one through and sends the others on.
func (l *Redis) mayTry() bool {
	until := l.restUntil.Load()
	if until == 0 {
		return true
	}
	now := l.clock()
	return now.UnixNano() >= until && l.restUntil.CompareAndSwap(until, now.Add(redisRest).UnixNano())
}

// settle notes how Redis did, and logs when that changed. A caller that went away says nothing
// about Redis.
func (l *Redis) settle(ctx context.Context, err error) {
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

// redisKey bounds what one key takes in Redis.
func redisKey(key string) string {
	if len(key) <= redisKeySize {
		return "cinecircle:" + key
	}
	sum := sha256.Sum256([]byte(key))
	return "cinecircle:sha256:" + hex.EncodeToString(sum[:])
}
