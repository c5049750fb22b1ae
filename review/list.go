package review

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// Shown is a review as a reader sees it.
type Shown struct {
	Review
	Username   string // of the author
	MovieTitle string
	Rating     *stars.Stars // of the film by the author now; nil without one
	Liked      *bool        // whether the reader likes it; nil for an anonymous reader
}

// shownColumns are the columns of a [Shown]. Username, title and rating are joined, because loading authors and films for them
// would also read plots and casts.
var (
	shownColumns = table.ColumnsOf("reviews") + ", users.username, movies.title, movie_ratings.rating"
	showReview   = "SELECT " + shownColumns + ", users.is_private FROM reviews JOIN " + withAuthor + " JOIN " + withFilm + " LEFT JOIN " + withRating +
		" WHERE reviews.id = ?"
)

const (
	withAuthor = "users ON users.id = reviews.user_id"
	withFilm   = "movies ON movies.id = reviews.movie_id"
	// The ratings are of package reaction, which imports this one.
	withRating = "movie_ratings ON movie_ratings.movie_id = reviews.movie_id AND movie_ratings.user_id = reviews.user_id"
)

// targets returns the fields that receive shownColumns.
func (r *Shown) targets() []any {
	return append(table.Targets(&r.Review), &r.Username, &r.MovieTitle, &r.Rating)
}

// Show returns a review as a reader sees it, whole also if it is a spoiler, or [ErrNotFound] also when they may
// not see it.
func (s *Service) Show(ctx context.Context, id int64, reader auth.Viewer) (Shown, error) {
	r, private, err := s.shown(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if private || r.Hidden != 0 {
		if err := s.checkSeen(ctx, r.Review, reader); err != nil {
			return Shown{}, err
		}
	}
	rows := []Shown{r}
	if err := s.addLiked(ctx, rows, reader); err != nil {
		return Shown{}, err
	}
	return rows[0], nil
}

// shown returns a review without Liked, whoever may see it, and whether the account of its author is private.
func (s *Service) shown(ctx context.Context, id int64) (r Shown, private bool, err error) {
	err = s.db.Row(ctx, showReview, id).Scan(append(r.targets(), &private)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Shown{}, false, ErrNotFound
	}
	if err != nil {
		return Shown{}, false, fmt.Errorf("show review %d: %w", id, err)
	}
	r.Reveal()
	return r, private, nil
}

// checkSeen returns [ErrNotFound] unless a reader may see a review.
func (s *Service) checkSeen(ctx context.Context, r Review, reader auth.Viewer) error {
	if !r.VisibleTo(reader) {
		return ErrNotFound
	}
	may, err := follow.MaySee(ctx, s.db, reader, r.UserID)
	if err == nil && !may {
		err = ErrNotFound
	}
	return err
}

// By returns the review of a film by a member, or [ErrNotFound].
func (s *Service) By(ctx context.Context, userID, movieID int64) (Review, error) {
	var found []Review
	err := s.db.Reader(ctx).Where("user_id = ? AND movie_id = ?", userID, movieID).Limit(1).Find(&found).Error
	if err != nil {
		return Review{}, fmt.Errorf("look for a review of movie %d by user %d: %w", movieID, userID, err)
	}
	if len(found) == 0 {
		return Review{}, ErrNotFound
	}
	return found[0], nil
}

// OfViewer sets the reviews by a member of films, by their ids. It is a [movie.ViewerSource].
func (s *Service) OfViewer(ctx context.Context, userID int64, of map[int64]*movie.Viewer) error {
	in, args := database.InList(slices.Collect(maps.Keys(of)), userID)
	query := "SELECT movie_id, id FROM reviews WHERE user_id = ? AND movie_id IN " + in
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var film, id int64
		if err := row.Scan(&film, &id); err != nil {
			return err
		}
		of[film].ReviewID = &id
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for the reviews of %d films by user %d: %w", len(of), userID, err)
	}
	return nil
}

// CountBetween returns how many reviews a member has written from a time until before another, without hidden ones.
func (s *Service) CountBetween(ctx context.Context, userID int64, from, to time.Time) (n int64, err error) {
	err = s.db.Row(ctx, "SELECT COUNT(*) FROM reviews WHERE user_id = ? AND created_at >= ? AND created_at < ? AND hidden = 0", userID, from, to).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the reviews by user %d: %w", userID, err)
	}
	return n, nil
}

// FilmsOf returns the ids of the films of the reviews with these ids, without reviews that do not exist or are hidden from
// the reader.
func (s *Service) FilmsOf(ctx context.Context, reader auth.Viewer, ids []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	in, args := database.InList(ids)
	var found []Review
	if err := s.db.Reader(ctx).Select("id", "user_id", "movie_id", "hidden").Where("id IN "+in, args...).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for %d reviews: %w", len(ids), err)
	}
	for _, r := range found {
		if r.VisibleTo(reader) {
			out[r.ID] = r.MovieID
		}
	}
	return out, nil
}

// notHidden is the condition of reviews that are in lists.
const notHidden = "reviews.hidden = 0"

// OfUser returns a page of the reviews of a user, oldest first, and the key of the next page, nil on the last. Hidden ones
// are there for their author. It
// returns user.ErrNotFound when the user does not exist, and follow.ErrPrivateAccount when the reader may not see them.
func (s *Service) OfUser(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	return s.ofUser(ctx, userID, reader, SortOldest, p)
}

func (s *Service) ofUser(ctx context.Context, userID int64, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	q := query{index: "idx_reviews_user", by: by}
	q.and("reviews.user_id = ?", userID)
	if reader.UserID != userID {
		q.and(notHidden)
	}
	return s.list(ctx, q, reader, p)
}

// OfMovie returns a page of the reviews of a film that a reader sees, and the key of the next page, nil on the last, or
// movie.ErrNotFound. It reads past what the reader does not see: at most one review of each private account, and of each
// member whom the reader has blocked or muted.
func (s *Service) OfMovie(ctx context.Context, movieID int64, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	audience, args := follow.AudienceOf(reader, "users")
	q := query{index: by.index(), by: by}
	q.and("reviews.movie_id = ?", movieID)
	q.and(notHidden)
	q.and(audience, args...)
	rows, next, err := s.list(ctx, q, reader, p)
	if err == nil && len(rows) == 0 { // a film with reviews exists
		_, err = s.movies.GetFor(ctx, movieID, reader)
	}
	return rows, next, err
}

// list returns a page of q, and the key of the next page, nil on the last.
func (s *Service) list(ctx context.Context, q query, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	q.by.after(&q, p.After)
	q.most = p.Fetch()
	rows, err := s.scan(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, next := page.Cut(rows, p, q.by.key)
	return rows, next, s.showTo(ctx, reader, rows)
}

// showTo sets what of rows depends on the reader: spoilers, and what they like.
func (s *Service) showTo(ctx context.Context, reader auth.Viewer, rows []Shown) error {
	if err := spoiler.Decide(ctx, rows, reader.UserID, spoiler.Mode(reader.Spoilers), s.watchedAmong); err != nil {
		return err
	}
	return s.addLiked(ctx, rows, reader)
}

// addLiked sets Liked of all rows, unless the reader is anonymous.
func (s *Service) addLiked(ctx context.Context, rows []Shown, reader auth.Viewer) error {
	if reader.UserID == 0 || len(rows) == 0 {
		return nil
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var liked map[int64]bool
	if s.likes != nil {
		var err error
		if liked, err = s.likes.LikedBy(ctx, reader.UserID, ids); err != nil {
			return err
		}
	}
	for i := range rows {
		rows[i].Liked = new(liked[rows[i].ID])
	}
	return nil
}
