package notify_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
)

// TestOldNotificationsAreGrouped migrates a database with notifications of the version before groups, up, down and up.
func TestOldNotificationsAreGrouped(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	down := func() {
		t.Helper()
		for {
			if step, err := in.DB.MigrateDown(t.Context()); err != nil || step == nil {
				t.Fatalf("migrate down: %v, %v", step, err)
			} else if step.Version == 26 {
				return
			}
		}
	}
	up := func() {
		t.Helper()
		if _, err := in.DB.MigrateUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	at := database.Time(in.Clock.Now())
	down()
	in.write(func(tx *gorm.DB) error {
		insert := func(seq int64, kind notify.Type, actor, review, list any, read any) error {
			return tx.Exec("INSERT INTO notifications (user_id, seq, type, actor_id, review_id, list_id, created_at, read_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				me, seq, kind, actor, review, list, at, read).Error
		}
		for _, statement := range []string{
			"INSERT INTO movies (id, title, title_key, plot, cast_members, playtime, genre, poster_image, like_count, dislike_count, review_count, created_at, updated_at, details) VALUES (3, 'a', 'a', '', '[]', 90, 'Drama', '', 0, 0, 0, ?, ?, '{}')",
			"INSERT INTO reviews (id, user_id, movie_id, title, content, image, like_count, created_at, updated_at) VALUES (5, 1, 3, 'a', 'b', '', 0, ?, ?)",
		} {
			if err := tx.Exec(statement, at, at).Error; err != nil {
				return err
			}
		}
		for _, err := range []error{
			insert(1, notify.TypeFollow, cat, nil, nil, at),
			insert(2, notify.TypeReviewLike, cat, 5, nil, at),
			insert(3, notify.TypeReviewLike, nil, 5, nil, nil),
			insert(4, notify.TypeReviewLike, nil, 5, nil, nil),
			insert(5, notify.TypeReviewLike, cat, 5, nil, nil),
			insert(6, notify.TypeReviewLike, dog, 6, nil, at), // of a review that was deleted
			insert(7, notify.TypeListLike, dog, nil, 5, nil),
			insert(8, notify.TypeFollow, dog, nil, nil, at),
		} {
			if err != nil {
				return err
			}
		}
		return tx.Exec("INSERT INTO notification_states (user_id, last_seq, unread_count) VALUES (?, 8, 4)", me).Error
	})
	up()
	for range 2 {
		in.wantGroups(me,
			"follow 0/2 [dog cat] seq 8",
			"list_like 1/1 [dog] seq 7",
			"review_like 0/1 [dog] seq 6",
			"review_like 3/4 [cat] seq 5",
		)
		in.wantCounters()
		got := in.groups(me, "")
		if film := got[3].MovieID; film == nil || *film != 3 || got[2].MovieID != nil || got[1].MovieID != nil {
			t.Errorf("films %v, %v and %v, want the one of the review that exists", film, got[2].MovieID, got[1].MovieID)
		}
		if message := got[3].Message; message != "cat님 외 2명이 내 리뷰에 좋아요를 눌렀습니다!" {
			t.Errorf("message %q", message)
		}
		down()
		up()
	}
	in.send(like(me, cat, 5)) // supersedes 5
	in.wantState(me, 9, 4)
	in.wantCounters()
}
