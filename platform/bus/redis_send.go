package bus

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// send publishes what is queued, until ctx ends. After a failure the queue waits until Redis
// answers. A hint that may have arrived is not tried again.
func (b *Redis) send(ctx context.Context) {
	var batch []message
	failing, pause := false, firstPause
	for {
		if len(batch) == 0 && !b.next(ctx, &batch) {
			b.flush(ctx)
			return
		}
		err := b.publish(ctx, batch)
		if err == nil {
			if failing {
				b.log.Info("hints reach the other instances again", "lost_since_start", b.Dropped())
			}
			batch, failing, pause = batch[:0], false, firstPause
			continue
		}
		if !failing {
			b.log.Warn("hints to the other instances wait until Redis answers", "error", err)
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

// next waits for a message and takes with it what else is there; false means that ctx has ended.
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

// fill adds what is queued, up to a whole batch.
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

// flush publishes what was queued last, so that a shutdown delays nobody's news. The first failure
// ends it.
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

// publish is not cut short by the end of ctx, which would leave it open whether batch arrived.
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

// neverSent reports whether err says that there was not even a connection.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// awaitRedis returns true once Redis answers, and false when ctx ends before. It pauses at least
// once, for longer each time.
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

// sleep waits about d, so that instances do not come back in step, and reports whether ctx still
// runs.
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

func longer(pause time.Duration) time.Duration { return min(2*pause, lastPause) }
