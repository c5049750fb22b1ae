package reaction

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
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
	authorID int64       // of the list; the recipient of the notification. On SQLite Lock sets it
	on       bool        // what the member wants it to be
	known    bool        // Lock has read the row
	change   toggle.Change
}

// Mapping implements [toggle.Row].
func (l *ListLike) Mapping() toggle.Mapping {
	return toggle.Mapping{
		Name:    "list_like",
		Table:   "list_likes",
		Pair:    [2]string{"user_id", "list_id"},
		IDs:     [2]int64{l.UserID, l.ListID},
		State:   "is_liked",
		Changed: []string{"is_liked", "updated_at"},
		ID:      &l.ID,
		On:      &l.IsLiked,
		Known:   l.known,
	}
}

// Lock implements [toggle.Row], as [ReviewLike.Lock] does. It returns list.ErrNotFound also when the list has become
// private or is hidden.
func (l *ListLike) Lock(tx *gorm.DB) error {
	if tx.Name() != database.MySQL { // a transaction has locked everything
		return l.look(tx)
	}
	return user.LockThen(tx, func() error {
		if _, err := list.Lock(tx, l.ListID); err != nil {
			return err
		}
		return l.look(tx)
	}, l.UserID, l.authorID)
}

// look reads the list and the like of it, and returns the errors of Lock.
func (l *ListLike) look(tx *gorm.DB) error {
	l.known = true
	return look(tx, l.by, l.on, l.Mapping(), target{
		from: "lists", columns: "lists.user_id", into: []any{&l.authorID},
		shown: "NOT lists.hidden AND (lists.is_public OR lists.user_id = ?)", args: []any{l.UserID}, notFound: list.ErrNotFound,
	})
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
	l := ListLike{by: by, UserID: by.UserID, ListID: listID, on: on}
	if s.db.Driver() == database.MySQL { // there the account is locked before the list, whose author never changes
		of, err := s.lists.Get(ctx, listID, by)
		if err != nil {
			return ListLike{}, err
		}
		l.authorID = of.UserID
	}
	return toggle.Set(ctx, s.toggles, l, on)
}

var _ list.Likes = (*Service)(nil)

// ListsLikedBy implements [list.Likes]: it returns the lists among listIDs that a member likes.
func (s *Service) ListsLikedBy(ctx context.Context, userID int64, listIDs []int64) (map[int64]bool, error) {
	return toggle.Which(ctx, s.toggles, ListLike{UserID: userID}, listIDs)
}
