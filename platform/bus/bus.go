// Package bus carries wake-up hints between the instances of the service: "look at the
// notifications of user 7", "session 12 has ended".
//
// A hint is never the news itself. The bus may lose any of them, when the broker is down, slow or
// reconnecting, so whoever listens must also look by itself from time to time. In return nobody
// who publishes ever waits or fails.
//
// [Memory] serves a single instance, [Redis] several.
package bus

import (
	"context"
	"slices"
	"sync"
)

// Bus carries hints between the instances. It may lose any of them, and delivers none twice.
type Bus interface {
	// Publish delivers payload to everybody who subscribed to topic here before it returns, and to
	// the other instances soon, if it can. It never waits for the network and never fails.
	Publish(topic, payload string)

	// Subscribe has fn called with each payload of topic, from several goroutines at once. It is
	// called before Run, and fn must not block: what takes long belongs into fn's own goroutine.
	Subscribe(topic string, fn func(payload string))

	// Run connects the instances until ctx ends, and returns nil then. It is called once.
	Run(ctx context.Context) error

	// Check says whether hints reach the other instances right now.
	Check(ctx context.Context) error
}

// local delivers within this process.
type local struct {
	mu   sync.RWMutex // guards subs
	subs map[string][]func(string)
}

// Subscribe implements [Bus].
func (l *local) Subscribe(topic string, fn func(payload string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.subs == nil {
		l.subs = make(map[string][]func(string))
	}
	// Clipped, so that appending never writes into what deliver is reading.
	l.subs[topic] = append(slices.Clip(l.subs[topic]), fn)
}

// deliver calls the subscribers in the order in which they came, without the lock: they may
// publish in turn.
func (l *local) deliver(topic, payload string) {
	l.mu.RLock()
	subs := l.subs[topic]
	l.mu.RUnlock()
	for _, fn := range subs {
		fn(payload)
	}
}

// topics returns what somebody subscribed to, sorted.
func (l *local) topics() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	topics := make([]string, 0, len(l.subs))
	for topic := range l.subs {
		topics = append(topics, topic)
	}
	slices.Sort(topics)
	return topics
}
