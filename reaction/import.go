package reaction

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// The methods below are for imports. They run in a transaction that has locked the account of the member and then the film,
// and take the times of things from their source.

// FindRating returns the rating of a film by a member, nil if there is none.
func (*Service) FindRating(tx *gorm.DB, userID, movieID int64) (*MovieRating, error) {
	var r MovieRating
	found := tx.Where("movie_id = ? AND user_id = ?", movieID, userID).Limit(1).Find(&r)
	if found.Error != nil {
		return nil, fmt.Errorf("look for the rating of movie %d by user %d: %w", movieID, userID, found.Error)
	}
	if found.RowsAffected == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	return &r, nil
}

// RateAt is [Service.RateIn] for a rating that was given at a time. announce makes a new rating an activity, which is of now.
func (s *Service) RateAt(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time, announce bool) (MovieRating, error) {
	var announced *time.Time
	if announce {
		announced = new(database.Time(s.clock()))
	}
	return s.setRating(tx, userID, movieID, rating, database.Time(at), announced)
}

// loadReaction returns the reaction of a member to a film, or a new one with [None] that is not stored.
func loadReaction(tx *gorm.DB, userID, movieID int64) (MovieReaction, error) {
	r := MovieReaction{UserID: userID, MovieID: movieID}
	err := tx.Where("user_id = ? AND movie_id = ?", userID, movieID).Limit(1).Find(&r).Error // a missing row is not an error
	if err != nil {
		return MovieReaction{}, fmt.Errorf("load reaction of user %d to movie %d: %w", userID, movieID, err)
	}
	return r, nil
}

// FindReaction returns the reaction of a member to a film, nil if there is none.
func (*Service) FindReaction(tx *gorm.DB, userID, movieID int64) (*MovieReaction, error) {
	r, err := loadReaction(tx, userID, movieID)
	if err != nil || r.ID == 0 {
		return nil, err
	}
	return &r, nil
}

// ReactAt is [Service.React] for a reaction of a time.
func (s *Service) ReactAt(tx *gorm.DB, userID, movieID int64, t Type, at time.Time) (MovieReaction, error) {
	r, err := loadReaction(tx, userID, movieID)
	if err != nil || r.Type == t {
		return r, err
	}
	return r, s.change(tx, &r, t, database.Time(at))
}
