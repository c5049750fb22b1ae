package notify

import (
	"context"

	"github.com/cinecircle/cinecircle/notify/live"
)

// Numbering returns the statement by which SQLite numbers a notification, and its arguments.
func (s *Service) Numbering(e Event) (statement string, args []any) { return s.ifHeard.returning(e) }

// Load loads the notifications of a user after a seq as the hub does.
func (s *Service) Load(ctx context.Context, batches ...*live.Batch) error {
	return source{s}.Load(ctx, batches)
}
