package comment_test

import (
	"testing"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestSpoilersAreMaskedInLists(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "집사가 지하에 있다", "spoiler": true})).Want(201).ID()
	s.say(t, s.bob, 0)
	s.watched = map[int64]bool{s.cleo: true}
	shown := func(reader int64, query string) bool {
		t.Helper()
		rows := s.list(t, reader, query)
		masked := rows[0]["masked"] == true
		if masked != (rows[0]["content"] == nil) || rows[0]["spoiler"] != true || rows[0]["username"] == nil {
			t.Errorf("listed as %v", rows[0])
		}
		if rows[1]["masked"] != false || rows[1]["content"] == nil {
			t.Errorf("what is no spoiler is %v", rows[1])
		}
		return !masked
	}
	const author, watched, unseen, anonymous = "author", "watched", "unseen", "anonymous"
	readers := map[string]int64{author: s.bob, watched: s.cleo, unseen: s.dan, anonymous: 0}
	for query, want := range map[string]map[string]bool{
		"":                         {author: true, watched: true},
		"?spoilers=unless_watched": {author: true, watched: true},
		"?spoilers=hide":           {author: true},
		"?spoilers=show":           {author: true, watched: true, unseen: true, anonymous: true},
	} {
		for who, reader := range readers {
			if got := shown(reader, query); got != want[who] {
				t.Errorf("%q for %s: shown %v", query, who, got)
			}
		}
	}
	s.set(t, s.cleo, "spoilers", "hide")
	s.set(t, s.dan, "spoilers", "show")
	if shown(s.cleo, "") || !shown(s.cleo, "?spoilers=unless_watched") {
		t.Error("the preference hide does not count, or counts more than the request")
	}
	if !shown(s.dan, "") || shown(s.dan, "?spoilers=unless_watched") {
		t.Error("the preference show does not count, or counts more than the request")
	}
	for _, reader := range readers {
		if got := s.GET(t, path(id), s.reader(t, reader)...).Want(200).Map(); got["masked"] != false || got["content"] == nil {
			t.Errorf("alone it is %v", got)
		}
	}
}

func TestTheAuthorOfACommentSeesTheAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.set(t, s.bob, "spoilers", "hide")
	got := s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "a", "spoiler": true})).Want(201).Map()
	if got["content"] != "a" || got["masked"] != false {
		t.Errorf("answered with %v", got)
	}
}

// TestARightOfAReader holds what pages offer beside a comment.
func TestARightOfAReader(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c, err := s.comments.Show(t.Context(), s.say(t, s.bob, 0), auth.Viewer{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64][2]bool{0: {}, s.ann: {false, true}, s.bob: {true, true}, s.cleo: {}} {
		v := auth.Viewer{UserID: id}
		if got := [2]bool{c.EditableBy(v), c.DeletableBy(v)}; got != want {
			t.Errorf("user %d may edit and delete: %v, want %v", id, got, want)
		}
	}
	if v := (auth.Viewer{UserID: s.dan, Role: auth.RoleModerator}); c.EditableBy(v) || !c.DeletableBy(v) {
		t.Error("a moderator may edit, or may not delete")
	}
}

func TestAFeedHasCommentsAsTheirReadersSeeThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	plain := s.say(t, s.bob, 0)
	hidden := s.POST(t, s.of(), s.As(t, s.bob), testkit.JSON(map[string]any{"content": "집사가 지하에 있다", "spoiler": true})).Want(201).ID()
	gone := s.say(t, s.bob, 0)
	s.say(t, s.bob, gone)
	s.drop(t, s.bob, gone)
	of := func(reader int64, mode spoiler.Mode) map[int64]comment.Shown {
		t.Helper()
		found, err := s.comments.ForFeed(t.Context(), auth.Viewer{UserID: reader, Hides: reader == s.dan}, mode, []int64{plain, hidden, gone, 999})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := of(s.cleo, spoiler.UnlessWatched)
	if len(found) != 2 || found[plain].Respond(s.Zone).Content == nil || found[hidden].Respond(s.Zone).Content != nil || !found[hidden].Respond(s.Zone).Masked {
		t.Errorf("a member gets %+v", found)
	}
	if got := of(s.cleo, spoiler.Show)[hidden].Respond(s.Zone).Content; got == nil {
		t.Error("what was asked for is masked")
	}
	s.block(t, s.dan, s.ann)
	if found := of(s.dan, spoiler.Show); len(found) != 0 {
		t.Errorf("who blocked the author of the review gets %+v", found)
	}
	s.set(t, s.ann, "is_private", true)
	if found := of(s.cleo, spoiler.Show); len(found) != 0 {
		t.Errorf("below a review of a private account there are %+v", found)
	}
	if found := of(s.ann, spoiler.Show); len(found) != 2 {
		t.Errorf("the author of the review gets %+v", found)
	}
}
