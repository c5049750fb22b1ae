package comment

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/review"
)

// The methods below are for imports. They run in a transaction that has locked the account of the author.

// Find returns a comment that is not deleted, nil if there is none.
func (*Service) Find(tx *gorm.DB, id int64) (*Comment, error) {
	c, err := take(tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// FindAt returns the comment that a member wrote on a review at a time, nil if there is none.
func (*Service) FindAt(tx *gorm.DB, userID, reviewID int64, at time.Time) (*Comment, error) {
	var c Comment
	found := tx.Where("user_id = ? AND review_id = ? AND created_at = ?", userID, reviewID, database.Time(at)).Order("id").Limit(1).Find(&c)
	if found.Error != nil {
		return nil, fmt.Errorf("look for a comment of user %d on review %d: %w", userID, reviewID, found.Error)
	}
	if found.RowsAffected == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	return &c, nil
}

// CreateAt is [Service.Create] for a comment that was written and last edited at times, of which nobody is told. announce
// makes it an activity, which is of now.
func (s *Service) CreateAt(tx *gorm.DB, by int64, d Draft, at, edited time.Time, announce bool) (*Comment, error) {
	to, err := s.lockTarget(tx, auth.Viewer{UserID: by}, d)
	if err != nil {
		return nil, err
	}
	quiet := tx.Session(&gorm.Session{SkipHooks: true})
	id, err := store(quiet, by, d, to, database.Time(at), database.Time(edited))
	if err != nil {
		return nil, err
	}
	if announce {
		now := database.Time(s.clock())
		if err := activity.Record(tx, activity.Entry{UserID: by, Type: activity.Comment, ObjectID: id, MovieID: &to.film, At: now}); err != nil {
			return nil, err
		}
	}
	return s.Find(tx, id)
}

// DeleteIn is [Service.Delete] in the transaction of an import.
func (*Service) DeleteIn(tx *gorm.DB, id int64) error {
	c, err := lock(tx, id)
	if err != nil {
		return err
	}
	if err := review.AddComments(tx, c.ReviewID, -1); err != nil {
		return err
	}
	if err := activity.Remove(tx, activity.Comment, id); err != nil {
		return err
	}
	return remove(tx, id)
}
