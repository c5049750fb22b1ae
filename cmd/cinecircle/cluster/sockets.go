package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/internal/rig"
)

// listen opens every member's sockets, of which each instance gets some.
func (t *trial) listen(ctx context.Context) error {
	for _, m := range t.members {
		for range t.options.sockets {
			m.sockets = append(m.sockets, rig.Listen(ctx, t.front, m.token))
		}
	}
	for _, m := range t.members {
		for _, l := range m.sockets {
			if !rig.Eventually(ctx, rig.ReadyPatience, func() bool { return l.Opened() > 0 }) {
				return fmt.Errorf("a socket of %s cannot be opened", m.name)
			}
		}
	}
	return nil
}

// hangUp closes every socket and waits for that.
func (t *trial) hangUp() error {
	for _, m := range t.members {
		for _, l := range m.sockets {
			if !l.Close() {
				return errors.New("a socket cannot be closed")
			}
		}
	}
	return nil
}
