package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// pair is a review that goes because its author has another one of the same film.
type pair struct {
	UserID, ReviewID, OtherID int64
	Hidden                    Hidden // of the one that goes
}

// MergeMovies moves the reviews of one film to another. Of two reviews by one member it deletes the one that was edited
// earlier, with its likes, if discardOlder is true; otherwise it returns movie.ErrMergeConflict. It is a
// [movie.MergeHook], and the last one: what it calls changes notifications.
func (s *Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, discardOlder bool) error {
	older, err := movie.OlderOfBoth(tx, "reviews", "updated_at", from.ID, into.ID)
	if err != nil {
		return err
	}
	members := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(older))...)))
	if len(members) > 0 && !discardOlder {
		return movie.ErrMergeConflict.With("user_ids", members[:min(len(members), movie.MaxConflicts)])
	}
	replaced, err := replacedIn(tx, older, from.ID, into.ID)
	if err != nil {
		return err
	}
	if err := database.Decrement(tx, &user.User{}, "review_count", counted(replaced)); err != nil {
		return err
	}
	for _, r := range replaced {
		if err := s.leave(tx, r); err != nil {
			return err
		}
	}
	if _, err := movie.MoveNewest(tx, "reviews", "updated_at", from.ID, into.ID); err != nil {
		return err
	}
	var count int64
	if err := tx.Model(&Review{}).Where("movie_id = ? AND hidden = 0", into.ID).Count(&count).Error; err != nil {
		return fmt.Errorf("count the reviews of movie %d: %w", into.ID, err)
	}
	if err := movie.AddCounts(tx, into.ID, movie.Counts{Reviews: count - into.ReviewCount}); err != nil {
		return err
	}
	if s.replaced == nil {
		return nil
	}
	for _, r := range replaced {
		if err := s.replaced(tx, r.UserID, r.ReviewID, r.OtherID); err != nil {
			return err
		}
	}
	return nil
}

// counted returns the authors whose counters have the review that goes.
func counted(replaced []pair) (authors []int64) {
	for _, r := range replaced {
		if r.Hidden == 0 {
			authors = append(authors, r.UserID)
		}
	}
	return authors
}

// leave discards the image of a review that goes, and moves the comments on it to the one that stays.
func (s *Service) leave(tx *gorm.DB, r pair) error {
	_, keys, err := lockParts(tx, "id = ?", r.ReviewID)
	if err != nil {
		return err
	}
	if s.comments != nil {
		if err := s.comments.MoveReview(tx, r.ReviewID, r.OtherID); err != nil {
			return err
		}
	}
	return s.media.Discard(tx, keys...)
}

// replacedIn returns the reviews of two films that go because they are the older ones, in the order of their authors.
func replacedIn(tx *gorm.DB, older map[int64][]int64, from, into int64) ([]pair, error) {
	var all []pair
	for film, members := range older {
		stays := from + into - film
		for some := range slices.Chunk(members, 500) {
			var rows []pair
			err := tx.Raw(`SELECT goes.user_id, goes.id AS review_id, goes.hidden, stays.id AS other_id FROM reviews goes JOIN reviews stays
				ON stays.user_id = goes.user_id AND stays.movie_id = ? WHERE goes.movie_id = ? AND goes.user_id IN ?`, stays, film, some).Scan(&rows).Error
			if err != nil {
				return nil, fmt.Errorf("list the older reviews of movie %d: %w", film, err)
			}
			all = append(all, rows...)
		}
	}
	slices.SortFunc(all, func(a, b pair) int { return cmp.Compare(a.UserID, b.UserID) })
	return all, nil
}
