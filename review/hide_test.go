package review_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
)

// setHidden hides or restores a review, which must belong to ann.
func (s *stage) setHidden(t testing.TB, id int64, hidden, changes bool) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		owner, changed, err := s.reviews.SetHidden(tx, id, hidden)
		if err == nil && (owner != s.ann.ID || changed != changes) {
			t.Errorf("hidden %v: of %d, changed %v; want %d, %v", hidden, owner, changed, s.ann.ID, changes)
		}
		return err
	})
}

func (s *stage) setFilmHidden(t testing.TB, hidden bool) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		if err := movie.LockID(tx, s.film.ID); err != nil {
			return err
		}
		return s.reviews.HideMovie(tx, s.film, hidden)
	})
}

// places reads a review in every place where it may be, and returns where a reader finds it.
func (s *stage) places(t testing.TB, id int64, reader auth.Viewer) map[string]bool {
	t.Helper()
	ctx, page := t.Context(), page.Page{Limit: 5}
	found := map[string]bool{}
	look := func(where string, rows []review.Shown, err error) {
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
		found[where] = slices.ContainsFunc(rows, func(r review.Shown) bool { return r.ID == id })
	}
	latest, _, err := s.reviews.Latest(ctx, reader, page)
	look("latest", latest, err)
	ofUser, _, err := s.reviews.OfUser(ctx, s.ann.ID, reader, page)
	look("of the member", ofUser, err)
	newest, _, err := s.reviews.LatestOfUser(ctx, s.ann.ID, reader, page)
	look("of the member, newest first", newest, err)
	for _, by := range []review.Sort{review.SortOldest, review.SortNewest, review.SortMostLiked} {
		ofFilm, _, err := s.reviews.OfMovie(ctx, s.film.ID, reader, by, page)
		look("of the film by "+string(by), ofFilm, err)
	}
	ofFeed, err := s.reviews.ForFeed(ctx, reader, spoiler.Show, []int64{id})
	look("feed", slices.Collect(maps.Values(ofFeed)), err)
	active, err := s.reviews.Active(ctx, reader)
	found["active"] = err == nil && len(active) > 0
	stamps, err := s.reviews.Stamps(ctx, 0, 1000)
	found["sitemap"] = err == nil && len(stamps) > 0
	n, err := s.reviews.CountBetween(ctx, s.ann.ID, s.Clock.Now().Add(-1e9), s.Clock.Now().Add(1e9))
	found["statistics"] = err == nil && n > 0
	films, err := s.reviews.FilmsOf(ctx, reader, []int64{id})
	found["inbox"] = err == nil && films[id] != 0
	shown, err := s.reviews.Show(ctx, id, reader)
	found["itself"] = err == nil && shown.ID == id
	if err != nil && !errors.Is(err, review.ErrNotFound) {
		t.Error(err)
	}
	return found
}

func TestHiddenReviewIsSeenByItsAuthorAndModerators(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.writeWithImage(t, s.ann, s.film)
	before := s.GET(t, path(id), s.As(t, s.ann.ID)).Want(http.StatusOK)
	list := s.GET(t, fmt.Sprintf("/movies/%d/reviews", s.film.ID)).Want(http.StatusOK)
	files := s.files(t)
	readers := map[string]auth.Viewer{
		"nobody": {}, "a stranger": {UserID: s.bob.ID}, "the author": {UserID: s.ann.ID}, "an admin": {UserID: s.root.ID, Role: auth.RoleAdmin},
		"a moderator": {UserID: s.bob.ID, Role: auth.RoleModerator},
	}
	may := map[string][]string{
		"the author": {"itself", "inbox", "of the member", "of the member, newest first"}, "an admin": {"itself", "inbox"}, "a moderator": {"itself", "inbox"},
	}
	s.setHidden(t, id, true, true)
	s.setHidden(t, id, true, false)
	s.counts(t, s.film, 0, s.ann, 0)
	s.recount(t)
	for who, reader := range readers {
		for where, found := range s.places(t, id, reader) {
			if want := slices.Contains(may[who], where); found != want {
				t.Errorf("%s finds it in %s: %v, want %v", who, where, found, want)
			}
		}
	}
	for _, who := range []int64{s.ann.ID, s.root.ID} {
		got := s.GET(t, path(id), s.As(t, who)).Want(http.StatusOK).Map()
		if got["hidden"] != true || got["content"] != "아주 좋다" || got["review_image_url"] != nil {
			t.Errorf("hidden, to %d: %v", who, got)
		}
	}
	s.GET(t, path(id)).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, path(id), s.As(t, s.bob.ID)).WantProblem(http.StatusNotFound, "not_found")
	s.DELETE(t, path(id), s.As(t, s.bob.ID)).WantProblem(http.StatusNotFound, "not_found")
	if err := s.Media.SweepAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(s.files(t), func(file string) bool { return slices.Contains(files, file) }) {
		t.Errorf("files of the image are left: %v", s.files(t))
	}

	s.setHidden(t, id, false, true)
	s.setHidden(t, id, false, false)
	s.counts(t, s.film, 1, s.ann, 1)
	s.recount(t)
	s.tidy(t)
	for who, reader := range readers {
		for where, found := range s.places(t, id, reader) {
			if !found {
				t.Errorf("%s does not find it in %s after it is restored", who, where)
			}
		}
	}
	if got := s.GET(t, path(id), s.As(t, s.ann.ID)).Want(http.StatusOK); string(got.Body) != string(before.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, before.Body)
	}
	if got := s.GET(t, fmt.Sprintf("/movies/%d/reviews", s.film.ID)).Want(http.StatusOK); string(got.Body) != string(list.Body) {
		t.Errorf("restored: %s\nbefore: %s", got.Body, list.Body)
	}
	s.Write(t, func(tx *gorm.DB) error {
		if _, _, err := s.reviews.SetHidden(tx, 999, true); !errors.Is(err, review.ErrNotFound) {
			t.Errorf("hide what does not exist: %v", err)
		}
		return nil
	})
}

func TestReviewsAreHiddenWithTheirFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	one, two := s.writeWithImage(t, s.ann, s.film), s.write(t, s.bob, s.film)
	other := s.write(t, s.ann, s.newFilm(t, "괴물"))
	s.setHidden(t, one, true, true)
	for range 2 {
		s.setFilmHidden(t, true)
		s.counts(t, s.film, 0, s.ann, 1)
		s.counts(t, s.film, 0, s.bob, 0)
	}
	s.recount(t)
	s.GET(t, path(two)).WantProblem(http.StatusNotFound, "not_found")
	s.GET(t, path(other)).Want(http.StatusOK)
	s.setHidden(t, one, false, true) // its film is still hidden
	s.counts(t, s.film, 0, s.ann, 1)
	s.GET(t, path(one)).WantProblem(http.StatusNotFound, "not_found")
	s.setHidden(t, one, true, true)
	for range 2 {
		s.setFilmHidden(t, false)
		s.counts(t, s.film, 1, s.bob, 1)
	}
	s.GET(t, path(two)).Want(http.StatusOK)
	s.GET(t, path(one)).WantProblem(http.StatusNotFound, "not_found") // it is still hidden itself
	s.setHidden(t, one, false, true)
	s.GET(t, path(one)).Want(http.StatusOK)
	s.counts(t, s.film, 2, s.ann, 2)
	s.recount(t)
	s.tidy(t)
}

func TestAuthorChangesAndDeletesAHiddenReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id, me := s.writeWithImage(t, s.ann, s.film), s.As(t, s.ann.ID)
	s.setHidden(t, id, true, true)
	got := s.PATCH(t, path(id), me, testkit.Multipart(text("update_title", "다시"), file("update_image", "b.png", testImage(t)))).Want(http.StatusOK).Map()
	if got["hidden"] != true || got["title"] != "다시" || got["review_image_url"] != nil {
		t.Errorf("changed: %v", got)
	}
	if err := s.Media.SweepAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := s.reviews.Get(t.Context(), id, auth.Viewer{UserID: s.ann.ID})
	if err != nil {
		t.Fatal(err)
	}
	files := media.Files(r.Image.Whole())
	if left := s.files(t); len(left) != len(files) || slices.Contains(left, files[0]) {
		t.Errorf("the new image is at %v, which has a URL, or the old one is left", left)
	}
	s.GET(t, fmt.Sprintf("/users/%d/reviews", s.ann.ID), me).Want(http.StatusOK)
	s.POST(t, "/reviews", me, form(s.film.ID)).WantProblem(http.StatusConflict, "review_exists")
	s.DELETE(t, path(id), me).Want(http.StatusNoContent)
	s.counts(t, s.film, 0, s.ann, 0)
	if s.tidy(t) != 0 || len(s.files(t)) > 0 {
		t.Errorf("files are left: %v", s.files(t))
	}
	s.write(t, s.ann, s.film)
	s.counts(t, s.film, 1, s.ann, 1)
	s.recount(t)
}

func TestAccountsAndFilmsWithHiddenReviewsAreDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	mine, seen := s.write(t, s.ann, s.film), s.newFilm(t, "괴물")
	s.write(t, s.bob, s.film)
	s.write(t, s.ann, seen)
	s.setHidden(t, mine, true, true)
	s.DELETE(t, fmt.Sprintf("/movies/%d", s.film.ID), s.As(t, s.ann.ID)).WantProblem(http.StatusForbidden, "movie_has_reviews")
	s.DELETE(t, fmt.Sprintf("/movies/%d", s.film.ID), s.As(t, s.root.ID)).Want(http.StatusNoContent)
	s.counts(t, seen, 1, s.ann, 1)
	s.counts(t, seen, 1, s.bob, 0)
	third := s.newFilm(t, "마더")
	hidden := s.write(t, s.ann, third)
	s.write(t, s.bob, third)
	s.setHidden(t, hidden, true, true)
	if err := s.users.Delete(t.Context(), s.ann.ID); err != nil {
		t.Fatal(err)
	}
	s.counts(t, third, 1, s.bob, 1)
	s.recount(t)
}

// Both change the same counters and the same image.
func TestHidingRacesWithChangesAndDeletion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i := range 8 {
		film := s.newFilm(t, fmt.Sprintf("film %d", i))
		id := s.writeWithImage(t, s.ann, film)
		var wg sync.WaitGroup
		for n := range 3 {
			wg.Go(func() {
				err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
					_, _, err := s.reviews.SetHidden(tx, id, n%2 == 0)
					return err
				})
				if err != nil && !errors.Is(err, review.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := s.reviews.RemoveImage(t.Context(), id); err != nil && !errors.Is(err, review.ErrNotFound) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := s.reviews.Delete(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	}
	s.recount(t)
	s.tidy(t)
}
