package transfer

import (
	"context"
	"time"

	"github.com/cinecircle/cinecircle/transfer/history"
)

// Lease is for how long an import belongs to a worker that is silent.
const Lease = lease

// MaxRows is how many rows a file has at most.
const MaxRows = history.MaxRows

// Batch is how many rows one transaction applies.
const Batch = applyBatch

// ErrLost is the error of a worker that has lost its import.
var ErrLost = errLost

// Claim takes the next import, as a worker does.
func (s *Service) Claim(ctx context.Context) (Import, bool, error) { return s.claim(ctx) }

// ApplySome applies the next rows of an import that was claimed.
func (s *Service) ApplySome(ctx context.Context, i Import) (bool, error) {
	return s.applySome(ctx, i, nil)
}

// KeepLease renews the lease of an import as often as beat says, until the function that it returns is called.
func (s *Service) KeepLease(ctx context.Context, i Import, beat time.Duration) (stop func()) {
	s.beat = beat
	return s.keepLease(ctx, i)
}

// Renew renews the lease of an import once.
func (s *Service) Renew(ctx context.Context, i Import) error { return s.renew(ctx, i) }

// UndoSome takes out the next things of an import that was claimed.
func (s *Service) UndoSome(ctx context.Context, i Import) (bool, error) { return s.undoSome(ctx, i) }

// DecodeAgain sets how long an image waits at which the decoder has crashed.
func (s *Service) DecodeAgain(wait time.Duration) { s.decodeAgain = wait }
