package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
)

// The ranges of ids in which [Service.backwards] looks for reviews.
const (
	firstRange  = 2000
	rangeFactor = 4
	mostRead    = 40_000
)

// backwards calls read with ranges of ids, the highest below a bound first, until all reviews were read or it returns
// false. A bound of 0 is above all reviews. It returns the bound of what was not read, 1 when there is nothing left.
//
// Whoever sees few of the latest reviews, because most are by private accounts or somebody whom they have blocked wrote
// them, must not make the database read all reviews there are, so it also ends after mostRead ids.
func (s *Service) backwards(ctx context.Context, below int64, read func(from, below int64) (more bool, err error)) (rest int64, err error) {
	if below == 0 {
		last, err := s.LastID(ctx)
		if err != nil {
			return 0, err
		}
		below = last + 1
	}
	lowest := max(below-mostRead, 1)
	for n := int64(firstRange); below > lowest; n *= rangeFactor {
		from := max(below-n, lowest)
		more, err := read(from, below)
		if err != nil || !more {
			return from, err
		}
		below = from
	}
	return below, nil
}

// Latest returns a page of the reviews that a reader sees, newest first, and the key of the next page, nil on the last. A
// page that is not the last has fewer reviews than it could when the reader sees very few of the latest ones.
func (s *Service) Latest(ctx context.Context, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	var before int64
	if p.After != nil {
		before = p.After.ID
	}
	audience, args := follow.AudienceOf(reader, "users")
	rows := []Shown{}
	rest, err := s.backwards(ctx, before, func(from, below int64) (bool, error) {
		q := query{by: SortNewest, most: p.Fetch()}
		q.and("reviews.id >= ? AND reviews.id < ?", from, below)
		q.and(notHidden)
		q.and(audience, args...)
		some, err := s.scan(ctx, q)
		rows = append(rows, some[:min(len(some), p.Fetch()-len(rows))]...)
		return len(rows) < p.Fetch(), err
	})
	if err != nil {
		return nil, nil, err
	}
	rows, next := page.Cut(rows, p, SortNewest.key)
	if next == nil && rest > 1 {
		next = &page.Key{ID: rest}
	}
	return rows, next, s.showTo(ctx, reader, rows)
}

// LatestOfUser returns a page of the reviews of a user, newest first, as [Service.OfUser] does.
func (s *Service) LatestOfUser(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	return s.ofUser(ctx, userID, reader, SortNewest, p)
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

// Active returns the members who wrote the latest reviews that a reader sees: who wrote most of them first, then who wrote
// last.
func (s *Service) Active(ctx context.Context, reader auth.Viewer) ([]Active, error) {
	var latest []Review
	audience, args := follow.AudienceOf(reader, "users")
	_, err := s.backwards(ctx, 0, func(from, below int64) (bool, error) {
		var some []Review
		q := s.db.Reader(ctx).Select("reviews.user_id", "reviews.movie_id").Joins(database.StraightJoin(s.db.Driver()) + " " + withAuthor)
		err := q.Where("reviews.id >= ? AND reviews.id < ?", from, below).Where(notHidden).Where(audience, args...).
			Order("reviews.id DESC").Limit(activeReviews).Find(&some).Error
		latest = append(latest, some[:min(len(some), activeReviews-len(latest))]...)
		return len(latest) < activeReviews, err
	})
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

// Stamps returns ids and times of the reviews with ids above after and up to last that everybody sees, by id.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	audience, args := follow.Audience(auth.Viewer{}, "reviews.user_id")
	return s.db.Stamps(ctx, "reviews", after, last, notHidden+" AND "+audience, args...)
}

// LastID returns the largest id of a review, or 0 without reviews.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "reviews") }
