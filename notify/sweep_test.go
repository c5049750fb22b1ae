package notify_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Where several write at once an id may become visible after a higher one, so the newest id does not tell
// of it. It is found all the same, though not by every sweep.
func TestANotificationThatBecomesVisibleLateIsFound(t *testing.T) {
	t.Parallel()
	st := newStation(t, nil)
	me, cat, dog := st.user("me"), st.user("cat"), st.user("dog")
	mine, cats := st.connect(me), st.connect(cat)
	st.arrive(cat, dog, 1_000)
	cats.wantSeqs(1, 1)
	before := st.sweeps()
	eventually(t, "sweeps find nothing", func() bool { return st.sweeps() > before+10 })
	st.arrive(me, dog, 500)
	mine.wantSeqs(1, 1)
}

// arrive stores a member's first notification under an id, as another instance would whose hint is lost.
func (st *station) arrive(to, by, id int64) {
	st.t.Helper()
	st.write(func(tx *gorm.DB) error {
		if err := tx.Create(&notify.State{UserID: to, LastSeq: 1, UnreadCount: 1}).Error; err != nil {
			return err
		}
		return tx.Create(&notify.Notification{
			ID: id, UserID: to, Seq: 1, Type: notify.TypeFollow, ActorID: &by, CreatedAt: database.Time(st.Clock.Now()),
		}).Error
	})
}
