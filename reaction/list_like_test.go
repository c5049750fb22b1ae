package reaction_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/reaction"
)

// listOf makes a public list of an author.
func (s *stage) listOf(t testing.TB, author int64) int64 {
	t.Helper()
	l, err := s.lists.Create(t.Context(), list.Draft{UserID: author, Title: "비 오는 날 ☔", IsPublic: true})
	if err != nil {
		t.Fatalf("make a list: %v", err)
	}
	return l.ID
}

func likedList(id any, userID, listID int64, on bool) map[string]any {
	return map[string]any{"id": id, "user_id": float64(userID), "list_id": float64(listID), "is_liked": on}
}

// wantListLikes checks the like counter of a list, and what a reader sees of it.
func (s *stage) wantListLikes(t testing.TB, listID int64, want int, reader int64, isLiked bool) {
	t.Helper()
	got := s.GET(t, fmt.Sprintf("/lists/%d", listID), s.As(t, reader)).Want(200).Map()
	if got["like_count"] != float64(want) || got["is_liked"] != isLiked {
		t.Errorf("list %d to %d: %v, want %d likes, %v", listID, reader, got, want, isLiked)
	}
}

func TestLikingAListCountsAndNotifiesItsAuthor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	author, fan := ids[0], ids[1]
	l := s.listOf(t, author)
	before := rows[list.List](t, s)[0]
	if diff := cmp.Diff(likedList(nil, fan, l, false), s.post(t, fan, "lists", l, "unlike")); diff != "" {
		t.Errorf("unliked what was never liked (-want +got):\n%s", diff)
	}
	s.Clock.Advance(time.Second)
	first := s.post(t, fan, "lists", l, "like")
	if diff := cmp.Diff(likedList(1.0, fan, l, true), first); diff != "" {
		t.Errorf("response (-want +got):\n%s", diff)
	}
	s.post(t, fan, "lists", l, "like")
	s.wantListLikes(t, l, 1, fan, true)
	s.wantListLikes(t, l, 1, author, false)
	s.wantNotified(t, fan, 0, 0)
	in, err := s.inbox.Inbox(t.Context(), author, true, page.Page{Limit: 10})
	if err != nil || len(in.Rows) != 1 {
		t.Fatalf("inbox: %d rows, %v, want 1", len(in.Rows), err)
	}
	n := in.Rows[0]
	if n.Type != notify.TypeListLike || *n.ActorID != fan || *n.ListID != l || n.ReviewID != nil || n.Seq != 1 {
		t.Errorf("notification %+v, want a like of list %d by %d with seq 1", n, l, fan)
	}
	after := rows[list.List](t, s)[0]
	before.LikeCount = 1
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("a like changed more than the counter (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(likedList(1.0, fan, l, false), s.post(t, fan, "lists", l, "unlike")); diff != "" {
		t.Errorf("unliked (-want +got):\n%s", diff)
	}
	s.wantListLikes(t, l, 0, fan, false)
	s.wantNotified(t, author, 1, 1)
	s.post(t, fan, "lists", l, "like")
	s.wantNotified(t, author, 2, 1) // the earlier one is superseded
	s.post(t, author, "lists", l, "like")
	s.wantListLikes(t, l, 2, author, true)
	s.wantNotified(t, author, 2, 1) // not of one's own
}

func TestALikeOfAnotherListSupersedesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	r := s.reviewOf(t, ids[0])
	s.post(t, ids[1], "reviews", r, "like")
	s.post(t, ids[1], "lists", s.listOf(t, ids[0]), "like")
	s.post(t, ids[1], "lists", s.listOf(t, ids[0]), "like")
	s.wantNotified(t, ids[0], 3, 3)
}

func TestLikesOfListsAreLimited(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 2)
	l, other := s.listOf(t, ids[0]), s.listOf(t, ids[0])
	for range 3 {
		s.post(t, ids[1], "lists", l, "like")
		s.post(t, ids[1], "lists", l, "unlike")
	}
	s.POST(t, fmt.Sprintf("/likes/lists/%d/like", l), s.As(t, ids[1])).WantProblem(429, "too_many_requests")
	s.post(t, ids[1], "lists", other, "like")
	s.wantListLikes(t, l, 0, ids[1], false)
}

func TestAPrivateListIsNotLikedByOthers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	l := s.listOf(t, ids[0])
	s.post(t, ids[1], "lists", l, "like")
	if _, err := s.lists.Update(t.Context(), l, list.Patch{IsPublic: new(false)}); err != nil {
		t.Fatal(err)
	}
	fan, path := s.As(t, ids[1]), fmt.Sprintf("/likes/lists/%d", l)
	s.POST(t, path+"/like", fan).WantProblem(404, "not_found")
	s.POST(t, path+"/unlike", fan).WantProblem(404, "not_found")
	s.post(t, ids[0], "lists", l, "like")
	s.wantListLikes(t, l, 2, ids[0], true)
	// It may become private between the look for it and the transaction.
	like := reaction.ListLike{UserID: ids[1], ListID: l}
	s.Write(t, func(tx *gorm.DB) error {
		if err := like.Lock(tx); !errors.Is(err, list.ErrNotFound) {
			t.Errorf("locked: %v", err)
		}
		return nil
	})
	for _, target := range []string{"/likes/lists/999/like", "/likes/lists/999/unlike", "/likes/lists/99999999999999999999/like"} {
		s.POST(t, target, fan).WantProblem(404, "not_found")
	}
	s.POST(t, "/likes/lists/0/like", fan).WantField("list_id", "type")
	s.POST(t, path+"/like").WantProblem(401, "unauthorized")
	s.POST(t, path+"/like", s.As(t, 999)).WantProblem(401, "invalid_token")
}

func TestListsOfListsShowWhatTheReaderLikes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	first, second := s.listOf(t, ids[0]), s.listOf(t, ids[0])
	s.post(t, ids[1], "lists", first, "like")
	got := s.GET(t, "/lists?sort=-like_count", s.As(t, ids[1])).Want(200).List()
	if len(got) != 2 || got[0]["id"] != float64(first) || got[0]["is_liked"] != true || got[1]["id"] != float64(second) || got[1]["is_liked"] != false {
		t.Errorf("lists %v, want only the first one liked", got)
	}
}

func TestDeletedAccountsAndListsLeaveTheCountersOfListsRight(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 3)
	leaver, other, author := ids[0], ids[1], ids[2]
	kept, own := s.listOf(t, author), s.listOf(t, leaver)
	for _, l := range []int64{kept, own} {
		s.post(t, leaver, "lists", l, "like")
		s.post(t, other, "lists", l, "like")
	}
	if err := s.users.Delete(t.Context(), leaver); err != nil {
		t.Fatal(err)
	}
	s.wantListLikes(t, kept, 1, other, true)
	if found := rows[reaction.ListLike](t, s); len(found) != 1 || found[0].UserID != other || found[0].ListID != kept {
		t.Errorf("likes %+v, want one of list %d by %d", found, kept, other)
	}
	if err := s.lists.Delete(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if found := rows[reaction.ListLike](t, s); len(found) != 0 {
		t.Errorf("likes %+v remain", found)
	}
	s.wantNotified(t, author, 2, 2) // the notifications are kept
}

func TestSixteenConcurrentLikesOfAListAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.limiter.On = true
	ids := s.Join(t, 3)
	l := s.listOf(t, ids[0])
	atOnce(16, func(i int) {
		if got := s.POST(t, fmt.Sprintf("/likes/lists/%d/like", l), s.As(t, ids[1])); got.Status != 200 || got.Map()["is_liked"] != true {
			t.Errorf("status %d: %s", got.Status, got.Body)
		}
	})
	s.wantListLikes(t, l, 1, ids[1], true)
	s.wantNotified(t, ids[0], 1, 1)
	s.limiter.On = false
	atOnce(16, func(i int) { // likes, unlikes, changes and replacements at the same time
		var err error
		switch i % 4 {
		case 0, 1:
			_, err = s.reactions.SetListLike(t.Context(), auth.Viewer{UserID: ids[2]}, l, i%2 == 0)
		case 2:
			_, err = s.lists.Update(t.Context(), l, list.Patch{Title: new(fmt.Sprint(i))})
		case 3:
			_, err = s.reactions.SetListLike(t.Context(), auth.Viewer{UserID: ids[0]}, l, i > 8)
		}
		if err != nil {
			t.Errorf("%d: %v", i%4, err)
		}
	})
	on := int64(0)
	for _, like := range rows[reaction.ListLike](t, s) {
		if like.IsLiked {
			on++
		}
	}
	if got := rows[list.List](t, s)[0]; got.LikeCount != on || got.Version != 5 {
		t.Errorf("%d likes and version %d, want %d and 5", got.LikeCount, got.Version, on)
	}
}

func TestTheHookOfAListLikeNotifiesOnlyOfAChangeToOn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	l := s.listOf(t, ids[0])
	s.post(t, ids[1], "lists", l, "like")
	var like reaction.ListLike
	if err := s.DB.Reader(t.Context()).Take(&like).Error; err != nil {
		t.Fatal(err)
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.Save(&like).Error }) // stored, but nothing was turned on
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Model(&reaction.ListLike{}).Where("id = ?", like.ID).Update("is_liked", true).Error
	})
	s.wantNotified(t, ids[0], 1, 1)
}

// TestAFailedLikeOfAListChangesNothing makes every statement of a like fail, one after the other.
func TestAFailedLikeOfAListChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	l := s.listOf(t, ids[0])
	b := s.breakable(t)
	for n := 1; ; n++ {
		b.left = n
		_, err := s.reactions.SetListLike(t.Context(), auth.Viewer{UserID: ids[1]}, l, true)
		if b.left > 0 { // all statements have run
			if err != nil || n < 5 {
				t.Errorf("%d statements: %v", n, err)
			}
			break
		}
		if !errors.Is(err, errBroken) {
			t.Fatalf("statement %d: %v, want the error of the database", n, err)
		}
		b.left = 0
		s.wantListLikes(t, l, 0, ids[1], false)
		s.wantNotified(t, ids[0], 0, 0)
	}
	b.left = 0
	s.wantListLikes(t, l, 1, ids[1], true)
	s.wantNotified(t, ids[0], 1, 1)
}

func TestALikeOfAListFromAnotherOriginIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 2)
	l := s.listOf(t, ids[0])
	token, _, err := s.Tokens.Access(ids[1], 1)
	if err != nil {
		t.Fatal(err)
	}
	s.POST(t, fmt.Sprintf("/likes/lists/%d/like", l), testkit.Cookie("access_token", token), testkit.Header("Origin", "https://evil.example")).
		WantProblem(403, "cross_origin")
	s.wantNotified(t, ids[0], 0, 0)
}

// TestLikesOfAListAndChangesOfItsFilmsDoNotDeadlock is about MySQL, which checks that the author exists whenever an index
// entry that starts with the author changes, as that of updated_at does.
func TestLikesOfAListAndChangesOfItsFilmsDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ids := s.Join(t, 17)
	l := s.listOf(t, ids[0])
	films := make([]int64, 16)
	for i := range films {
		films[i] = s.film(t)
		if _, err := s.lists.Add(t.Context(), l, list.Entry{MovieID: films[i]}, nil); err != nil {
			t.Fatal(err)
		}
	}
	var deadlocks atomic.Int64
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Callback().Query().After("gorm:query").Register("test:deadlocks", func(db *gorm.DB) {
			if db.Error != nil && strings.Contains(db.Error.Error(), "Deadlock") {
				deadlocks.Add(1)
			}
		})
	})
	atOnce(32, func(i int) {
		if i%2 == 0 {
			s.post(t, ids[i/2+1], "lists", l, "like")
			return
		}
		s.Clock.Advance(time.Second) // so that the list changes
		if err := s.lists.Remove(t.Context(), l, films[i/2]); err != nil {
			t.Errorf("remove a film: %v", err)
		}
	})
	s.wantListLikes(t, l, 16, ids[1], true)
	if n := deadlocks.Load(); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}
