package feed

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/user"
)

// The activities of a member, or those of one type, are a stream: an index has them in the order of their ids. The newest
// activities of many streams are found in two queries, whatever the streams hold: the first asks each stream for its newest
// activity, its head; the page is in the streams with the newest heads, of which the second query reads what it can have.

// head is the newest activity of a stream.
type head struct {
	userID int64
	kind   activity.Type // 0 for a stream of all types
	id     *int64        // nil for an empty stream
}

func (h *head) targets() []any { return []any{&h.userID, &h.kind, &h.id} }

// newest returns the n newest activities of some members with an id below a bound, newest first. types selects some types,
// nil all.
func (s *Service) newest(ctx context.Context, members []int64, types []activity.Type, before int64, n int) ([]row, error) {
	if len(members) <= 1 {
		return s.newestOf(ctx, members, types, before, n)
	}
	many := len(members) >= s.many
	use, err := s.index.usable(ctx, many)
	if err != nil {
		return nil, err
	}
	if !use {
		if many {
			s.fill()
		}
		return s.newestOf(ctx, members, types, before, n)
	}
	var rows []row
	for ask := n; ; ask *= 2 { // again where much of it was deleted
		ids := s.index.newest(members, types, before, ask)
		found, err := s.byIDs(ctx, ids)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, found...); len(rows) >= n || len(ids) < ask {
			return rows[:min(n, len(rows))], nil
		}
		before = ids[ask-1]
	}
}

// newestOf is newest without the index.
func (s *Service) newestOf(ctx context.Context, members []int64, types []activity.Type, before int64, n int) ([]row, error) {
	if len(members) == 0 {
		return nil, nil
	}
	heads, err := s.heads(ctx, members, types, before, n)
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	ids, err := s.read(ctx, heads, before, n)
	if err != nil {
		return nil, err
	}
	return s.byIDs(ctx, ids)
}

// row is an activity with what is joined to it.
type row struct {
	activity.Activity
	actor user.Face   // Username and ProfileImage
	film  movie.Movie // what its card has; nothing for a list

	rating  stars.Stars // of a rating; 0 when it is gone
	ratedAt *time.Time
}

// rowColumns are the columns of a row. Members, films and ratings are joined, because they are small and loading them takes
// three queries.
var rowColumns = table.ColumnsOf("activities") + ", COALESCE(movie_ratings.rating, 0), " + database.AsText("movie_ratings.rated_at") +
	", users.username, users.profile_image, COALESCE(movies.title, ''), COALESCE(movies.release_year, 0), COALESCE(movies.poster_image, ''), COALESCE(movies.hidden, 0)"

func (r *row) targets() []any {
	return append(table.Targets(&r.Activity), database.Into(&r.rating, &r.ratedAt, &r.actor.Username, &r.actor.ProfileImage, &r.film.Title, &r.film.ReleaseYear, &r.film.PosterImage, &r.film.Hidden)...)
}

// byIDs returns activities, newest first, without those that were deleted.
func (s *Service) byIDs(ctx context.Context, ids []int64) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := database.InList(ids, activity.Rating)
	query := "SELECT " + rowColumns + " FROM activities " + database.StraightJoin(s.db.Driver()) + " users ON users.id = activities.user_id" +
		" LEFT JOIN movies ON movies.id = activities.movie_id LEFT JOIN movie_ratings ON activities.type = ? AND movie_ratings.id = activities.object_id" +
		" WHERE activities.id IN " + in + " ORDER BY activities.id DESC"
	return database.Collect(s.db.Reader(ctx), (*row).targets, len(ids), query, args...)
}

// heads returns the n newest heads of the streams of some members, newest first. It does not ask for that of a single one.
func (s *Service) heads(ctx context.Context, members []int64, types []activity.Type, before int64, n int) ([]head, error) {
	if len(members) == 1 {
		return streamsOf(members[0], types), nil
	}
	query, args := s.headsQuery(members, types, before)
	found, err := database.Collect(s.db.Reader(ctx), (*head).targets, n, query+database.Limit(s.db.Driver()), append(args, n)...)
	if err != nil {
		return nil, err
	}
	for i, h := range found {
		if h.id == nil { // and those after it, for they are last
			return found[:i], nil
		}
	}
	return found, nil
}

// streamsOf returns the streams of one member.
func streamsOf(userID int64, types []activity.Type) []head {
	if types == nil {
		return []head{{userID: userID}}
	}
	all := make([]head, len(types))
	for i, t := range types {
		all[i] = head{userID: userID, kind: t}
	}
	return all
}

// headsQuery returns the query of heads without its limit. SQLite looks each head up; MySQL would walk to it over newer
// activities, and skips along the index only for a MAX by groups.
func (s *Service) headsQuery(members []int64, types []activity.Type, before int64) (string, []any) {
	if s.db.Driver() == database.SQLite {
		if types == nil {
			return `SELECT m.value, 0, (SELECT id FROM activities WHERE user_id = m.value AND id < ? ORDER BY id DESC LIMIT 1) AS head
				FROM json_each(?) AS m ORDER BY head DESC`, []any{before, jsonList(members)}
		}
		return `SELECT m.value, t.value, (SELECT id FROM activities WHERE user_id = m.value AND type = t.value AND id < ? ORDER BY id DESC LIMIT 1) AS head
			FROM json_each(?) AS m CROSS JOIN json_each(?) AS t ORDER BY head DESC`, []any{before, jsonList(members), jsonList(types)}
	}
	in, args := database.InList(members)
	if types == nil {
		return "SELECT user_id, 0, MAX(id) AS head FROM activities FORCE INDEX (idx_activities_user) WHERE user_id IN " + in +
			" AND id < ? GROUP BY user_id ORDER BY head DESC", append(args, before)
	}
	of := strings.Repeat(", ?", len(types))[2:]
	for _, t := range types {
		args = append(args, t)
	}
	return "SELECT user_id, type, MAX(id) AS head FROM activities FORCE INDEX (idx_activities_user_type) WHERE user_id IN " + in +
		" AND type IN (" + of + ") AND id < ? GROUP BY user_id, type ORDER BY head DESC", append(args, before)
}

// jsonList returns numbers as a JSON array, which is one argument for any number of them.
func jsonList[T ~int8 | ~int64](numbers []T) string {
	out := make([]byte, 0, 8*len(numbers)+2)
	out = append(out, '[')
	for i, n := range numbers {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, int64(n), 10)
	}
	return string(append(out, ']'))
}

// parseList reads a JSON array of ids, without spaces, as SQLite makes it.
func parseList(list string) []int64 {
	if list == "[]" {
		return nil
	}
	numbers := make([]int64, 0, strings.Count(list, ",")+1)
	n := int64(0)
	for _, c := range []byte(list[1:]) {
		if '0' <= c && c <= '9' {
			n = 10*n + int64(c-'0')
			continue
		}
		numbers, n = append(numbers, n), 0 // at a comma, and at the end
	}
	return numbers
}

// table maps an [activity.Activity] to its columns.
var table = database.TableOf[activity.Activity]()

// read returns the ids of the n newest activities of streams with ids below a bound, newest first. It reads at most n of each stream.
// An activity that is older than n heads is not among them.
func (s *Service) read(ctx context.Context, heads []head, before int64, n int) ([]int64, error) {
	from := int64(0)
	if len(heads) == n && heads[n-1].id != nil {
		from = *heads[n-1].id
	}
	limit := database.Limit(s.db.Driver())
	one, open, end := "SELECT id FROM activities WHERE user_id = ? AND id >= ? AND id < ? ORDER BY id DESC"+limit, "SELECT * FROM (", ")"
	if heads[0].kind != 0 {
		one = "SELECT id FROM activities WHERE user_id = ? AND type = ? AND id >= ? AND id < ? ORDER BY id DESC" + limit
	}
	if s.db.Driver() == database.MySQL {
		open = "("
	}
	size := database.InListSize(len(heads)) // so that few different statements are prepared
	args := make([]any, 0, 5*size+1)
	for i := range size {
		h := head{kind: heads[0].kind} // of nobody
		if i < len(heads) {
			h = heads[i]
		}
		args = append(args, h.userID)
		if h.kind != 0 {
			args = append(args, h.kind)
		}
		args = append(args, from, before, n)
	}
	one = open + one + end
	query := one + strings.Repeat(" UNION ALL "+one, size-1)
	if size > 1 {
		query += " ORDER BY id DESC" + limit
		args = append(args, n)
	}
	return database.Collect(s.db.Reader(ctx), func(id *int64) []any { return []any{id} }, n, query, args...)
}
