package review

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// The methods below are for imports. They run in a transaction that has locked the account of the author and then the film.

// FindBy returns the review of a film by a member, nil if there is none.
func (*Service) FindBy(tx *gorm.DB, userID, movieID int64) (*Review, error) {
	return orNothing(takeBy(tx, userID, movieID))
}

// Find returns a review, nil if there is none.
func (*Service) Find(tx *gorm.DB, id int64) (*Review, error) { return orNothing(take(tx, id)) }

func takeBy(tx *gorm.DB, userID, movieID int64) (r Review, err error) {
	found := tx.Where("user_id = ? AND movie_id = ?", userID, movieID).Limit(1).Find(&r)
	if found.Error != nil {
		return r, fmt.Errorf("look for a review of movie %d by user %d: %w", movieID, userID, found.Error)
	}
	if found.RowsAffected == 0 {
		return r, ErrNotFound
	}
	return r, nil
}

func orNothing(r Review, err error) (*Review, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// CreateAt stores a review without an image that was written at a time, of a film that its author has not reviewed. The title
// may be "". The rating of the author stays as it is. announce makes the review an activity, which is of now.
func (s *Service) CreateAt(tx *gorm.DB, d Draft, at time.Time, announce bool) (*Review, error) {
	at = database.Time(at)
	r := Shown{Review: Review{
		UserID: d.UserID, MovieID: d.MovieID, Title: spoiler.NewText(d.Title), Content: spoiler.NewText(d.Content), Image: spoiler.NewText(""),
		Spoiler: d.Spoiler, Comments: cmp.Or(d.Comments, Everyone), CreatedAt: at, UpdatedAt: at,
	}}
	var announced *time.Time
	if announce {
		announced = new(database.Time(s.clock()))
	}
	has, err := s.lockAndName(tx, &r)
	if err == nil {
		r.ID, err = s.insert(tx, r.Review, has, 0, announced)
	}
	if err != nil {
		return nil, err
	}
	return &r.Review, nil
}

// SetImageIn gives a review the image of a key, or none for "", and discards the one before. That is no edit: updated_at stays.
func (s *Service) SetImageIn(tx *gorm.DB, id int64, key string) error {
	r, err := Lock(tx, id)
	if err != nil {
		return err
	}
	if err := tx.Model(&Review{}).Where("id = ?", id).UpdateColumn("image", key).Error; err != nil {
		return fmt.Errorf("set the image of review %d: %w", id, err)
	}
	if r.Hidden != 0 {
		if err := s.media.Hide(tx, key); err != nil {
			return err
		}
	}
	return s.media.Discard(tx, r.Image.Whole())
}

// ChangeIn is [Service.Update] without a rating and an image.
func (s *Service) ChangeIn(tx *gorm.DB, id int64, p Patch) error {
	r, err := Lock(tx, id)
	if err != nil {
		return err
	}
	return s.write(tx, r, p.columns(r, ""))
}
