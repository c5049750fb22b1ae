package transfer_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of imports, and the services of what they bring.
type stage struct {
	*testkit.Kit
	*testkit.API
	users     *user.Service
	movies    *movie.Service
	diary     *diary.Service
	reviews   *review.Service
	lists     *list.Service
	reactions *reaction.Service
	follows   *follow.Service
	comments  *comment.Service
	feed      *feed.Service
	transfers *transfer.Service
}

func newStage(t testing.TB) *stage {
	t.Helper()
	return newStageOn(t, testkit.New(t))
}

func newStageOn(t testing.TB, k *testkit.Kit) *stage {
	t.Helper()
	s := &stage{Kit: k}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now})
	rate := func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error {
		return s.reactions.RateIn(tx, userID, movieID, rating, at)
	}
	s.diary = diary.New(diary.Deps{DB: k.DB, Users: s.users, Movies: s.movies, Clock: k.Clock.Now, Zone: k.Zone, Rate: rate})
	s.reviews = review.New(review.Deps{
		DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now, Movies: s.movies, Rate: rate, Watched: s.diary.MarkKnown,
		WatchedAmong: s.diary.WatchedAmong,
	})
	s.lists = list.New(list.Deps{DB: k.DB, Users: s.users, Movies: s.movies, Clock: k.Clock.Now})
	toggles := &toggle.Switch{DB: k.DB, Limiter: limit.Off{}, Clock: k.Clock.Now}
	s.reactions = reaction.New(reaction.Deps{
		DB: k.DB, Users: s.users, Movies: s.movies, Reviews: s.reviews, Lists: s.lists, Clock: k.Clock.Now, Toggles: toggles, Watched: s.diary.MarkIn,
	})
	s.follows = follow.New(follow.Deps{DB: k.DB, Users: s.users, Toggles: toggles})
	s.comments = comment.New(comment.Deps{
		DB: k.DB, Users: s.users, Follows: s.follows, Reviews: s.reviews, Clock: k.Clock.Now, WatchedAmong: s.diary.WatchedAmong,
	})
	s.feed = feed.New(feed.Deps{
		DB: k.DB, Clock: k.Clock.Now, Log: k.Log, Users: s.users, Movies: s.movies, Reviews: s.reviews, Diary: s.diary, Lists: s.lists, Comments: s.comments,
	})
	s.users.OnDelete(s.feed.PurgeUser)
	s.users.OnDelete(s.reviews.PurgeUser)
	s.users.OnDelete(s.reactions.PurgeUser)
	s.users.OnDelete(s.comments.PurgeUser)
	s.users.OnDelete(s.follows.PurgeUser)
	s.movies.OnDelete(s.reviews.PurgeMovie)
	s.movies.OnDelete(s.reactions.PurgeMovie)
	s.movies.OnDelete(s.diary.PurgeMovie)
	s.movies.OnDelete(s.lists.PurgeMovie)
	s.movies.OnMerge(s.reactions.MergeRatings)
	s.movies.OnMerge(s.diary.MergeMovies)
	s.movies.OnMerge(s.lists.MergeMovies)
	s.movies.OnMerge(s.reviews.MergeMovies)
	s.movies.OnMerge(s.feed.MergeMovies)
	notifier := notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone})
	if err := k.DB.Use(notifier); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.transfers = transfer.New(transfer.Deps{
		DB: k.DB, Users: s.users, Movies: s.movies, Reviews: s.reviews, Reactions: s.reactions, Diary: s.diary, Lists: s.lists, Follows: s.follows, Comments: s.comments,
		Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now, Zone: k.Zone, Log: k.Log,
	})
	s.users.OnDelete(s.transfers.PurgeUser)
	s.movies.OnMerge(s.transfers.MergeMovies)
	s.API = k.API(sessions{s})
	s.transfers.Routes(s.Router, k.Zone)
	s.diary.Routes(s.Router, k.Zone)
	s.reactions.Routes(s.Router, k.Zone)
	s.lists.Routes(s.Router, k.Zone)
	s.reviews.Routes(s.Router, k.Zone)
	return s
}

// actors knows nobody: these tests do not look at notifications.
type actors struct{}

func (actors) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

// sessions signs every account in.
type sessions struct{ s *stage }

// Active implements [auth.Sessions].
func (a sessions) Active(ctx context.Context, userID, _ int64) (account auth.Account, err error) {
	row := a.s.DB.Row(ctx, "SELECT role, spoilers, hides_count > 0 FROM users WHERE id = ?", userID)
	if err := row.Scan(&account.Role, &account.Spoilers, &account.Hides); err != nil {
		return auth.Account{}, auth.ErrUserGone
	}
	return account, nil
}

// must ends the test at an error, and returns the value.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// film adds a film to the catalogue.
func (s *stage) film(t testing.TB, title, year string) int64 {
	t.Helper()
	return must[movie.Movie](t)(s.movies.Create(t.Context(), 0, movie.Draft{Title: title, Playtime: 100, Genre: "Drama", ReleaseDate: year})).ID
}

// archive returns a ZIP of files: names and contents.
func archive(t testing.TB, namesAndContents ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(namesAndContents); i += 2 {
		f := must[io.Writer](t)(w.Create(namesAndContents[i]))
		must[int](t)(io.WriteString(f, namesAndContents[i+1]))
	}
	ok(t, w.Close())
	return out.Bytes()
}

// start begins an import.
func (s *stage) start(t testing.TB, member int64, name string, data []byte) transfer.Import {
	t.Helper()
	return must[transfer.Import](t)(s.transfers.Start(t.Context(), member, transfer.Upload{Filename: name, Data: data}))
}

// work lets the worker do all that there is to do.
func (s *stage) work(t testing.TB) {
	t.Helper()
	for must[bool](t)(s.transfers.Step(t.Context())) { // until nothing is left
	}
}

// bring imports a file, and returns the import at its end.
func (s *stage) bring(t testing.TB, member int64, name string, data []byte) transfer.Import {
	t.Helper()
	imp := s.start(t, member, name, data)
	s.work(t)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), member, imp.ID))
	s.work(t)
	return s.get(t, member, imp.ID)
}

func (s *stage) get(t testing.TB, member, id int64) transfer.Import {
	t.Helper()
	return must[transfer.Import](t)(s.transfers.Get(t.Context(), member, id))
}

// rows returns all rows of an import, as "n kind title: outcome reason".
func (s *stage) rows(t testing.TB, member, id int64) (out []string) {
	t.Helper()
	rows, _, err := s.transfers.Rows(t.Context(), member, id, "", page.Page{Limit: 200})
	ok(t, err)
	for _, r := range rows {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s: %s %s", r.N, r.Kind, r.Title, r.Outcome, r.Why.EN)))
	}
	return out
}

// counters checks all stored counters against the rows.
func (s *stage) counters(t testing.TB) {
	t.Helper()
	all := slices.Concat(review.Counters(), reaction.Counters(), diary.Counters(), list.Counters())
	ok(t, recount.Run(t.Context(), s.DB, all, false, func(d recount.Drift) { t.Error(d) }))
}

// drop returns a function that ends the test at an error, and forgets the value.
func drop[T any](_ T, err error) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		ok(t, err)
	}
}

// count returns the number of rows of a table.
func (s *stage) count(t testing.TB, table string) (n int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return tx.Table(table).Count(&n).Error })
	return n
}

func contextThatEnds(t testing.TB) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}
