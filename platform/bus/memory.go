package bus

import "context"

// Memory is the bus of a service with a single instance.
type Memory struct{ local }

// NewMemory returns a Memory without subscribers.
func NewMemory() *Memory { return &Memory{} }

// Publish implements [Bus].
func (m *Memory) Publish(topic, payload string) { m.deliver(topic, payload) }

// Run waits until ctx ends.
func (m *Memory) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Check returns nil.
func (m *Memory) Check(context.Context) error { return nil }
