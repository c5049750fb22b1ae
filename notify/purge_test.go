package notify_test

import (
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
)

// TestADeletedAccountIsPurgedInSteps: of theirs nothing is left before the row of the account goes, others keep what they
// were told, and no statement changes more than some thousands of rows.
func TestADeletedAccountIsPurgedInSteps(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	const many = 4100 // more than two steps
	st.fill(me, cat, many)
	st.fill(cat, me, many)
	st.fill(dog, cat, 3)
	var most, statements atomic.Int64
	watch := func(tx *gorm.DB) {
		statements.Add(1)
		most.Store(max(most.Load(), tx.RowsAffected))
	}
	st.write(func(tx *gorm.DB) error {
		if err := tx.Callback().Delete().After("gorm:delete").Register("watch", watch); err != nil {
			return err
		}
		if err := tx.Callback().Update().After("gorm:update").Register("watch", watch); err != nil {
			return err
		}
		if err := st.s.Purge(tx, me); err != nil {
			return err
		}
		return st.s.Purge(tx, dog+1000) // whom nobody knows
	})
	for condition, want := range map[string]int64{"user_id = 1": 0, "actor_id = 1": 0, "user_id = 2": many, "user_id = 3 AND actor_id = 2": 3} {
		var rows int64
		if err := st.DB.Reader(t.Context()).Model(&notify.Notification{}).Where(condition).Count(&rows).Error; err != nil || rows != want {
			t.Errorf("%s: %d rows, %v, want %d", condition, rows, err, want)
		}
	}
	if me != 1 || cat != 2 || dog != 3 {
		t.Errorf("they are %d, %d and %d", me, cat, dog)
	}
	if most.Load() > 2000 || statements.Load() != 6 {
		t.Errorf("%d statements, the largest of %d rows", statements.Load(), most.Load())
	}
	st.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM users WHERE id = ?", me).Error })
	st.send(follow(dog, cat))
	st.wantState(dog, 4, 1) // the same was said three times before
}
