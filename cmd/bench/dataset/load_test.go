package dataset

import (
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// migrated returns an empty database.
func migrated(t *testing.T) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// loaded returns a database with a community of the size.
func loaded(t *testing.T, s Size, seed uint64) *database.DB {
	t.Helper()
	db := migrated(t)
	films := movie.New(movie.Deps{DB: db, Media: media.NewLibrary(db, nil, nil, nil), Clock: time.Now})
	_, err := movie.Import(t.Context(), strings.NewReader(filmsOf(t, s.Films, seed)), movie.JSONLines, films,
		func(e movie.RowError) { t.Error(e) }, func(movie.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := Load(t.Context(), db, s, seed, "a hash", t.Logf); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestLoadedCountersMatchTheRows(t *testing.T) {
	t.Parallel()
	s, err := ParseSize("600")
	if err != nil {
		t.Fatal(err)
	}
	db := loaded(t, s, 1)
	if err := Check(t.Context(), db); err != nil {
		t.Error(err)
	}
	for table, want := range map[string]int{
		"movies": s.Films, "users": s.Users, "reviews": s.Reviews, "review_likes": s.Likes,
		"movie_reactions": s.Reactions, "follows": s.Follows, "comments": s.Comments,
		"movie_ratings": s.Ratings, "watched_films": s.Ratings, "viewings": s.Viewings, "lists": s.Lists, "list_items": s.Items,
		"list_likes": s.ListLikes, "activities": s.Activities,
		"notifications WHERE comment_id IS NULL": s.Likes + s.Follows + s.ListLikes,
	} {
		var got int
		if err := db.Row(t.Context(), "SELECT count(*) FROM "+table).Scan(&got); err != nil || got != want {
			t.Errorf("%s has %d rows (%v), want %d", table, got, err, want)
		}
	}
	users := user.New(user.Deps{DB: db, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	last, err := users.Get(t.Context(), int64(s.Users))
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := users.Search(t.Context(), auth.Viewer{}, user.Filter{Part: &last.Username}, page.Page{Limit: 1})
	if err != nil || len(found) != 1 {
		t.Errorf("a search finds %d accounts with %q in their name (%v), want 1", len(found), last.Username, err)
	}
}

func TestLoadKeepsTheSchema(t *testing.T) {
	t.Parallel()
	s := Size{Films: 500, Users: 100, Reviews: 500, Comments: 300, Likes: 500, Reactions: 500, Follows: 100, Ratings: 600, Viewings: 700, Lists: 10, Items: 50, ListLikes: 20, Activities: 900}
	got, want := loaded(t, s, 3), migrated(t)
	const schema = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name)"
	var after, before string
	if err := errors.Join(got.Row(t.Context(), schema).Scan(&after), want.Row(t.Context(), schema).Scan(&before)); err != nil {
		t.Fatal(err)
	}
	if after != before {
		t.Errorf("the schema is\n%s\nwant\n%s", after, before)
	}
}

func TestCheckFindsEveryFault(t *testing.T) {
	t.Parallel()
	s, err := ParseSize("500")
	if err != nil {
		t.Fatal(err)
	}
	db := loaded(t, s, 2)
	for _, c := range []struct{ damage, repair, found string }{
		{"UPDATE movies SET review_count = review_count + 1 WHERE id = 3", "UPDATE movies SET review_count = review_count - 1 WHERE id = 3", "wrong movies.review_count"},
		{"UPDATE movies SET like_count = like_count + 1, dislike_count = dislike_count - 1 WHERE id = (SELECT movie_id FROM movie_reactions WHERE id = 1)", "UPDATE movies SET like_count = like_count - 1, dislike_count = dislike_count + 1 WHERE id = (SELECT movie_id FROM movie_reactions WHERE id = 1)", "wrong movies.like_count"},
		{"UPDATE users SET follower_count = follower_count + 1 WHERE id = 3", "UPDATE users SET follower_count = follower_count - 1 WHERE id = 3", "wrong users.follower_count"},
		{"UPDATE reviews SET like_count = like_count + 1 WHERE id = (SELECT min(id) FROM reviews WHERE like_count = 0)", "", "wrong reviews.like_count"},
		{"UPDATE notification_states SET last_seq = last_seq + 1 WHERE user_id = 1", "UPDATE notification_states SET last_seq = last_seq - 1 WHERE user_id = 1", "have a gap"},
		{"UPDATE reviews SET comment_count = comment_count + 1 WHERE id = 5", "UPDATE reviews SET comment_count = comment_count - 1 WHERE id = 5", "wrong reviews.comment_count"},
		{"UPDATE notifications SET read_at = created_at WHERE read_at IS NULL", "", "notification_states.unread_count"},
		{"UPDATE movies SET rating_sum = rating_sum + 1 WHERE id = 3", "UPDATE movies SET rating_sum = rating_sum - 1 WHERE id = 3", "wrong movies.rating_sum"},
		{"UPDATE rating_histograms SET half7 = half7 + 1 WHERE movie_id = 3", "UPDATE rating_histograms SET half7 = half7 - 1 WHERE movie_id = 3", "wrong movies.half7"},
		{"UPDATE list_items SET position = position + 1 WHERE list_id = 1", "", "positions have a gap"},
		{"DELETE FROM notification_groups WHERE id = 1", "", "no group counts"},
		{"DELETE FROM watched_films WHERE id = 1", "", "not marked watched"},
		{"DELETE FROM notifications WHERE id = 1", "", "without a notification"},
		{"UPDATE reviews SET movie_id = 999999 WHERE id = 1", "", "missing row"},
	} {
		run(t, db, c.damage)
		if err := Check(t.Context(), db); err == nil || !strings.Contains(err.Error(), c.found) {
			t.Errorf("after %s Check returns %v, want %q", c.damage, err, c.found)
		}
		if c.repair != "" {
			run(t, db, c.repair)
		}
	}
}

func run(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	err := db.Alone(t.Context(), func(c *sql.Conn) error { return execAll(t.Context(), c, []string{statement}) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoadNeedsTheFilms(t *testing.T) {
	t.Parallel()
	db := migrated(t)
	if err := Load(t.Context(), db, Size{Films: 500}, 1, "", t.Logf); err == nil || !strings.Contains(err.Error(), "0 films") {
		t.Errorf("got %v, want an error about 0 films", err)
	}
}

func TestTheSeedDeterminesAnUnevenCommunity(t *testing.T) {
	t.Parallel()
	one, again, other := newPlan(Small, 7), newPlan(Small, 7), newPlan(Small, 8)
	if !slices.Equal(one.reviews, again.reviews) || !slices.Equal(one.follows, again.follows) || slices.Equal(one.reviews, other.reviews) {
		t.Error("the seed does not determine the community")
	}
	var most int32
	for _, f := range one.films {
		most = max(most, f.reviews)
	}
	if average := int32(Small.Reviews / Small.Films); most < 50*average {
		t.Errorf("the most reviewed film has %d reviews and the average one %d, want 50 times as many", most, average)
	}
	seen := map[pair]bool{}
	for _, r := range one.reviews {
		if seen[r] {
			t.Fatalf("%v occurs twice", r)
		}
		seen[r] = true
	}
}

func TestScatterIsAPermutation(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 500, Small.Films, Large.Users} {
		seen := make([]bool, n)
		for k := range n {
			seen[scatter(k, n)] = true
		}
		if slices.Contains(seen, false) {
			t.Errorf("scatter does not reach all of %d numbers", n)
		}
	}
}

func TestParseSizeTakesWordsAndNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{
		"small": Small, "large": Large, "10000": Small,
		"500": {
			Films: 500, Users: 100, Reviews: 1000, Comments: 1000, Likes: 1000, Reactions: 1000, Follows: 500,
			Ratings: 5000, Viewings: 10_000, Lists: 50, Items: 1000, ListLikes: 200, Activities: 5000,
		},
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "499", "-1", "big"} {
		if _, err := ParseSize(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
