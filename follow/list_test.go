package follow_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// walk reads all pages of a list and returns the ids in it.
func (s *stage) walk(t testing.TB, target, key string, options ...testkit.Option) []int64 {
	t.Helper()
	ids := []int64{}
	for pages := 0; target != ""; pages++ {
		if pages > 1000 {
			t.Fatal("the list does not end")
		}
		r := s.GET(t, target, options...).Want(200)
		for _, row := range r.List() {
			ids = append(ids, int64(row[key].(float64)))
		}
		target = r.Next()
	}
	return ids
}

func TestListsShowTheLatestFollowFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 4)
	a, b, c, d := ids[0], ids[1], ids[2], ids[3]
	for _, whom := range []int64{b, c, d} {
		s.follow(t, a, whom)
		s.Clock.Advance(time.Microsecond)
	}
	s.follow(t, c, b)
	s.unfollow(t, a, c)
	followings, followers := fmt.Sprintf("/users/%d/followings", a), fmt.Sprintf("/users/%d/followers", b)
	for _, c := range []struct {
		target, key string
		want        []int64
	}{
		{followings, "following_id", []int64{d, b}},
		{followers, "follower_id", []int64{c, a}},
		{fmt.Sprintf("/users/%d/followings", d), "following_id", []int64{}},
	} {
		if diff := cmp.Diff(c.want, s.walk(t, c.target, c.key)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.target, diff)
		}
	}
	s.Clock.Advance(time.Second)
	s.unfollow(t, a, b)
	s.follow(t, a, b)
	s.follow(t, a, c)
	if diff := cmp.Diff([]int64{c, b, d}, s.walk(t, followings, "following_id")); diff != "" {
		t.Errorf("a repeated follow is not first (-want +got):\n%s", diff)
	}
}

func TestOwnListsEqualThePublicLists(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 5)
	for _, other := range ids[1:] {
		s.follow(t, ids[0], other)
		s.follow(t, other, ids[0])
	}
	for _, list := range []string{"followings", "followers"} {
		public := s.GET(t, fmt.Sprintf("/users/%d/%s?limit=3", ids[0], list)).Want(200)
		mine := s.GET(t, "/users/me/"+list+"?limit=3", s.As(t, ids[0])).Want(200)
		if diff := cmp.Diff(public.List(), mine.List()); diff != "" {
			t.Errorf("%s (-public +mine):\n%s", list, diff)
		}
		if got := mine.Header.Get("Cache-Control"); !strings.HasPrefix(got, "private") {
			t.Errorf("/users/me/%s: Cache-Control %q, want private", list, got)
		}
		s.GET(t, "/users/me/"+list).WantProblem(401, "unauthorized")
	}
}

func TestListsShowUsernamesAndImages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	const key = "users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg"
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&user.User{ID: ids[1]}).UpdateColumns(map[string]any{"username": "영화🎬고양이", "profile_image": key}).Error
	})
	s.follow(t, ids[0], ids[1])
	s.follow(t, ids[1], ids[0])
	s.follow(t, ids[2], ids[0])
	want := []map[string]any{{"following_id": float64(ids[1]), "username": "영화🎬고양이", "profile_image_url": "/media/" + key}}
	if diff := cmp.Diff(want, s.GET(t, fmt.Sprintf("/users/%d/followings", ids[0])).Want(200).List()); diff != "" {
		t.Errorf("followings (-want +got):\n%s", diff)
	}
	want = []map[string]any{
		{"follower_id": float64(ids[2]), "username": fmt.Sprintf("회원%d", ids[2]), "profile_image_url": nil},
		{"follower_id": float64(ids[1]), "username": "영화🎬고양이", "profile_image_url": "/media/" + key},
	}
	if diff := cmp.Diff(want, s.GET(t, fmt.Sprintf("/users/%d/followers", ids[0])).Want(200).List()); diff != "" {
		t.Errorf("followers (-want +got):\n%s", diff)
	}
}

func TestAnUnchangedListIsNotModified(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	s.follow(t, ids[0], ids[1])
	target := fmt.Sprintf("/users/%d/followings", ids[0])
	tag := s.GET(t, target).Want(200).Header.Get("ETag")
	s.GET(t, target, testkit.Header("If-None-Match", tag)).Want(304)
	s.follow(t, ids[0], ids[2])
	s.GET(t, target, testkit.Header("If-None-Match", tag)).Want(200)
}

func TestPagesHaveNoGapsAndNoRepeats(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 24)
	star, fans := ids[0], ids[1:]
	for i, fan := range fans {
		s.follow(t, fan, star)
		if i%5 == 0 { // most of them at the same microsecond
			s.Clock.Advance(10 * time.Millisecond)
		}
	}
	want := slices.Clone(fans)
	slices.Reverse(want)
	for _, limit := range []int{1, 2, 5, 22, 23, 24, 200} {
		got := s.walk(t, fmt.Sprintf("/users/%d/followers?limit=%d", star, limit), "follower_id")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestPagesStayRightWhileFollowsChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 8)
	star := ids[0]
	for _, fan := range ids[1:7] {
		s.follow(t, fan, star)
		s.Clock.Advance(time.Second)
	}
	first := s.GET(t, fmt.Sprintf("/users/%d/followers?limit=3", star)).Want(200) // 6, 5, 4
	s.unfollow(t, ids[4], star)                                                   // the last of the page
	s.unfollow(t, ids[2], star)
	s.follow(t, ids[7], star) // is listed before it
	if diff := cmp.Diff([]int64{ids[3], ids[1]}, s.walk(t, first.Next(), "follower_id")); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
}

func TestListsRefuseInvalidQueries(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	s.follow(t, ids[0], ids[1])
	s.follow(t, ids[0], ids[2])
	cursor := cursorOf(t, s.GET(t, fmt.Sprintf("/users/%d/followings?limit=1", ids[0])).Want(200))
	for _, list := range []string{"followings", "followers"} {
		s.GET(t, "/users/999/"+list).WantProblem(404, "not_found")
		s.GET(t, "/users/99999999999999999999/"+list).WantProblem(404, "not_found")
		s.GET(t, "/users/0/"+list).WantField("user_id", "type")
		s.GET(t, "/users/x/"+list).WantField("user_id", "type")
		s.GET(t, "/users/999/"+list+"?limit=201").WantField("limit", "max")
		s.GET(t, "/users/1/"+list+"?limit=0").WantField("limit", "min")
		s.GET(t, "/users/1/"+list+"?cursor=garbage").WantField("cursor", "format")
		s.GET(t, "/users/2/"+list+"?cursor="+cursor).WantField("cursor", "format")
		s.GET(t, "/users/1/"+list+"?sort=id").WantField("sort", "unknown")
		s.GET(t, "/users/me/"+list+"?limit=201").WantProblem(401, "unauthorized")
		s.GET(t, "/users/me/"+list+"?limit=201", s.As(t, ids[0])).WantField("limit", "max")
	}
}

func cursorOf(t testing.TB, r *testkit.Response) string {
	t.Helper()
	next, err := url.Parse(r.Next())
	if err != nil || next.Query().Get("cursor") == "" {
		t.Fatalf("no next page in %q: %v", r.Next(), err)
	}
	return next.Query().Get("cursor")
}

func TestAForgedCursorIsOnlyAnotherPositionInTheList(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	s.follow(t, ids[0], ids[1])
	s.follow(t, ids[0], ids[2])
	target := fmt.Sprintf("/users/%d/followings", ids[0])
	raw, err := base64.RawURLEncoding.DecodeString(cursorOf(t, s.GET(t, target+"?limit=1").Want(200)))
	if err != nil {
		t.Fatal(err)
	}
	for micros, want := range map[string]int{
		"9223372036854775807": 2, "253402300800000000": 2, "-9223372036854775808": 0, "-1": 0, "1": 0,
	} {
		forged := base64.RawURLEncoding.EncodeToString(append(raw[:8:8], `{"n":`+micros+`,"i":1}`...))
		if got := len(s.GET(t, target+"?cursor="+forged).Want(200).List()); got != want {
			t.Errorf("from %s µs: %d rows, want %d", micros, got, want)
		}
	}
}
