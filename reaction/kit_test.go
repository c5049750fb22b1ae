package reaction_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the APIs of reviews and reactions.
type stage struct {
	*testkit.Kit
	*testkit.API
	users     *user.Service
	movies    *movie.Service
	reviews   *review.Service
	lists     *list.Service
	follows   *follow.Service
	reactions *reaction.Service
	inbox     *notify.Service
	limiter   *testkit.SwitchedLimiter
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k, limiter: &testkit.SwitchedLimiter{Limiter: limit.NewMemory(k.Clock.Now)}}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now})
	s.reviews = review.New(review.Deps{
		DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now, Movies: s.movies,
		Rate: func(tx *gorm.DB, userID, movieID int64, rating stars.Stars, at time.Time) error {
			return s.reactions.RateIn(tx, userID, movieID, rating, at)
		},
	})
	s.lists = list.New(list.Deps{DB: k.DB, Users: s.users, Movies: s.movies, Clock: k.Clock.Now})
	s.reactions = reaction.New(reaction.Deps{
		DB: k.DB, Users: s.users, Movies: s.movies, Reviews: s.reviews, Lists: s.lists, Clock: k.Clock.Now,
		Toggles: &toggle.Switch{
			DB: k.DB, Limiter: s.limiter, Rate: limit.Rate{Count: 3, Per: time.Minute}, Clock: k.Clock.Now,
		},
	})
	s.follows = follow.New(follow.Deps{DB: k.DB, Users: s.users, Toggles: &toggle.Switch{DB: k.DB, Limiter: s.limiter, Clock: k.Clock.Now}})
	s.users.OnDelete(s.reviews.PurgeUser)
	s.movies.OnDelete(s.reviews.PurgeMovie)
	s.users.OnDelete(s.reactions.PurgeUser)
	s.users.OnDelete(s.lists.PurgeUser)
	s.movies.OnDelete(s.reactions.PurgeMovie)
	s.inbox = notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone})
	if err := k.DB.Use(s.inbox); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.API = k.API(k.Accounts())
	s.reactions.Routes(s.Router, k.Zone)
	s.reviews.Routes(s.Router, k.Zone)
	s.lists.Routes(s.Router, k.Zone)
	return s
}

// actors knows nobody: these tests do not look at the names in notifications.
type actors struct{}

func (actors) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

func (s *stage) film(t testing.TB) int64 {
	t.Helper()
	m, err := s.movies.Create(t.Context(), 0, movie.Draft{Title: "기생충 🎬", Playtime: 131, Genre: "Drama"})
	if err != nil {
		t.Fatalf("add a film: %v", err)
	}
	return m.ID
}

// reviewOf creates a review by a member of a new film.
func (s *stage) reviewOf(t testing.TB, author int64) int64 {
	t.Helper()
	r, err := s.reviews.Create(t.Context(), review.Draft{UserID: author, MovieID: s.film(t), Title: "좋아요", Content: "또 보고 싶다 😀"})
	if err != nil {
		t.Fatalf("write a review: %v", err)
	}
	return r.ID
}

// post sends /likes/{things}/{id}/{verb}, which must be a 200, and returns the body.
func (s *stage) post(t testing.TB, userID int64, things string, id int64, verb string) map[string]any {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/likes/%s/%d/%s", things, id, verb), s.As(t, userID)).Want(200).Map()
}

// notified returns the number of all notifications of a member, and of the unread ones in the inbox.
func (s *stage) notified(t testing.TB, userID int64) (all, unread int) {
	t.Helper()
	var count [2]int
	for i, unreadOnly := range []bool{false, true} {
		in, err := s.inbox.Inbox(t.Context(), userID, unreadOnly, page.Page{Limit: 1000})
		if err != nil {
			t.Fatalf("read the inbox of %d: %v", userID, err)
		}
		count[i] = len(in.Rows)
	}
	return count[0], count[1]
}

func (s *stage) wantNotified(t testing.TB, userID int64, all, unread int) {
	t.Helper()
	if gotAll, gotUnread := s.notified(t, userID); gotAll != all || gotUnread != unread {
		t.Errorf("user %d has %d notifications, %d of them unread, want %d and %d", userID, gotAll, gotUnread, all, unread)
	}
}

// wantLikes checks the like counter of a review over the API.
func (s *stage) wantLikes(t testing.TB, reviewID int64, want int) {
	t.Helper()
	got := s.GET(t, fmt.Sprintf("/reviews/%d/like_count", reviewID)).Want(200).Map()
	if got["review_id"] != float64(reviewID) || got["like_count"] != float64(want) || len(got) != 2 {
		t.Errorf("like_count of review %d: %v, want %d", reviewID, got, want)
	}
}

// wantLiked checks over the API whether a member likes a review.
func (s *stage) wantLiked(t testing.TB, userID, reviewID int64, want bool) {
	t.Helper()
	got := s.GET(t, fmt.Sprintf("/reviews/%d/is_liked", reviewID), s.As(t, userID)).Want(200).Map()
	if got["review_id"] != float64(reviewID) || got["user_id"] != float64(userID) || got["is_liked"] != want || len(got) != 3 {
		t.Errorf("is_liked of review %d by %d: %v, want %v", reviewID, userID, got, want)
	}
}

// wantReactions checks the counters of a film over the API.
func (s *stage) wantReactions(t testing.TB, movieID int64, likes, dislikes int) {
	t.Helper()
	got := s.GET(t, fmt.Sprintf("/movies/%d/reaction_count", movieID)).Want(200).Map()
	if got["movie_id"] != float64(movieID) || got["like_count"] != float64(likes) || got["dislike_count"] != float64(dislikes) || len(got) != 3 {
		t.Errorf("reaction_count of movie %d: %v, want %d and %d", movieID, got, likes, dislikes)
	}
}

func (s *stage) likes(t testing.TB) []reaction.ReviewLike {
	t.Helper()
	return rows[reaction.ReviewLike](t, s)
}

func rows[T any](t testing.TB, s *stage) []T {
	t.Helper()
	var out []T
	if err := s.DB.Reader(t.Context()).Order("id").Find(&out).Error; err != nil {
		t.Fatalf("load rows: %v", err)
	}
	return out
}

// atOnce runs n concurrent calls of fn.
func atOnce(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

var errBroken = errors.New("the database is broken")

// breaker makes one statement fail: the one at which left reaches 0.
type breaker struct {
	left int
	err  error
}

// breakable returns a breaker that counts all statements and breaks none yet.
func (s *stage) breakable(t testing.TB) *breaker {
	t.Helper()
	b := &breaker{err: errBroken}
	t.Cleanup(s.DB.Break(func(context.Context, string) error {
		if b.left--; b.left == 0 {
			return b.err
		}
		return nil
	}))
	return b
}
