package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
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

func TestTheInboxShowsWhatHappenedNewestFirst(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("고양이")
	mine := testkit.As(st.token(me))
	wantInbox(t, st.api.GET(t, "/notifications/inbox", mine), 0)

	st.send(follow(me, cat))
	st.Clock.Advance(time.Minute)
	st.send(like(me, cat, 5))
	var rows []frame
	st.api.GET(t, "/notifications/inbox", mine).Want(http.StatusOK).Decode(&rows)
	review, at := int64(5), st.Clock.Now()
	want := []frame{
		{ID: 2, Seq: 2, Type: "review_like", Message: "고양이님이 내 리뷰에 좋아요를 눌렀습니다!", Actor: &notify.Actor{ID: cat, Username: "고양이"}, ReviewID: &review, CreatedAt: at},
		{ID: 1, Seq: 1, Type: "follow", Message: "고양이님이 팔로우 하셨습니다.", Actor: &notify.Actor{ID: cat, Username: "고양이"}, CreatedAt: at.Add(-time.Minute)},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("inbox (-want +got):\n%s", diff)
	}
	wantInbox(t, st.api.GET(t, "/notifications/inbox", testkit.As(st.token(cat))), 0) // nobody else's business
}

func TestTheInboxIsPaged(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	mine := testkit.As(st.token(me))
	st.fill(me, cat, 5)
	first := st.api.GET(t, "/notifications/inbox?limit=2", mine)
	wantInbox(t, first, 5, 5, 4)
	st.send(like(me, cat, 1)) // moves nothing on the pages to come
	second := st.api.GET(t, first.Next(), mine)
	wantInbox(t, second, 6, 3, 2)
	third := st.api.GET(t, second.Next(), mine)
	wantInbox(t, third, 6, 1)
	if third.Next() != "" {
		t.Errorf("the last page links to %q", third.Next())
	}
	st.api.GET(t, strings.Replace(first.Next(), "limit=2", "unread=true", 1), mine).WantField("cursor", "format")
	st.api.GET(t, "/notifications/inbox?cursor=x", mine).WantField("cursor", "format")
	st.api.GET(t, "/notifications/inbox?limit=0", mine).WantField("limit", "min")
	st.api.GET(t, "/notifications/inbox?limit=201", mine).WantField("limit", "max")
	st.api.GET(t, "/notifications/inbox?unread=perhaps", mine).WantField("unread", "type")
	st.api.GET(t, "/notifications/inbox?since=1", mine).WantField("since", "unknown")
	st.api.GET(t, "/notifications/inbox?limit=200", mine).Want(http.StatusOK)
}

func TestTheUnreadInboxShowsOneOfARepeatedKind(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	st.send(follow(me, cat), like(me, cat, 5))                   // 1, 2
	st.send(follow(me, dog), like(me, cat, 6), like(me, dog, 5)) // 3, 4, 5: others
	st.send(follow(me, cat))                                     // 6 supersedes 1
	st.send(like(me, cat, 5))                                    // 7 supersedes 2
	mine := testkit.As(st.token(me))
	wantInbox(t, st.api.GET(t, "/notifications/inbox?unread=true", mine), 5, 7, 6, 5, 4, 3)
	for _, query := range []string{"", "?unread=false"} {
		wantInbox(t, st.api.GET(t, "/notifications/inbox"+query, mine), 5, 7, 6, 5, 4, 3, 2, 1)
	}
	st.wantState(me, 7, 5)
}

func TestReadingByIDs(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.send(follow(me, cat), like(me, cat, 1), like(me, cat, 2), follow(cat, me)) // ids 1 to 4, the last the cat's
	mine := testkit.As(st.token(me))
	read := func(ids ...int64) {
		t.Helper()
		st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"ids": ids})).Want(http.StatusNoContent)
	}
	read(1, 3)
	wantInbox(t, st.api.GET(t, "/notifications/inbox?unread=true", mine), 1, 2)
	st.Clock.Advance(time.Minute)
	read(1, 1, 3, 4, 999) // again, another's, unknown
	wantInbox(t, st.api.GET(t, "/notifications/inbox?unread=true", mine), 1, 2)
	st.wantState(cat, 1, 1)

	var rows []frame
	st.api.GET(t, "/notifications/inbox", mine).Decode(&rows)
	if at := rows[2].ReadAt; at == nil || !at.Equal(st.Clock.Now().Add(-time.Minute)) {
		t.Errorf("read at %v, want the first time", at)
	}
	if rows[1].ReadAt != nil {
		t.Errorf("the second was not read, it says %v", rows[1].ReadAt)
	}
}

func TestReadingUpToASeq(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, nobody := st.user("me"), st.user("cat"), st.user("nobody")
	st.send(follow(me, cat), like(me, cat, 1), like(me, cat, 2), follow(cat, me))
	mine := testkit.As(st.token(me))
	for _, tc := range []struct{ upTo, unread int }{{0, 3}, {2, 1}, {1, 1}, {99, 0}, {99, 0}} {
		st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": tc.upTo})).Want(http.StatusNoContent)
		st.wantState(me, 3, int64(tc.unread))
	}
	st.wantState(cat, 1, 1)
	st.api.POST(t, "/notifications/read", testkit.As(st.token(nobody)), testkit.JSON(map[string]any{"up_to": 1})).Want(http.StatusNoContent)
	st.send(like(me, cat, 3))
	st.wantState(me, 4, 1)
}

func TestReadingWantsExactlyOneWayToSayWhat(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	st.send(follow(me, cat))
	mine := testkit.As(st.token(me))
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
		st.api.POST(t, "/notifications/read", mine, testkit.JSON(tc.body)).WantField(tc.field, tc.code)
	}
	st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"ids": many[:1000]})).Want(http.StatusNoContent)
	korean := st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{}), testkit.Header("Accept-Language", "ko"))
	if got := korean.WantField("ids", "required").Problem().Errors[0].Message; got != "ids와 up_to 중 하나가 필요합니다." {
		t.Errorf("in Korean: %q", got)
	}
}

func TestReadingIsCheckedInOrder(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	mine := testkit.As(st.token(st.user("me")))
	st.api.POST(t, "/notifications/read?x=1", testkit.Body("text/plain", "{")).WantProblem(http.StatusUnauthorized, "unauthorized")
	st.api.POST(t, "/notifications/read?x=1", mine, testkit.Body("text/plain", "{")).WantField("x", "unknown")
	st.api.POST(t, "/notifications/read", mine, testkit.Body("text/plain", "{")).WantProblem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	st.api.POST(t, "/notifications/read", mine, testkit.Body("application/json", "{")).WantProblem(http.StatusBadRequest, "malformed")
	large := `{"up_to":1` + strings.Repeat(" ", 257<<10) + `}`
	st.api.POST(t, "/notifications/read", mine, testkit.Body("application/json", large)).WantProblem(http.StatusRequestEntityTooLarge, "too_large")
	st.api.GET(t, "/notifications/inbox?x=1").WantProblem(http.StatusUnauthorized, "unauthorized")
	st.api.GET(t, "/notifications/inbox", testkit.As("garbage")).WantProblem(http.StatusUnauthorized, "invalid_token")
}

// Reading while notifications arrive: the count is what the rows say, whoever came first.
func TestTheUnreadCountStaysRightUnderWrites(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range int64(20) {
				if err := st.trySend(like(me, cat, i%5+1)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
		})
		all.Go(func() {
			for i := range int64(20) {
				if err := st.s.MarkRead(t.Context(), me, nil, i*8); err != nil {
					t.Errorf("read: %v", err)
				}
			}
		})
	}
	all.Wait()
	var unread int64
	if err := st.DB.Reader(t.Context()).Model(&notify.Notification{}).Where("read_at IS NULL").Count(&unread).Error; err != nil {
		t.Fatal(err)
	}
	st.wantState(me, 160, unread)
}

func TestADatabaseThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat := st.user("me"), st.user("cat")
	mine := testkit.As(st.token(me))
	st.send(follow(me, cat))
	inbox := func() { t.Helper(); st.api.GET(t, "/notifications/inbox", mine).WantProblem(500, "internal") }
	st.people.set(func(p *people) { p.failed = http.ErrAbortHandler })
	inbox()
	st.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notifications").Error })
	inbox()
	st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": 1})).WantProblem(500, "internal")
	if err := st.trySend(follow(me, cat)); err == nil {
		t.Error("Send succeeded without its table")
	}
	st.write(func(tx *gorm.DB) error { return tx.Exec("DROP TABLE notification_states").Error })
	inbox()
	st.api.POST(t, "/notifications/read", mine, testkit.JSON(map[string]any{"up_to": 1})).WantProblem(500, "internal")
	if err := st.trySend(follow(me, cat)); err == nil {
		t.Error("Send succeeded without its table")
	}
}
