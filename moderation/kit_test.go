package moderation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/bus"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of moderation and of what is moderated. Ann has written a review, a comment and a list
// and added a film; bob and cleo are members, mod and boss a moderator and an admin.
type stage struct {
	*testkit.Kit
	*testkit.API
	users    *user.Service
	movies   *movie.Service
	reviews  *review.Service
	lists    *list.Service
	follows  *follow.Service
	comments *comment.Service
	inbox    *notify.Service
	s        *moderation.Service

	ann, bob, cleo, mod, boss   int64
	film, review, comment, list int64
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k}
	s.inbox = notify.New(notify.Deps{DB: k.DB, Actors: nobody{}, Bus: bus.NewMemory(), Clock: k.Clock.Now, Log: k.Log, Zone: k.Zone, Hears: follow.Hears})
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Pictures: k.Pictures, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
	s.follows = follow.New(follow.Deps{DB: k.DB, Users: s.users, Toggles: &toggle.Switch{DB: k.DB, Limiter: limit.Off{}, Clock: k.Clock.Now}})
	s.reviews = review.New(review.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now, Movies: s.movies, Replaced: s.inbox.ReplaceReview})
	s.comments = comment.New(comment.Deps{DB: k.DB, Users: s.users, Follows: s.follows, Reviews: s.reviews, Clock: k.Clock.Now})
	s.lists = list.New(list.Deps{DB: k.DB, Users: s.users, Movies: s.movies, Clock: k.Clock.Now})
	s.s = moderation.New(moderation.Deps{
		DB: k.DB, Clock: k.Clock.Now, Log: k.Log, Users: s.users, Movies: s.movies, Reviews: s.reviews, Comments: s.comments, Lists: s.lists,
	})
	for _, plugin := range []gorm.Plugin{s.inbox, s.s} {
		if err := k.DB.Use(plugin); err != nil {
			t.Fatal(err)
		}
	}
	for _, purge := range []func(*gorm.DB, int64) error{
		s.reviews.PurgeUser, s.comments.PurgeUser, s.lists.PurgeUser, s.follows.PurgeUser, s.s.PurgeUser, s.inbox.PurgeUser,
	} {
		s.users.OnDelete(purge)
	}
	s.users.OnDeleteLock(s.s.ToldOfDeletion)
	s.users.OnDeleteMovies(s.movies.DeleteAddedBy)
	s.movies.OnDelete(s.reviews.PurgeMovie)
	s.movies.OnDelete(s.lists.PurgeMovie)
	s.movies.OnMerge(s.reviews.MergeMovies)
	s.movies.OnMerge(s.s.MergeMovies)
	s.movies.OnHide(s.reviews.HideMovie)
	s.movies.OnHide(s.lists.HideMovie)
	s.API = k.API(k.Accounts())
	s.users.Routes(s.Router, k.Zone)
	s.movies.Routes(s.Router, k.Zone)
	s.reviews.Routes(s.Router, k.Zone)
	s.comments.Routes(s.Router, k.Zone)
	s.lists.Routes(s.Router, k.Zone)
	s.inbox.Routes(s.Router, k.Zone)
	s.s.Routes(s.Router, k.Zone)
	ids := s.Join(t, 5)
	s.ann, s.bob, s.cleo, s.mod, s.boss = ids[0], ids[1], ids[2], ids[3], ids[4]
	s.role(t, s.mod, auth.RoleModerator)
	s.role(t, s.boss, auth.RoleAdmin)
	m, err := s.movies.Create(t.Context(), s.ann, movie.Draft{Title: "기생충", Playtime: 131, Genre: "Drama", Plot: "반지하"})
	ok(t, err)
	s.film = m.ID
	s.review = s.POST(t, "/reviews", s.As(t, s.ann), testkit.JSON(map[string]any{"movie_id": m.ID, "title": "반지하", "content": "계단을 내려가는 영화"})).Want(201).ID()
	s.comment = s.say(t, s.ann)
	l, err := s.lists.Create(t.Context(), list.Draft{UserID: s.ann, Title: "비 오는 날", Description: "우산", IsPublic: true})
	ok(t, err)
	s.list = l.ID
	return s
}

// nobody knows nobody: these tests do not look at the names in notifications.
type nobody struct{}

func (nobody) Actors(context.Context, []int64) (map[int64]notify.Actor, error) { return nil, nil }

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stage) role(t testing.TB, id int64, role auth.Role) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE users SET role = ? WHERE id = ?", role, id).Error })
}

func (s *stage) say(t testing.TB, by int64) int64 {
	t.Helper()
	return s.POST(t, fmt.Sprintf("/reviews/%d/comments", s.review), s.As(t, by), testkit.JSON(map[string]any{"content": "동감이에요"})).Want(201).ID()
}

// things are what ann has made, and ann, by their types.
func (s *stage) things() map[string]int64 {
	return map[string]int64{"review": s.review, "comment": s.comment, "movie": s.film, "list": s.list, "user": s.ann}
}

// try reports a target.
func (s *stage) try(t testing.TB, by int64, kind string, id int64) *testkit.Response {
	t.Helper()
	return s.POST(t, "/reports", s.As(t, by), testkit.JSON(map[string]any{"target_type": kind, "target_id": id, "reason": "abuse", "note": "욕설"}))
}

// report reports a target and returns the id of the report.
func (s *stage) report(t testing.TB, by int64, kind string, id int64) int64 {
	t.Helper()
	return s.try(t, by, kind, id).Want(201).ID()
}

// close closes a report; more are fields and their values.
func (s *stage) close(t testing.TB, by, report int64, action string, more ...any) *testkit.Response {
	t.Helper()
	body := map[string]any{"action": action}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return s.POST(t, fmt.Sprintf("/moderation/reports/%d/close", report), s.As(t, by), testkit.JSON(body))
}

// told returns what the inbox of a member has, oldest first: type, action, and what the notification is about.
func (s *stage) told(t testing.TB, id int64) []string {
	t.Helper()
	in, err := s.inbox.Inbox(t.Context(), id, false, page.Page{Limit: 100})
	ok(t, err)
	out := []string{}
	for _, n := range slices.Backward(in.Rows) {
		line := string(n.Type)
		if n.Action != "" {
			line += " " + n.Action
		}
		for _, about := range []struct {
			name string
			id   *int64
		}{{"report", n.ReportID}, {"comment", n.CommentID}, {"review", n.ReviewID}, {"list", n.ListID}, {"movie", n.MovieID}} {
			if about.id != nil {
				line += fmt.Sprintf(" %s %d", about.name, *about.id)
			}
		}
		if n.Note != "" {
			line += ": " + n.Note
		}
		if n.ActorID == nil { // those of members, such as of comments, are of other tests
			out = append(out, line)
		}
	}
	return out
}

// logged returns the log, oldest first: actor, action, target, and the note.
func (s *stage) logged(t testing.TB, query string) []string {
	t.Helper()
	rows := s.GET(t, "/moderation/log"+query, s.As(t, s.mod)).Want(200).List()
	out := []string{}
	for _, e := range slices.Backward(rows) {
		line := fmt.Sprintf("%v %s %v", e["action"], e["target_type"], e["target_id"])
		if actor, there := e["actor"].(map[string]any); there {
			line = fmt.Sprintf("%v ", actor["id"]) + line
		}
		if e["note"] != "" {
			line += fmt.Sprint(": ", e["note"])
		}
		out = append(out, line)
	}
	return out
}

// queue returns the ids of reports.
func (s *stage) queue(t testing.TB, query string) []int64 {
	t.Helper()
	out := []int64{}
	for path := "/moderation/reports?limit=2" + query; path != ""; {
		res := s.GET(t, path, s.As(t, s.mod)).Want(200)
		for _, r := range res.List() {
			out = append(out, int64(r["id"].(float64)))
		}
		path = res.Next()
	}
	return out
}

func filmOf(title string) movie.Draft { return movie.Draft{Title: title, Playtime: 119, Genre: "SF"} }
