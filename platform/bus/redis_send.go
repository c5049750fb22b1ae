package bus

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// send publishes queued messages until ctx ends. After a failure it waits until Redis answers. It does not
// retry a message that may have arrived.
func (b *Redis) send(ctx context.Context) {
	var batch []message
	failing, pause := false, minBackoff
	for {
		if len(batch) == 0 && !b.next(ctx, &batch) {
			b.flush(ctx)
			return
		}
		err := b.publish(ctx, batch)
		if err == nil {
			if failing {
				b.log.Info("sending messages to other instances again", "lost_since_start", b.Dropped())
			}
			batch, failing, pause = batch[:0], false, minBackoff
			continue
		}
		if !failing {
			b.log.Warn("not sending messages to other instances until Redis answers", "error", err)
			failing = true
		}
		if !neverSent(err) {
			b.dropped.Add(int64(len(batch)))
			batch = batch[:0]
		}
		if !b.awaitRedis(ctx, &pause) {
			return
		}
	}
}

// next waits for a message and fills the batch. It returns false if ctx has ended.
func (b *Redis) next(ctx context.Context, batch *[]message) bool {
	select {
	case <-ctx.Done():
		return false
	case m := <-b.queue:
		*batch = append(*batch, m)
	}
	b.fill(batch)
	return true
}

// fill appends queued messages up to batchSize.
func (b *Redis) fill(batch *[]message) {
	for len(*batch) < batchSize {
		select {
		case m := <-b.queue:
			*batch = append(*batch, m)
		default:
			return
		}
	}
}

// flush publishes the queue at the shutdown. It stops at the first failure.
func (b *Redis) flush(ctx context.Context) {
	for {
		var batch []message
		if b.fill(&batch); len(batch) == 0 {
			return
		}
		if err := b.publish(ctx, batch); err != nil {
			b.dropped.Add(int64(len(batch)))
			return
		}
	}
}

// publish sends a batch. The end of ctx does not interrupt it: whether the batch arrived would be unknown.
func (b *Redis) publish(ctx context.Context, batch []message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisTimeout)
	defer cancel()
	_, err := b.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, m := range batch {
			p.Publish(ctx, m.channel, m.body)
		}
		return nil
	})
	return err
}

// neverSent reports whether err means that there was no connection.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// awaitRedis returns true once Redis answers, or false if ctx ends before that. It pauses before each
// attempt and doubles the pause.
func (b *Redis) awaitRedis(ctx context.Context, pause *time.Duration) bool {
	for sleep(ctx, *pause) {
		*pause = longer(*pause)
		ping, cancel := context.WithTimeout(ctx, redisTimeout)
		err := b.client.Ping(ping).Err()
		cancel()
		if err == nil {
			return true
		}
	}
	return false
}

// sleep waits for d with jitter, so that instances do not reconnect all at once. It returns false if ctx
// ends.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func longer(pause time.Duration) time.Duration { return min(2*pause, maxBackoff) }
