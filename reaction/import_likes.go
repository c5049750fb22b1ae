package reaction

import (
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/toggle"
)

// LikeAt is [Service.SetLike] in the transaction of an import, for a like of a time of which nobody is told. It uses up no
// rate. The caller has locked the account of the member.
func (s *Service) LikeAt(tx *gorm.DB, by auth.Viewer, reviewID int64, on bool, at time.Time) error {
	l, err := s.likeBy(tx.Statement.Context, by, reviewID, on)
	if err != nil {
		return err
	}
	return setAt(tx, s.toggles, l, on, at)
}

// LikeListAt is [Service.SetListLike] as [Service.LikeAt] is [Service.SetLike].
func (s *Service) LikeListAt(tx *gorm.DB, by auth.Viewer, listID int64, on bool, at time.Time) error {
	l, err := s.lists.Get(tx.Statement.Context, listID, by)
	if err != nil {
		return err
	}
	return setAt(tx, s.toggles, ListLike{by: by, UserID: by.UserID, ListID: listID, authorID: l.UserID, on: on}, on, at)
}

func setAt[T any, R toggle.Row[T]](tx *gorm.DB, s *toggle.Switch, row T, on bool, at time.Time) error {
	if err := R(&row).Lock(tx); err != nil {
		return err
	}
	_, err := toggle.TurnAt[T, R](tx, s, row, on, at)
	return err
}
