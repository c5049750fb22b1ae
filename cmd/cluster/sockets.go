package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// listen opens every member's sockets, spread over the instances.
func (t *trial) listen(ctx context.Context) error {
	for _, m := range t.members {
		for range t.options.sockets {
			m.sockets = append(m.sockets, harness.Listen(ctx, t.front, m.token))
		}
	}
	for _, m := range t.members {
		for _, l := range m.sockets {
			if !harness.Eventually(ctx, harness.ReadyTimeout, func() bool { return l.Opened() > 0 }) {
				return fmt.Errorf("a socket of %s cannot be opened", m.name)
			}
		}
	}
	return nil
}

// closeSockets closes every socket and waits for that.
func (t *trial) closeSockets() error {
	for _, m := range t.members {
		for _, l := range m.sockets {
			if !l.Close() {
				return errors.New("a socket cannot be closed")
			}
		}
	}
	return nil
}
