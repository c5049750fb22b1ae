package review_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

func TestSixteenConcurrentReviewsOfAFilmAreOneReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wg sync.WaitGroup
	results := make([]*testkit.Response, 16)
	body := multipart(s.film.ID, file("review_image", "a.png", testImage(t)))
	for i := range results {
		wg.Go(func() { results[i] = s.POST(t, "/reviews", s.As(t, s.bob.ID), body) })
	}
	wg.Wait()
	statuses, ids := map[int]int{}, map[string]bool{}
	for _, r := range results {
		statuses[r.Status]++
		if r.Status == 201 {
			ids[id(r.ID())] = true
			continue
		}
		ids[strconv.FormatInt(*r.WantProblem(409, "review_exists").Problem().ReviewID, 10)] = true
	}
	if statuses[201] != 1 || statuses[409] != 15 || len(ids) != 1 {
		t.Errorf("statuses %v, ids %v", statuses, ids)
	}
	s.counts(t, s.film, 1, s.bob, 1)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestSixteenConcurrentAuthorsAreAllCounted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var wg sync.WaitGroup
	for _, u := range s.members(t, 16) {
		wg.Go(func() {
			if r := s.POST(t, "/reviews", s.As(t, u.ID), form(s.film.ID)); r.Status != 201 {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
	wg.Wait()
	s.counts(t, s.film, 16, s.bob, 0)
}

// TestConcurrentWritersKeepCountersAndImagesRight creates and deletes the same reviews in several workers while
// accounts and films are deleted. No call may return a database error, and counters and images must agree with the rows.
func TestConcurrentWritersKeepCountersAndImagesRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	users := s.members(t, 6)
	films := []movie.Movie{s.film, s.newFilm(t, "괴물"), s.newFilm(t, "마더"), s.newFilm(t, "옥자")}
	upload := &picture.Upload{Name: "a.png", Data: testImage(t)}
	rounds := 25
	if testing.Short() {
		rounds = 8
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		dice := rand.New(rand.NewPCG(uint64(worker), 7))
		wg.Go(func() {
			for range rounds {
				err := s.act(t.Context(), dice, users[dice.IntN(len(users))], films[dice.IntN(len(films))], upload)
				if e, known := errors.AsType[*apperr.Error](err); err != nil && (!known || e.Kind == apperr.Unavailable) {
					t.Errorf("worker %d: %v", worker, err)
				}
			}
		})
	}
	wg.Wait()
	s.recount(t)
	s.tidy(t)
}

// act does a random operation.
func (s *stage) act(ctx context.Context, dice *rand.Rand, u user.User, m movie.Movie, upload *picture.Upload) error {
	id := dice.Int64N(60) + 1
	switch n := dice.IntN(100); {
	case n < 40:
		_, err := s.reviews.Create(ctx, review.Draft{UserID: u.ID, MovieID: m.ID, Title: "a", Content: "b"})
		return err
	case n < 50:
		_, err := s.reviews.Create(ctx, review.Draft{UserID: u.ID, MovieID: m.ID, Title: "a", Content: "b", Image: upload})
		return err
	case n < 60:
		return s.DB.Tx(ctx, func(tx *gorm.DB) error {
			_, _, err := s.reviews.SetHidden(tx, id, n < 55)
			return err
		})
	case n < 80:
		return s.reviews.Delete(ctx, id)
	case n < 88:
		return s.reviews.Update(ctx, id, review.Patch{Image: upload})
	case n < 97:
		return s.reviews.RemoveImage(ctx, id)
	case n < 99 && u.ID%2 == 0:
		return s.users.Delete(ctx, u.ID)
	case m.ID != s.film.ID:
		return s.movies.Delete(ctx, m.ID, auth.Viewer{UserID: s.root.ID, Role: auth.RoleAdmin})
	}
	return nil
}

// recount checks every counter against the rows that it counts.
func (s *stage) recount(t *testing.T) {
	t.Helper()
	for _, query := range []string{
		"SELECT COUNT(*) FROM users WHERE review_count <> (SELECT COUNT(*) FROM reviews WHERE user_id = users.id AND hidden = 0)",
		"SELECT COUNT(*) FROM movies WHERE review_count <> (SELECT COUNT(*) FROM reviews WHERE movie_id = movies.id AND hidden = 0)",
	} {
		var wrong int
		if err := s.DB.Reader(t.Context()).Raw(query).Scan(&wrong).Error; err != nil || wrong != 0 {
			t.Errorf("%d counters are wrong, error %v: %s", wrong, err, query)
		}
	}
}
