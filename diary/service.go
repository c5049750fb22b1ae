package diary

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs. All fields but the functions after Zone are required.
type Deps struct {
	DB     *database.DB
	Users  *user.Service
	Movies *movie.Service
	Clock  func() time.Time
	Zone   *time.Location // decides which day it is

	// Rate makes the rating of a viewing that of the member, in the transaction of the viewing. nil does
	// nothing.
	Rate func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error
	// Ratings counts the ratings of a member, and Reviews their reviews, both from a time until before another; nil is no
	// bound. Without the functions there are none. Reviews of all
	// years are the counter of the account.
	Ratings func(ctx context.Context, userID int64, from, to *time.Time) (stars.Histogram, error)
	Reviews func(ctx context.Context, userID int64, from, to time.Time) (int64, error)
}

// Service holds the rules of watched films, watchlists and diaries. It is safe for concurrent use.
type Service struct {
	db     *database.DB
	users  *user.Service
	movies *movie.Service
	clock  func() time.Time
	zone   *time.Location

	rate    func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error
	ratings func(ctx context.Context, userID int64, from, to *time.Time) (stars.Histogram, error)
	reviews func(ctx context.Context, userID int64, from, to time.Time) (int64, error)

	kept statisticsCache
}

// New returns a service. Register [Service.PurgeMovie] with movie.Service.OnDelete.
func New(d Deps) *Service {
	return &Service{
		db: d.DB, users: d.Users, movies: d.Movies, clock: d.Clock, zone: d.Zone, rate: d.Rate, ratings: d.Ratings, reviews: d.Reviews,
	}
}

// now returns the time of a new row.
func (s *Service) now() time.Time { return database.Time(s.clock()) }

// lock locks a member and a film until the transaction ends, and so everything that the member has noted of the film. It
// returns movie.ErrNotFound, or auth.ErrUserGone when only the member's account does not exist.
func lock(tx *gorm.DB, userID, movieID int64) error {
	return user.LockThen(tx, func() error { return movie.LockShownID(tx, movieID) }, userID)
}

// Mark marks a film watched by a member and returns the latest day on which the diary has it, or nil. It is idempotent: a
// film that is marked keeps its time. It returns movie.ErrNotFound, or auth.ErrUserGone when the member's account does
// not exist.
func (s *Service) Mark(ctx context.Context, userID, movieID int64) (last *Day, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, userID, movieID); err != nil {
			return err
		}
		if err := s.MarkIn(tx, userID, movieID, user.Counts{}); err != nil {
			return err
		}
		last, err = s.LastWatched(tx.Statement.Context, userID, movieID)
		return err
	})
	return last, err
}

const findMarks = `SELECT COALESCE((SELECT id FROM watched_films WHERE movie_id = ? AND user_id = ?), 0),
	COALESCE((SELECT id FROM watchlist_films WHERE movie_id = ? AND user_id = ?), 0)`

// MarkIn marks a film watched by a member and takes it off their watchlist, in the transaction of a rating, a review or a
// viewing. It also adds counts to the counters of the account, with those of the mark. The caller has locked the account and
// then the film.
func (s *Service) MarkIn(tx *gorm.DB, userID, movieID int64, counts user.Counts) error {
	return s.markAt(tx, userID, movieID, counts, s.now())
}

// markAt is MarkIn with the time of a new mark.
func (s *Service) markAt(tx *gorm.DB, userID, movieID int64, counts user.Counts, at time.Time) error {
	var marked, listed int64
	err := s.db.Row(tx.Statement.Context, findMarks, movieID, userID, movieID, userID).Scan(&marked, &listed)
	if err != nil {
		return fmt.Errorf("look for movie %d among those of user %d: %w", movieID, userID, err)
	}
	return mark(tx, userID, movieID, marked, listed, counts, at)
}

// MarkKnown is [Service.MarkIn] for a caller who has looked, in the same transaction, for the id of the mark and of the entry
// of the watchlist, 0 for none.
func (s *Service) MarkKnown(tx *gorm.DB, userID, movieID, marked, listed int64, counts user.Counts) error {
	return mark(tx, userID, movieID, marked, listed, counts, s.now())
}

func mark(tx *gorm.DB, userID, movieID, marked, listed int64, counts user.Counts, at time.Time) error {
	if listed != 0 {
		if err := database.Exec(tx, "DELETE FROM watchlist_films WHERE id = ?", listed); err != nil {
			return fmt.Errorf("take movie %d off the watchlist of user %d: %w", movieID, userID, err)
		}
	}
	if marked == 0 {
		counts.Watched++
	}
	if err := user.AddCounts(tx, userID, counts); err != nil || marked != 0 {
		return err
	}
	err := database.Exec(tx, "INSERT INTO watched_films (user_id, movie_id, marked_at) VALUES (?, ?, ?)", userID, movieID, at)
	if err != nil {
		return fmt.Errorf("mark movie %d watched by user %d: %w", movieID, userID, err)
	}
	return nil
}

// LastWatched returns the latest day on which the diary of a member has a film, or nil.
func (s *Service) LastWatched(ctx context.Context, userID, movieID int64) (last *Day, err error) {
	err = s.db.Row(ctx, "SELECT MAX(watched_on) FROM viewings WHERE movie_id = ? AND user_id = ?", movieID, userID).Scan(&last)
	if err != nil {
		return nil, fmt.Errorf("look for movie %d in the diary of user %d: %w", movieID, userID, err)
	}
	return last, nil
}

// Unmark takes the mark of a film back. It is idempotent. It returns [ErrStillInDiary], or the errors of [Service.Mark].
func (s *Service) Unmark(ctx context.Context, userID, movieID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, userID, movieID); err != nil {
			return err
		}
		last, err := s.LastWatched(tx.Statement.Context, userID, movieID)
		if err != nil {
			return err
		}
		if last != nil {
			return ErrStillInDiary
		}
		done := tx.Exec("DELETE FROM watched_films WHERE movie_id = ? AND user_id = ?", movieID, userID)
		if done.Error != nil {
			return fmt.Errorf("unmark movie %d of user %d: %w", movieID, userID, done.Error)
		}
		return user.AddCounts(tx, userID, user.Counts{Watched: -done.RowsAffected})
	})
}

// Want puts a film on the watchlist of a member, also one that they have watched, and returns when it was put there. It is
// idempotent: a film that is on the list keeps its time. Its errors are those of [Service.Mark].
func (s *Service) Want(ctx context.Context, userID, movieID int64) (added time.Time, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, userID, movieID); err != nil {
			return err
		}
		row := s.db.Row(tx.Statement.Context, "SELECT added_at FROM watchlist_films WHERE movie_id = ? AND user_id = ?", movieID, userID)
		err := row.Scan(&added)
		if errors.Is(err, sql.ErrNoRows) {
			added = s.now()
			err = tx.Exec("INSERT INTO watchlist_films (user_id, movie_id, added_at) VALUES (?, ?, ?)", userID, movieID, added).Error
		}
		if err != nil {
			return fmt.Errorf("put movie %d on the watchlist of user %d: %w", movieID, userID, err)
		}
		return nil
	})
	return added, err
}

// Unwant takes a film off the watchlist of a member. It is idempotent. Its errors are those of [Service.Mark].
func (s *Service) Unwant(ctx context.Context, userID, movieID int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := lock(tx, userID, movieID); err != nil {
			return err
		}
		err := tx.Exec("DELETE FROM watchlist_films WHERE movie_id = ? AND user_id = ?", movieID, userID).Error
		if err != nil {
			return fmt.Errorf("take movie %d off the watchlist of user %d: %w", movieID, userID, err)
		}
		return nil
	})
}
