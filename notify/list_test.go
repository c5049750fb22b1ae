package notify_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func seqsOf(res *testkit.Response) []int64 {
	var rows []frame
	res.Want(http.StatusOK).Decode(&rows)
	seqs := make([]int64, len(rows))
	for i, row := range rows {
		seqs[i] = row.Seq
	}
	return seqs
}

func wantInbox(t *testing.T, res *testkit.Response, unread int, seqs ...int64) {
	t.Helper()
	if seqs == nil {
		seqs = []int64{}
	}
	if diff := cmp.Diff(seqs, seqsOf(res)); diff != "" {
		t.Errorf("seqs (-want +got):\n%s", diff)
	}
	if got, want := res.Header.Get("X-Unread-Count"), fmt.Sprint(unread); got != want {
		t.Errorf("X-Unread-Count: %q, want %s", got, want)
	}
}

func TestInboxListsNewestFirst(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("고양이")
	mine := testkit.As(in.token(me))
	wantInbox(t, in.api.GET(t, "/notifications/inbox", mine), 0)

	in.send(follow(me, cat))
	in.Clock.Advance(time.Minute)
	list := int64(9)
	in.send(like(me, cat, 5), notify.Event{UserID: me, Type: notify.TypeListLike, ActorID: cat, ListID: &list})
	var rows []frame
	in.api.GET(t, "/notifications/inbox", mine).Want(http.StatusOK).Decode(&rows)
	review, at := int64(5), in.Clock.Now()
	want := []frame{
		{ID: 3, Seq: 3, Type: "list_like", Message: "고양이님이 내 목록에 좋아요를 눌렀습니다!", Actor: &notify.Actor{ID: cat, Username: "고양이"}, ListID: &list, CreatedAt: at},
		{ID: 2, Seq: 2, Type: "review_like", Message: "고양이님이 내 리뷰에 좋아요를 눌렀습니다!", Actor: &notify.Actor{ID: cat, Username: "고양이"}, ReviewID: &review, CreatedAt: at},
		{ID: 1, Seq: 1, Type: "follow", Message: "고양이님이 팔로우 하셨습니다.", Actor: &notify.Actor{ID: cat, Username: "고양이"}, CreatedAt: at.Add(-time.Minute)},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	wantInbox(t, in.api.GET(t, "/notifications/inbox", testkit.As(in.token(cat))), 0) // lists nothing of others
}

func TestInboxIsPaged(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	mine := testkit.As(in.token(me))
	in.fill(me, cat, 5)
	first := in.api.GET(t, "/notifications/inbox?limit=2", mine)
	wantInbox(t, first, 5, 5, 4)
	in.send(like(me, cat, 9)) // does not shift the next pages
	second := in.api.GET(t, first.Next(), mine)
	wantInbox(t, second, 6, 3, 2)
	third := in.api.GET(t, second.Next(), mine)
	wantInbox(t, third, 6, 1)
	if third.Next() != "" {
		t.Errorf("the last page links to %q", third.Next())
	}
	in.api.GET(t, strings.Replace(first.Next(), "limit=2", "unread=true", 1), mine).WantField("cursor", "format")
	in.api.GET(t, "/notifications/inbox?cursor=x", mine).WantField("cursor", "format")
	in.api.GET(t, "/notifications/inbox?limit=0", mine).WantField("limit", "min")
	in.api.GET(t, "/notifications/inbox?limit=201", mine).WantField("limit", "max")
	in.api.GET(t, "/notifications/inbox?unread=perhaps", mine).WantField("unread", "type")
	in.api.GET(t, "/notifications/inbox?since=1", mine).WantField("since", "unknown")
	in.api.GET(t, "/notifications/inbox?limit=200", mine).Want(http.StatusOK)
}

func TestUnreadInboxShowsARepeatedEventOnce(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	in.send(follow(me, cat), like(me, cat, 5))                   // 1, 2
	in.send(follow(me, dog), like(me, cat, 6), like(me, dog, 5)) // 3, 4, 5: different events
	in.send(follow(me, cat))                                     // 6 supersedes 1
	in.send(like(me, cat, 5))                                    // 7 supersedes 2
	mine := testkit.As(in.token(me))
	wantInbox(t, in.api.GET(t, "/notifications/inbox?unread=true", mine), 5, 7, 6, 5, 4, 3)
	for _, query := range []string{"", "?unread=false"} {
		wantInbox(t, in.api.GET(t, "/notifications/inbox"+query, mine), 5, 7, 6, 5, 4, 3, 2, 1)
	}
	in.wantState(me, 7, 5)
}

func TestReadingByIDs(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.send(follow(me, cat), like(me, cat, 1), like(me, cat, 2), follow(cat, me)) // ids 1 to 4, the last one of cat
	mine := testkit.As(in.token(me))
	read := func(ids ...int64) {
		t.Helper()
		in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"ids": ids})).Want(http.StatusNoContent)
	}
	read(1, 3)
	wantInbox(t, in.api.GET(t, "/notifications/inbox?unread=true", mine), 1, 2)
	in.Clock.Advance(time.Minute)
	read(1, 1, 3, 4, 999) // again, of another user, unknown
	wantInbox(t, in.api.GET(t, "/notifications/inbox?unread=true", mine), 1, 2)
	in.wantState(cat, 1, 1)

	var rows []frame
	in.api.GET(t, "/notifications/inbox", mine).Decode(&rows)
	if at := rows[2].ReadAt; at == nil || !at.Equal(in.Clock.Now().Add(-time.Minute)) {
		t.Errorf("read at %v, want the time of the first request", at)
	}
	if rows[1].ReadAt != nil {
		t.Errorf("the second was read at %v, want unread", rows[1].ReadAt)
	}
}

func TestReadingUpToASeq(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, nobody := in.user("me"), in.user("cat"), in.user("nobody")
	in.send(follow(me, cat), like(me, cat, 1), like(me, cat, 2), follow(cat, me))
	mine := testkit.As(in.token(me))
	for _, tc := range []struct{ upTo, unread int }{{0, 3}, {2, 1}, {1, 1}, {99, 0}, {99, 0}} {
		in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": tc.upTo})).Want(http.StatusNoContent)
		in.wantState(me, 3, int64(tc.unread))
	}
	in.wantState(cat, 1, 1)
	in.api.POST(t, "/notifications/read", testkit.As(in.token(nobody)), testkit.JSON(map[string]any{"up_to": 1})).Want(http.StatusNoContent)
	in.send(like(me, cat, 3))
	in.wantState(me, 4, 1)
}

func TestReadingRequiresEitherIDsOrUpTo(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	in.send(follow(me, cat))
	mine := testkit.As(in.token(me))
	many := make([]int64, 1001)
	for i := range many {
		many[i] = 1
	}
	for _, tc := range []struct {
		body        any
		field, code string
	}{
		{map[string]any{}, "ids", "required"},
		{map[string]any{"ids": []int{1}, "up_to": 1}, "up_to", "exclusive"},
		{map[string]any{"ids": []int{}}, "ids", "min"},
		{map[string]any{"ids": many}, "ids", "max"},
		{map[string]any{"ids": []int{1, 0}}, "ids[1]", "min"},
		{map[string]any{"ids": []string{"1"}}, "ids[0]", "type"},
		{map[string]any{"ids": 1}, "ids", "type"},
		{map[string]any{"ids": nil, "up_to": 1}, "ids", "type"},
		{map[string]any{"up_to": -1}, "up_to", "min"},
		{map[string]any{"up_to": 1.5}, "up_to", "type"},
		{map[string]any{"up_to": 1, "all": true}, "all", "unknown"},
	} {
		in.api.POST(t, "/notifications/read", mine, testkit.JSON(tc.body)).WantField(tc.field, tc.code)
	}
	in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"ids": many[:1000]})).Want(http.StatusNoContent)
	korean := in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{}), testkit.Header("Accept-Language", "ko"))
	if got := korean.WantField("ids", "required").Problem().Errors[0].Message; got != "ids와 up_to 중 하나가 필요합니다." {
		t.Errorf("the Korean text is %q", got)
	}
}

func TestChecksOfAReadRequestHaveAnOrder(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	mine := testkit.As(in.token(in.user("me")))
	in.api.POST(t, "/notifications/read?x=1", testkit.Body("text/plain", "{")).WantProblem(http.StatusUnauthorized, "unauthorized")
	in.api.POST(t, "/notifications/read?x=1", mine, testkit.Body("text/plain", "{")).WantField("x", "unknown")
	in.api.POST(t, "/notifications/read", mine, testkit.Body("text/plain", "{")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	in.api.POST(t, "/notifications/read", mine, testkit.Body("application/json", "{")).WantProblem(http.StatusBadRequest, "malformed")
	large := `{"up_to":1` + strings.Repeat(" ", 257<<10) + `}`
	in.api.POST(t, "/notifications/read", mine, testkit.Body("application/json", large)).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	in.api.GET(t, "/notifications/inbox?x=1").WantProblem(http.StatusUnauthorized, "unauthorized")
	in.api.GET(t, "/notifications/inbox", testkit.As("garbage")).WantProblem(http.StatusUnauthorized, "invalid_token")
}

// The counter matches the rows although writers and readers race.
func TestUnreadCountIsCorrectUnderWrites(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range int64(20) {
				if err := in.trySend(like(me, cat, i%5+1)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
		all.Go(func() {
			for i := range int64(20) {
				if err := in.s.MarkRead(t.Context(), me, nil, i*8); err != nil {
					t.Errorf("read: %v", err)
				}
			}
		})
	}
	all.Wait()
	var unread int64
	if err := in.DB.Reader(t.Context()).Model(&notify.Notification{}).Where("read_at IS NULL").Count(&unread).Error; err != nil {
		t.Fatal(err)
	}
	in.wantState(me, 160, unread)
}

func TestDatabaseFailureFailsTheRequest(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	mine := testkit.As(in.token(me))
	in.send(follow(me, cat))
	inbox := func() { t.Helper(); in.api.GET(t, "/notifications/inbox", mine).WantProblem(500, "internal") }
	in.accounts.set(func(a *accounts) { a.actorsErr, a.actorsFail = http.ErrAbortHandler, 1 })
	in.api.GET(t, "/notifications/inbox?grouped=true", mine).WantProblem(500, "internal")
	in.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notifications").Error })
	inbox()
	in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": 1})).WantProblem(500, "internal")
	if err := in.trySend(follow(me, cat)); err == nil {
		t.Error("Send succeeded without its table")
	}
	in.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notification_states").Error })
	inbox()
	in.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": 1})).WantProblem(500, "internal")
	if err := in.trySend(follow(me, cat)); err == nil {
		t.Error("Send succeeded without its table")
	}
}

func TestOpeningANotificationReadsItAndTheEarlierLikesOfItsReview(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog, owl := in.user("me"), in.user("cat"), in.user("dog"), in.user("owl")
	in.send(like(me, cat, 5), like(me, cat, 6), follow(me, cat), like(me, dog, 5), like(me, owl, 5))
	open := func(userID, id int64, wantErr error, unread int64) {
		t.Helper()
		if _, err := in.s.Open(t.Context(), userID, id); !errors.Is(err, wantErr) {
			t.Errorf("open %d as user %d: %v, want %v", id, userID, err, wantErr)
		}
		in.wantState(me, 5, unread)
	}
	open(cat, 4, apperr.ErrNotFound, 5)
	open(me, 99, apperr.ErrNotFound, 5)
	open(me, 4, nil, 3) // and the first, but not the later like
	open(me, 4, nil, 3)
	open(me, 3, nil, 2)
	open(me, 2, nil, 1)
}
