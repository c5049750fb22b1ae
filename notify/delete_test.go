package notify_test

import (
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
)

// PurgeUser leaves no row that refers to the user, keeps the notifications of others, and changes a limited
// number of rows per statement.
func TestPurgeRemovesTheUserInChunks(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	me, cat, dog := in.user("me"), in.user("cat"), in.user("dog")
	const many = 4100 // more than two chunks
	in.fill(me, cat, many)
	in.fill(cat, me, many)
	in.fill(dog, cat, 3)
	var most, statements atomic.Int64
	watch := func(tx *gorm.DB) {
		statements.Add(1)
		most.Store(max(most.Load(), tx.RowsAffected))
	}
	in.write(func(tx *gorm.DB) error {
		if err := tx.Callback().Delete().After("gorm:delete").Register("watch", watch); err != nil {
			return err
		}
		if err := tx.Callback().Update().After("gorm:update").Register("watch", watch); err != nil {
			return err
		}
		if err := in.s.PurgeUser(tx, me); err != nil {
			return err
		}
		return in.s.PurgeUser(tx, dog+1000) // does not exist
	})
	for condition, want := range map[string]int64{"user_id = 1": 0, "actor_id = 1": 0, "user_id = 2": many, "user_id = 3 AND actor_id = 2": 3} {
		var rows int64
		if err := in.DB.Reader(t.Context()).Model(&notify.Notification{}).Where(condition).Count(&rows).Error; err != nil || rows != want {
			t.Errorf("%s: %d rows, %v, want %d", condition, rows, err, want)
		}
	}
	if me != 1 || cat != 2 || dog != 3 {
		t.Errorf("the ids are %d, %d and %d, want 1, 2 and 3", me, cat, dog)
	}
	if most.Load() > 2000 || statements.Load() != 9 {
		t.Errorf("%d statements, the largest of %d rows; want 9 and 2000 at most", statements.Load(), most.Load())
	}
	in.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", me).Error })
	in.send(like(dog, cat, 2))
	in.wantState(dog, 4, 3) // it supersedes one of the three earlier ones
}
