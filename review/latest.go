package review

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Latest returns a page of all reviews, newest first, and the key of the next page, nil on the last.
//
// A subquery finds their ids before anything is joined: MariaDB would start at the members and sort all reviews.
func (s *Service) Latest(ctx context.Context, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	before := int64(math.MaxInt64)
	if p.After != nil {
		before = p.After.ID
	}
	ids := fmt.Sprintf("SELECT id FROM (SELECT id FROM reviews WHERE id < ? ORDER BY id DESC LIMIT %d) AS latest", p.Fetch())
	q := s.db.Reader(ctx).Where("reviews.id IN (?)", gorm.Expr(ids, before)).Order("reviews.id DESC")
	return s.list(ctx, q, SortNewest, reader, p)
}

// LatestOfUser returns a page of the reviews of a user, newest first. A user who does not exist has no reviews.
func (s *Service) LatestOfUser(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	q := SortNewest.page(s.db.Reader(ctx).Where("reviews.user_id = ?", userID), p)
	return s.list(ctx, q, SortNewest, reader, p)
}

// LatestOf returns a page of the reviews of the authors with these ids, as [Service.Latest] does. It reads one page of
// each author along the index, so that its cost depends on the number of authors and not on that of their reviews.
func (s *Service) LatestOf(ctx context.Context, authors []int64, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	if len(authors) == 0 {
		return []Shown{}, nil, nil
	}
	bound, before := "", []any{}
	if p.After != nil {
		bound, before = " AND id < ?", []any{p.After.ID}
	}
	one := fmt.Sprintf("SELECT id FROM (SELECT id FROM reviews WHERE user_id = ?%s ORDER BY id DESC LIMIT %d) AS of_one", bound, p.Fetch())
	parts, args := make([]string, len(authors)), make([]any, 0, len(authors)*2)
	for i, id := range authors {
		parts[i] = one
		args = append(append(args, id), before...)
	}
	ids := fmt.Sprintf("SELECT id FROM (%s) AS of_all ORDER BY id DESC LIMIT %d", strings.Join(parts, " UNION ALL "), p.Fetch())
	q := s.db.Reader(ctx).Where("reviews.id IN (?)", gorm.Expr("SELECT id FROM ("+ids+") AS latest", args...)).Order("reviews.id DESC")
	return s.list(ctx, q, SortNewest, reader, p)
}

// Active is a member who has written lately.
type Active struct {
	UserID   int64
	MovieIDs []int64 // of their latest reviews, the newest first, at most [ActiveFilms]
}

const (
	// ActiveFilms is how many films of an active member are named.
	ActiveFilms = 3
	// activeReviews is how many of the latest reviews are counted. It bounds the cost, whatever was written before.
	activeReviews = 500
)

// Active returns the members who wrote the latest reviews: who wrote most of them first, then who wrote last.
func (s *Service) Active(ctx context.Context, _ auth.Viewer) ([]Active, error) {
	var latest []Review
	err := s.db.Reader(ctx).Select("user_id", "movie_id").Order("id DESC").Limit(activeReviews).Find(&latest).Error
	if err != nil {
		return nil, fmt.Errorf("load the latest reviews: %w", err)
	}
	written := map[int64]int{}
	places := map[int64]int{}
	var out []Active
	for _, r := range latest {
		place, known := places[r.UserID]
		if !known {
			place = len(out)
			places[r.UserID] = place
			out = append(out, Active{UserID: r.UserID})
		}
		if written[r.UserID]++; len(out[place].MovieIDs) < ActiveFilms {
			out[place].MovieIDs = append(out[place].MovieIDs, r.MovieID)
		}
	}
	slices.SortStableFunc(out, func(a, b Active) int { return written[b.UserID] - written[a.UserID] })
	return out, nil
}

// Stamps returns ids and times of the reviews with ids above after and up to last, by id.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	return s.db.Stamps(ctx, "reviews", after, last)
}

// LastID returns the largest id of a review, or 0 without reviews.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "reviews") }
