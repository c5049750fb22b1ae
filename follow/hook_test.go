package follow_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/database"
)

// pair has members and follows that were stored without the service.
type pair struct {
	a, b, c int64 // members; nobody follows c
	on, off follow.Follow
	now     time.Time
}

// turned returns a follow that was turned on and not saved.
func (p pair) turned(followingID int64) *follow.Follow {
	f := &follow.Follow{FollowerID: p.a, FollowingID: followingID}
	f.Toggle(true, p.now)
	return f
}

// on and off are the rows a → b (on) and b → a (off); a → c has none.
func (s *stage) pair(t testing.TB) pair {
	t.Helper()
	ids := s.Join(t, 3)
	p := pair{a: ids[0], b: ids[1], c: ids[2], now: database.Time(s.Clock.Now())}
	p.on = follow.Follow{FollowerID: p.a, FollowingID: p.b, IsFollowing: true, FollowedAt: p.now}
	p.off = follow.Follow{FollowerID: p.b, FollowingID: p.a, FollowedAt: p.now}
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Session(&gorm.Session{SkipHooks: true}).Create([]*follow.Follow{&p.on, &p.off}).Error
	})
	return p
}

func TestOnlyAChangeFromOffToOnNotifies(t *testing.T) {
	t.Parallel()
	columns := []string{"is_following", "followed_at"}
	for _, c := range []struct {
		name     string
		write    func(tx *gorm.DB, p pair) error
		notified int // notifications of all members
	}{
		{"create a row that was turned on", func(tx *gorm.DB, p pair) error {
			return tx.Create(p.turned(p.c)).Error
		}, 1},
		{"create a row that is on without a toggle", func(tx *gorm.DB, p pair) error {
			return tx.Create(&follow.Follow{FollowerID: p.a, FollowingID: p.c, IsFollowing: true, FollowedAt: p.now}).Error
		}, 0},
		{"create a row that was turned off again", func(tx *gorm.DB, p pair) error {
			f := p.turned(p.c)
			f.Toggle(false, p.now)
			return tx.Create(f).Error
		}, 0},
		{"create two that were turned on", func(tx *gorm.DB, p pair) error {
			other := &follow.Follow{FollowerID: p.c, FollowingID: p.a}
			other.Toggle(true, p.now)
			return tx.Create([]*follow.Follow{p.turned(p.c), other}).Error
		}, 2},
		{"create in batches", func(tx *gorm.DB, p pair) error {
			return tx.CreateInBatches([]*follow.Follow{p.turned(p.c)}, 1).Error
		}, 1},
		{"create from a map", func(tx *gorm.DB, p pair) error {
			return tx.Model(&follow.Follow{}).Create(map[string]any{
				"follower_id": p.a, "following_id": p.c, "is_following": true, "followed_at": p.now,
			}).Error
		}, 0},
		{"create without hooks", func(tx *gorm.DB, p pair) error {
			return tx.Session(&gorm.Session{SkipHooks: true}).Create(p.turned(p.c)).Error
		}, 0},
		{"create over a conflict that does nothing", func(tx *gorm.DB, p pair) error {
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(p.turned(p.b)).Error
		}, 0},
		{"create over a conflict that updates", func(tx *gorm.DB, p pair) error {
			return tx.Clauses(clause.OnConflict{
				Columns:   []clause.Column{{Name: "follower_id"}, {Name: "following_id"}},
				DoUpdates: clause.AssignmentColumns(columns),
			}).Create(p.turned(p.b)).Error
		}, 0},
		{"first or create of what is there", func(tx *gorm.DB, p pair) error {
			f := p.turned(p.b)
			return tx.Where("follower_id = ? AND following_id = ?", p.a, p.b).FirstOrCreate(f).Error
		}, 0},
		{"save a new row that was turned on", func(tx *gorm.DB, p pair) error {
			return tx.Save(p.turned(p.c)).Error
		}, 1},
		{"save a row unchanged", func(tx *gorm.DB, p pair) error {
			return tx.Save(&p.on).Error
		}, 0},
		{"toggle a row to the state that it has", func(tx *gorm.DB, p pair) error {
			p.on.Toggle(true, p.now.Add(time.Hour))
			return tx.Save(&p.on).Error
		}, 0},
		{"save a row that was turned on", func(tx *gorm.DB, p pair) error {
			p.off.Toggle(true, p.now)
			return tx.Save(&p.off).Error
		}, 1},
		{"save it twice", func(tx *gorm.DB, p pair) error {
			p.off.Toggle(true, p.now)
			return errors.Join(tx.Save(&p.off).Error, tx.Save(&p.off).Error)
		}, 1},
		{"save a row that was turned off", func(tx *gorm.DB, p pair) error {
			p.on.Toggle(false, p.now)
			return tx.Save(&p.on).Error
		}, 0},
		{"save a row that was turned on and off", func(tx *gorm.DB, p pair) error {
			p.off.Toggle(true, p.now)
			p.off.Toggle(false, p.now)
			return tx.Save(&p.off).Error
		}, 0},
		{"update the columns of a row that was turned on", func(tx *gorm.DB, p pair) error {
			p.off.Toggle(true, p.now)
			return tx.Model(&p.off).Select(columns).Updates(&p.off).Error
		}, 1},
		{"update the columns of a row unchanged", func(tx *gorm.DB, p pair) error {
			return tx.Model(&p.on).Select(columns).Updates(&p.on).Error
		}, 0},
		{"update a loaded row by a map", func(tx *gorm.DB, p pair) error {
			return tx.Model(&p.off).Updates(map[string]any{"is_following": true}).Error
		}, 0},
		{"update rows that were not loaded", func(tx *gorm.DB, p pair) error {
			return tx.Model(&follow.Follow{}).Where("follower_id = ?", p.b).Updates(map[string]any{"is_following": true}).Error
		}, 0},
		{"update where there is no row", func(tx *gorm.DB, p pair) error {
			return tx.Model(&follow.Follow{}).Where("id = ?", 999).Update("is_following", true).Error
		}, 0},
		{"update rows by a model that was never stored", func(tx *gorm.DB, p pair) error {
			f := p.turned(p.c)
			return tx.Model(f).Where("follower_id = ?", p.b).Select("is_following").Updates(f).Error
		}, 0},
		{"update a column", func(tx *gorm.DB, p pair) error {
			return tx.Model(&p.off).UpdateColumn("is_following", true).Error
		}, 0},
		{"execute SQL", func(tx *gorm.DB, p pair) error {
			return tx.Exec("UPDATE follows SET is_following = ?", true).Error
		}, 0},
		{"delete", func(tx *gorm.DB, p pair) error {
			return tx.Delete(&p.on).Error
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			p := s.pair(t)
			s.Write(t, func(tx *gorm.DB) error { return c.write(tx, p) })
			notified := 0
			for _, id := range []int64{p.a, p.b, p.c} {
				all, _ := s.notified(t, id)
				notified += all
			}
			if notified != c.notified {
				t.Errorf("%d notifications, want %d", notified, c.notified)
			}
		})
	}
}

// deleteBeforeUpdate deletes all follows after the next one was loaded and before it is updated.
func (s *stage) deleteBeforeUpdate(t testing.TB) {
	t.Helper()
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Callback().Update().Before("gorm:update").Register("test:delete", func(db *gorm.DB) {
			if db.Statement.Table == "follows" {
				_ = db.AddError(db.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM follows").Error)
			}
		})
	})
}

func TestAFollowDeletedBeforeItsUpdateNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.pair(t)
	s.deleteBeforeUpdate(t)
	if _, err := s.follows.Set(t.Context(), p.b, p.a, true); err == nil {
		t.Error("a follow whose row is gone was updated, want an error")
	}
	s.wantNotified(t, p.a, 0, 0)
	s.wantCounts(t, p.a, 0, 0)
}

func TestAFollowIsNotStoredWithoutANotifier(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.pair(t)
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		tx.Plugins = nil // of this transaction only
		_, err := s.follows.Set(tx.Statement.Context, p.a, p.c, true)
		return err
	})
	if err == nil {
		t.Error("a follow was stored that notified nobody, want an error")
	}
	if rows := s.rows(t); len(rows) != 2 {
		t.Errorf("%d rows, want the two from before", len(rows))
	}
	s.wantCounts(t, p.c, 0, 0)
}
