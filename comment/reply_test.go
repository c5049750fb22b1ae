package comment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestARefusedReplyTo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	elsewhere := s.write(t, s.bob, s.film, nil)
	foreign := s.POST(t, s.below(elsewhere), s.As(t, s.cleo), testkit.JSON(map[string]any{"content": "a"})).Want(201).ID()
	stub := s.say(t, s.bob, 0)
	s.say(t, s.cleo, stub)
	s.drop(t, s.bob, stub)
	gone := s.say(t, s.bob, 0)
	s.drop(t, s.bob, gone)
	for what, id := range map[string]int64{"a comment on another review": foreign, "a deleted comment": stub, "one that is gone": gone, "none": 999} {
		t.Log(what)
		s.try(t, s.cleo, id).WantField("reply_to", "invalid")
	}
	s.wantCounts(t, 1)
}

// wantStub fails the test unless a comment is deleted and stays.
func (s *stage) wantStub(t testing.TB, id int64) {
	t.Helper()
	for _, reader := range []int64{0, s.ann, s.bob} {
		got := s.GET(t, path(id), s.reader(t, reader)...).Want(200).Map()
		if got["deleted"] != true || got["content"] != nil || got["user_id"] != nil || got["username"] != nil || got["profile_image_url"] != nil || got["masked"] != false {
			t.Errorf("for %d: %v", reader, got)
		}
	}
}

func TestADeletedCommentStaysWhileThereAreReplies(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	top := s.say(t, s.bob, 0)
	first, second := s.say(t, s.cleo, top), s.say(t, s.dan, top)
	s.drop(t, s.bob, top)
	s.wantStub(t, top)
	s.wantCounts(t, 2)
	rows := s.list(t, 0, "")
	if got := ids(rows); !cmp.Equal(got, []int64{top, first, second}) || rows[0]["deleted"] != true || rows[1]["reply_to"] != float64(top) {
		t.Errorf("listed: %v", rows)
	}
	s.PATCH(t, path(top), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "b"})).WantProblem(404, "not_found")
	s.DELETE(t, path(top), s.As(t, s.bob)).WantProblem(404, "not_found")
	s.DELETE(t, path(top), s.As(t, s.ann)).WantProblem(404, "not_found")
	s.drop(t, s.cleo, first)
	s.wantStub(t, top)
	s.drop(t, s.ann, second)
	s.GET(t, path(top)).WantProblem(404, "not_found")
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("left: %+v", rows)
	}
	s.wantCounts(t, 0)
}

func TestTheLastReplyTakesAllStubsAboveIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var chain []int64
	to := int64(0)
	for range 6 {
		to = s.say(t, s.bob, to)
		chain = append(chain, to)
	}
	branch := s.say(t, s.cleo, chain[2])
	for _, id := range chain[:5] {
		s.drop(t, s.bob, id)
		s.wantStub(t, id)
	}
	s.wantCounts(t, 2)
	s.drop(t, s.bob, chain[5]) // up to the one that branch answers
	if got := ids(s.list(t, 0, "")); !cmp.Equal(got, []int64{chain[0], chain[1], chain[2], branch}) {
		t.Errorf("left: %v", got)
	}
	s.drop(t, s.cleo, branch)
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("left: %+v", rows)
	}
}

func TestCommentsOfADeletedAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.write(t, s.cleo, s.film, nil)
	answered := s.say(t, s.bob, 0)
	s.say(t, s.bob, answered) // bob answers himself, and cleo answers bob
	reply := s.say(t, s.cleo, answered)
	alone := s.say(t, s.bob, 0)
	under := s.say(t, s.bob, reply)
	s.POST(t, s.below(other), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "a"})).Want(201)
	s.deleteUser(t, s.bob)
	if got := ids(s.list(t, 0, "")); !cmp.Equal(got, []int64{answered, reply}) {
		t.Errorf("left: %v, without %d and %d", got, alone, under)
	}
	s.wantStub(t, answered)
	s.wantCounts(t, 1)
	for _, c := range s.rows(t) {
		if c.Deleted() && c.Content.Whole() != "" {
			t.Errorf("comment %d still has its content", c.ID)
		}
	}
	if got := s.GET(t, fmt.Sprintf("/reviews/%d", other)).Want(200).Map()["comment_count"]; got != 0.0 {
		t.Errorf("comment_count of the other review %v", got)
	}
	s.try(t, s.cleo, answered).WantField("reply_to", "invalid")
	s.drop(t, s.cleo, reply)
	if rows := s.rows(t); len(rows) != 0 {
		t.Errorf("left: %+v", rows)
	}
}

func TestCommentsGoWithTheReviewTheAuthorAndTheFilm(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(s *stage) error{
		"review": func(s *stage) error { return s.reviews.Delete(t.Context(), s.review) },
		"author": func(s *stage) error { return s.users.Delete(t.Context(), s.ann) },
		"film": func(s *stage) error {
			return s.movies.Delete(t.Context(), s.film, auth.Viewer{UserID: s.ann, Role: auth.RoleAdmin})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			top := s.say(t, s.bob, 0)
			s.say(t, s.cleo, top)
			s.drop(t, s.bob, top)
			kept := s.write(t, s.bob, s.newFilm(t, "다른 영화"), nil)
			s.POST(t, s.below(kept), s.As(t, s.cleo), testkit.JSON(map[string]any{"content": "a"})).Want(201)
			if err := remove(s); err != nil {
				t.Fatal(err)
			}
			if rows := s.rows(t); len(rows) != 1 || rows[0].ReviewID != kept {
				t.Errorf("left: %+v", rows)
			}
			if got := s.activities(t); len(got) != 1 {
				t.Errorf("activities: %+v", got)
			}
			s.GET(t, path(top)).WantProblem(404, "not_found")
			s.GET(t, s.of()).WantProblem(404, "not_found")
		})
	}
}

func TestCommentsMoveToTheReviewThatStaysAfterAMerge(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.newFilm(t, "Parasite")
	kept := s.write(t, s.ann, other, nil)
	top := s.say(t, s.bob, 0)
	reply := s.say(t, s.cleo, top)
	s.drop(t, s.bob, top)
	s.POST(t, s.below(kept), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "a"})).Want(201)
	s.Clock.Advance(time.Minute)
	s.PATCH(t, fmt.Sprintf("/reviews/%d", kept), s.As(t, s.ann), testkit.JSON(map[string]any{"update_title": "기생충, 다시"})).Want(200)
	if _, err := s.movies.Merge(t.Context(), s.film, other, true); err != nil {
		t.Fatal(err)
	}
	s.review = kept
	s.wantCounts(t, 2)
	if got := ids(s.list(t, 0, "")); len(got) != 3 || got[0] != top || got[1] != reply {
		t.Errorf("listed: %v", got)
	}
	for _, n := range s.told(t, s.ann) {
		if *n.ReviewID != kept {
			t.Errorf("a notification leads to review %d, want %d", *n.ReviewID, kept)
		}
	}
	s.drop(t, s.cleo, reply)
	s.wantCounts(t, 1)
}
