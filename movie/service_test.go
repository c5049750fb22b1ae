package movie_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestCountersDoNotChangeUpdatedAt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	want := s.GET(t, path).Map()
	s.Clock.Advance(time.Hour)
	s.count(t, 1, movie.Counts{Likes: 3, Dislikes: 2, Reviews: 1})
	s.count(t, 1, movie.Counts{Likes: -1})
	s.count(t, 1, movie.Counts{Ratings: 3, HalfStars: 22})
	s.count(t, 1, movie.Counts{HalfStars: -9})
	s.count(t, 1, movie.Counts{})
	want["like_count"], want["dislike_count"], want["review_count"] = 2.0, 2.0, 1.0
	want["rating_count"], want["rating_average"] = 3.0, 2.17
	if diff := cmp.Diff(want, s.GET(t, path).Map()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissingFilmIsNotFoundByLockAndAddCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return movie.AddCounts(tx, 7, movie.Counts{Likes: 1}) })
	if !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("count: %v", err)
	}
	err = s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		_, err := movie.Lock(tx, 7)
		return err
	})
	if !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("lock: %v", err)
	}
	title := "a"
	if _, err := s.movies.Update(t.Context(), 7, movie.Patch{Title: &title}); !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("update: %v", err)
	}
	if err := s.movies.Delete(t.Context(), 7, auth.Viewer{Role: auth.RoleAdmin}); !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("delete: %v", err)
	}
}

func TestLockAndGetSeeWritesOfTheirTransaction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	m := s.addDirectly(t, movie.Draft{Title: "기생충"})
	s.Write(t, func(tx *gorm.DB) error {
		if err := movie.AddCounts(tx, m.ID, movie.Counts{Reviews: 1}); err != nil {
			return err
		}
		locked, err := movie.Lock(tx, m.ID)
		if err != nil || locked.ReviewCount != 1 || locked.Title != "기생충" {
			t.Errorf("locked %+v, %v", locked, err)
		}
		got, err := s.movies.Get(tx.Statement.Context, m.ID)
		if err != nil || got.ReviewCount != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
		return nil
	})
}

func TestByIDsOmitsMissingFilms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, b := s.addDirectly(t, movie.Draft{Title: "a"}), s.addDirectly(t, movie.Draft{Title: "b"})
	got, err := s.movies.ByIDs(t.Context(), []int64{b.ID, 99, a.ID, b.ID})
	if err != nil || len(got) != 2 || got[a.ID].Title != "a" || got[b.ID].Title != "b" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := s.movies.ByIDs(t.Context(), nil); err != nil || got == nil || len(got) != 0 {
		t.Errorf("without ids: %v, %v", got, err)
	}
}

func TestDatabaseFailureIs500WithoutDetails(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE movies SET cast_members = 'broken'").Error })
	for _, target := range []string{path, "/movies"} {
		res := s.GET(t, target).WantProblem(http.StatusInternalServerError, "internal")
		if strings.Contains(string(res.Body), "cast") {
			t.Errorf("the response of %s reveals the cause: %s", target, res.Body)
		}
	}
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("ALTER TABLE movies DROP COLUMN plot").Error }); err != nil {
		t.Fatalf("break the table: %v", err)
	}
	s.POST(t, "/movies", s.As(t, adder), testkit.JSON(film(nil))).WantProblem(http.StatusInternalServerError, "internal")
	s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"plot": "b"})).WantProblem(http.StatusInternalServerError, "internal")
}

// TestGenresAreTheSameEverywhere looks for the enums of genres in the OpenAPI document: there is one, which all share.
func TestGenresAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	document, err := s.Router.Document()
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	want := strings.Fields("SF Action Adventure Animation Biography Comedy Crime Documentary Drama Family Fantasy History Horror Music Musical Mystery Noir Romance Short Sport Thriller War Western")
	found := enumsWith(t, document, "Documentary")
	if len(found) != 1 {
		t.Errorf("the document has %d enums of genres, want 1", len(found))
	}
	// GET /movies, the response, POST and PATCH
	if n := bytes.Count(document, []byte(`{"$ref":"#/components/schemas/Genre"`)) + bytes.Count(document, []byte(`,"$ref":"#/components/schemas/Genre"`)); n < 4 {
		t.Errorf("the genre is described %d times, want 4", n)
	}
	for _, genres := range found {
		if !slices.Equal(genres, want) {
			t.Errorf("genres are %v", genres)
		}
	}
}
