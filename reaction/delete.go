package reaction

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// PurgeUser removes the likes, reactions and ratings of an account that is being deleted from the counters of films,
// reviews and lists, which is the order of all domains. The foreign keys delete the rows. No new row can appear
// meanwhile, because the caller has locked the account.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	if err := purgeRatings(tx, userID); err != nil {
		return err
	}
	reactions := func(t Type) *gorm.DB {
		return tx.Model(&MovieReaction{}).Where("user_id = ? AND type = ?", userID, t)
	}
	liked := func(like any) *gorm.DB { return tx.Model(like).Where("user_id = ? AND is_liked = ?", userID, true) }
	for _, c := range []struct {
		rows    *gorm.DB
		of      string // the column of rows with the ids of what is counted
		model   any    // of what is counted
		counter string
	}{
		{reactions(Like), "movie_id", &movie.Movie{}, "like_count"},
		{reactions(Dislike), "movie_id", &movie.Movie{}, "dislike_count"},
		{liked(&ReviewLike{}), "review_id", &review.Review{}, "like_count"},
		{liked(&ListLike{}), "list_id", &list.List{}, "like_count"},
	} {
		var ids []int64
		if err := c.rows.Pluck(c.of, &ids).Error; err != nil {
			return fmt.Errorf("list what user %d reacted to: %w", userID, err)
		}
		if err := database.Decrement(tx, c.model, c.counter, ids); err != nil {
			return err
		}
		if _, films := c.model.(*movie.Movie); films && len(ids) > 0 {
			if err := movie.CopyCounts(tx, ids...); err != nil {
				return err
			}
		}
	}
	return nil
}

// purgeRatings removes the ratings of an account from the counters of films.
func purgeRatings(tx *gorm.DB, userID int64) error {
	films := map[stars.Stars][]int64{}
	const query = "SELECT movie_id, rating FROM movie_ratings WHERE user_id = ?"
	err := database.Each(tx, query, []any{userID}, func(row database.Scanner) error {
		var id int64
		var rating stars.Stars
		if err := row.Scan(&id, &rating); err != nil {
			return err
		}
		films[rating] = append(films[rating], id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the ratings by user %d: %w", userID, err)
	}
	for rating := stars.Min; rating <= stars.Max; rating++ {
		if err := dropRatings(tx, rating, films[rating]); err != nil {
			return err
		}
	}
	return nil
}

// PurgeMovie removes the ratings of a film that is being deleted from the counters of members. The foreign keys delete the
// rows. No new row can appear meanwhile, because the caller has locked the film.
func (*Service) PurgeMovie(tx *gorm.DB, m movie.Movie, _ auth.Viewer) error {
	var members []int64
	if err := tx.Model(&MovieRating{}).Where("movie_id = ?", m.ID).Pluck("user_id", &members).Error; err != nil {
		return fmt.Errorf("list who rated movie %d: %w", m.ID, err)
	}
	return database.Decrement(tx, &user.User{}, "rating_count", members)
}
