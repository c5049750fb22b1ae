package review_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

func TestADeletedReviewIsGoneWithItsImageAndItsLikes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	gone, stays := s.writeWithImage(t, s.bob, s.film), s.writeWithImage(t, s.ann, s.film)
	now := s.Clock.Now()
	s.exec(t, "INSERT INTO review_likes (user_id, review_id, is_liked, created_at, updated_at) VALUES (?, ?, ?, ?, ?)", s.ann.ID, gone, true, now, now)
	s.DELETE(t, path(gone), s.as(t, s.bob)).Want(204)
	s.GET(t, path(gone)).WantProblem(404, "not_found")
	s.DELETE(t, path(gone), s.as(t, s.bob)).WantProblem(404, "not_found")
	s.PATCH(t, path(gone), s.as(t, s.bob), testkit.Form()).WantProblem(404, "not_found")
	s.GET(t, path(stays)).Want(200)
	s.counts(t, s.film, 1, s.bob, 0)
	s.counts(t, s.film, 1, s.ann, 1)
	var left int64
	if err := s.DB.Reader(t.Context()).Table("review_likes").Count(&left).Error; err != nil || left != 0 {
		t.Errorf("%d likes left, error %v", left, err)
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

func TestSixteenDeletionsAtOnceAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	written := s.writeWithImage(t, s.bob, s.film)
	s.write(t, s.ann, s.film)
	var wg sync.WaitGroup
	results := make([]*testkit.Response, 16)
	for i := range results {
		wg.Go(func() { results[i] = s.DELETE(t, path(written), s.as(t, s.bob)) })
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

func TestADeletedAccountTakesItsReviewsAlong(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	second := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.bob, s.film)
	s.writeWithImage(t, s.bob, second)
	stays := s.writeWithImage(t, s.ann, s.film)
	s.DELETE(t, "/users/"+id(s.bob.ID), s.as(t, s.bob)).Want(204)
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

func TestAnAccountThatStaysKeepsItsReviews(t *testing.T) {
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

func TestAFilmThatOthersReviewedIsDeletedByAdminsOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	target := "/movies/" + id(s.film.ID)
	s.writeWithImage(t, s.ann, s.film)
	theirs := s.writeWithImage(t, s.bob, s.film)
	other := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.bob, other)

	ko := s.DELETE(t, target, s.as(t, s.ann), testkit.Header("Accept-Language", "ko")).WantProblem(403, "movie_has_reviews")
	if got := ko.Problem().Detail; got != "다른 사용자의 리뷰가 있는 영화는 관리자만 삭제할 수 있습니다." {
		t.Errorf("detail %q", got)
	}
	s.DELETE(t, target, s.as(t, s.bob)).WantProblem(403, "forbidden")
	s.counts(t, s.film, 2, s.bob, 2)
	if n := s.tidy(t); n != 3 {
		t.Errorf("%d images, want 3", n)
	}

	s.DELETE(t, target, s.as(t, s.root)).Want(204)
	s.GET(t, path(theirs)).WantProblem(404, "not_found")
	s.counts(t, other, 1, s.bob, 1)
	s.counts(t, other, 1, s.ann, 0)
	if n := s.tidy(t); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
}

func TestAFilmThatOnlyItsOwnerReviewedIsTheirsToDelete(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.newFilm(t, "괴물")
	s.writeWithImage(t, s.ann, s.film)
	s.DELETE(t, "/movies/"+id(s.film.ID), s.as(t, s.ann)).Want(204)
	s.counts(t, other, 0, s.ann, 0)
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
}

func TestAFilmWithManyReviewersIsUncountedForAllOfThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const many = 1201 // three batches
	users, reviews := make([]user.User, many), make([]review.Review, many)
	for i := range users {
		users[i] = user.User{Username: "many", UsernameKey: fmt.Sprintf("many-%d", i), Gender: user.Female, Role: auth.RoleMember, ReviewCount: 3}
	}
	s.store(t, users)
	for i := range reviews {
		reviews[i] = review.Review{UserID: users[i].ID, MovieID: s.film.ID, Title: "a", Content: "b"}
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
		t.Errorf("%d of %d uncounted, %d reviews left", right, many, left)
	}
	s.counts(t, s.newFilm(t, "괴물"), 0, s.ann, 0)
}
