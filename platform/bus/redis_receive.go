package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
)

// receive hands what other instances publish to the subscribers, until ctx ends. It reads the
// subscription itself instead of through PubSub.Channel, which hides reconnections, holds what it
// cannot deliver for a minute, and outlives its context.
func (b *Redis) receive(ctx context.Context) {
	channels := b.channels()
	if len(channels) == 0 {
		b.subscribed.Store(true) // there is nothing to miss
		<-ctx.Done()
		return
	}
	lost := false
	for pause := firstPause; ; pause = longer(pause) {
		err := b.listen(ctx, channels)
		wasSubscribed := b.subscribed.Swap(false)
		if ctx.Err() != nil {
			return
		}
		if wasSubscribed {
			pause = firstPause
		}
		if wasSubscribed || !lost {
			b.log.Warn("hints of the other instances are missed until Redis answers", "error", err)
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

// listen subscribes once and reads until that connection or ctx ends; the error is never nil.
func (b *Redis) listen(ctx context.Context, channels []string) error {
	sub := b.client.Subscribe(ctx)
	defer sub.Close()
	// A read does not notice that ctx ends, but that its connection is closed.
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer stop()

	dial, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	if err := sub.Subscribe(dial, channels...); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return b.read(ctx, sub, len(channels))
}

// read counts the confirmations of the channels, then delivers. A connection that is silent gets a
// ping, and one that is silent after it is given up: it may be dead without knowing.
func (b *Redis) read(ctx context.Context, sub *redis.PubSub, unconfirmed int) error {
	patience, pinged := redisTimeout, false
	for {
		event, err := sub.ReceiveTimeout(ctx, patience)
		if isTimeout(err) && unconfirmed == 0 && !pinged {
			patience, pinged = redisTimeout, true
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
				b.log.Info("hints of the other instances come in")
			}
		case *redis.Message:
			b.accept(event)
		}
		if unconfirmed == 0 {
			patience, pinged = b.quiet, false
		}
	}
}

// accept delivers a message unless it is this instance's own or not one of ours at all.
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
