package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"golang.org/x/sync/errgroup"
)

const (
	queueSize = 1024 // messages that wait for Redis; beyond that the oldest are dropped
	batchSize = 128  // messages in one round trip

	redisTimeout = time.Second      // of a command, and thus of Run when ctx ends
	quietPeriod  = 10 * time.Second // without a message, after which a subscription is pinged

	minBackoff = 50 * time.Millisecond
	maxBackoff = 2 * time.Second
)

// ErrNotSubscribed is returned by [Redis.Check] while messages of other instances do not arrive.
var ErrNotSubscribed = errors.New("bus: not subscribed to Redis")

// Redis is the bus of a service with several instances. It uses Redis pub/sub with one channel per topic.
//
// Redis may be down at the start or later. Messages still reach the subscribers in this process then, and
// the most recent ones wait for Redis in a bounded queue.
type Redis struct {
	local
	client   *redis.Client
	log      *slog.Logger
	instance string // prefix of each message, by which an instance ignores its own
	prefix   string // of the channel of each topic

	queue      chan message
	dropped    atomic.Int64
	subscribed atomic.Bool
	quiet      time.Duration // quietPeriod except in tests
}

type message struct{ channel, body string }

// NewRedis returns a bus that connects to the Redis at url (redis://, rediss:// or unix://) once it runs.
// It returns an error if the url is invalid.
//
// Redis pub/sub ignores the database number of the url. It is part of the channel names, so that two
// services may share a Redis.
func NewRedis(url string, log *slog.Logger) (*Redis, error) {
	opt, err := redis.ParseURL(url)
	if err != nil {
		// err may contain the password.
		return nil, errors.New("the Redis URL of the broker is invalid: want redis://[user:password@]host:port/db")
	}
	opt.ContextTimeoutEnabled = true
	opt.MaxRetries = -1 // a retry could publish a message twice
	opt.DialTimeout = redisTimeout
	opt.DialerRetries = 1
	opt.ReadTimeout = redisTimeout
	opt.WriteTimeout = redisTimeout
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Redis{
		client:   redis.NewClient(opt),
		log:      log,
		instance: rand.Text(),
		prefix:   "cinecircle:" + strconv.Itoa(opt.DB) + ":",
		queue:    make(chan message, queueSize),
		quiet:    quietPeriod,
	}, nil
}

// Publish implements [Bus].
func (b *Redis) Publish(topic, payload string) {
	b.deliver(topic, payload)
	m := message{channel: b.prefix + topic, body: b.instance + " " + payload}
	for {
		select {
		case b.queue <- m:
			return
		default:
		}
		select {
		case <-b.queue:
			b.dropped.Add(1)
		default:
		}
	}
}

// Run implements [Bus]. When it returns, all goroutines of the bus have ended.
func (b *Redis) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { b.send(ctx); return nil })
	g.Go(func() error { b.receive(ctx); return nil })
	err := g.Wait()
	b.subscribed.Store(false)
	if closeErr := b.client.Close(); closeErr != nil {
		return fmt.Errorf("close the connections of the bus: %w", closeErr)
	}
	return err
}

// Check returns nil if Redis answers and this instance is subscribed, [ErrNotSubscribed] if only the latter
// is missing.
func (b *Redis) Check(ctx context.Context) error {
	if err := b.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping the Redis of the bus: %w", err)
	}
	if !b.subscribed.Load() {
		return ErrNotSubscribed
	}
	return nil
}

// Dropped returns how many messages since the start did not reach the other instances because Redis was
// down.
func (b *Redis) Dropped() int64 { return b.dropped.Load() }

// LogClients makes all Redis clients of the process log to log at level debug. By default go-redis writes
// plain lines to standard error. The errors of commands are returned and do not depend on it.
func LogClients(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf implements go-redis's internal.Logging.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "message of the Redis client", "message", fmt.Sprintf(format, v...))
	}
}
