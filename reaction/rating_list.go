package reaction

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// RatingSort is the order of the ratings of a member. Ratings that are equal in it are ordered by their ids.
type RatingSort string

// The orders.
const (
	SortLastRated  RatingSort = "-rated_at" // latest first
	SortBestRated  RatingSort = "-rating"   // best first, then latest first
	SortWorstRated RatingSort = "rating"    // worst first, then oldest first
)

// Rated is a film with the rating of a member.
type Rated struct {
	Rating  stars.Stars
	RatedAt time.Time
	Movie   movie.Card

	id, movieID int64
}

func (r *Rated) targets() []any { return []any{&r.id, &r.movieID, &r.Rating, &r.RatedAt} }

func (r *Rated) card() (int64, *movie.Card) { return r.movieID, &r.Movie }

// key has the rating as its text. Lists by time ignore it.
func (r Rated) key() page.Key {
	k := page.TimeKey(r.RatedAt, r.id)
	k.Text = strconv.FormatInt(int64(r.Rating), 10)
	return k
}

// RatingsOf returns a page of the films that a member rated, and the key of the next page, nil on the last. only selects one
// rating, 0 all. It returns user.ErrNotFound when the member does not exist, and follow.ErrPrivateAccount when the reader may
// not see the ratings.
func (s *Service) RatingsOf(ctx context.Context, userID int64, reader auth.Viewer, only stars.Stars, by RatingSort, p page.Page) ([]Rated, *page.Key, error) {
	if err := follow.CheckAccount(ctx, s.db, reader, userID); err != nil {
		return nil, nil, err
	}
	var rows []Rated
	for _, q := range ratingQueries(userID, only, by, p.After) {
		some, err := database.Collect(s.db.Reader(ctx), (*Rated).targets, 0, q.text+database.Limit(s.db.Driver()), append(q.args, p.Fetch()-len(rows))...)
		if err != nil {
			return nil, nil, fmt.Errorf("list ratings by user %d: %w", userID, err)
		}
		if rows = append(rows, some...); len(rows) == p.Fetch() {
			break
		}
	}
	rows, next := page.Cut(rows, p, Rated.key)
	rows, err := movie.WithCards(ctx, s.movies, rows, (*Rated).card)
	return rows, next, err
}

// query is a query without its limit.
type query struct {
	text string
	args []any
}

// ratingQueries returns the queries whose rows, one after the other, are the ratings after a position. By rating it takes
// two: one for the rest of the rating at the position, and one for those that follow. In a single one both databases would
// skip all films of that rating before the position. The bound on the time is outside of the OR for the same reason.
func ratingQueries(userID int64, only stars.Stars, by RatingSort, after *page.Key) []query {
	follows, order := "<", "rated_at DESC, id DESC"
	if by == SortWorstRated {
		follows, order = ">", "rated_at, id"
	}
	byRating := map[RatingSort]string{SortBestRated: "rating DESC, ", SortWorstRated: "rating, "}[by]
	const all = "SELECT id, movie_id, rating, rated_at FROM movie_ratings WHERE user_id = ? AND movie_id NOT IN " + movie.HiddenIDs
	of := func(condition, order string, args ...any) query {
		return query{all + condition + " ORDER BY " + order, append([]any{userID}, args...)}
	}
	rest := " AND rated_at " + follows + "= ? AND (rated_at " + follows + " ? OR id " + follows + " ?)"
	switch {
	case only != 0 && after == nil:
		return []query{of(" AND rating = ?", order, only)}
	case only != 0:
		return []query{of(" AND rating = ?"+rest, order, only, after.Time(), after.Time(), after.ID)}
	case after == nil:
		return []query{of("", byRating+order)}
	case byRating == "":
		return []query{of(rest, order, after.Time(), after.Time(), after.ID)}
	}
	at, _ := strconv.ParseInt(after.Text, 10, 64) // 0 in a forged cursor
	return []query{
		of(" AND rating = ?"+rest, order, at, after.Time(), after.Time(), after.ID),
		of(" AND rating "+follows+" ?", byRating+order, at),
	}
}
