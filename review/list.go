package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Shown is a review with what a reader sees beside it.
type Shown struct {
	Review
	Username   string // of the author
	MovieTitle string
	Liked      *bool // whether the reader likes it, nil when nobody is known to read
}

// Sort is the order of the reviews of a film.
type Sort string

// The orders.
const (
	SortOldest    Sort = "id"          // as they were written
	SortNewest    Sort = "-id"         // the last one written first
	SortMostLiked Sort = "-like_count" // the most liked first, then the last one written
)

// shownColumns are what a reader sees, and where it goes. The names come along in the same query: loading
// authors and films for them would read plots and casts as well.
const (
	shownColumns = `reviews.id, reviews.user_id, reviews.movie_id, reviews.title, reviews.content, reviews.image,
	reviews.like_count, reviews.created_at, reviews.updated_at, users.username, movies.title`
	withAuthor = "JOIN users ON users.id = reviews.user_id"
	withFilm   = "JOIN movies ON movies.id = reviews.movie_id"
	showReview = "SELECT " + shownColumns + " FROM reviews " + withAuthor + " " + withFilm + " WHERE reviews.id = ?"
)

func (r *Shown) places() []any {
	return []any{
		&r.ID, &r.UserID, &r.MovieID, &r.Title, &r.Content, &r.Image,
		&r.LikeCount, &r.CreatedAt, &r.UpdatedAt, &r.Username, &r.MovieTitle,
	}
}

// Show returns a review as a reader sees it, or [ErrNotFound]. A reader of 0 is nobody.
func (s *Service) Show(ctx context.Context, id, reader int64) (Shown, error) {
	r, err := s.shown(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	rows := []Shown{r}
	if err := s.addLiked(ctx, rows, reader); err != nil {
		return Shown{}, err
	}
	return rows[0], nil
}

// shown is Show for nobody.
func (s *Service) shown(ctx context.Context, id int64) (Shown, error) {
	var r Shown
	err := s.db.Row(ctx, showReview, id).Scan(r.places()...)
	if errors.Is(err, sql.ErrNoRows) {
		return Shown{}, ErrNotFound
	}
	if err != nil {
		return Shown{}, fmt.Errorf("show review %d: %w", id, err)
	}
	return r, nil
}

// OfUser returns a page of what a user has written, oldest first, and the key of the next page, nil
// on the last. It returns user.ErrNotFound when there is no such user.
func (s *Service) OfUser(ctx context.Context, userID, reader int64, p page.Page) ([]Shown, *page.Key, error) {
	q := SortOldest.page(s.db.Reader(ctx).Where("reviews.user_id = ?", userID), p)
	rows, next, err := s.list(ctx, q, SortOldest, reader, p)
	if err == nil && len(rows) == 0 { // whoever has a review exists
		_, err = s.users.Get(ctx, userID)
	}
	return rows, next, err
}

// OfMovie returns a page of the reviews of a film as [Service.OfUser] does, or movie.ErrNotFound.
func (s *Service) OfMovie(ctx context.Context, movieID, reader int64, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	q := by.page(s.db.Reader(ctx).Where("reviews.movie_id = ?", movieID), p)
	rows, next, err := s.list(ctx, q, by, reader, p)
	if err == nil && len(rows) == 0 { // what has a review exists
		_, err = s.movies.Get(ctx, movieID)
	}
	return rows, next, err
}

func (s *Service) list(ctx context.Context, q *gorm.DB, by Sort, reader int64, p page.Page) ([]Shown, *page.Key, error) {
	rows, err := database.Scan(shownQuery(q), (*Shown).places)
	if err != nil {
		return nil, nil, fmt.Errorf("list reviews: %w", err)
	}
	rows, next := page.Cut(rows, p, by.key)
	return rows, next, s.addLiked(ctx, rows, reader)
}

func shownQuery(q *gorm.DB) *gorm.DB {
	return q.Model(&Review{}).Select(shownColumns).Joins(withAuthor).Joins(withFilm)
}

// addLiked says of each review whether the reader likes it.
func (s *Service) addLiked(ctx context.Context, rows []Shown, reader int64) error {
	if reader == 0 || len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var liked map[int64]bool
	if s.likes != nil {
		var err error
		if liked, err = s.likes.LikedBy(ctx, reader, ids); err != nil {
			return err
		}
	}
	for i := range rows {
		rows[i].Liked = new(liked[rows[i].ID])
	}
	return nil
}

// page restricts q to a page. The bound on the sorted column stands alone, outside of the OR, because
// that is what both databases begin their walk of the index by.
func (o Sort) page(q *gorm.DB, p page.Page) *gorm.DB {
	q = q.Order(map[Sort]string{
		SortOldest:    "reviews.id",
		SortNewest:    "reviews.id DESC",
		SortMostLiked: "reviews.like_count DESC, reviews.id DESC",
	}[o]).Limit(p.Fetch())
	if p.After == nil {
		return q
	}
	switch o {
	case SortNewest:
		return q.Where("reviews.id < ?", p.After.ID)
	case SortMostLiked:
		return q.Where("reviews.like_count <= ? AND (reviews.like_count < ? OR reviews.id < ?)",
			p.After.Num, p.After.Num, p.After.ID)
	}
	return q.Where("reviews.id > ?", p.After.ID)
}

func (o Sort) key(r Shown) page.Key {
	if o == SortMostLiked {
		return page.Key{Num: r.LikeCount, ID: r.ID}
	}
	return page.Key{ID: r.ID}
}
