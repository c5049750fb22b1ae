package reaction

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields but Watched are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Movies  *movie.Service
	Reviews *review.Service
	Lists   *list.Service
	Toggles *toggle.Switch
	Clock   func() time.Time

	// Watched marks a film watched, in the transaction in which a member rates it. nil does nothing.
	Watched func(tx *gorm.DB, userID, movieID int64, counts user.Counts) error
}

// Service holds the rules of likes, reactions and ratings. It is safe for concurrent use.
type Service struct {
	db      *database.DB
	users   *user.Service
	movies  *movie.Service
	reviews *review.Service
	lists   *list.Service
	toggles *toggle.Switch
	clock   func() time.Time
	watched func(tx *gorm.DB, userID, movieID int64, counts user.Counts) error
}

// New returns a service and makes reviews and lists show who likes them. Register [Service.PurgeUser] with
// user.Service.OnDelete and [Service.PurgeMovie] with movie.Service.OnDelete.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, users: d.Users, movies: d.Movies, reviews: d.Reviews, lists: d.Lists, toggles: d.Toggles, clock: d.Clock, watched: d.Watched,
	}
	d.Reviews.UseLikes(s)
	d.Lists.UseLikes(s)
	return s
}

// SetLike makes a member like a review (on) or unlike it, and returns the like as it is afterwards. It is
// idempotent. Unliking a review that was never liked stores nothing and returns a like without an ID.
//
// SetLike returns review.ErrNotFound when the member may not see the review, auth.ErrUserGone when the member's account
// does not exist, follow.ErrBlocked for a like when the member or the author has blocked the other, and apperr.ErrTooMany
// when the member liked the review too often lately.
func (s *Service) SetLike(ctx context.Context, by auth.Viewer, reviewID int64, on bool) (ReviewLike, error) {
	l, err := s.likeBy(ctx, by, reviewID, on)
	if err != nil {
		return ReviewLike{}, err
	}
	return toggle.Set(ctx, s.toggles, l, on)
}

// likeBy returns a like for [toggle.Set]. On MySQL it has the author of the review, whose account is locked before the review
// and who never changes.
func (s *Service) likeBy(ctx context.Context, by auth.Viewer, reviewID int64, on bool) (l ReviewLike, err error) {
	l = ReviewLike{by: by, UserID: by.UserID, ReviewID: reviewID, on: on}
	if s.db.Driver() == database.MySQL {
		l.authorID, err = s.reviews.AuthorOf(ctx, reviewID)
	}
	return l, err
}

// React stores the reaction of a member to a film and returns it. [None] removes it. React is idempotent; another
// type changes the same row. It returns movie.ErrNotFound, or auth.ErrUserGone when the member's account does
// not exist.
func (s *Service) React(ctx context.Context, userID, movieID int64, t Type) (MovieReaction, error) {
	var r MovieReaction
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		r = MovieReaction{UserID: userID, MovieID: movieID}
		if err := lockPair(tx, userID, movieID, reactionPairs, &r.ID, &r.Type); err != nil || r.Type == t {
			return err
		}
		return s.change(tx, &r, t, database.Time(s.clock()))
	})
	return r, err
}

// change sets the type of a reaction. It changes the counters first, because the foreign key of the row shares
// their lock.
func (s *Service) change(tx *gorm.DB, r *MovieReaction, t Type, at time.Time) error {
	from, to := r.Type.counts(), t.counts()
	delta := movie.Counts{Likes: to.Likes - from.Likes, Dislikes: to.Dislikes - from.Dislikes}
	if err := movie.AddCounts(tx, r.MovieID, delta); err != nil {
		return err
	}
	r.Type, r.UpdatedAt = t, at
	if err := store(tx, r); err != nil {
		return fmt.Errorf("store reaction of user %d to movie %d: %w", r.UserID, r.MovieID, err)
	}
	return nil
}

func store(tx *gorm.DB, r *MovieReaction) (err error) {
	switch {
	case r.Type == None:
		return database.Exec(tx, "DELETE FROM movie_reactions WHERE id = ?", r.ID)
	case r.ID == 0:
		r.CreatedAt = r.UpdatedAt
		r.ID, err = database.Insert(tx, "INSERT INTO movie_reactions (user_id, movie_id, type, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
			r.UserID, r.MovieID, r.Type, r.CreatedAt, r.UpdatedAt)
		return err
	}
	return database.Exec(tx, "UPDATE movie_reactions SET type = ?, updated_at = ? WHERE id = ?", r.Type, r.UpdatedAt, r.ID)
}
