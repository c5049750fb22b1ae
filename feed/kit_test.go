package feed_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of activities, and the services whose objects they are about.
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
	s.movies.OnMerge(s.reactions.MergeRatings)
	s.movies.OnMerge(s.diary.MergeMovies)
	s.movies.OnMerge(s.reviews.MergeMovies)
	s.movies.OnMerge(s.feed.MergeMovies)
	notifier := notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone})
	if err := k.DB.Use(notifier); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.API = k.API(sessions{s})
	s.feed.Routes(s.Router, k.Zone)
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

// reader returns a member as the service sees them.
func (s *stage) reader(t testing.TB, id int64) auth.Viewer {
	t.Helper()
	account, err := sessions{s}.Active(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	return auth.Viewer{UserID: id, Role: account.Role, Spoilers: account.Spoilers, Hides: account.Hides}
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

func (s *stage) film(t testing.TB) int64 {
	t.Helper()
	return must[movie.Movie](t)(s.movies.Create(t.Context(), 0, movie.Draft{Title: "기생충 🎬", Playtime: 131, Genre: "Drama"})).ID
}

func (s *stage) write(t testing.TB, author, film int64, rating stars.Stars, spoils bool) int64 {
	t.Helper()
	return must[review.Shown](t)(s.reviews.Create(t.Context(), review.Draft{
		UserID: author, MovieID: film, Title: "좋아요", Content: "또 보고 싶다", Rating: rating, Spoiler: spoils,
	})).ID
}

func (s *stage) rate(t testing.TB, member, film int64, rating stars.Stars) int64 {
	t.Helper()
	return must[reaction.MovieRating](t)(s.reactions.Rate(t.Context(), member, film, rating)).ID
}

func (s *stage) log(t testing.TB, member, film int64, rating *stars.Stars) int64 {
	t.Helper()
	return must[diary.Shown](t)(s.diary.Log(t.Context(), diary.Draft{UserID: member, MovieID: film, WatchedOn: diary.DayOf(s.Clock.Now().In(s.Zone)), Rating: rating})).ID
}

func (s *stage) list(t testing.TB, author int64, public bool) int64 {
	t.Helper()
	return must[list.Shown](t)(s.lists.Create(t.Context(), list.Draft{UserID: author, Title: "비 오는 날", IsPublic: public})).ID
}

func (s *stage) show(t testing.TB, id int64, public bool) {
	t.Helper()
	must[list.Shown](t)(s.lists.Update(t.Context(), id, list.Patch{IsPublic: &public}))
}

func (s *stage) follow(t testing.TB, follower int64, members ...int64) {
	t.Helper()
	for _, m := range members {
		must[follow.Follow](t)(s.follows.Set(t.Context(), follower, m, true))
	}
}

func (s *stage) private(t testing.TB, member int64, is bool) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET is_private = ? WHERE id = ?", is, member).Error
	})
}

// recorded returns all activities, oldest first, as "type object of member".
func (s *stage) recorded(t testing.TB) []string {
	t.Helper()
	var rows []activity.Activity
	s.Write(t, func(tx *gorm.DB) error { return tx.Order("id").Find(&rows).Error })
	out := []string{}
	for _, a := range rows {
		out = append(out, name(a.Type, a.ObjectID, a.UserID))
	}
	return out
}

func name(t activity.Type, object, member int64) string {
	return fmt.Sprintf("%s %d of %d", t, object, member)
}

// shown returns what a response has, as recorded does but newest first.
func shown(t testing.TB, r *testkit.Response) []string {
	t.Helper()
	out := []string{}
	for _, a := range r.Want(200).List() {
		kind := a["type"].(string)
		object, ok := a[kind].(map[string]any)
		if !ok {
			t.Fatalf("an activity of the type %s without its object: %v", kind, a)
		}
		id, there := object["id"].(float64)
		if !there { // a rating has none
			id = -object["movie_id"].(float64)
		}
		out = append(out, fmt.Sprintf("%s %d of %d", kind, int64(id), int64(a["actor"].(map[string]any)["id"].(float64))))
	}
	return out
}
