package reaction

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/user"
)

// ListLike is the stored like of a list by a member. Only [Service.SetListLike] writes it, because its hook notifies.
type ListLike struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_list_likes_user_list,priority:1"`
	ListID    int64     `gorm:"not null;uniqueIndex:idx_list_likes_user_list,priority:2;index:idx_list_likes_list"`
	IsLiked   bool      `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;precision:6;autoUpdateTime:false"` // the last change, to on or off

	by       auth.Viewer // the member
	authorID int64       // of the list; the recipient of the notification
	on       bool        // what the member wants it to be
	change   toggle.Change
}

// Mapping implements [toggle.Row].
func (l *ListLike) Mapping() toggle.Mapping {
	return toggle.Mapping{
		Name:    "list_like",
		Pair:    [2]string{"user_id", "list_id"},
		IDs:     [2]int64{l.UserID, l.ListID},
		State:   "is_liked",
		Changed: []string{"is_liked", "updated_at"},
	}
}

// Lock implements [toggle.Row], as [ReviewLike.Lock] does. It returns list.ErrNotFound also when the list has become
// private.
func (l *ListLike) Lock(tx *gorm.DB) error {
	err := user.LockThen(tx, func() error {
		of, err := list.Lock(tx, l.ListID)
		if err == nil && !of.VisibleTo(l.by) {
			return list.ErrNotFound
		}
		return seen(tx, l.by, l.authorID, list.ErrNotFound, err)
	}, l.UserID, l.authorID)
	if err != nil || !l.on {
		return err
	}
	return follow.CheckBlocked(tx, l.UserID, l.authorID)
}

// Toggle implements [toggle.Row].
func (l *ListLike) Toggle(on bool, now time.Time) bool {
	if !l.change.Set(&l.IsLiked, on) {
		return false
	}
	l.UpdatedAt = now
	if l.ID == 0 {
		l.CreatedAt = now
	}
	return true
}

// Count implements [toggle.Row].
func (l *ListLike) Count(tx *gorm.DB, delta int64) error { return list.AddLikes(tx, l.ListID, delta) }

// AfterSave notifies the author when this save turned the like on.
func (l *ListLike) AfterSave(tx *gorm.DB) error {
	if !l.change.TurnedOn(tx, l.ID) {
		return nil
	}
	err := notify.Send(tx, notify.Event{
		UserID: l.authorID, Type: notify.TypeListLike, ActorID: l.UserID, ListID: &l.ListID,
	})
	if err != nil {
		return fmt.Errorf("notify user %d of a like: %w", l.authorID, err)
	}
	return nil
}

// SetListLike makes a member like a list (on) or unlike it, as [Service.SetLike] does for a review. It returns
// list.ErrNotFound when the member may not see the list, and the other errors of SetLike.
func (s *Service) SetListLike(ctx context.Context, by auth.Viewer, listID int64, on bool) (ListLike, error) {
	l, err := s.lists.Get(ctx, listID, by) // outside of the transaction: the author of a list never changes
	if err != nil {
		return ListLike{}, err
	}
	return toggle.Set(ctx, s.toggles, ListLike{by: by, UserID: by.UserID, ListID: listID, authorID: l.UserID, on: on}, on)
}

var _ list.Likes = (*Service)(nil)

// ListsLikedBy implements [list.Likes]: it returns the lists among listIDs that a member likes.
func (s *Service) ListsLikedBy(ctx context.Context, userID int64, listIDs []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, ListLike{UserID: userID}, listIDs)
}
