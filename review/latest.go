package review

import (
	"context"
	"fmt"
	"math"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/page"
)

// Latest returns a page of all reviews, the last one written first, and the key of the next page.
//
// Which they are is found by itself: MariaDB would begin at the members, and sort all reviews.
func (s *Service) Latest(ctx context.Context, reader int64, p page.Page) ([]Shown, *page.Key, error) {
	before := int64(math.MaxInt64)
	if p.After != nil {
		before = p.After.ID
	}
	ids := fmt.Sprintf("SELECT id FROM (SELECT id FROM reviews WHERE id < ? ORDER BY id DESC LIMIT %d) AS latest", p.Fetch())
	q := s.db.Reader(ctx).Where("reviews.id IN (?)", gorm.Expr(ids, before)).Order("reviews.id DESC")
	return s.list(ctx, q, SortNewest, reader, p)
}

// LatestOfUser is [Service.OfUser] with the last one written first.
func (s *Service) LatestOfUser(ctx context.Context, userID, reader int64, p page.Page) ([]Shown, *page.Key, error) {
	q := SortNewest.page(s.db.Reader(ctx).Where("reviews.user_id = ?", userID), p)
	return s.list(ctx, q, SortNewest, reader, p)
}

// LatestOf is [Service.Latest] of the authors with these ids. Of each it reads a page along the index and
// no more, so that what it costs depends on how many they are, and not on how much they have written.
func (s *Service) LatestOf(ctx context.Context, authors []int64, reader int64, p page.Page) ([]Shown, *page.Key, error) {
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

// By returns the review that a member has written about a film, or [ErrNotFound].
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

// CheckContent returns an apperr.ErrValidation that blames field when a text is longer than a review may be.
func (s *Service) CheckContent(field, text string) error { return s.checkContent(field, text) }

// MaxContent returns how many characters a review may have.
func (s *Service) MaxContent() int { return s.maxContent }
