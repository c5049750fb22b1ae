package reaction

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// React stores what a member thinks of a film, [None] to take it back, and returns what stands then; it
// is safe to repeat. The other way changes the same row. It returns movie.ErrNotFound, or
// auth.ErrUserGone when the member is no more.
func (s *Service) React(ctx context.Context, userID, movieID int64, t Type) (MovieReaction, error) {
	var r MovieReaction
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		err := lockMovie(tx, userID, movieID)
		if err != nil {
			return err
		}
		if r, err = loadReaction(tx, userID, movieID); err != nil {
			return err
		}
		if r.Type == t {
			return nil
		}
		return s.change(tx, &r, t)
	})
	return r, err
}

// lockMovie holds the member and the film: users before films, as everywhere.
func lockMovie(tx *gorm.DB, userID, movieID int64) error {
	gone := user.Lock(tx, userID)
	if gone != nil && !errors.Is(gone, user.ErrNotFound) {
		return gone
	}
	if _, err := movie.Lock(tx, movieID); err != nil {
		return err
	}
	if gone != nil {
		return auth.ErrUserGone
	}
	return nil
}

// loadReaction returns the row of the member and the film, or a new one with [None].
func loadReaction(tx *gorm.DB, userID, movieID int64) (MovieReaction, error) {
	r := MovieReaction{UserID: userID, MovieID: movieID}
	// Find, because a missing row is nothing to report; no lock, because the film is locked and the
	// lock of a gap would meet that of another pair.
	err := tx.Where("user_id = ? AND movie_id = ?", userID, movieID).Limit(1).Find(&r).Error
	if err != nil {
		return MovieReaction{}, fmt.Errorf("load reaction of user %d to movie %d: %w", userID, movieID, err)
	}
	return r, nil
}

// change makes r of another type, in the counters first, because the foreign key of the row shares
// their lock.
func (s *Service) change(tx *gorm.DB, r *MovieReaction, t Type) error {
	from, to := r.Type.counts(), t.counts()
	delta := movie.Counts{Likes: to.Likes - from.Likes, Dislikes: to.Dislikes - from.Dislikes}
	if err := movie.AddCounts(tx, r.MovieID, delta); err != nil {
		return err
	}
	r.Type, r.UpdatedAt = t, database.Time(s.clock())
	if err := store(tx, r); err != nil {
		return fmt.Errorf("store reaction of user %d to movie %d: %w", r.UserID, r.MovieID, err)
	}
	return nil
}

func store(tx *gorm.DB, r *MovieReaction) error {
	switch {
	case r.Type == None:
		return tx.Delete(r).Error
	case r.ID == 0:
		r.CreatedAt = r.UpdatedAt
		return tx.Create(r).Error
	}
	return tx.Model(r).Select("type", "updated_at").Updates(r).Error
}
