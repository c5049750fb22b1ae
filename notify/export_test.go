package notify

import (
	"context"

	"github.com/cinecircle/cinecircle/notify/live"
)

// Load loads the notifications of a user after a seq as the hub does.
func (s *Service) Load(ctx context.Context, batches ...*live.Batch) error {
	return source{s}.Load(ctx, batches)
}
