package apptest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/transfer"
	"github.com/cinecircle/cinecircle/user"
)

// Password is the password of every member that Member creates.
const Password = "password of tests"

// Token creates a personal token and returns its id and its text.
func Token(t testing.TB, a *app.App, userID int64, scope auth.Scope) (id int64, text string) {
	t.Helper()
	token, text, err := a.Users.CreateToken(t.Context(), userID, user.TokenDraft{Name: "a program", Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	return token.ID, text
}

// TokenID creates a personal token and returns its id.
func TokenID(t testing.TB, a *app.App, userID int64) int64 {
	t.Helper()
	id, _ := Token(t, a, userID, auth.ScopeRead)
	return id
}

// Invite creates an invite and returns its id.
func Invite(t testing.TB, a *app.App, userID int64) int64 {
	t.Helper()
	i, err := a.Users.CreateInvite(t.Context(), auth.Viewer{UserID: userID}, user.InviteDraft{Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	return i.ID
}

// Report reports a film and returns the id of the report.
func Report(t testing.TB, a *app.App, userID, movieID int64) int64 {
	t.Helper()
	d := moderation.Draft{TargetType: record.Movie, TargetID: movieID, Reason: moderation.Spam}
	r, _, err := a.Moderation.Report(t.Context(), auth.Viewer{UserID: userID}, d)
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// Pending creates an account that waits for an approval.
func Pending(t testing.TB, a *app.App, name string) user.User {
	t.Helper()
	u := Member(t, a, name, auth.RoleMember)
	err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Model(&u).UpdateColumn("status", auth.StatusPending).Error })
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Member creates a member.
func Member(t testing.TB, a *app.App, name string, role auth.Role) user.User {
	t.Helper()
	u, err := a.Users.Create(t.Context(), user.Draft{Username: name, Password: Password, Age: 30, Gender: "female", Role: role, Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// SignIn opens a session of a member.
func SignIn(t testing.TB, a *app.App, u user.User) user.SignedIn {
	t.Helper()
	in, err := a.Users.Login(t.Context(), u.Username, Password, user.Device{IP: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Session opens a session of a member and returns its id.
func Session(t testing.TB, a *app.App, u user.User) int64 {
	t.Helper()
	SignIn(t, a, u)
	sessions, _, err := a.Users.Sessions(t.Context(), u.ID, page.Page{Limit: page.MaxLimit})
	if err != nil || len(sessions) == 0 {
		t.Fatalf("%v, %d sessions", err, len(sessions))
	}
	return sessions[0].ID
}

// ExpiredToken returns an access token of a new session that expired long ago.
func ExpiredToken(t testing.TB, a *app.App, u user.User) string {
	t.Helper()
	hourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
	community, err := user.LoadCommunity(t.Context(), a.DB, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := auth.NewTokens([]byte(Secret), community.UID, time.Minute, time.Hour, hourAgo).Access(u.ID, Session(t, a, u))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Film creates a film and returns its id. by is the id of the member who adds it, or 0 for none.
func Film(t testing.TB, a *app.App, by int64) int64 {
	t.Helper()
	m, err := a.Movies.Create(context.WithoutCancel(t.Context()), by, movie.Draft{Title: "t", Playtime: 1, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

// Review creates a review of a new film and returns its id.
func Review(t testing.TB, a *app.App, by int64) int64 {
	t.Helper()
	written, err := a.Reviews.Create(t.Context(), review.Draft{UserID: by, MovieID: Film(t, a, 0), Title: "t", Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return written.ID
}

// List creates a public list with films and returns its id.
func List(t testing.TB, a *app.App, by int64, films ...int64) int64 {
	t.Helper()
	made, err := a.Lists.Create(t.Context(), list.Draft{UserID: by, Title: "t", IsPublic: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, film := range films {
		if _, err := a.Lists.Add(t.Context(), made.ID, list.Entry{MovieID: film}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return made.ID
}

// Viewing logs a viewing of a new film, with everything that a viewing can have, and returns its id.
func Viewing(t testing.TB, a *app.App, by int64) int64 {
	t.Helper()
	v, err := a.Diary.Log(t.Context(), diary.Draft{
		UserID: by, MovieID: Film(t, a, 0), WatchedOn: 2020_01_02, Rating: new(stars.Max), Note: new("n"), Tags: []string{"t"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

// History is a file of another service.
const History = "Date,Name,Year,Letterboxd URI\r\n2020-01-05,Nowhere,2011,https://boxd.it/aaaa\r\n"

// Import brings [History] to a member, unless an import of theirs is not finished, and returns the id of the import, which is
// ready.
func Import(t testing.TB, a *app.App, by int64) int64 {
	t.Helper()
	made, err := a.Transfers.Start(t.Context(), by, transfer.Upload{Filename: "watched.csv", Data: []byte(History)})
	if errors.Is(err, transfer.ErrRunning) {
		all, _, err := a.Transfers.List(t.Context(), by, page.Page{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		return all[0].ID
	}
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		if more, err = a.Transfers.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return made.ID
}

// Comment comments on a review and returns the id.
func Comment(t testing.TB, a *app.App, by, reviewID int64) int64 {
	t.Helper()
	c, err := a.Comments.Create(t.Context(), auth.Viewer{UserID: by}, comment.Draft{ReviewID: reviewID, Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// FollowRequest stores that a member asks to follow another one, who need not be private.
func FollowRequest(t testing.TB, a *app.App, by, to int64) {
	t.Helper()
	err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Create(&follow.Request{FollowerID: by, FollowingID: to, RequestedAt: database.Time(time.Now())}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Poster gives a film a poster and returns the name of its file.
func Poster(t testing.TB, a *app.App, movieID int64) string {
	t.Helper()
	m, err := a.Movies.SetPoster(t.Context(), movieID, picture.Upload{Name: "a.png", Data: PNG(t)})
	if err != nil {
		t.Fatal(err)
	}
	return path.Base(*a.Movies.PosterURL(m))
}

// DocsAssets returns the names of the files that the pages of the API documentation load.
func DocsAssets(t testing.TB, a *app.App) []string {
	t.Helper()
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/docs", http.NoBody))
	var names []string
	for _, m := range regexp.MustCompile(`docs/assets/([^"?]+)`).FindAllStringSubmatch(w.Body.String(), -1) {
		names = append(names, m[1])
	}
	return names
}

// JPEG returns an image that is just large enough to be stored with a smaller copy.
func JPEG(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 648, 16))
	img.Set(3, 3, color.RGBA{R: 200, A: 255})
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// PNG returns a small image.
func PNG(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 20, 30))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
