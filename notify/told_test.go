package notify_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// told returns an event without an actor.
func told(to int64, kind notify.Type, action, note string) notify.Event {
	return notify.Event{UserID: to, Type: kind, Action: action, Note: note}
}

// about sets what an event is about: "review", "comment", "list" or "movie".
func about(e notify.Event, what string, id int64) notify.Event {
	review, film := int64(5), int64(3)
	switch what {
	case "review":
		e.ReviewID, e.MovieID = &id, &film
	case "comment":
		e.CommentID, e.ReviewID, e.MovieID = &id, &review, &film
	case "list":
		e.ListID = &id
	case "movie":
		e.MovieID = &id
	}
	return e
}

func TestWhatTheCommunityTellsHasNoActor(t *testing.T) {
	t.Parallel()
	in := newInstance(t, func(d *notify.Deps) { d.Hears = "1 = 0" }) // nobody hears of anybody
	me, cat := in.user("me"), in.user("cat")
	id := int64(8)
	report, closed := told(me, notify.TypeReport, "", ""), told(me, notify.TypeReportClosed, "hide", "")
	dismissed := told(me, notify.TypeReportClosed, "dismiss", "")
	report.ReportID, closed.ReportID, dismissed.ReportID = &id, &id, &id
	ready, done := told(me, notify.TypeImportReady, "", ""), told(me, notify.TypeImportDone, "", "120개")
	ready.ImportID, done.ImportID = &id, &id
	c := in.connect(me, since(0))
	in.send(
		like(me, cat, 5), report, closed, dismissed, ready, done,
		about(told(me, notify.TypeModeration, "hide", " 욕설 \n"), "review", 5),
		about(told(me, notify.TypeModeration, "delete", ""), "comment", 5),
		about(told(me, notify.TypeModeration, "warn", "제목"), "list", 5),
		about(told(me, notify.TypeModeration, "delete_image", ""), "movie", 5),
		told(me, notify.TypeModeration, "suspend", "광고"),
		told(me, notify.TypeModeration, "unheard of", ""),
		told(me, notify.TypeAccount, "password_set", ""), told(me, notify.TypeAccount, "unheard of", ""),
	)
	want := map[string][]string{
		"": {
			"새 신고가 접수되었습니다.", "보내 주신 신고를 검토하고 조치했습니다.", "보내 주신 신고를 검토했으나 조치할 내용이 없었습니다.",
			"가져올 기록을 모두 읽었습니다. 내용을 확인해 주세요.", "기록 가져오기가 끝났습니다. 120개",
			"운영진이 내 리뷰를 숨겼습니다. 사유: 욕설", "운영진이 내 댓글을 삭제했습니다.", "내 목록과 관련해 운영진의 경고를 받았습니다. 사유: 제목",
			"운영진이 내가 추가한 영화의 포스터를 삭제했습니다.", "운영진이 내 계정의 이용을 정지했습니다. 사유: 광고", "운영진이 내 계정이나 내가 올린 내용에 조치를 취했습니다.",
			"운영진이 내 비밀번호를 변경했습니다.", "운영진이 내 계정 설정을 변경했습니다.",
		},
		"en": {
			"A new report is waiting.", "Your report was reviewed, and a moderator acted on it.", "Your report was reviewed. There was nothing to act on.",
			"Your import has been read. Please check it.", "Your import has finished. 120개",
			"A moderator hid your review. Reason: 욕설", "A moderator deleted your comment.", "A moderator warned you about your list. Reason: 제목",
			"A moderator deleted the poster of a film that you added.", "A moderator suspended your account. Reason: 광고", "A moderator acted on your account or on something of yours.",
			"An operator set a new password for your account.", "An operator changed your account.",
		},
	}
	var frames []frame
	for range want[""] {
		frames = append(frames, c.next())
	}
	for language, messages := range want {
		in.speaks(me, language)
		var inbox, grouped []string
		var rows []frame
		in.api.GET(t, "/notifications/inbox", testkit.As(in.token(me))).Decode(&rows)
		for _, n := range rows {
			inbox = append([]string{n.Message}, inbox...)
			if n.Actor != nil {
				t.Errorf("%s has an actor", n.Type)
			}
		}
		for _, g := range in.groups(me, "") { // each is one of its own
			grouped = append([]string{g.Message}, grouped...)
		}
		for name, got := range map[string][]string{"inbox": inbox, "groups": grouped} {
			if diff := cmp.Diff(messages, got); diff != "" {
				t.Errorf("%q: %s (-want +got):\n%s", language, name, diff)
			}
		}
	}
	if f := frames[0]; f.ReportID == nil || *f.ReportID != id || f.ImportID != nil || f.Actor != nil {
		t.Errorf("a report: %+v", f)
	}
	if f := frames[3]; f.ImportID == nil || *f.ImportID != id || f.ReportID != nil {
		t.Errorf("an import: %+v", f)
	}
	if f := frames[6]; f.Action != "delete" || f.CommentID == nil || *f.CommentID != 5 || f.ReviewID == nil {
		t.Errorf("a comment: %+v", f)
	}
	if f := frames[7]; f.Note != "제목" || f.ListID == nil {
		t.Errorf("a list: %+v", f)
	}
	in.wantCounters()
}

// The same again is news: each has a reason of its own, and none is marked as read for a later one.
func TestWhatTheCommunityTellsIsNeverGroupedOrReadForAnother(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat := in.user("me"), in.user("cat")
	hidden := about(told(me, notify.TypeModeration, "hide", "a"), "review", 5)
	in.send(hidden, hidden, about(told(me, notify.TypeModeration, "hide", "b"), "list", 5), about(told(me, notify.TypeModeration, "hide", "b"), "movie", 5))
	in.send(like(me, cat, 5), told(me, notify.TypeAccount, "role", ""), told(me, notify.TypeAccount, "role", ""))
	in.wantGroups(me,
		"account 1/1 [] seq 7", "account 1/1 [] seq 6", "review_like 1/1 [cat] seq 5",
		"moderation 1/1 [] seq 4", "moderation 1/1 [] seq 3", "moderation 1/1 [] seq 2", "moderation 1/1 [] seq 1",
	)
	in.wantState(me, 7, 7)
	if _, err := in.s.Open(t.Context(), me, 2); err != nil {
		t.Fatal(err)
	}
	in.wantState(me, 7, 6)
	in.write(func(tx *gorm.DB) error { return in.s.ReplaceReview(tx, me, 5, 6) })
	in.write(func(tx *gorm.DB) error { return in.s.MergeMovies(tx, 3, 4) })
	var rows []frame
	in.api.GET(t, "/notifications/inbox", testkit.As(in.token(me))).Decode(&rows)
	if n := rows[6]; *n.ReviewID != 6 || *n.MovieID != 4 {
		t.Errorf("after a merge the first is of review %d and film %d, want 6 and 4", *n.ReviewID, *n.MovieID)
	}
	in.write(func(tx *gorm.DB) error { return in.s.PurgeUser(tx, cat) })
	in.wantState(me, 7, 6)
	in.wantCounters()
}

// Every action of moderation and account has its own sentence in both languages, or none has.
func TestBothLanguagesTellTheSame(t *testing.T) {
	t.Parallel()
	one := int64(1)
	for _, what := range []string{"review", "comment", "list", "movie", "account"} {
		for action := range strings.FieldsSeq("hide restore delete delete_image mark_spoiler remove_content warn suspend unsuspend password_set password_reset role totp_off dismiss x") {
			for _, kind := range []notify.Type{notify.TypeModeration, notify.TypeAccount, notify.TypeReportClosed} {
				e := about(told(1, kind, action, ""), what, one)
				n := notify.Notification{Type: kind, Action: action, ReviewID: e.ReviewID, CommentID: e.CommentID, ListID: e.ListID, MovieID: e.MovieID}
				plain := notify.Notification{Type: kind}
				ko, en := n.Told("ko") != plain.Told("ko"), n.Told("en") != plain.Told("en")
				if ko != en {
					t.Errorf("%s %s of a %s: its own sentence in Korean %v, in English %v", kind, action, what, ko, en)
				}
			}
		}
	}
	if got := (notify.Notification{Type: notify.TypeFollow, Note: "x"}).Told("en"); got != "" {
		t.Errorf("a follow is told as %q", got)
	}
}

func TestLongNotesAreRefused(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me := in.user("me")
	note := strings.Repeat("긴", notify.MaxNote)
	in.send(told(me, notify.TypeModeration, "warn", note))
	if err := in.trySend(told(me, notify.TypeModeration, "warn", note+"!")); err == nil {
		t.Error("a note that is too long was stored")
	}
	in.wantState(me, 1, 1)
	if in.groups(me, "")[0].Message != "운영진의 경고를 받았습니다. 사유: "+note {
		t.Error("the note is cut")
	}
}
