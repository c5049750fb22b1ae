package movie_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// posterURL returns the URL of the poster of a film and checks that its file exists.
func (s *stage) posterURL(t *testing.T, m object) (string, bool) {
	t.Helper()
	url, ok := m["poster_image_url"].(string)
	if !ok {
		return "", false
	}
	return url, s.stored(url)
}

func (s *stage) stored(url string) bool {
	_, err := os.Stat(filepath.Join(s.MediaDir, strings.TrimPrefix(url, "/media/")))
	return err == nil
}

func TestPosterIsStoredAndReplaced(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	s.Clock.Advance(time.Minute)
	m := s.POST(t, path+"/poster_image", s.As(t, adder), poster("포스터.JPG", jpegBytes(t, testImage(t, 20, 30)))).Want(http.StatusOK).Map()
	first, stored := s.posterURL(t, m)
	if !stored || !strings.HasPrefix(first, "/media/movies/poster_images/") || !strings.HasSuffix(first, ".jpg") {
		t.Errorf("poster is %q, stored: %v", first, stored)
	}
	if want := s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano); m["updated_at"] != want {
		t.Errorf("updated_at is %v, want %v", m["updated_at"], want)
	}
	second, stored := s.posterURL(t, s.POST(t, path+"/poster_image", s.As(t, admin), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).Want(http.StatusOK).Map())
	if !stored || second == first || !strings.HasSuffix(second, ".png") {
		t.Errorf("new poster is %q, stored: %v", second, stored)
	}
	if got := s.trash(t); len(got) != 1 || "/media/"+got[0] != first {
		t.Errorf("trash is %v, want the first poster only", got)
	}
	if got, _ := s.posterURL(t, s.GET(t, path).Map()); got != second {
		t.Errorf("film shows %q, want %q", got, second)
	}
}

func TestPosterHasItsSizes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	film := func() movie.Movie {
		m, err := s.movies.Get(t.Context(), s.GET(t, path).ID())
		if err != nil {
			t.Fatalf("get: %v", err)
		}
		return m
	}
	if got := s.movies.Poster(film()); got.URL != "" || got.Srcset != "" {
		t.Errorf("without a poster it is %+v", got)
	}
	s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.jpg", jpegBytes(t, testImage(t, 400, 600)))).Want(http.StatusOK)
	got := s.movies.Poster(film())
	if got.URL != *s.movies.PosterURL(film()) || got.Width != 400 || got.Height != 600 || strings.Count(got.Srcset, "/media/") != 3 {
		t.Errorf("poster is %+v", got)
	}
	if small := got.Fit(150); small == got.URL || !s.stored(small) {
		t.Errorf("the smallest is %s, stored: %v", small, s.stored(small))
	}
}

func TestRemovingAPosterIsIdempotent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	before := s.GET(t, path).Map()
	s.Clock.Advance(time.Minute)
	s.DELETE(t, path+"/poster_image").WantProblem(http.StatusUnauthorized, "unauthorized")
	s.DELETE(t, path+"/poster_image", s.As(t, adder)).Want(http.StatusNoContent)
	if got := s.GET(t, path).Map()["updated_at"]; got != before["updated_at"] {
		t.Errorf("removing a missing poster changed updated_at from %v to %v", before["updated_at"], got)
	}
	s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).Want(http.StatusOK)
	s.DELETE(t, path+"/poster_image", s.As(t, adder)).Want(http.StatusNoContent)
	if url := s.GET(t, path).Map()["poster_image_url"]; url != nil {
		t.Errorf("poster is still %v", url)
	}
	if got := s.trash(t); len(got) != 1 {
		t.Errorf("trash is %v, want one poster", got)
	}
}

func TestInvalidPosterLeavesTheFilmUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	target, me := path+"/poster_image", s.As(t, adder)
	good := pngBytes(t, testImage(t, 1, 1))
	s.POST(t, target, me, testkit.JSON(object{})).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	s.POST(t, target, me, testkit.Body("multipart/form-data", "x")).WantProblem(http.StatusBadRequest, "malformed")
	s.POST(t, target, me, testkit.Multipart()).WantField("image", "required")
	s.POST(t, target, me, testkit.Multipart(testkit.Part{Name: "image", Data: good})).WantField("image", "type")
	s.POST(t, target, me, testkit.Multipart(testkit.Part{Name: "image", FileName: "a.png", Data: good}, testkit.Part{Name: "title"})).WantField("title", "unknown")
	s.POST(t, target, me, poster("a.png", make([]byte, picture.MaxBytes+1))).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	s.POST(t, target, me, poster("a.txt", good)).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	s.POST(t, target, me, poster("a.png", good[:20])).WantProblem(http.StatusUnprocessableEntity, "unsupported_image")
	s.POST(t, target, me, poster("a.gif", vastGIF(t))).WantProblem(http.StatusUnprocessableEntity, "image_too_large")
	if url := s.GET(t, path).Map()["poster_image_url"]; url != nil {
		t.Errorf("poster is %v", url)
	}
	if got := s.trash(t); len(got) != 0 {
		t.Errorf("trash is %v", got)
	}
}

func TestPosterOfADeletedFilmIsNotKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, err := s.movies.SetPoster(t.Context(), 7, picture.Upload{Name: "a.png", Data: pngBytes(t, testImage(t, 1, 1))})
	if !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("set: %v", err)
	}
	if err := s.movies.RemovePoster(t.Context(), 7); !errors.Is(err, movie.ErrNotFound) {
		t.Errorf("remove: %v", err)
	}
	if got := s.trash(t); len(got) != 1 {
		t.Errorf("trash is %v, want the unused file", got)
	}
}

func TestUnavailableStoreIs503AndLeavesTheFilmUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	if err := os.RemoveAll(s.MediaDir); err != nil {
		t.Fatalf("remove the store: %v", err)
	}
	s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).WantProblem(http.StatusServiceUnavailable, "unavailable")
	if url := s.GET(t, path).Map()["poster_image_url"]; url != nil {
		t.Errorf("poster is %v", url)
	}
}

func TestConcurrentPostersKeepOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	data := pngBytes(t, testImage(t, 1, 1))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.png", data)).Want(http.StatusOK) })
	}
	wg.Wait()
	url, stored := s.posterURL(t, s.GET(t, path).Map())
	if !stored {
		t.Errorf("the poster %q does not exist", url)
	}
	trash := s.trash(t)
	if len(trash) != 7 {
		t.Errorf("%d posters are in the trash, want 7", len(trash))
	}
	for _, key := range trash {
		if "/media/"+key == url {
			t.Errorf("the poster %s is in the trash", url)
		}
	}
}

func TestDeletingAFilmDeletesItsPoster(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	url, _ := s.posterURL(t, s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).Map())
	s.DELETE(t, path, s.As(t, adder)).Want(http.StatusNoContent)
	if got := s.trash(t); len(got) != 1 || "/media/"+got[0] != url {
		t.Errorf("trash is %v, want %s", got, url)
	}
}

func TestFailingDeletionHookKeepsTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var asked []int64
	s.movies.OnDelete(func(tx *gorm.DB, m movie.Movie, by auth.Viewer) error {
		asked = append(asked, m.ID)
		return tx.Exec("UPDATE users SET review_count = review_count + 1 WHERE id = ?", by.UserID).Error
	})
	s.movies.OnDelete(func(_ *gorm.DB, _ movie.Movie, by auth.Viewer) error {
		if by.Admin() {
			return nil
		}
		return movie.ErrHasReviews
	})
	path := s.add(t, adder, nil)
	s.POST(t, path+"/poster_image", s.As(t, adder), poster("a.png", pngBytes(t, testImage(t, 1, 1)))).Want(http.StatusOK)
	s.DELETE(t, path, s.As(t, adder)).WantProblem(http.StatusForbidden, "movie_has_reviews")
	if got := s.DELETE(t, path, s.As(t, adder), testkit.Header("Accept-Language", "ko")).Problem().Detail; !strings.Contains(got, "관리자") {
		t.Errorf("in Korean: %q", got)
	}
	s.GET(t, path).Want(http.StatusOK)
	if got := s.trash(t); len(got) != 0 {
		t.Errorf("a refused deletion moved %v to the trash", got)
	}
	s.DELETE(t, path, s.As(t, admin)).Want(http.StatusNoContent)
	if len(asked) != 3 {
		t.Errorf("calls of the first hook: %v", asked)
	}
	var counts []int64
	if err := s.DB.Reader(t.Context()).Table("users").Order("id").Pluck("review_count", &counts).Error; err != nil {
		t.Fatalf("read counts: %v", err)
	}
	if counts[adder-1] != 0 || counts[admin-1] != 1 {
		t.Errorf("counts %v: writes of hooks of refused deletions must be rolled back", counts)
	}
}
