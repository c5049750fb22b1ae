package moderation

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// hider hides things of a domain, see the implementations.
type hider interface {
	SetHidden(tx *gorm.DB, id int64, hidden bool) (ownerID int64, changed bool, err error)
}

// hiderOf returns what hides targets of a type, nil for accounts, which cannot be hidden.
func (s *Service) hiderOf(kind string) hider {
	switch kind {
	case record.Review:
		return s.reviews
	case record.Comment:
		return s.comments
	case record.List:
		return s.lists
	case record.Movie:
		return s.movies
	}
	return nil
}

// SetHidden hides something from everybody but its author and moderators, or restores it, on behalf of a moderator. It is
// idempotent: what is so already is neither logged nor told. Instead of a film that was merged into another it is that one. It
// returns the domain's not-found error.
func (s *Service) SetHidden(ctx context.Context, by auth.Viewer, kind string, id int64, hidden bool, note string) error {
	return s.following(ctx, kind, id, func(id int64) error {
		return s.db.Tx(record.WithReason(ctx, note), func(tx *gorm.DB) error { return s.setHidden(tx, by, kind, id, hidden) })
	})
}

func (s *Service) setHidden(tx *gorm.DB, by auth.Viewer, kind string, id int64, hidden bool) error {
	h := s.hiderOf(kind)
	if h == nil {
		return fmt.Errorf("moderation: nothing hides a %q", kind)
	}
	owner, changed, err := h.SetHidden(tx, id, hidden)
	if err != nil || !changed {
		return err
	}
	action := record.Restore
	if hidden {
		action = record.Hide
	}
	return record.AddTo(tx, s.now(), by.UserID, action, kind, id, owner, "")
}
