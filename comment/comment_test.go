package comment_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAMemberComments(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	res := s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "  저도 그 장면에서 울었어요 🎬 "})).Want(201)
	got := res.Map()
	now := s.Clock.Now().In(s.Zone).Format(time.RFC3339)
	want := map[string]any{
		"id": got["id"], "review_id": float64(s.review), "user_id": float64(s.bob), "username": fmt.Sprintf("회원%d", s.bob), "profile_image_url": nil,
		"content": "저도 그 장면에서 울었어요 🎬", "spoiler": false, "masked": false, "hidden": false, "reply_to": nil, "deleted": false, "created_at": now, "updated_at": now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if location := res.Header.Get("Location"); location != path(res.ID()) {
		t.Errorf("Location %q", location)
	}
	s.wantCounts(t, 1)
	for _, reader := range []int64{0, s.ann, s.bob} {
		if diff := cmp.Diff(got, s.GET(t, path(res.ID()), s.reader(t, reader)...).Want(200).Map()); diff != "" {
			t.Errorf("for %d: %s", reader, diff)
		}
	}
	if diff := cmp.Diff([]map[string]any{got}, s.list(t, 0, "")); diff != "" {
		t.Error(diff)
	}
}

func TestTheContentOfACommentHas1To2000Characters(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.say(t, s.bob, 0)
	long := strings.Repeat("각", 2000)
	for _, c := range []struct{ content, code string }{{"", "required"}, {" \n ", "required"}, {long + "각", "max"}} {
		s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": c.content})).WantField("content", c.code)
		s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{"content": c.content})).WantField("content", c.code)
	}
	if got := s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": long})).Want(201).Map()["content"]; got != long {
		t.Errorf("content %q", got)
	}
	s.wantCounts(t, 2)
}

func TestWhatACommentDoesNotTake(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	as := s.As(t, s.bob)
	for field, body := range map[string]map[string]any{
		"rating":   {"content": "a", "rating": 4},
		"spoiler":  {"content": "a", "spoiler": "yes"},
		"reply_to": {"content": "a", "reply_to": 0},
		"content":  {"content": nil},
	} {
		r := s.POST(t, s.of(), as, testkit.JSON(body)).WantProblem(422, "validation_failed")
		if got := r.Problem().Errors[0].Field; got != field {
			t.Errorf("blames %s, want %s", got, field)
		}
	}
	s.POST(t, s.of(), as, testkit.Body("application/json", "{")).WantProblem(400, "malformed")
	s.POST(t, s.of(), as, testkit.Form("content", "a")).WantProblem(415, "unsupported_media_type")
	s.POST(t, s.of(), testkit.JSON(map[string]any{"content": "a"})).WantProblem(401, "unauthorized")
	s.POST(t, s.below(999), as, testkit.Body("application/json", "{")).WantProblem(404, "not_found")
	s.POST(t, "/reviews/0/comments", as).WantField("review_id", "type")
	s.GET(t, s.below(999)).WantProblem(404, "not_found")
	s.GET(t, path(999)).WantProblem(404, "not_found")
	s.GET(t, s.of()+"?sort=-like_count").WantField("sort", "enum")
	s.GET(t, s.of()+"?spoilers=none").WantField("spoilers", "enum")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("stored %+v", rows)
	}
}

func TestCommentsAreListedOldestFirstInPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var want []int64
	for range 5 {
		want = append(want, s.say(t, s.bob, 0))
	}
	other := s.write(t, s.bob, s.film, nil)
	s.POST(t, s.below(other), s.As(t, s.cleo), testkit.JSON(map[string]any{"content": "a"})).Want(201)
	for query, want := range map[string][]int64{
		"?limit=2":          {want[0], want[1], want[2], want[3], want[4]},
		"?limit=2&sort=id":  {want[0], want[1], want[2], want[3], want[4]},
		"?limit=2&sort=-id": {want[4], want[3], want[2], want[1], want[0]},
	} {
		var got []int64
		for next := s.of() + query; next != ""; {
			r := s.GET(t, next).Want(200)
			got = append(got, ids(r.List())...)
			next = r.Next()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	r := s.GET(t, s.of()+"?limit=2&spoilers=hide").Want(200)
	cursor := "&cursor=" + r.Header.Get("X-Next-Cursor")
	if got := ids(s.list(t, 0, "?limit=2"+cursor)); !cmp.Equal(got, want[2:4]) {
		t.Errorf("with another way to show spoilers the page has %v", got)
	}
	s.GET(t, s.of()+"?limit=2&sort=-id"+cursor).WantField("cursor", "format")
	s.GET(t, s.below(other)+"?limit=2"+cursor).WantField("cursor", "format")
}

func TestACommentHasAnETag(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.say(t, s.bob, 0)
	before := s.GET(t, path(id)).Want(200).Header.Get("ETag")
	s.GET(t, path(id), testkit.Header("If-None-Match", before)).Want(304)
	s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "다시 생각해 보니 아니에요"})).Want(200)
	s.GET(t, path(id), testkit.Header("If-None-Match", before)).Want(200)
	if got := s.GET(t, path(id), s.As(t, s.bob)).Want(200).Header.Get("Cache-Control"); !strings.Contains(got, "private") {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestOnlyTheAuthorChangesAComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.say(t, s.bob, 0)
	before := s.GET(t, path(id)).Want(200).Map()
	s.Clock.Advance(time.Minute)
	change := testkit.JSON(map[string]any{"content": "바꾼 댓글", "spoiler": true})
	s.set(t, s.dan, "role", "admin")
	for _, other := range []int64{s.ann, s.cleo, s.dan} { // the author of the review, a member, an admin
		s.PATCH(t, path(id), s.As(t, other), change).WantProblem(403, "forbidden")
	}
	s.PATCH(t, path(id), change).WantProblem(401, "unauthorized")
	s.PATCH(t, path(999), s.As(t, s.bob), change).WantProblem(404, "not_found")
	same := s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{"content": before["content"], "spoiler": false})).Want(200).Map()
	if diff := cmp.Diff(before, same); diff != "" {
		t.Errorf("a change that changes nothing: %s", diff)
	}
	if diff := cmp.Diff(before, s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{})).Want(200).Map()); diff != "" {
		t.Errorf("an empty change: %s", diff)
	}
	got := s.PATCH(t, path(id), s.As(t, s.bob), change).Want(200).Map()
	if got["content"] != "바꾼 댓글" || got["spoiler"] != true || got["masked"] != false || got["updated_at"] == before["updated_at"] || got["created_at"] != before["created_at"] {
		t.Errorf("changed to %v", got)
	}
	for _, body := range []map[string]any{{"content": nil}, {"spoiler": nil}} {
		s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(body)).Want(422)
	}
	s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{"reply_to": 1})).WantField("reply_to", "unknown")
	if told := s.told(t, s.ann); len(told) != 1 {
		t.Errorf("the author of the review was told %d times, want once", len(told))
	}
}

func TestWhoMayDeleteAComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	moderator := s.Join(t, 1)[0]
	s.set(t, moderator, "role", "moderator")
	s.set(t, s.dan, "role", "admin")
	for _, by := range []int64{s.bob, s.ann, moderator, s.dan} {
		id := s.say(t, s.bob, 0)
		s.DELETE(t, path(id), s.As(t, s.cleo)).WantProblem(403, "forbidden")
		s.DELETE(t, path(id)).WantProblem(401, "unauthorized")
		s.wantCounts(t, 1)
		s.drop(t, by, id)
		s.wantCounts(t, 0)
		s.GET(t, path(id)).WantProblem(404, "not_found")
		s.DELETE(t, path(id), s.As(t, by)).WantProblem(404, "not_found")
	}
}

func TestAReviewSaysWhoMayComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.follow(t, s.ann, s.bob)
	s.follow(t, s.cleo, s.ann)
	may := func(by int64) bool {
		t.Helper()
		r := s.try(t, by, 0)
		if r.Status == 403 {
			r.WantProblem(403, "comments_closed")
			// before the body is looked at
			s.POST(t, s.of(), s.As(t, by), testkit.Body("application/json", "{")).WantProblem(403, "comments_closed")
			return false
		}
		r.Want(201)
		return true
	}
	for _, c := range []struct {
		comments       string
		ann, bob, cleo bool
	}{{"followed", true, true, false}, {"nobody", true, false, false}, {"everyone", true, true, true}} {
		s.change(t, map[string]any{"update_comments": c.comments})
		if ann, bob, cleo := may(s.ann), may(s.bob), may(s.cleo); ann != c.ann || bob != c.bob || cleo != c.cleo {
			t.Errorf("%s: the author %v, one whom she follows %v, a follower %v", c.comments, ann, bob, cleo)
		}
	}
	other := s.write(t, s.bob, s.film, map[string]any{"comments": "nobody"})
	s.POST(t, s.below(other), s.As(t, s.cleo), testkit.JSON(map[string]any{"content": "a"})).WantProblem(403, "comments_closed")
	s.POST(t, s.below(other), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "a"})).Want(201)
}

func TestACommentOnAClosedReviewCanStillBeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.say(t, s.bob, 0)
	s.change(t, map[string]any{"update_comments": "nobody"})
	s.PATCH(t, path(id), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "b"})).Want(200)
	s.drop(t, s.bob, id)
}

func TestARepeatedPOSTWithAKeyCommentsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	send := func(content string) *testkit.Response {
		t.Helper()
		return s.POST(t, s.of(), s.As(t, s.bob), testkit.Header("Idempotency-Key", "k1"), testkit.JSON(map[string]any{"content": content}))
	}
	first := send("하나").Want(201)
	again := send("하나").Want(201)
	if again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("Location") != first.Header.Get("Location") || !cmp.Equal(first.Map(), again.Map()) {
		t.Errorf("again: %v %s", again.Header, again.Body)
	}
	send("둘").WantProblem(422, "idempotency_key_reused")
	s.wantCounts(t, 1)
	if told := s.told(t, s.ann); len(told) != 1 {
		t.Errorf("told %d times", len(told))
	}
}

// event is what a notification says.
type event struct {
	Type                   notify.Type
	Actor, Review, Comment int64
	Film                   int64
}

func (s *stage) events(t testing.TB, userID int64) []event {
	t.Helper()
	out := []event{}
	for _, n := range s.told(t, userID) {
		out = append(out, event{n.Type, *n.ActorID, *n.ReviewID, *n.CommentID, *n.MovieID})
	}
	return out
}

func TestWhoIsToldOfAComment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	wantOf := map[int64][]event{}
	told := func(who int64, kind notify.Type, by, comment int64) {
		wantOf[who] = append(wantOf[who], event{kind, by, s.review, comment, s.film})
	}
	s.say(t, s.ann, 0) // nobody: her own review
	c := s.say(t, s.bob, 0)
	told(s.ann, notify.TypeReviewComment, s.bob, c)
	reply := s.say(t, s.cleo, c) // bob of the reply, ann of the comment
	told(s.bob, notify.TypeCommentReply, s.cleo, reply)
	told(s.ann, notify.TypeReviewComment, s.cleo, reply)
	back := s.say(t, s.ann, reply) // a reply to a reply, by the author of the review
	told(s.cleo, notify.TypeCommentReply, s.ann, back)
	last := s.say(t, s.bob, back) // ann is who is answered, and the author of the review: of the reply alone
	told(s.ann, notify.TypeCommentReply, s.bob, last)
	own := s.say(t, s.bob, last) // to himself: ann of the comment
	told(s.ann, notify.TypeReviewComment, s.bob, own)
	for _, who := range []int64{s.ann, s.bob, s.cleo, s.dan} {
		if diff := cmp.Diff(append([]event{}, wantOf[who]...), s.events(t, who)); diff != "" {
			t.Errorf("user %d (-want +got):\n%s", who, diff)
		}
	}
}

func TestARefusedCommentTellsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.change(t, map[string]any{"update_comments": "nobody"})
	s.try(t, s.bob, 0).WantProblem(403, "comments_closed")
	if told := s.told(t, s.ann); len(told) != 0 {
		t.Errorf("told %+v", told)
	}
	s.wantCounts(t, 0)
}
