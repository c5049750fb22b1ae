package feed_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

func want[T any](t testing.TB, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestWhatMembersDoIsOneActivityEach(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	me, a, b, c := s.Join(t, 1)[0], s.film(t), s.film(t), s.film(t)
	first := s.rate(t, me, a, 7)
	written := s.write(t, me, a, 9, false)
	other := s.write(t, me, b, 8, false)
	logged := s.log(t, me, c, new(stars.Stars(5)))
	again := s.log(t, me, c, nil)
	s.rate(t, me, a, 3)
	s.rate(t, me, b, 2)
	s.rate(t, me, c, 1)
	public, private := s.list(t, me, true), s.list(t, me, false)
	all := []string{
		name(activity.Rating, first, me), name(activity.Review, written, me), name(activity.Review, other, me),
		name(activity.Viewing, logged, me), name(activity.Viewing, again, me), name(activity.List, public, me),
	}
	want(t, "recorded", all, s.recorded(t))
	s.show(t, public, false)
	s.show(t, private, true)
	s.show(t, private, false)
	s.show(t, private, true)
	s.show(t, public, true)
	want(t, "recorded after lists were shown and hidden", append(all, name(activity.List, private, me)), s.recorded(t))
}

func TestAnActivityGoesWithItsObject(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, a, b := s.Join(t, 2), s.film(t), s.film(t)
	me, other := ids[0], ids[1]
	rated := s.rate(t, me, a, 7)
	written, logged, made := s.write(t, me, a, 0, false), s.log(t, me, a, nil), s.list(t, me, true)
	s.write(t, other, b, 0, false)
	s.rate(t, other, b, 3)
	s.log(t, other, b, nil)
	theirs := s.list(t, other, true)
	kept := s.rate(t, me, b, 1)
	left := s.recorded(t)
	for _, step := range []struct {
		gone string
		do   func() error
	}{
		{name(activity.Rating, rated, me), func() error { return s.reactions.Unrate(t.Context(), me, a) }},
		{name(activity.Review, written, me), func() error { return s.reviews.Delete(t.Context(), written) }},
		{name(activity.Viewing, logged, me), func() error { return s.diary.Delete(t.Context(), logged) }},
		{name(activity.List, made, me), func() error { return s.lists.Delete(t.Context(), made) }},
	} {
		ok(t, step.do())
		var after []string
		for _, one := range left {
			if one != step.gone {
				after = append(after, one)
			}
		}
		left = after
		want(t, "left without "+step.gone, left, s.recorded(t))
	}
	ok(t, s.movies.Delete(t.Context(), b, auth.Viewer{UserID: 999, Role: auth.RoleAdmin}))
	want(t, "left without the film", []string{name(activity.List, theirs, other)}, s.recorded(t))
	s.rate(t, me, a, 1)
	again := s.rate(t, me, a, 2)
	if again == kept {
		t.Error("a new rating has the id of an old one")
	}
	want(t, "after rating anew", []string{name(activity.List, theirs, other), name(activity.Rating, again, me)}, s.recorded(t))
	ok(t, s.users.Delete(t.Context(), other))
	want(t, "left without the member", []string{name(activity.Rating, again, me)}, s.recorded(t))
}

func TestMergedFilmsKeepTheActivitiesOfWhatStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, from, into := s.Join(t, 3), s.film(t), s.film(t)
	both, one, reader := ids[0], ids[1], ids[2]
	s.follow(t, reader, both, one)
	s.write(t, both, from, 0, false)
	s.Clock.Advance(time.Minute)
	newer := s.write(t, both, into, 0, false)
	older := s.rate(t, both, from, 4)
	s.Clock.Advance(time.Minute)
	rated := s.rate(t, both, into, 6)
	logged := s.log(t, one, from, nil)
	written := s.write(t, one, from, 0, false)
	if _, err := s.movies.Merge(t.Context(), from, into, true); err != nil {
		t.Fatal(err)
	}
	want(t, "recorded", []string{
		name(activity.Review, newer, both), name(activity.Rating, rated, both), name(activity.Viewing, logged, one), name(activity.Review, written, one),
	}, s.recorded(t))
	for _, a := range s.GET(t, "/users/me/feed", s.As(t, reader)).Want(200).List() {
		if got := a["movie"].(map[string]any)["id"]; got != float64(into) {
			t.Errorf("the %s is about film %v, want %d", a["type"], got, into)
		}
	}
	if older == rated {
		t.Error("the older rating stays")
	}
}

func TestAnActivityHasItsActorFilmAndObject(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	me, other := ids[0], ids[1]
	film := must[movie.Movie](t)(s.movies.Create(t.Context(), 0, movie.Draft{Title: "괴물", Playtime: 119, Genre: "SF"})).ID
	s.follow(t, me, other)
	at := s.Clock.Now().In(s.Zone).Format(time.RFC3339Nano)
	s.rate(t, other, film, 9)
	s.write(t, other, film, 0, false)
	s.log(t, other, film, nil)
	s.list(t, other, true)
	rows := s.GET(t, "/users/me/feed", s.As(t, me)).Want(200).List()
	if len(rows) != 4 {
		t.Fatalf("%d activities, want 4", len(rows))
	}
	card := map[string]any{"id": float64(film), "title": "괴물", "year": nil, "poster_image_url": nil}
	for i, kind := range []string{"list", "viewing", "review", "rating"} {
		a := rows[i]
		object := a[kind]
		wanted := map[string]any{
			"id": float64(4 - i), "type": kind, "created_at": at, "movie": card,
			"actor":  map[string]any{"id": float64(other), "username": fmt.Sprintf("회원%d", other), "profile_image_url": nil},
			"review": nil, "rating": nil, "viewing": nil, "list": nil,
		}
		if kind == "list" {
			wanted["movie"] = nil
		}
		wanted[kind] = object
		if object == nil {
			t.Errorf("the activity of a %s has none", kind)
		}
		delete(a, "comment")
		want(t, "the activity of a "+kind, wanted, a)
	}
	want[any](t, "the rating", map[string]any{"user_id": float64(other), "movie_id": float64(film), "rating": 4.5, "rated_at": at}, rows[3]["rating"])
	if got := rows[1]["viewing"].(map[string]any)["movie"]; got == nil {
		t.Error("the viewing has no film")
	}
	if got := rows[2]["review"].(map[string]any)["is_liked"]; got != false {
		t.Errorf("is_liked of the review is %v, want false", got)
	}
}

func TestAFeedHasTheActivitiesOfMembersWhomOneFollows(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 4), s.film(t)
	me, followed, muted, stranger := ids[0], ids[1], ids[2], ids[3]
	feed := func() []string { return shown(t, s.GET(t, "/users/me/feed", s.As(t, me))) }
	for _, id := range ids {
		s.log(t, id, film, nil)
	}
	want(t, "the feed of who follows nobody", []string{}, feed())
	s.follow(t, me, followed, muted)
	two := []string{name(activity.Viewing, 3, muted), name(activity.Viewing, 2, followed)}
	want(t, "the feed", two, feed())
	ok(t, s.follows.SetMute(t.Context(), me, muted, true))
	want(t, "the feed after muting one", two[1:], feed())
	ok(t, s.follows.SetMute(t.Context(), me, muted, false))
	want(t, "the feed after unmuting", two, feed())
	ok(t, s.follows.SetBlock(t.Context(), followed, me, true))
	want(t, "the feed after one has blocked", two[:1], feed())
	ok(t, s.follows.SetBlock(t.Context(), followed, me, false))
	want(t, "the feed after one has unblocked", two[:1], feed())
	must[follow.Follow](t)(s.follows.Set(t.Context(), me, muted, false))
	want(t, "the feed after unfollowing", []string{}, feed())
	s.private(t, stranger, true)
	must[follow.Follow](t)(s.follows.Set(t.Context(), me, stranger, true))
	want(t, "the feed after a request", []string{}, feed())
	must[follow.Follow](t)(s.follows.Accept(t.Context(), stranger, me))
	want(t, "the feed after it was accepted", []string{name(activity.Viewing, 4, stranger)}, feed())
}

func TestAFeedHasNothingOfSuspendedMembers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	me, member := ids[0], ids[1]
	s.follow(t, me, member, ids[2])
	s.list(t, member, true)
	s.list(t, ids[2], true)
	wantRows := func(want int) {
		t.Helper()
		if got := len(s.GET(t, "/users/me/feed", s.As(t, me)).Want(200).List()); got != want {
			t.Errorf("the feed has %d activities, want %d", got, want)
		}
	}
	suspend := func(until *time.Time) {
		t.Helper()
		s.Write(t, func(tx *gorm.DB) error {
			return tx.Model(&user.User{ID: member}).UpdateColumns(map[string]any{"status": auth.StatusSuspended, "suspended_until": until}).Error
		})
	}
	wantOwn := func(reader int64, want int) {
		t.Helper()
		if got := len(s.GET(t, fmt.Sprintf("/users/%d/activity", member), s.As(t, reader)).Want(200).List()); got != want {
			t.Errorf("user %d sees %d activities, want %d", reader, got, want)
		}
	}
	wantRows(2)
	wantOwn(me, 1)
	suspend(nil)
	wantRows(1)
	wantOwn(me, 0)
	wantOwn(member, 1)
	tomorrow := database.Time(s.Clock.Now().Add(24 * time.Hour))
	suspend(&tomorrow)
	wantRows(1)
	s.Clock.Advance(25 * time.Hour)
	wantRows(2)
	wantOwn(me, 1)
}

func TestTheActivityOfAPrivateAccountIsForItsFollowers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 4), s.film(t)
	owner, follower, other, moderator := ids[0], ids[1], ids[2], ids[3]
	s.follow(t, follower, owner)
	s.log(t, owner, film, nil)
	one := []string{name(activity.Viewing, 1, owner)}
	path := fmt.Sprintf("/users/%d/activity", owner)
	want(t, "for anybody", one, shown(t, s.GET(t, path)))
	s.private(t, owner, true)
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE users SET role = ? WHERE id = ?", auth.RoleModerator, moderator).Error
	})
	s.GET(t, path).WantProblem(403, "private_account")
	s.GET(t, path, s.As(t, other)).WantProblem(403, "private_account")
	for _, id := range []int64{owner, follower, moderator} {
		want(t, fmt.Sprintf("for %d", id), one, shown(t, s.GET(t, path, s.As(t, id))))
	}
	s.private(t, owner, false)
	ok(t, s.follows.SetBlock(t.Context(), other, owner, true))
	want(t, "for who has blocked, and asks for it", one, shown(t, s.GET(t, path, s.As(t, other))))
	s.GET(t, "/users/999/activity").WantProblem(404, "not_found")
	s.GET(t, "/users/0/activity").WantField("user_id", "type")
	s.GET(t, "/users/me/feed").WantProblem(401, "unauthorized")
}

func TestPrivateListsAreHiddenAndKeepTheirPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	me, other := ids[0], ids[1]
	s.follow(t, me, other)
	first, second := s.list(t, other, true), s.list(t, other, true)
	both := []string{name(activity.List, second, other), name(activity.List, first, other)}
	path := fmt.Sprintf("/users/%d/activity", other)
	want(t, "the feed", both, shown(t, s.GET(t, "/users/me/feed", s.As(t, me))))
	s.show(t, first, false)
	want(t, "the feed while one is private", both[:1], shown(t, s.GET(t, "/users/me/feed", s.As(t, me))))
	want(t, "their activity", both[:1], shown(t, s.GET(t, path)))
	want(t, "their activity for themselves", both, shown(t, s.GET(t, path, s.As(t, other))))
	s.show(t, first, true)
	want(t, "the feed when it is public again", both, shown(t, s.GET(t, "/users/me/feed", s.As(t, me))))
}

func TestTypesSelectActivities(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 3), s.film(t)
	me := ids[0]
	s.follow(t, me, ids[1], ids[2])
	for _, id := range ids[1:] {
		s.rate(t, id, film, 5)
		s.write(t, id, film, 0, false)
		s.log(t, id, film, nil)
		s.list(t, id, true)
	}
	for query, kinds := range map[string][]string{
		"review": {"review", "review"}, "rating": {"rating", "rating"}, "list,viewing": {"list", "viewing", "list", "viewing"},
		"list, review ,list": {"list", "review", "list", "review"}, "comment": {},
		"review,rating,viewing,list,comment": {"list", "viewing", "review", "rating", "list", "viewing", "review", "rating"},
	} {
		got := []string{}
		for _, a := range s.GET(t, "/users/me/feed?types="+url.QueryEscape(query), s.As(t, me)).Want(200).List() {
			got = append(got, a["type"].(string))
		}
		want(t, "types="+query, kinds, got)
	}
	for _, query := range []string{"", "films", "review,films", "review,", "Review"} {
		for _, path := range []string{"/users/me/feed", "/users/1/activity"} {
			s.GET(t, path+"?types="+query, s.As(t, me)).WantField("types", "enum")
		}
	}
	s.GET(t, "/users/me/feed?type=review", s.As(t, me)).WantField("type", "unknown")
	s.GET(t, "/users/me/feed?spoilers=all", s.As(t, me)).WantField("spoilers", "enum")
}

func TestSpoilersAreMaskedInFeeds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 2), s.film(t)
	me, other := ids[0], ids[1]
	s.follow(t, me, other)
	s.write(t, other, film, 0, true)
	masked := func(path string, options ...testkit.Option) bool {
		t.Helper()
		r := s.GET(t, path, options...).Want(200).List()[0]["review"].(map[string]any)
		if (r["content"] == nil) != r["masked"].(bool) || (r["title"] == nil) != r["masked"].(bool) {
			t.Errorf("a review with masked %v and the content %v", r["masked"], r["content"])
		}
		return r["masked"].(bool)
	}
	path := fmt.Sprintf("/users/%d/activity", other)
	for _, c := range []struct {
		path string
		by   int64
		want bool
	}{
		{"/users/me/feed", me, true},
		{"/users/me/feed?spoilers=show", me, false},
		{"/users/me/feed?spoilers=hide", me, true},
		{path, me, true},
		{path, other, false},
		{path + "?spoilers=hide", other, false},
	} {
		if got := masked(c.path, s.As(t, c.by)); got != c.want {
			t.Errorf("%s for %d: masked %v, want %v", c.path, c.by, got, c.want)
		}
	}
	if !masked(path) || masked(path+"?spoilers=show") {
		t.Error("anonymous readers see spoilers only when they ask for them")
	}
	if _, err := s.diary.Mark(t.Context(), me, film); err != nil {
		t.Fatal(err)
	}
	if masked("/users/me/feed", s.As(t, me)) || !masked("/users/me/feed?spoilers=hide", s.As(t, me)) {
		t.Error("a film that was watched does not decide")
	}
}

func TestCommentsAreActivitiesWhileTheyAndTheirReviewsAreSeen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids, film := s.Join(t, 3), s.film(t)
	me, talker, author := ids[0], ids[1], ids[2]
	s.follow(t, me, talker)
	written := s.write(t, author, film, 0, false)
	say := func(by int64, to *int64, spoils bool) int64 {
		t.Helper()
		return must[comment.Shown](t)(s.comments.Create(t.Context(), s.reader(t, by), comment.Draft{ReviewID: written, Content: "저도요", ReplyTo: to, Spoiler: spoils})).ID
	}
	first := say(talker, nil, false)
	second := say(talker, nil, true)
	say(author, &first, false)
	feed := func() []string { return shown(t, s.GET(t, "/users/me/feed", s.As(t, me))) }
	both := []string{name(activity.Comment, second, talker), name(activity.Comment, first, talker)}
	want(t, "the feed", both, feed())
	row := s.GET(t, "/users/me/feed?types=comment", s.As(t, me)).Want(200).List()
	if got := row[0]["movie"].(map[string]any)["id"]; got != float64(film) {
		t.Errorf("the comment is about film %v, want %d", got, film)
	}
	if c := row[0]["comment"].(map[string]any); c["content"] != nil || c["masked"] != true {
		t.Errorf("a spoiler is shown: %v", c)
	}
	if c := row[1]["comment"].(map[string]any); c["content"] != "저도요" || c["masked"] != false {
		t.Errorf("a comment is masked: %v", c)
	}
	s.private(t, author, true)
	want(t, "the feed while the review is private", []string{}, feed())
	want(t, "their own activity", []string{}, shown(t, s.GET(t, fmt.Sprintf("/users/%d/activity", talker), s.As(t, talker))))
	s.private(t, author, false)
	ok(t, s.follows.SetMute(t.Context(), me, author, true))
	want(t, "the feed while the author of the review is muted", []string{}, feed())
	ok(t, s.follows.SetMute(t.Context(), me, author, false))
	ok(t, s.comments.Delete(t.Context(), first)) // stays as a stub
	want(t, "the feed without a deleted comment", both[:1], feed())
	ok(t, s.reviews.Delete(t.Context(), written))
	want(t, "recorded after the review is gone", []string{}, s.recorded(t))
}

// TestPagesAreFilledUp has a member whose latest activities are hidden.
func TestPagesAreFilledUp(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	me, other := ids[0], ids[1]
	s.follow(t, me, other)
	wanted := []string{}
	for i := range 30 {
		id := s.list(t, other, true)
		if i%3 > 0 {
			s.show(t, id, false)
		} else {
			wanted = slices.Insert(wanted, 0, name(activity.List, id, other))
		}
	}
	for _, limit := range []int{1, 3, 10, 50} {
		got := []string{}
		for target := fmt.Sprintf("/users/me/feed?limit=%d", limit); target != ""; {
			r := s.GET(t, target, s.As(t, me))
			got, target = append(got, shown(t, r)...), r.Next()
		}
		want(t, fmt.Sprintf("pages of %d", limit), wanted, got)
	}
}
