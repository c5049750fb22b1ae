package review_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with two members, an admin and a film.
type stage struct {
	*testkit.Kit
	*testkit.API
	users   *user.Service
	movies  *movie.Service
	reviews *review.Service

	ann, bob, root user.User // root is an admin
	film           movie.Movie
	names          atomic.Int64
}

// roles accepts everybody as signed in; one of them is an admin.
type roles struct{ admin *int64 }

func (r roles) Active(_ context.Context, userID, _ int64) (auth.Account, error) {
	if userID == *r.admin {
		return auth.Account{Role: auth.RoleAdmin}, nil
	}
	return auth.Account{Role: auth.RoleMember}, nil
}

func newStage(t testing.TB) *stage { return newStageWith(t, review.Deps{}) }

func newStageWith(t testing.TB, d review.Deps) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k}
	s.users = user.New(user.Deps{
		DB: k.DB, Hasher: k.Hasher, Tokens: k.Tokens, Pictures: k.Pictures, Media: k.Media, Origin: k.Origin, Clock: k.Clock.Now, Log: k.Log,
		Throttle: limit.NewThrottle(limit.Off{}, limit.Rate{}, limit.Rate{}, limit.Rate{}),
	})
	s.movies = movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
	d.DB, d.Pictures, d.Media, d.Clock, d.Movies = k.DB, k.Pictures, k.Media, k.Clock.Now, s.movies
	s.reviews = review.New(d)
	s.users.OnDelete(s.reviews.PurgeUser)
	s.users.OnDeleteMovies(s.movies.DeleteAddedBy)
	s.movies.OnDelete(s.reviews.PurgeMovie)
	s.API = k.API(roles{&s.root.ID})
	s.users.Routes(s.Router, k.Zone)
	s.movies.Routes(s.Router, k.Zone)
	s.reviews.Routes(s.Router, k.Zone)
	s.ann, s.bob, s.root = s.newUser(t, "앤"), s.newUser(t, "Bob"), s.newUser(t, "root")
	s.film = s.newFilm(t, "기생충")
	return s
}

// newUser creates an account whose name ends in a number.
func (s *stage) newUser(t testing.TB, name string) user.User {
	t.Helper()
	u, err := s.users.Create(t.Context(), user.Draft{
		Username: name + strconv.FormatInt(s.names.Add(1), 10), Password: "a good password", Age: 30, Gender: user.Female,
	})
	if err != nil {
		t.Fatalf("create user: %v", err)
	}
	return u
}

// newFilm adds a film owned by ann.
func (s *stage) newFilm(t testing.TB, title string) movie.Movie {
	t.Helper()
	m, err := s.movies.Create(t.Context(), s.ann.ID, movie.Draft{Title: title, Playtime: 131, Genre: "Drama"})
	if err != nil {
		t.Fatalf("create movie: %v", err)
	}
	return m
}

func (s *stage) token(t testing.TB, u user.User) string {
	t.Helper()
	token, _, err := s.Tokens.Access(u.ID, 1)
	if err != nil {
		t.Fatalf("make token: %v", err)
	}
	return token
}

// write creates a review over the API and returns its id.
func (s *stage) write(t testing.TB, u user.User, m movie.Movie) int64 {
	t.Helper()
	return s.POST(t, "/reviews", s.As(t, u.ID), form(m.ID)).Want(201).ID()
}

// writeWithImage creates a review with an image.
func (s *stage) writeWithImage(t testing.TB, u user.User, m movie.Movie) int64 {
	t.Helper()
	return s.POST(t, "/reviews", s.As(t, u.ID), multipart(m.ID, file("review_image", "a.png", testImage(t)))).Want(201).ID()
}

// form is a valid review of a film, followed by more names and values.
func form(movieID int64, more ...string) testkit.Option {
	return testkit.Form(append([]string{"movie_id", id(movieID), "title", "다시 봐도 좋은 영화", "content", "연기가 훌륭했다 🎬"}, more...)...)
}

// multipart is a valid review of a film, followed by more parts.
func multipart(movieID int64, more ...testkit.Part) testkit.Option {
	return testkit.Multipart(append([]testkit.Part{
		text("movie_id", id(movieID)), text("title", "좋다"), text("content", "아주 좋다"),
	}, more...)...)
}

func text(name, value string) testkit.Part { return testkit.Part{Name: name, Data: []byte(value)} }

func file(name, fileName string, data []byte) testkit.Part {
	return testkit.Part{Name: name, FileName: fileName, Data: data}
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

func path(reviewID int64) string { return "/reviews/" + id(reviewID) }

// picture returns a small PNG.
func testImage(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 648, 4)) // wide enough for a copy of 640
	img.Set(1, 1, color.White)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatalf("encode: %v", err)
	}
	return out.Bytes()
}

// tidy empties the trash, fails the test unless the stored files are exactly those of the images that reviews name, and returns
// the number of reviews with an image.
func (s *stage) tidy(t testing.TB) int {
	t.Helper()
	if err := s.Media.SweepAll(t.Context()); err != nil {
		t.Fatalf("sweep: %v", err)
	}
	var named []string
	if err := s.DB.Reader(t.Context()).Model(&review.Review{}).Where("image <> ''").Pluck("image", &named).Error; err != nil {
		t.Fatalf("list images: %v", err)
	}
	var hidden []media.Hidden
	if err := s.DB.Reader(t.Context()).Find(&hidden).Error; err != nil {
		t.Fatalf("list hidden images: %v", err)
	}
	places := map[string]string{}
	for _, h := range hidden {
		places[h.Key] = h.Place
	}
	wanted := []string{}
	for _, key := range named {
		wanted = append(wanted, media.Files(cmp.Or(places[key], key))...)
	}
	slices.Sort(wanted)
	if diff := gocmp.Diff(wanted, s.files(t)); diff != "" {
		t.Fatalf("files (-named by reviews +stored):\n%s", diff)
	}
	return len(named)
}

// files returns the sorted keys of the stored images of reviews.
func (s *stage) files(t testing.TB) []string {
	t.Helper()
	found := []string{}
	root, err := os.OpenRoot(s.MediaDir)
	if err != nil {
		t.Fatalf("open media: %v", err)
	}
	defer func() { _ = root.Close() }()
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Dir(name) == "reviews/images" {
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		t.Fatalf("walk media: %v", err)
	}
	slices.Sort(found)
	return found
}

// counts checks the review counters of a film and a user.
func (s *stage) counts(t testing.TB, m movie.Movie, ofFilm int64, u user.User, ofUser int64) {
	t.Helper()
	film, err := s.movies.Get(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	author, err := s.users.Get(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, want := [2]int64{film.ReviewCount, author.ReviewCount}, [2]int64{ofFilm, ofUser}
	if got != want {
		t.Fatalf("review_count of film and user: %v, want %v", got, want)
	}
}

// like changes the like counter of a review without likes.
func (s *stage) like(t testing.TB, reviewID, delta int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return review.AddLikes(tx, reviewID, delta) })
}

// members creates n members.
func (s *stage) members(t testing.TB, n int) []user.User {
	t.Helper()
	out := make([]user.User, n)
	for i := range out {
		out[i] = s.newUser(t, fmt.Sprintf("member%dx", i))
	}
	return out
}

// likes is a fake [review.Likes].
type likes struct {
	liked map[[2]int64]bool // by user and review
	err   error
	calls atomic.Int64
}

func (l *likes) LikedBy(_ context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error) {
	l.calls.Add(1)
	out := map[int64]bool{}
	for _, r := range reviewIDs {
		if l.liked[[2]int64{userID, r}] {
			out[r] = true
		}
	}
	return out, l.err
}
