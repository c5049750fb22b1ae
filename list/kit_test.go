package list_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// stage is an instance with the API of lists.
type stage struct {
	*testkit.Kit
	*testkit.API
	users  *user.Service
	movies *movie.Service
	lists  *list.Service
}

func newStage(t testing.TB) *stage {
	t.Helper()
	k := testkit.New(t)
	s := &stage{Kit: k}
	s.users = user.New(user.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now, Log: k.Log})
	s.movies = movie.New(movie.Deps{DB: k.DB, Media: k.Media, Clock: k.Clock.Now})
	s.lists = list.New(list.Deps{DB: k.DB, Users: s.users, Movies: s.movies, Clock: k.Clock.Now})
	s.users.OnDelete(s.lists.PurgeUser)
	s.movies.OnDelete(s.lists.PurgeMovie)
	s.API = k.API(k.Accounts())
	s.lists.Routes(s.Router, k.Zone)
	s.users.Routes(s.Router, k.Zone)
	return s
}

// films adds n films and returns their ids.
func (s *stage) films(t testing.TB, n int) []int64 {
	t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		m, err := s.movies.Create(t.Context(), 0, movie.Draft{Title: fmt.Sprintf("영화 %d", i+1), Playtime: 100, Genre: "Drama"})
		if err != nil {
			t.Fatalf("add a film: %v", err)
		}
		ids[i] = m.ID
	}
	return ids
}

// list makes a list of an author with films.
func (s *stage) list(t testing.TB, author int64, isPublic bool, films ...int64) int64 {
	t.Helper()
	l, err := s.lists.Create(t.Context(), list.Draft{UserID: author, Title: "목록", IsPublic: isPublic})
	if err != nil {
		t.Fatalf("make a list: %v", err)
	}
	for _, film := range films {
		s.add(t, l.ID, film)
	}
	return l.ID
}

func (s *stage) add(t testing.TB, id, film int64) {
	t.Helper()
	if _, err := s.lists.Add(t.Context(), id, list.Entry{MovieID: film}, nil); err != nil {
		t.Fatalf("add movie %d to list %d: %v", film, id, err)
	}
}

// row returns a list as it is stored.
func (s *stage) row(t testing.TB, id int64) list.List {
	t.Helper()
	var l list.List
	if err := s.DB.Reader(t.Context()).Take(&l, "id = ?", id).Error; err != nil {
		t.Fatalf("load list %d: %v", id, err)
	}
	return l
}

// wantFilms fails the test unless a list has these films, at the positions 1, 2, 3, …, and counts them.
func (s *stage) wantFilms(t testing.TB, id int64, want ...int64) {
	t.Helper()
	var items []list.Item
	if err := s.DB.Reader(t.Context()).Where("list_id = ?", id).Order("position, id").Find(&items).Error; err != nil {
		t.Fatalf("load the films of list %d: %v", id, err)
	}
	got := make([]int64, len(items))
	for i, it := range items {
		if got[i] = it.MovieID; it.Position != int64(i)+1 {
			t.Errorf("list %d: position %d at place %d", id, it.Position, i+1)
		}
	}
	if want != nil && fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("list %d has the films %v, want %v", id, got, want)
	}
	if n := s.row(t, id).ItemCount; n != int64(len(items)) {
		t.Errorf("list %d counts %d films and has %d", id, n, len(items))
	}
}

// wantLists fails the test unless the path lists these lists to a reader, 0 for an anonymous one.
func (s *stage) wantLists(t testing.TB, path string, reader int64, want ...int64) {
	t.Helper()
	var options []testkit.Option
	if reader != 0 {
		options = append(options, s.As(t, reader))
	}
	got := []int64{}
	for next := path; next != ""; {
		r := s.GET(t, next, options...).Want(200)
		for _, row := range r.List() {
			got = append(got, int64(row["id"].(float64)))
			if _, ok := row["is_liked"]; ok != (reader != 0) {
				t.Errorf("%s to %d: is_liked in %v", path, reader, row)
			}
		}
		next = r.Next()
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s to %d: %v, want %v", path, reader, got, want)
	}
}

// wantCount fails the test unless an account counts n public lists.
func (s *stage) wantCount(t testing.TB, userID int64, n int) {
	t.Helper()
	if got := s.GET(t, fmt.Sprintf("/users/%d", userID)).Want(200).Map()["list_count"]; got != float64(n) {
		t.Errorf("user %d has list_count %v, want %d", userID, got, n)
	}
}

// at is a path below a list.
func at(id int64, rest ...any) string { return fmt.Sprintf("/lists/%d", id) + fmt.Sprint(rest...) }

// body is JSON with apostrophes for quotation marks.
func body(format string, args ...any) testkit.Option {
	return testkit.Body("application/json", strings.ReplaceAll(fmt.Sprintf(format, args...), "'", `"`))
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

// fill writes rows in batches.
func fill[T any](t testing.TB, s *stage, rows []T) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(&rows, 200).Error })
}

func addLikes(id, n int64) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error { return list.AddLikes(tx, id, n) }
}

// setCount makes a list count n films.
func (s *stage) setCount(t testing.TB, id, n int64) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&list.List{}).Where("id = ?", id).UpdateColumn("item_count", n).Error
	})
}

// known reports whether an error is one that a client may see: another request came first.
func known(err error) bool {
	e, ok := errors.AsType[*apperr.Error](err)
	return ok && (e.Kind == apperr.NotFound || e.Kind == apperr.Conflict)
}
