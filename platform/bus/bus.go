// Package bus carries messages between the instances of the service, such as "user 7 has a new
// notification" and "session 12 has ended".
//
// A message only triggers a look at the database. The bus may lose any message, when the broker is down,
// slow or reconnecting, so a subscriber must also poll at an interval. In return, publishing never blocks
// and never fails.
//
// [Memory] serves a single instance, [Redis] several.
package bus

import (
	"context"
	"slices"
	"sync"
)

// Bus carries messages between the instances. It may lose a message, but never delivers one twice.
type Bus interface {
	// Publish delivers payload to all subscribers of topic in this process before it returns, and to those
	// of other instances soon afterwards. It does not wait for the network.
	Publish(topic, payload string)

	// Subscribe registers fn for the payloads of topic. It must be called before Run. fn is called from
	// several goroutines at once and must not block.
	Subscribe(topic string, fn func(payload string))

	// Run connects the instances until ctx ends, and then returns nil. It is called once.
	Run(ctx context.Context) error

	// Check returns an error while messages do not reach the other instances.
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
	// Clip makes append copy, so that it does not write into a slice that deliver reads.
	l.subs[topic] = append(slices.Clip(l.subs[topic]), fn)
}

// deliver calls the subscribers in the order of their subscription. It does not hold the lock meanwhile,
// because a subscriber may publish.
func (l *local) deliver(topic, payload string) {
	l.mu.RLock()
	subs := l.subs[topic]
	l.mu.RUnlock()
	for _, fn := range subs {
		fn(payload)
	}
}

// topics returns the topics that have a subscriber, sorted.
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
