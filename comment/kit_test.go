package comment_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/recount"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of comments, a film, and a review of it by ann.
type stage struct {
	*testkit.Kit
	*testkit.API
	users    *user.Service
	movies   *movie.Service
	reviews  *review.Service
	follows  *follow.Service
	comments *comment.Service
	inbox    *notify.Service

	ann, bob, cleo, dan int64
	film                int64
	watched             map[int64]bool // who has watched all films
	review              int64
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k}
	s.inbox = notify.New(notify.Deps{DB: k.DB, Actors: actors{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone, Hears: follow.Hears})
	if err := k.DB.Use(s.inbox); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
	s.follows = follow.New(follow.Deps{DB: k.DB, Users: s.users, Toggles: &toggle.Switch{DB: k.DB, Limiter: limit.Off{}, Clock: k.Clock.Now}})
	watchedAmong := func(_ context.Context, userID int64, films []int64) (map[int64]bool, error) {
		seen := map[int64]bool{}
		for _, id := range films {
			seen[id] = s.watched[userID]
		}
		return seen, nil
	}
	s.reviews = review.New(review.Deps{
		DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now, Movies: s.movies, WatchedAmong: watchedAmong,
		Replaced: s.inbox.ReplaceReview,
	})
	s.comments = comment.New(comment.Deps{
		DB: k.DB, Users: s.users, Follows: s.follows, Reviews: s.reviews, Clock: k.Clock.Now, WatchedAmong: watchedAmong,
	})
	s.users.OnDelete(s.reviews.PurgeUser)
	s.users.OnDelete(s.comments.PurgeUser)
	s.users.OnDelete(s.inbox.PurgeUser)
	s.movies.OnDelete(s.reviews.PurgeMovie)
	s.movies.OnMerge(s.reviews.MergeMovies)
	s.API = k.API(sessions{k.Accounts(), s})
	s.reviews.Routes(s.Router, k.Zone)
	s.comments.Routes(s.Router, k.Zone)
	ids := s.Join(t, 4)
	s.ann, s.bob, s.cleo, s.dan = ids[0], ids[1], ids[2], ids[3]
	s.film = s.newFilm(t, "기생충")
	s.review = s.write(t, s.ann, s.film, nil)
	return s
}

// actors knows nobody: these tests do not look at the names in notifications.
type actors struct{}

func (actors) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

// sessions also knows who has hidden somebody.
type sessions struct {
	auth.Sessions
	s *stage
}

func (a sessions) Active(ctx context.Context, userID, sessionID int64) (auth.Account, error) {
	account, err := a.Sessions.Active(ctx, userID, sessionID)
	if err != nil {
		return account, err
	}
	err = a.s.DB.Row(ctx, "SELECT spoilers, hides_count > 0 FROM users WHERE id = ?", userID).Scan(&account.Spoilers, &account.Hides)
	return account, err
}

func (s *stage) newFilm(t testing.TB, title string) int64 {
	t.Helper()
	m, err := s.movies.Create(t.Context(), s.ann, movie.Draft{Title: title, Playtime: 131, Genre: "Drama"})
	if err != nil {
		t.Fatalf("create movie: %v", err)
	}
	return m.ID
}

// write creates a review with further fields and returns its id.
func (s *stage) write(t testing.TB, by, film int64, further map[string]any) int64 {
	t.Helper()
	body := map[string]any{"movie_id": film, "title": "반지하", "content": "계단을 내려가는 영화"}
	maps.Copy(body, further)
	return s.POST(t, "/reviews", s.As(t, by), testkit.JSON(body)).Want(201).ID()
}

// of is the path of the comments on the review.
func (s *stage) of() string { return s.below(s.review) }

func (s *stage) below(review int64) string { return fmt.Sprintf("/reviews/%d/comments", review) }

func path(id int64) string { return fmt.Sprintf("/comments/%d", id) }

// try sends a comment on the review; a reply if to is not 0.
func (s *stage) try(t testing.TB, by, to int64) *testkit.Response {
	t.Helper()
	body := map[string]any{"content": "동감이에요"}
	if to != 0 {
		body["reply_to"] = to
	}
	return s.POST(t, s.of(), s.As(t, by), testkit.JSON(body))
}

// say comments on the review and returns the id.
func (s *stage) say(t testing.TB, by, to int64) int64 {
	t.Helper()
	return s.try(t, by, to).Want(201).ID()
}

func (s *stage) drop(t testing.TB, by, id int64) {
	t.Helper()
	s.DELETE(t, path(id), s.As(t, by)).Want(204)
}

// list returns the comments on the review as a reader sees them; 0 is anonymous.
func (s *stage) list(t testing.TB, reader int64, query string) []map[string]any {
	t.Helper()
	return s.GET(t, s.of()+query, s.reader(t, reader)...).Want(200).List()
}

func (s *stage) reader(t testing.TB, id int64) []testkit.Option {
	t.Helper()
	if id == 0 {
		return nil
	}
	return []testkit.Option{s.As(t, id)}
}

// ids returns the ids of a list.
func ids(rows []map[string]any) []int64 {
	out := make([]int64, len(rows))
	for i, r := range rows {
		out[i] = int64(r["id"].(float64))
	}
	return out
}

func (s *stage) follow(t testing.TB, who, whom int64) {
	t.Helper()
	if _, err := s.follows.Set(t.Context(), who, whom, true); err != nil {
		t.Fatal(err)
	}
}

// hide makes a member block or mute another one.
func (s *stage) hide(t testing.TB, row any, by int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		if err := tx.Create(row).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE users SET hides_count = hides_count + 1 WHERE id = ?", by).Error
	})
}

func (s *stage) block(t testing.TB, by, whom int64) {
	t.Helper()
	s.hide(t, &follow.Block{UserID: by, BlockedID: whom, BlockedAt: s.Clock.Now()}, by)
}

func (s *stage) mute(t testing.TB, by, whom int64) {
	t.Helper()
	s.hide(t, &follow.Mute{UserID: by, MutedID: whom, MutedAt: s.Clock.Now()}, by)
}

// set changes a column of an account.
func (s *stage) set(t testing.TB, userID int64, column string, value any) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return tx.Table("users").Where("id = ?", userID).Update(column, value).Error })
}

// change sends a PATCH of the review by its author.
func (s *stage) change(t testing.TB, fields map[string]any) {
	t.Helper()
	s.PATCH(t, fmt.Sprintf("/reviews/%d", s.review), s.As(t, s.ann), testkit.JSON(fields)).Want(200)
}

// told returns the notifications of a member, oldest first, without those of follows.
func (s *stage) told(t testing.TB, userID int64) (rows []notify.Notification) {
	t.Helper()
	in, err := s.inbox.Inbox(t.Context(), userID, false, page.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i := range in.Rows {
		if n := in.Rows[len(in.Rows)-1-i]; n.Type != notify.TypeFollow {
			rows = append(rows, n.Notification)
		}
	}
	return rows
}

// wantCounts fails the test when a stored counter differs from what it counts, or that of the review from want.
func (s *stage) wantCounts(t testing.TB, want int64) {
	t.Helper()
	err := recount.Run(t.Context(), s.DB, comment.Counters(), false, func(d recount.Drift) { t.Error(d) })
	if err != nil {
		t.Fatal(err)
	}
	if got := s.GET(t, fmt.Sprintf("/reviews/%d", s.review)).Want(200).Map()["comment_count"]; got != float64(want) {
		t.Errorf("comment_count %v, want %d", got, want)
	}
}

// rows returns all stored comments by id.
func (s *stage) rows(t testing.TB) []comment.Comment {
	t.Helper()
	var rows []comment.Comment
	if err := s.DB.Reader(t.Context()).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

// deleteUser deletes an account.
func (s *stage) deleteUser(t testing.TB, id int64) {
	t.Helper()
	if err := s.users.Delete(t.Context(), id); err != nil {
		t.Fatalf("delete user %d: %v", id, err)
	}
}
