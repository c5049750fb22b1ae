package reaction

import (
	"context"
	"fmt"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs; all fields are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Movies  *movie.Service
	Reviews *review.Service
	Limiter limit.Limiter
	Toggle  limit.Rate // how often one member may begin to like the same review
	Clock   func() time.Time
}

// Service holds the rules of likes and reactions.
type Service struct {
	db      *database.DB
	movies  *movie.Service
	reviews *review.Service
	limiter limit.Limiter
	toggle  limit.Rate
	clock   func() time.Time
}

// New returns a service, tells the reviews who likes them, and has the counters of films and reviews
// follow when an account is deleted.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, movies: d.Movies, reviews: d.Reviews,
		limiter: d.Limiter, toggle: d.Toggle, clock: d.Clock,
	}
	d.Reviews.UseLikes(s)
	d.Users.OnDelete(uncount)
	return s
}

var _ review.Likes = (*Service)(nil)

// LikedBy implements review.Likes: it returns which of the reviews a member likes. Others are absent.
func (s *Service) LikedBy(ctx context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error) {
	liked := make(map[int64]bool, len(reviewIDs))
	if len(reviewIDs) == 0 {
		return liked, nil
	}
	ids, err := database.Scan(s.db.Reader(ctx).Model(&ReviewLike{}).Select("review_id").
		Where("user_id = ? AND review_id IN ? AND is_liked = ?", userID, reviewIDs, true),
		func(id *int64) []any { return []any{id} })
	if err != nil {
		return nil, fmt.Errorf("load which of %d reviews user %d likes: %w", len(reviewIDs), userID, err)
	}
	for _, id := range ids {
		liked[id] = true
	}
	return liked, nil
}
