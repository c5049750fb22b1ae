package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
)

// receive delivers the messages of other instances until ctx ends. It does not use PubSub.Channel, which
// hides reconnections, holds undeliverable messages for a minute, and outlives its context.
func (b *Redis) receive(ctx context.Context) {
	channels := b.channels()
	if len(channels) == 0 {
		b.subscribed.Store(true) // without subscribers no message is missed
		<-ctx.Done()
		return
	}
	lost := false
	for pause := minBackoff; ; pause = longer(pause) {
		err := b.listen(ctx, channels)
		wasSubscribed := b.subscribed.Swap(false)
		if ctx.Err() != nil {
			return
		}
		if wasSubscribed {
			pause = minBackoff
		}
		if wasSubscribed || !lost {
			b.log.Warn("not receiving messages of other instances until Redis answers", "error", err)
			lost = true
		}
		if !sleep(ctx, pause) {
			return
		}
	}
}

func (b *Redis) channels() []string {
	topics := b.topics()
	for i, topic := range topics {
		topics[i] = b.prefix + topic
	}
	return topics
}

// listen subscribes once and reads until the connection or ctx ends. It never returns nil.
func (b *Redis) listen(ctx context.Context, channels []string) error {
	sub := b.client.Subscribe(ctx)
	defer sub.Close()
	// The end of ctx does not interrupt a read, but closing the connection does.
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer stop()

	dial, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	if err := sub.Subscribe(dial, channels...); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return b.read(ctx, sub, len(channels))
}

// read waits for the confirmation of each channel, then delivers messages. It pings a silent connection and
// gives it up when no answer arrives, because a broken connection may report no error.
func (b *Redis) read(ctx context.Context, sub *redis.PubSub, unconfirmed int) error {
	timeout, pinged := redisTimeout, false
	for {
		event, err := sub.ReceiveTimeout(ctx, timeout)
		if isTimeout(err) && unconfirmed == 0 && !pinged {
			timeout, pinged = redisTimeout, true
			err = sub.Ping(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("read the subscription: %w", err)
		}
		switch event := event.(type) {
		case *redis.Subscription:
			if unconfirmed--; unconfirmed == 0 {
				b.subscribed.Store(true)
				b.log.Info("receiving messages of other instances")
			}
		case *redis.Message:
			b.accept(event)
		}
		if unconfirmed == 0 {
			timeout, pinged = b.quiet, false
		}
	}
}

// accept delivers a message of another instance. It ignores what another program has published.
func (b *Redis) accept(m *redis.Message) {
	instance, payload, ok := strings.Cut(m.Payload, " ")
	if !ok || instance == b.instance {
		return
	}
	b.deliver(strings.TrimPrefix(m.Channel, b.prefix), payload)
}

func isTimeout(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)
	return ok && netErr.Timeout()
}
