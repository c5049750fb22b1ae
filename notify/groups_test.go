package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// group is an entry of the grouped inbox.
type group struct {
	Type      string         `json:"type"`
	Message   string         `json:"message"`
	ReviewID  *int64         `json:"review_id"`
	ListID    *int64         `json:"list_id"`
	CommentID *int64         `json:"comment_id"`
	MovieID   *int64         `json:"movie_id"`
	ReportID  *int64         `json:"report_id"`
	ImportID  *int64         `json:"import_id"`
	Count     int64          `json:"count"`
	Unread    int64          `json:"unread"`
	Actors    []notify.Actor `json:"actors"`
	Latest    frame          `json:"latest"`
}

// line is what a test compares of a group.
func (g group) line() string {
	var names []string
	for _, a := range g.Actors {
		names = append(names, a.Username)
	}
	return fmt.Sprintf("%s %d/%d [%s] seq %d", g.Type, g.Unread, g.Count, strings.Join(names, " "), g.Latest.Seq)
}

func (in *instance) groups(userID int64, query string) (all []group) {
	in.t.Helper()
	in.api.GET(in.t, "/notifications/inbox?grouped=true"+query, testkit.As(in.token(userID))).Want(http.StatusOK).Decode(&all)
	return all
}

// wantGroups fails the test unless the grouped inbox of a user has these lines, and the unread ones those of them that are
// unread.
func (in *instance) wantGroups(userID int64, want ...string) {
	in.t.Helper()
	lines := func(query string) (all []string) {
		for _, g := range in.groups(userID, query) {
			all = append(all, g.line())
		}
		return all
	}
	if diff := cmp.Diff(want, lines("")); diff != "" {
		in.t.Errorf("groups (-want +got):\n%s", diff)
	}
	var unread []string
	for _, line := range want {
		if !strings.Contains(line, " 0/") {
			unread = append(unread, line)
		}
	}
	if diff := cmp.Diff(unread, lines("&unread=true")); diff != "" {
		in.t.Errorf("unread groups (-want +got):\n%s", diff)
	}
}

func comment(to, by, review, id int64) notify.Event {
	movie := int64(3)
	return notify.Event{UserID: to, Type: notify.TypeReviewComment, ActorID: by, ReviewID: &review, CommentID: &id, MovieID: &movie}
}

func reply(to, by, review, id, replyTo int64) notify.Event {
	e := comment(to, by, review, id)
	e.Type, e.ReplyTo = notify.TypeCommentReply, &replyTo
	return e
}

func event(t notify.Type, to, by int64) notify.Event {
	return notify.Event{UserID: to, Type: t, ActorID: by}
}

func TestInboxInGroups(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog, hen, cow := in.user("me"), in.user("cat"), in.user("dog"), in.user("hen"), in.user("cow")
	in.wantGroups(me)
	in.send(like(me, cat, 5), like(me, dog, 5), like(me, hen, 5), follow(me, dog)) // 1 to 4
	in.send(like(me, dog, 6), like(me, cow, 5), follow(me, cat), like(me, dog, 5)) // 5 to 8; the last supersedes 2
	in.wantGroups(me,
		"review_like 4/5 [dog cow hen] seq 8",
		"follow 2/2 [cat dog] seq 7",
		"review_like 1/1 [dog] seq 5",
	)
	in.wantState(me, 8, 7)
	res := in.api.GET(t, "/notifications/inbox?grouped=true&limit=1", testkit.As(in.token(me)))
	if got := res.Header.Get("X-Unread-Count"); got != "7" {
		t.Errorf("X-Unread-Count: %q, want 7", got)
	}

	in.send(comment(me, cat, 5, 21), comment(me, cat, 5, 22), reply(me, dog, 5, 23, 21), reply(me, hen, 5, 24, 21), reply(me, hen, 5, 25, 22))
	got := in.groups(me, "&limit=3")
	review, movie, second, third, answered, alsoAnswered := int64(5), int64(3), int64(22), int64(24), int64(21), int64(22)
	last := int64(25)
	for i := range got {
		got[i].Latest = frame{Seq: got[i].Latest.Seq, CommentID: got[i].Latest.CommentID, MovieID: got[i].Latest.MovieID}
		for j := range got[i].Actors {
			got[i].Actors[j] = notify.Actor{Username: got[i].Actors[j].Username}
		}
	}
	want := []group{
		{
			Type: "comment_reply", Message: "hen님이 내 댓글에 답글을 남겼습니다.", ReviewID: &review, CommentID: &alsoAnswered, MovieID: &movie,
			Count: 1, Unread: 1, Actors: []notify.Actor{{Username: "hen"}}, Latest: frame{Seq: 13, CommentID: &last, MovieID: &movie},
		},
		{
			Type: "comment_reply", Message: "hen님 외 1명이 내 댓글에 답글을 남겼습니다.", ReviewID: &review, CommentID: &answered, MovieID: &movie,
			Count: 2, Unread: 2, Actors: []notify.Actor{{Username: "hen"}, {Username: "dog"}}, Latest: frame{Seq: 12, CommentID: &third, MovieID: &movie},
		},
		{
			Type: "review_comment", Message: "cat님이 내 리뷰에 댓글을 남겼습니다.", ReviewID: &review, MovieID: &movie,
			Count: 2, Unread: 2, Actors: []notify.Actor{{Username: "cat"}}, Latest: frame{Seq: 10, CommentID: &second, MovieID: &movie},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestGroupsArePaged(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	mine := testkit.As(in.token(me))
	for review := range int64(5) {
		in.send(like(me, cat, review+1))
	}
	var seqs []int64
	page := func(path string) string {
		res := in.api.GET(t, path, mine).Want(http.StatusOK)
		var rows []group
		res.Decode(&rows)
		for _, g := range rows {
			seqs = append(seqs, g.Latest.Seq)
		}
		return res.Next()
	}
	first := page("/notifications/inbox?grouped=true&limit=2")
	in.send(like(me, dog, 1)) // moves a group that was not shown yet to the front, and shifts no page
	last := page(first)
	if diff := cmp.Diff([]int64{5, 4, 3, 2}, seqs); diff != "" || last != "" {
		t.Errorf("seqs (-want +got), and then %q:\n%s", last, diff)
	}
	in.api.GET(t, strings.Replace(first, "grouped=true&", "", 1), mine).WantField("cursor", "format") // of another list
	in.api.GET(t, "/notifications/inbox?grouped=perhaps", mine).WantField("grouped", "type")
	in.api.GET(t, "/notifications/inbox?grouped=", mine).Want(http.StatusUnprocessableEntity)
	wantInbox(t, in.api.GET(t, "/notifications/inbox?grouped=false", mine), 6, 6, 5, 4, 3, 2, 1)
}

func TestMessagesAreInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	var others []int64
	for i := range 4 {
		others = append(others, in.user(fmt.Sprint("other", i)))
	}
	list := int64(9)
	events := func(by int64, id int64) []notify.Event {
		liked := event(notify.TypeListLike, me, by)
		liked.ListID = &list
		return []notify.Event{
			follow(me, by), event(notify.TypeFollowRequest, me, by), event(notify.TypeFollowAccepted, me, by), like(me, by, 5),
			comment(me, by, 5, id), reply(me, by, 5, id, 1), liked,
		}
	}
	in.send(events(cat, 100)...)
	texts := map[string][3][]string{"": {
		{
			"cat님이 팔로우 하셨습니다.", "cat님이 팔로우를 요청했습니다.", "cat님이 팔로우 요청을 수락했습니다.", "cat님이 내 리뷰에 좋아요를 눌렀습니다!",
			"cat님이 내 리뷰에 댓글을 남겼습니다.", "cat님이 내 댓글에 답글을 남겼습니다.", "cat님이 내 목록에 좋아요를 눌렀습니다!",
		}, {
			"other0님 외 1명이 팔로우 하셨습니다.", "other0님 외 1명이 팔로우를 요청했습니다.", "other0님 외 1명이 팔로우 요청을 수락했습니다.", "other0님 외 1명이 내 리뷰에 좋아요를 눌렀습니다!",
			"other0님 외 1명이 내 리뷰에 댓글을 남겼습니다.", "other0님 외 1명이 내 댓글에 답글을 남겼습니다.", "other0님 외 1명이 내 목록에 좋아요를 눌렀습니다!",
		}, {
			"other3님 외 4명이 팔로우 하셨습니다.", "other3님 외 4명이 팔로우를 요청했습니다.", "other3님 외 4명이 팔로우 요청을 수락했습니다.", "other3님 외 4명이 내 리뷰에 좋아요를 눌렀습니다!",
			"other3님 외 4명이 내 리뷰에 댓글을 남겼습니다.", "other3님 외 4명이 내 댓글에 답글을 남겼습니다.", "other3님 외 4명이 내 목록에 좋아요를 눌렀습니다!",
		},
	}, "en": {
		{
			"cat started following you.", "cat asked to follow you.", "cat accepted your follow request.", "cat liked your review!",
			"cat commented on your review.", "cat replied to your comment.", "cat liked your list!",
		}, {
			"other0 and 1 other started following you.", "other0 and 1 other asked to follow you.", "other0 and 1 other accepted your follow request.", "other0 and 1 other liked your review!",
			"other0 and 1 other commented on your review.", "other0 and 1 other replied to your comment.", "other0 and 1 other liked your list!",
		}, {
			"other3 and 4 others started following you.", "other3 and 4 others asked to follow you.", "other3 and 4 others accepted your follow request.", "other3 and 4 others liked your review!",
			"other3 and 4 others commented on your review.", "other3 and 4 others replied to your comment.", "other3 and 4 others liked your list!",
		},
	}}
	texts["auto"], texts["ko"] = texts[""], texts[""]
	want := func(step int) {
		t.Helper()
		for language, steps := range texts {
			in.speaks(cat, "en")
			in.speaks(me, language)
			var got []string
			for _, g := range in.groups(me, "") {
				got = append([]string{g.Message}, got...)
			}
			if diff := cmp.Diff(steps[step], got); diff != "" {
				t.Errorf("%q: messages of groups (-want +got):\n%s", language, diff)
			}
			if step > 0 {
				continue
			}
			c, got := in.connect(me, since(0)), nil
			var inbox []frame
			in.api.GET(t, "/notifications/inbox", testkit.As(in.token(me))).Decode(&inbox)
			for i := range steps[step] {
				f := c.next()
				got = append(got, f.Message)
				if other := inbox[len(inbox)-1-i].Message; other != f.Message {
					t.Errorf("the inbox says %q, the frame %q", other, f.Message)
				}
			}
			if diff := cmp.Diff(steps[step], got); diff != "" {
				t.Errorf("%q: messages of frames (-want +got):\n%s", language, diff)
			}
		}
	}
	want(0)
	in.send(events(others[0], 101)...)
	want(1)
	for i, by := range others[1:] {
		in.send(events(by, 102+int64(i))...)
	}
	want(2)
}

func TestDeletedActorsHaveNoNameInGroups(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog, hen := in.user("me"), in.user("cat"), in.user("dog"), in.user("hen")
	in.send(like(me, cat, 5), like(me, dog, 5), like(me, hen, 5), like(me, hen, 6))
	in.write(func(tx *gorm.DB) error {
		if err := in.s.PurgeUser(tx, hen); err != nil {
			return err
		}
		return tx.Exec("DELETE FROM users WHERE id = ?", hen).Error
	})
	in.wantGroups(me, "review_like 1/1 [] seq 4", "review_like 3/3 [dog cat] seq 3")
	messages := func() (all []string) {
		for _, g := range in.groups(me, "") {
			all = append(all, g.Message)
		}
		return all
	}
	want := []string{"탈퇴한 회원님이 내 리뷰에 좋아요를 눌렀습니다!", "dog님 외 2명이 내 리뷰에 좋아요를 눌렀습니다!"}
	if diff := cmp.Diff(want, messages()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	in.speaks(me, "en")
	want = []string{"A former member liked your review!", "dog and 2 others liked your review!"}
	if diff := cmp.Diff(want, messages()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestReadingInGroups(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	mine := testkit.As(in.token(me))
	in.send(like(me, cat, 5), follow(me, cat), like(me, dog, 5), like(me, cat, 6), follow(me, dog)) // 1 to 5
	read := func(body map[string]any, want ...string) {
		t.Helper()
		in.api.POST(t, "/notifications/read", mine, testkit.JSON(body)).Want(http.StatusNoContent)
		in.wantGroups(me, want...)
	}
	read(map[string]any{"ids": []int64{1, 1, 5}}, "follow 1/2 [dog cat] seq 5", "review_like 1/1 [cat] seq 4", "review_like 1/2 [dog cat] seq 3")
	read(map[string]any{"up_to": 3}, "follow 0/2 [dog cat] seq 5", "review_like 1/1 [cat] seq 4", "review_like 0/2 [dog cat] seq 3")
	in.wantState(me, 5, 1)
	in.send(like(me, cat, 5), like(me, dog, 5)) // 6, 7
	in.wantGroups(me, "review_like 2/4 [dog cat] seq 7", "follow 0/2 [dog cat] seq 5", "review_like 1/1 [cat] seq 4")
	if _, err := in.s.Open(t.Context(), me, 6); err != nil {
		t.Fatal(err)
	}
	in.wantGroups(me, "review_like 1/4 [dog cat] seq 7", "follow 0/2 [dog cat] seq 5", "review_like 1/1 [cat] seq 4")
	if _, err := in.s.Open(t.Context(), me, 7); err != nil {
		t.Fatal(err)
	}
	read(map[string]any{"up_to": 99}, "review_like 0/4 [dog cat] seq 7", "follow 0/2 [dog cat] seq 5", "review_like 0/1 [cat] seq 4")
	in.wantState(me, 7, 0)
}

// The document keeps the type of the plain inbox, and describes the groups beside it.
func TestTheDocumentHasBothFormsOfTheInbox(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	contract, err := testkit.ContractOf(in.api.Router)
	if err != nil {
		t.Fatal(err)
	}
	success := contract.Doc.Paths.Find("/notifications/inbox").Get.Responses.Status(http.StatusOK).Value
	if item := success.Content.Get("application/json").Schema.Value.Items.Ref; item != "#/components/schemas/Notification" {
		t.Errorf("the inbox lists %s", item)
	}
	variants, _ := success.Extensions["x-variants"].(map[string]any)
	grouped, _ := variants["grouped=true"].(map[string]any)
	items, _ := grouped["items"].(map[string]any)
	if items["$ref"] != "#/components/schemas/NotificationGroup" || contract.Doc.Components.Schemas["NotificationGroup"] == nil {
		t.Errorf("x-variants is %v", success.Extensions["x-variants"])
	}
	me, cat := in.user("me"), in.user("cat")
	in.send(follow(me, cat))
	res := in.api.GET(t, "/notifications/inbox?grouped=true", testkit.As(in.token(me))) // which is checked against the document
	plain, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/notifications/inbox", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if err := contract.Judge(plain, res.Status, res.Header, res.Body); err == nil {
		t.Error("groups match the document of the plain inbox, want an error")
	}
}

// A wave of reports is one entry of a moderator's inbox, which says how many are new.
func TestReportsAreOneGroup(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	report := func(id int64) notify.Event { return notify.Event{UserID: me, Type: notify.TypeReport, ReportID: &id} }
	message := func() string { return in.groups(me, "")[0].Message }
	in.send(report(7))
	if got := message(); got != "새 신고가 접수되었습니다." {
		t.Errorf("of one report: %q", got)
	}
	in.send(report(8), like(me, cat, 5), report(9))
	in.wantGroups(me, "report 3/3 [] seq 4", "review_like 1/1 [cat] seq 3")
	in.wantState(me, 4, 4)
	if got := message(); got != "새 신고 3건이 접수되었습니다." {
		t.Errorf("of three reports: %q", got)
	}
	newest := in.groups(me, "")[0].Latest
	if newest.ReportID == nil || *newest.ReportID != 9 || newest.Message != "새 신고가 접수되었습니다." {
		t.Errorf("the latest notification is %+v", newest)
	}
	if _, err := in.s.Open(t.Context(), me, newest.ID); err != nil {
		t.Fatal(err)
	}
	in.wantGroups(me, "report 0/3 [] seq 4", "review_like 1/1 [cat] seq 3")
	in.send(report(10))
	in.wantGroups(me, "report 1/4 [] seq 5", "review_like 1/1 [cat] seq 3")
	if got := message(); got != "새 신고가 접수되었습니다." {
		t.Errorf("of one new report: %q", got)
	}
	in.send(report(11))
	in.speaks(me, "en")
	if got := message(); got != "2 new reports are waiting." {
		t.Errorf("of two new reports in English: %q", got)
	}
	in.wantCounters()
}
