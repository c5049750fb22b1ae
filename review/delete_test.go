package review_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

func TestDeletingAReviewDeletesItsImageAndItsLikes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	gone, stays := s.writeWithImage(t, s.bob, s.film), s.writeWithImage(t, s.ann, s.film)
	now := s.Clock.Now()
	s.exec(t, "INSERT INTO review_likes (user_id, review_id, is_liked, created_at, updated_at) VALUES (?, ?, ?, ?, ?)", s.ann.ID, gone, true, now, now)
	s.DELETE(t, path(gone), s.As(t, s.bob.ID)).Want(204)
	s.GET(t, path(gone)).WantProblem(404, "not_found")
	s.DELETE(t, path(gone), s.As(t, s.bob.ID)).WantProblem(404, "not_found")
	s.PATCH(t, path(gone), s.As(t, s.bob.ID), testkit.Form()).WantProblem(404, "not_found")
	s.GET(t, path(stays)).Want(200)
	s.counts(t, s.film, 1, s.bob, 0)
	s.counts(t, s.film, 1, s.ann, 1)
	var left int64
	if err := s.DB.Reader(t.Context()).Table("review_likes").Count(&left).Error; err != nil || left != 0 {
		t.Errorf("%d likes remain, error %v", left, err)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

// exec runs one statement.
func (s *stage) exec(t testing.TB, sql string, values ...any) {
	t.Helper()
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(sql, values...).Error }); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// store inserts rows, a slice of a model.
func (s *stage) store(t testing.TB, rows any) {
	t.Helper()
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.CreateInBatches(rows, 500).Error }); err != nil {
		t.Fatalf("store: %v", err)
	}
}

func TestSixteenConcurrentDeletionsAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	s.write(t, s.ann, s.film)
	var wg sync.WaitGroup
	results := make([]*testkit.Response, 16)
	for i := range results {
		wg.Go(func() { results[i] = s.DELETE(t, path(written), s.As(t, s.bob.ID)) })
	}
	wg.Wait()
	statuses := map[int]int{}
	for _, r := range results {
		statuses[r.Status]++
	}
	if statuses[204] != 1 || statuses[404] != 15 {
		t.Errorf("statuses %v", statuses)
	}
	s.counts(t, s.film, 1, s.bob, 0)
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
}

func TestDeletingAnAccountDeletesItsReviews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	second := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.bob, s.film)
	s.writeWithImage(t, s.bob, second)
	stays := s.writeWithImage(t, s.ann, s.film)
	s.DELETE(t, "/users/"+id(s.bob.ID), s.As(t, s.bob.ID)).Want(204)
	s.counts(t, s.film, 1, s.ann, 1)
	s.counts(t, second, 0, s.ann, 1)
	s.GET(t, "/users/"+id(s.bob.ID)+"/reviews").WantProblem(404, "not_found")
	if got := ids(s.GET(t, "/movies/"+id(s.film.ID)+"/reviews")); len(got) != 1 || got[0] != stays {
		t.Errorf("reviews %v, want only %d", got, stays)
	}
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestARefusedDeletionOfAnAccountKeepsItsReviews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.writeWithImage(t, s.bob, s.film)
	refused := errors.New("refused")
	s.users.OnDelete(func(*gorm.DB, int64) error { return refused })
	if err := s.users.Delete(t.Context(), s.bob.ID); !errors.Is(err, refused) {
		t.Fatalf("error %v", err)
	}
	s.counts(t, s.film, 1, s.bob, 1)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestOnlyAdminsDeleteAFilmThatOthersReviewed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	target := "/movies/" + id(s.film.ID)
	s.writeWithImage(t, s.ann, s.film)
	theirs := s.writeWithImage(t, s.bob, s.film)
	other := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.bob, other)

	ko := s.DELETE(t, target, s.As(t, s.ann.ID), testkit.Header("Accept-Language", "ko")).WantProblem(403, "movie_has_reviews")
	if got := ko.Problem().Detail; got != "다른 회원의 리뷰가 있는 영화는 관리자만 삭제할 수 있습니다." {
		t.Errorf("detail %q", got)
	}
	s.DELETE(t, target, s.As(t, s.bob.ID)).WantProblem(403, "forbidden")
	s.counts(t, s.film, 2, s.bob, 2)
	if n := s.tidy(t); n != 3 {
		t.Errorf("%d images, want 3", n)
	}

	s.DELETE(t, target, s.As(t, s.root.ID)).Want(204)
	s.GET(t, path(theirs)).WantProblem(404, "not_found")
	s.counts(t, other, 1, s.bob, 1)
	s.counts(t, other, 1, s.ann, 0)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestTheOwnerDeletesAFilmThatOnlyTheyReviewed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.ann, s.film)
	s.DELETE(t, "/movies/"+id(s.film.ID), s.As(t, s.ann.ID)).Want(204)
	s.counts(t, other, 0, s.ann, 0)
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
}

func TestDeletingAFilmDecrementsTheCountersOfAllItsReviewers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const many = 1201 // three batches
	users, reviews := make([]user.User, many), make([]review.Review, many)
	for i := range users {
		users[i] = user.User{Username: "many", UsernameKey: fmt.Sprintf("many-%d", i), Gender: user.Female, Role: auth.RoleMember, ReviewCount: 3, Preferences: user.DefaultPreferences()}
	}
	s.store(t, users)
	for i := range reviews {
		reviews[i] = review.Review{UserID: users[i].ID, MovieID: s.film.ID, Title: spoiler.NewText("a"), Content: spoiler.NewText("b"), Comments: review.Everyone}
	}
	s.store(t, reviews)
	if err := s.movies.Delete(t.Context(), s.film.ID, auth.Viewer{UserID: s.root.ID, Role: auth.RoleAdmin}); err != nil {
		t.Fatal(err)
	}
	var right, left int64
	db := s.DB.Reader(t.Context())
	if err := db.Table("users").Where("username = 'many' AND review_count = 2").Count(&right).Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Model(&review.Review{}).Count(&left).Error; err != nil {
		t.Fatal(err)
	}
	if right != many || left != 0 {
		t.Errorf("%d of %d counters decremented, %d reviews remain", right, many, left)
	}
	s.counts(t, s.newFilm(t, "괴물"), 0, s.ann, 0)
}

func TestAnAdminDeletesAMemberWithTheirFilmsAndTheReviewsOnThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	second := s.newFilm(t, "괴물")
	kept, err := s.movies.Create(t.Context(), s.bob.ID, movie.Draft{Title: "마더", Playtime: 129, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	theirs := s.writeWithImage(t, s.bob, s.film)
	s.writeWithImage(t, s.ann, s.film)
	s.write(t, s.root, second)
	s.writeWithImage(t, s.ann, kept)
	stays := s.writeWithImage(t, s.bob, kept)
	target := "/users/" + id(s.ann.ID) + "?with=movies"
	s.DELETE(t, target, s.As(t, s.ann.ID)).WantProblem(403, "forbidden")
	s.DELETE(t, target, s.As(t, s.bob.ID)).WantProblem(403, "forbidden")
	s.GET(t, path(theirs)).Want(200)

	s.DELETE(t, target, s.As(t, s.root.ID)).Want(204)
	s.GET(t, "/users/"+id(s.ann.ID)).WantProblem(404, "not_found")
	for _, m := range []movie.Movie{s.film, second} {
		s.GET(t, "/movies/"+id(m.ID)).WantProblem(404, "not_found")
	}
	s.GET(t, path(theirs)).WantProblem(404, "not_found")
	s.GET(t, path(stays)).Want(200)
	s.counts(t, kept, 1, s.bob, 1)
	s.counts(t, kept, 1, s.root, 0)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestAFilmThatIsAddedWhileItsMemberIsDeletedGoesToo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var late movie.Movie
	s.users.OnDeleteMovies(func(context.Context, int64, auth.Viewer) error { // after the films that were there
		if late.ID == 0 {
			late = s.newFilm(t, "늦은 영화")
		}
		return nil
	})
	s.DELETE(t, "/users/"+id(s.ann.ID)+"?with=movies", s.As(t, s.root.ID)).Want(204)
	s.GET(t, "/movies/"+id(late.ID)).WantProblem(404, "not_found")
}

func TestDeletingAMemberWithoutTheirFilmsKeepsThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	theirs := s.writeWithImage(t, s.bob, s.film)
	s.DELETE(t, "/users/"+id(s.ann.ID), s.As(t, s.root.ID)).Want(204)
	s.GET(t, path(theirs)).Want(200)
	if got := s.GET(t, "/movies/"+id(s.film.ID)).Want(200).Map()["created_by"]; got != nil {
		t.Errorf("created_by %v, want null", got)
	}
}
