package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/cinecircle/cinecircle/feed/activity"
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

// isNews and isOld are the conditions that a review has an activity, and that it has none. Reviews that an import brought
// have none if they are older than it by more than a day: whoever brings the reviews of years must not push what others
// write off the page. They are no EXISTS, which MariaDB would turn into a join that starts at the activities.
const (
	isNews = activityID + " IS NOT NULL"
	isOld  = activityID + " IS NULL"

	activityID = "(SELECT activities.id FROM activities WHERE activities.object_id = reviews.id AND activities.type = ?)"
)

// oldKey is the text of the key of a page that begins with old reviews.
const oldKey = "old"

// Latest returns a page of the reviews that a reader sees, newest first, and the key of the next page, nil on the last. Old
// reviews that an import brought come after all others. A page that is not the last has fewer reviews than it could when the
// reader sees very few of the latest ones.
func (s *Service) Latest(ctx context.Context, reader auth.Viewer, p page.Page) ([]Shown, *page.Key, error) {
	rows := []Shown{}
	var next *page.Key
	var err error
	if p.After == nil || p.After.Text != oldKey {
		if rows, next, err = s.latest(ctx, reader, p, isNews); err != nil || next != nil {
			return rows, next, s.showIf(ctx, reader, rows, err)
		}
		p.After = nil
	}
	full := len(rows) == p.Limit
	if p.Limit -= len(rows); full {
		p.Limit = 1 // only to know whether there is one
	}
	old, next, err := s.latest(ctx, reader, p, isOld)
	switch {
	case full && len(old) > 0:
		next = &page.Key{Text: oldKey}
	case next != nil:
		next.Text = oldKey
	}
	if !full {
		rows = append(rows, old...)
	}
	return rows, next, s.showIf(ctx, reader, rows, err)
}

// showIf is showTo, unless there is an error already.
func (s *Service) showIf(ctx context.Context, reader auth.Viewer, rows []Shown, err error) error {
	if err != nil {
		return err
	}
	return s.showTo(ctx, reader, rows)
}

// latest is Latest for the reviews that meet a condition, and does not mask them.
func (s *Service) latest(ctx context.Context, reader auth.Viewer, p page.Page, condition string) ([]Shown, *page.Key, error) {
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
		q.and(condition, activity.Review)
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
	return rows, next, nil
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
// last. Old reviews that an import brought count only where there are no others.
func (s *Service) Active(ctx context.Context, reader auth.Viewer) ([]Active, error) {
	latest, err := s.latestAuthors(ctx, reader, isNews)
	if err == nil && len(latest) == 0 {
		latest, err = s.latestAuthors(ctx, reader, isOld)
	}
	if err != nil {
		return nil, fmt.Errorf("load the latest reviews: %w", err)
	}
	return activeOf(latest), nil
}

// latestAuthors returns the authors and films of the latest reviews that meet a condition, at most activeReviews.
func (s *Service) latestAuthors(ctx context.Context, reader auth.Viewer, condition string) ([]Review, error) {
	var latest []Review
	audience, args := follow.AudienceOf(reader, "users")
	_, err := s.backwards(ctx, 0, func(from, below int64) (bool, error) {
		var some []Review
		q := s.db.Reader(ctx).Select("reviews.user_id", "reviews.movie_id").Joins(database.StraightJoin(s.db.Driver()) + " " + withAuthor)
		err := q.Where("reviews.id >= ? AND reviews.id < ?", from, below).Where(notHidden).Where(condition, activity.Review).Where(audience, args...).
			Order("reviews.id DESC").Limit(activeReviews).Find(&some).Error
		latest = append(latest, some[:min(len(some), activeReviews-len(latest))]...)
		return len(latest) < activeReviews, err
	})
	return latest, err
}

// activeOf counts the reviews of each member.
func activeOf(latest []Review) []Active {
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
	return out
}

// Stamps returns ids and times of the reviews with ids above after and up to last that everybody sees, by id.
func (s *Service) Stamps(ctx context.Context, after, last int64) ([]database.Stamp, error) {
	audience, args := follow.Audience(auth.Viewer{}, "reviews.user_id")
	return s.db.Stamps(ctx, "reviews", after, last, notHidden+" AND "+audience, args...)
}

// LastID returns the largest id of a review, or 0 without reviews.
func (s *Service) LastID(ctx context.Context) (int64, error) { return s.db.LastID(ctx, "reviews") }
