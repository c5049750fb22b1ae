package comment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestNeitherOfABlockCommentsOnTheOther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	theirs := s.write(t, s.bob, s.film, nil)
	s.block(t, s.bob, s.ann)
	body := testkit.JSON(map[string]any{"content": "a"})
	one := s.POST(t, s.of(), s.As(t, s.bob), body).WantProblem(403, "blocked")
	two := s.POST(t, s.below(theirs), s.As(t, s.ann), body).WantProblem(403, "blocked")
	if one.Problem().Detail != two.Problem().Detail {
		t.Errorf("%q and %q", one.Problem().Detail, two.Problem().Detail)
	}
	s.POST(t, s.of(), s.As(t, s.bob), testkit.Body("application/json", "{")).WantProblem(403, "blocked")
	s.say(t, s.cleo, 0)
	s.wantCounts(t, 1)
}

func TestNeitherOfABlockRepliesToTheOtherUnderAReviewOfSomebodyElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	bobs, cleos := s.say(t, s.bob, 0), s.say(t, s.cleo, 0)
	s.block(t, s.bob, s.cleo)
	s.try(t, s.bob, cleos).WantProblem(403, "blocked")
	s.try(t, s.cleo, bobs).WantProblem(403, "blocked")
	s.say(t, s.bob, 0)
	s.say(t, s.dan, cleos)
	s.wantCounts(t, 4)
}

func TestCommentsOfHiddenMembersLeaveTheListsOfWhoHidThem(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(s *stage){
		"blocked": func(s *stage) { s.block(t, s.ann, s.bob) },
		"muted":   func(s *stage) { s.mute(t, s.ann, s.bob) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			bobs := s.say(t, s.bob, 0)
			reply := s.say(t, s.cleo, bobs)
			hide(s)
			rows := s.list(t, s.ann, "")
			if got := ids(rows); !cmp.Equal(got, []int64{reply}) || rows[0]["reply_to"] != float64(bobs) {
				t.Errorf("the list of who hid them has %v", rows)
			}
			for _, reader := range []int64{0, s.bob, s.cleo} {
				if got := ids(s.list(t, reader, "")); !cmp.Equal(got, []int64{bobs, reply}) {
					t.Errorf("the list of %d has %v", reader, got)
				}
			}
			s.GET(t, path(bobs), s.As(t, s.ann)).Want(200) // by its own id
			s.drop(t, s.bob, bobs)
			if got := ids(s.list(t, s.ann, "")); !cmp.Equal(got, []int64{bobs, reply}) { // a stub is nobody's
				t.Errorf("with the stub the list has %v", got)
			}
		})
	}
}

func TestCommentsOfAPrivateAccountAreSeenByItsFollowers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	bobs, cleos := s.say(t, s.bob, 0), s.say(t, s.cleo, 0)
	s.follow(t, s.cleo, s.bob)
	s.set(t, s.bob, "is_private", true)
	s.set(t, s.dan, "role", "moderator")
	for reader, sees := range map[int64]bool{0: false, s.ann: false, s.bob: true, s.cleo: true, s.dan: true} {
		want, status := []int64{cleos}, 404
		if sees {
			want, status = []int64{bobs, cleos}, 200
		}
		if got := ids(s.list(t, reader, "")); !cmp.Equal(got, want) {
			t.Errorf("the list of %d has %v, want %v", reader, got, want)
		}
		s.GET(t, path(bobs), s.reader(t, reader)...).Want(status)
	}
	s.try(t, s.ann, bobs).WantField("reply_to", "invalid")
	s.PATCH(t, path(bobs), s.As(t, s.ann), testkit.JSON(map[string]any{"content": "b"})).WantProblem(404, "not_found")
	outsider := s.Join(t, 1)[0]
	s.DELETE(t, path(bobs), s.As(t, outsider)).WantProblem(404, "not_found")
	s.wantCounts(t, 2)
	s.drop(t, s.ann, bobs) // the author of the review may
}

func TestCommentsOnAReviewOfAPrivateAccountAreSeenByItsFollowers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id, cleos := s.say(t, s.bob, 0), s.say(t, s.cleo, 0)
	s.follow(t, s.bob, s.ann)
	s.set(t, s.ann, "is_private", true)
	for _, reader := range []int64{0, s.dan} {
		s.GET(t, s.of(), s.reader(t, reader)...).WantProblem(404, "not_found")
		s.GET(t, path(id), s.reader(t, reader)...).WantProblem(404, "not_found")
	}
	s.try(t, s.dan, 0).WantProblem(404, "not_found")
	s.GET(t, s.of(), s.As(t, s.bob)).Want(200)
	s.GET(t, path(id), s.As(t, s.bob)).Want(200)
	s.try(t, s.bob, 0).Want(201)
	s.GET(t, path(cleos), s.As(t, s.cleo)).Want(200) // her own
	s.drop(t, s.cleo, cleos)
}
