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
	queueSize = 1024 // hints that wait for Redis; when there are more, the oldest go
	batchSize = 128  // hints in one round trip

	redisTimeout = time.Second      // for each thing asked of Redis, and thus for the end of Run
	quietPeriod  = 10 * time.Second // after which a subscription without news is tested

	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// ErrNotSubscribed is what [Redis.Check] returns while hints of other instances do not come in.
var ErrNotSubscribed = errors.New("bus: not subscribed to Redis at the moment")

// Redis is the bus of a service with several instances: Redis pub/sub, one channel per topic.
//
// Redis may be down at start or at any later time. Then hints still reach the subscribers of this
// instance, and some of those for the others wait in a bounded queue until it is back.
type Redis struct {
	local
	client   *redis.Client
	log      *slog.Logger
	instance string // in front of each message, so that one's own are not delivered twice
	prefix   string // in front of each topic

	queue      chan message
	dropped    atomic.Int64
	subscribed atomic.Bool
	quiet      time.Duration // quietPeriod, but in tests
}

type message struct{ channel, body string }

// NewRedis returns a bus over the Redis at url (redis://, rediss:// or unix://), which it does not
// dial before Run. An error means that the url cannot be read.
//
// Pub/sub knows no databases; the number in the url keeps services apart nevertheless, being a
// part of the channels' names.
func NewRedis(url string, log *slog.Logger) (*Redis, error) {
	opt, err := redis.ParseURL(url)
	if err != nil {
		// The reason may quote the URL, and with it a password.
		return nil, errors.New("the Redis URL of the broker cannot be read: want redis://[user:password@]host:port/db")
	}
	opt.ContextTimeoutEnabled = true
	opt.MaxRetries = -1 // a retry could publish a hint twice
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

// Run implements [Bus]. When it returns, nothing of the bus is left running.
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

// Check returns nil when Redis answers and this instance hears the others.
func (b *Redis) Check(ctx context.Context) error {
	if err := b.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping the Redis of the bus: %w", err)
	}
	if !b.subscribed.Load() {
		return ErrNotSubscribed
	}
	return nil
}

// Dropped returns how many hints did not get to the other instances since the start, because Redis
// was not there to take them.
func (b *Redis) Dropped() int64 { return b.dropped.Load() }

// LogClients has every Redis client of the process write its remarks to log; by itself go-redis writes plain
// lines on standard error. Whoever used a connection that broke has the error, so they are for debugging.
func LogClients(log *slog.Logger) { redis.SetLogger(clientLog{log}) }

type clientLog struct{ log *slog.Logger }

// Printf implements the interface of go-redis.
func (l clientLog) Printf(ctx context.Context, format string, v ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "the Redis client noticed", "message", fmt.Sprintf(format, v...))
	}
}
