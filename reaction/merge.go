package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// MergeMovies moves the reactions to one film to another; of two reactions of one member the later stays. It is a
// [movie.MergeHook].
func (*Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	if _, err := movie.MoveNewest(tx, "movie_reactions", "updated_at", from.ID, into.ID); err != nil {
		return err
	}
	var all []struct {
		Type  Type
		Count int64
	}
	err := tx.Model(&MovieReaction{}).Select("type, COUNT(*) AS count").Where("movie_id = ?", into.ID).Group("type").Find(&all).Error
	if err != nil {
		return fmt.Errorf("count the reactions to movie %d: %w", into.ID, err)
	}
	delta := movie.Counts{Likes: -into.LikeCount, Dislikes: -into.DislikeCount}
	for _, t := range all {
		delta.Likes += t.Count * t.Type.counts().Likes
		delta.Dislikes += t.Count * t.Type.counts().Dislikes
	}
	return movie.AddCounts(tx, into.ID, delta)
}

// MergeRatings moves the ratings of one film to another; of two ratings of one member the later stays. It is a
// [movie.MergeHook].
func (*Service) MergeRatings(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	both, err := movie.MoveNewest(tx, "movie_ratings", "rated_at", from.ID, into.ID)
	if err != nil {
		return err
	}
	if err := database.Decrement(tx, &user.User{}, "rating_count", both); err != nil {
		return err
	}
	h, err := countRatings(tx, into.ID)
	if err != nil {
		return err
	}
	if err := movie.AddCounts(tx, into.ID, movie.Counts{Ratings: h.Count() - into.RatingCount, HalfStars: h.Sum() - into.RatingSum}); err != nil {
		return err
	}
	return storeHistogram(tx, into.ID, h)
}

// countRatings returns the histogram of a film, counted anew.
func countRatings(tx *gorm.DB, movieID int64) (h stars.Histogram, err error) {
	var all []struct {
		Rating stars.Stars
		Count  int64
	}
	err = tx.Model(&MovieRating{}).Select("rating, COUNT(*) AS count").Where("movie_id = ?", movieID).Group("rating").Find(&all).Error
	if err != nil {
		return h, fmt.Errorf("count the ratings of movie %d: %w", movieID, err)
	}
	for _, one := range all {
		h[one.Rating-1] = one.Count
	}
	return h, nil
}

// storeHistogram replaces the histogram of a film, which is locked.
func storeHistogram(tx *gorm.DB, movieID int64, h stars.Histogram) error {
	err := tx.Where("movie_id = ?", movieID).Delete(&RatingHistogram{}).Error
	if err == nil && h.Count() > 0 {
		args := []any{movieID}
		for _, members := range h {
			args = append(args, members)
		}
		err = tx.Exec(changeHistogram[tx.Name()], args...).Error
	}
	if err != nil {
		return fmt.Errorf("store the histogram of movie %d: %w", movieID, err)
	}
	return nil
}
