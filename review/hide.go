package review

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// Hidden says why a review is hidden, as bits. Only its author and moderators see one that is not 0: moderators when they
// ask for it by its id, its author also in the list of their own. Nobody likes it or comments on it, and its image has no
// URL.
type Hidden int8

// The bits of [Hidden].
const (
	HiddenItself   Hidden = 1 << iota // a moderator hid it
	HiddenWithFilm                    // its film is hidden
)

// VisibleTo reports whether a reader may see the review, unless the account of its author is private.
func (r *Review) VisibleTo(reader auth.Viewer) bool {
	return r.Hidden == 0 || r.UserID == reader.UserID || reader.Moderates()
}

// counted returns what the review adds to the counters of its author and its film.
func (r *Review) counted() int64 {
	if r.Hidden != 0 {
		return 0
	}
	return 1
}

// count changes the counters of the author and the film of a review, which are locked.
func count(tx *gorm.DB, r Review, delta int64) error {
	if delta == 0 {
		return nil
	}
	if err := user.AddCounts(tx, r.UserID, user.Counts{Reviews: delta}); err != nil {
		return err
	}
	return movie.AddCounts(tx, r.MovieID, movie.Counts{Reviews: delta})
}

// lockWhole locks the author and the film of a review, then the review, and returns it, or [ErrNotFound].
func lockWhole(tx *gorm.DB, id int64) (Review, error) {
	for {
		r, err := take(tx, id)
		if err != nil {
			return Review{}, err
		}
		if err := user.Lock(tx, r.UserID); errors.Is(err, user.ErrNotFound) {
			return Review{}, ErrNotFound // deleted with the account
		} else if err != nil {
			return Review{}, err
		}
		err = movie.LockID(tx, r.MovieID)
		if errors.Is(err, movie.ErrNotFound) {
			continue // since the review was read the film was merged into another, or deleted with the review
		}
		if err != nil {
			return Review{}, err
		}
		locked, err := Lock(tx, id)
		if err != nil || locked.MovieID == r.MovieID {
			return locked, err
		}
	}
}

// SetHidden hides a review from everybody but its author and moderators, or undoes that, and returns its author. Counters,
// lists, feeds and the image follow; a review whose film is hidden stays hidden when it is restored. It is idempotent, and
// returns [ErrNotFound].
func (s *Service) SetHidden(tx *gorm.DB, id int64, hidden bool) (ownerID int64, changed bool, err error) {
	r, err := lockWhole(tx, id)
	if err != nil {
		return 0, false, err
	}
	after := r
	if after.Hidden &^= HiddenItself; hidden {
		after.Hidden |= HiddenItself
	}
	if after.Hidden == r.Hidden {
		return r.UserID, false, nil
	}
	if err := count(tx, r, after.counted()-r.counted()); err != nil {
		return 0, false, err
	}
	if err := tx.Exec("UPDATE reviews SET hidden = ? WHERE id = ?", after.Hidden, id).Error; err != nil {
		return 0, false, fmt.Errorf("hide review %d: %w", id, err)
	}
	return r.UserID, true, s.moveImages(tx, after.Hidden != 0, r.Image.Whole())
}

// HideMovie hides the reviews of a film that is being hidden, or undoes that for those that are not hidden themselves. The
// caller has locked the film, so that no review appears and none is hidden meanwhile. It is idempotent.
func (s *Service) HideMovie(tx *gorm.DB, m movie.Movie, hidden bool) error {
	before, after, delta, set := Hidden(0), HiddenWithFilm, int64(-1), "hidden | ?"
	if !hidden {
		before, after, delta, set = after, before, 1, "hidden & ~?"
	}
	var authors []int64
	err := tx.Model(&Review{}).Where("movie_id = ? AND hidden = ?", m.ID, before).Order("user_id").Pluck("user_id", &authors).Error
	if err != nil {
		return fmt.Errorf("list the authors of reviews of movie %d: %w", m.ID, err)
	}
	if err := database.AddTo(tx, &user.User{}, "review_count", delta, authors); err != nil {
		return err
	}
	if err := movie.AddCounts(tx, m.ID, movie.Counts{Reviews: delta * int64(len(authors))}); err != nil {
		return err
	}
	if err := tx.Exec("UPDATE reviews SET hidden = "+set+" WHERE movie_id = ?", HiddenWithFilm, m.ID).Error; err != nil {
		return fmt.Errorf("hide the reviews of movie %d: %w", m.ID, err)
	}
	var images []string // of rows that are locked now
	err = tx.Model(&Review{}).Where("movie_id = ? AND hidden = ? AND image <> ''", m.ID, after).Pluck("image", &images).Error
	if err != nil {
		return fmt.Errorf("list the images of reviews of movie %d: %w", m.ID, err)
	}
	return s.moveImages(tx, hidden, images...)
}

// moveImages hides images of reviews, or brings them back.
func (s *Service) moveImages(tx *gorm.DB, hidden bool, keys ...string) error {
	if hidden {
		return s.media.Hide(tx, keys...)
	}
	return s.media.Restore(tx, keys...)
}
