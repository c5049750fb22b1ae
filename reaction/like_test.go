package reaction_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

func liked(id any, userID, reviewID int64, on bool) map[string]any {
	return map[string]any{"id": id, "user_id": float64(userID), "review_id": float64(reviewID), "is_liked": on}
}

func TestLikeCountsAndNotifiesTheAuthor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	author, fan, other := ids[0], ids[1], ids[2]
	r := s.reviewOf(t, author)
	got := s.post(t, fan, "reviews", r, "like")
	if diff := cmp.Diff(liked(float64(s.likes(t)[0].ID), fan, r, true), got); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	s.wantLikes(t, r, 1)
	s.wantLiked(t, fan, r, true)
	s.wantLiked(t, other, r, false)
	s.wantLiked(t, author, r, false)
	s.wantNotified(t, fan, 0, 0)
	in, err := s.inbox.Inbox(t.Context(), author, true, page.Page{Limit: 10})
	if err != nil || len(in.Rows) != 1 {
		t.Fatalf("inbox: %d rows, %v, want 1", len(in.Rows), err)
	}
	n := in.Rows[0]
	if n.Type != notify.TypeReviewLike || *n.ActorID != fan || *n.ReviewID != r || n.Seq != 1 {
		t.Errorf("notification %+v, want a like of review %d by %d with seq 1", n, r, fan)
	}
}

func TestLikeIsIdempotent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true // repeating must not use up the rate either
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	first := s.post(t, ids[1], "reviews", r, "like")
	before := s.likes(t)
	s.Clock.Advance(time.Second)
	for range 10 {
		if diff := cmp.Diff(first, s.post(t, ids[1], "reviews", r, "like")); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(before, s.likes(t), cmp.AllowUnexported(reaction.ReviewLike{}, toggle.Change{})); diff != "" {
		t.Errorf("rows (-before +after):\n%s", diff)
	}
	s.wantLikes(t, r, 1)
	s.wantNotified(t, ids[0], 1, 1)
}

func TestUnlikeNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	id := s.post(t, ids[1], "reviews", r, "like")["id"]
	for range 2 {
		if diff := cmp.Diff(liked(id, ids[1], r, false), s.post(t, ids[1], "reviews", r, "unlike")); diff != "" {
			t.Errorf("response (-want +got):\n%s", diff)
		}
	}
	s.wantLikes(t, r, 0)
	s.wantLiked(t, ids[1], r, false)
	s.wantNotified(t, ids[0], 1, 1)
	s.wantNotified(t, ids[1], 0, 0)
}

func TestUnlikeWithoutALikeStoresNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	if diff := cmp.Diff(liked(nil, ids[1], r, false), s.post(t, ids[1], "reviews", r, "unlike")); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	if rows := s.likes(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
	s.wantLikes(t, r, 0)
	s.wantNotified(t, ids[0], 0, 0)
}

func TestLikingAgainKeepsTheRowAndNotifiesAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	first := s.post(t, ids[1], "reviews", r, "like")
	before := s.likes(t)[0]
	s.Clock.Advance(time.Minute)
	s.post(t, ids[1], "reviews", r, "unlike")
	if diff := cmp.Diff(first, s.post(t, ids[1], "reviews", r, "like")); diff != "" {
		t.Errorf("response (-first +again):\n%s", diff)
	}
	row := s.likes(t)[0]
	if !row.CreatedAt.Equal(before.CreatedAt) || !row.UpdatedAt.Equal(before.UpdatedAt.Add(time.Minute)) {
		t.Errorf("row %+v, want it created at %v and updated a minute later", row, before.CreatedAt)
	}
	s.wantLikes(t, r, 1)
	s.wantNotified(t, ids[0], 2, 1)
}

func TestLikingYourOwnReviewCountsAndNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	author := s.Join(t, 1)[0]
	r := s.reviewOf(t, author)
	s.post(t, author, "reviews", r, "like")
	s.wantLikes(t, r, 1)
	s.wantLiked(t, author, r, true)
	s.wantNotified(t, author, 0, 0)
}

func TestListsOfReviewsShowWhatTheReaderLikes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	first, second := s.reviewOf(t, ids[0]), s.reviewOf(t, ids[0])
	s.post(t, ids[1], "reviews", first, "like")
	s.post(t, ids[1], "reviews", second, "like")
	s.post(t, ids[1], "reviews", second, "unlike")
	rows := s.GET(t, fmt.Sprintf("/users/%d/reviews", ids[0]), s.As(t, ids[1])).Want(200).List()
	if len(rows) != 2 || rows[0]["is_liked"] != true || rows[1]["is_liked"] != false || rows[0]["like_count"] != 1.0 {
		t.Errorf("reviews %v, want only the first one liked", rows)
	}
	none, err := s.reactions.LikedBy(t.Context(), ids[1], nil)
	if err != nil || len(none) != 0 {
		t.Errorf("LikedBy of no reviews: %v, %v, want none", none, err)
	}
}

func TestLikeDoesNotChangeTheUpdateTimeOfTheReview(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	before, err := s.reviews.Get(t.Context(), r, auth.Viewer{})
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Hour)
	s.post(t, ids[1], "reviews", r, "like")
	before.LikeCount++
	after, err := s.reviews.Get(t.Context(), r, auth.Viewer{})
	if diff := cmp.Diff(before, after, cmp.Comparer(func(a, b spoiler.Text) bool { return a == b })); diff != "" || err != nil {
		t.Errorf("review (-want +got):\n%s %v", diff, err)
	}
}

func TestLikeRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, nobody := s.As(t, s.Join(t, 1)[0]), func(*http.Request) {}
	r := s.reviewOf(t, 1)
	for _, c := range []struct {
		method, target string
		as             testkit.Option
		status         int
		code           string
	}{
		{"POST", "/likes/reviews/999/like", me, 404, "not_found"},
		{"POST", "/likes/reviews/999/unlike", me, 404, "not_found"},
		{"POST", "/likes/reviews/99999999999999999999/like", me, 404, "not_found"},
		{"POST", "/likes/reviews/0/like", me, 422, "validation_failed"},
		{"POST", "/likes/reviews/abc/unlike", me, 422, "validation_failed"},
		{"POST", "/likes/reviews/999/like?x=1", me, 422, "validation_failed"},
		{"POST", fmt.Sprintf("/likes/reviews/%d/like", r), nobody, 401, "unauthorized"},
		{"POST", "/likes/reviews/0/unlike?x=1", nobody, 401, "unauthorized"},
		{"POST", fmt.Sprintf("/likes/reviews/%d/like", r), s.As(t, 999), 401, "invalid_token"},
		{"GET", "/reviews/999/like_count", nobody, 404, "not_found"},
		{"GET", "/reviews/0/like_count", nobody, 422, "validation_failed"},
		{"GET", "/reviews/999/like_count?x=1", nobody, 422, "validation_failed"},
		{"GET", "/reviews/999/is_liked", me, 404, "not_found"},
		{"GET", "/reviews/abc/is_liked", me, 422, "validation_failed"},
		{"GET", fmt.Sprintf("/reviews/%d/is_liked", r), nobody, 401, "unauthorized"},
		{"GET", "/reviews/abc/is_liked", nobody, 401, "unauthorized"},
	} {
		s.Do(t, c.method, c.target, c.as).WantProblem(c.status, c.code)
	}
	korean := s.POST(t, "/likes/reviews/999/like", me, testkit.Header("Accept-Language", "ko")).Problem()
	if korean.Detail != review.ErrNotFound.Text.KO {
		t.Errorf("detail %q, want %q", korean.Detail, review.ErrNotFound.Text.KO)
	}
	if rows := s.likes(t); len(rows) != 0 {
		t.Errorf("rows %+v, want none", rows)
	}
}

func TestACrossOriginLikeIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	token, _, err := s.Tokens.Access(ids[1], 1)
	if err != nil {
		t.Fatal(err)
	}
	cookie, foreign := testkit.Cookie(auth.AccessCookie, token), testkit.Header("Origin", "https://evil.example")
	s.POST(t, fmt.Sprintf("/likes/reviews/%d/like", r), cookie, foreign).WantProblem(403, "cross_origin")
	s.POST(t, fmt.Sprintf("/likes/movies/%d/like", 1), cookie, foreign).WantProblem(403, "cross_origin")
	s.DELETE(t, "/likes/movies/0", cookie, foreign).WantProblem(403, "cross_origin")
	s.wantLikes(t, r, 0)
	s.wantNotified(t, ids[0], 0, 0)
}

func TestIsLikedIsPrivate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 1)
	r := s.reviewOf(t, ids[0])
	got := s.GET(t, fmt.Sprintf("/reviews/%d/is_liked", r), s.As(t, ids[0])).Want(200).Header.Get("Cache-Control")
	if got != "private, no-cache" {
		t.Errorf("Cache-Control %q, want private, no-cache", got)
	}
}
