package follow

import (
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/toggle"
)

// FollowAt is [Service.Set] in the transaction of an import, for a follow of a time of which nobody is told. It uses up no
// rate. A private account is asked, with that time too. The caller has locked the account of the member.
func (s *Service) FollowAt(tx *gorm.DB, followerID, followingID int64, on bool, at time.Time) error {
	if followerID == followingID {
		return ErrSelf
	}
	p, err := lockPair(tx, followerID, followingID)
	if err != nil {
		return err
	}
	if !on {
		if p.asked {
			err = deleteRequest(tx, followerID, followingID)
		}
		if err == nil {
			_, err = toggle.TurnAt(tx, s.toggles, p.Follow, false, at)
		}
		return err
	}
	switch {
	case p.blocked:
		return ErrBlocked
	case !p.needsConsent():
		_, err = toggle.TurnAt(tx, s.toggles, p.Follow, true, at)
		return err
	case p.asked:
		return nil
	}
	return s.request(tx.Session(&gorm.Session{SkipHooks: true}), p.Follow, at, func() error { return nil })
}

// Asks reports whether a member waits for the consent of an account.
func (*Service) Asks(tx *gorm.DB, followerID, followingID int64) (bool, error) {
	stored, err := loadRequests(tx, followingID, followerID)
	return len(stored) > 0, err
}
