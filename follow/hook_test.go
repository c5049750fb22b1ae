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

// pair is a follow of b by a, as a test stores it behind the back of the service.
type pair struct {
	a, b, c int64 // members; c is nobody's yet
	on, off follow.Follow
	now     time.Time
}

// turned returns an unsaved row that was turned on.
func (p pair) turned(followingID int64) *follow.Follow {
	f := &follow.Follow{FollowerID: p.a, FollowingID: followingID}
	f.Turn(true, p.now)
	return f
}

// on and off are the rows a → b (on) and b → a (off); a → c has none.
func (s *stage) pair(t testing.TB) pair {
	t.Helper()
	ids := s.join(t, 3)
	p := pair{a: ids[0], b: ids[1], c: ids[2], now: database.Time(s.Clock.Now())}
	p.on = follow.Follow{FollowerID: p.a, FollowingID: p.b, IsFollowing: true, FollowedAt: p.now}
	p.off = follow.Follow{FollowerID: p.b, FollowingID: p.a, FollowedAt: p.now}
	s.write(t, func(tx *gorm.DB) error {
		return tx.Session(&gorm.Session{SkipHooks: true}).Create([]*follow.Follow{&p.on, &p.off}).Error
	})
	return p
}

func TestOnlyAChangeFromOffToOnNotifies(t *testing.T) {
	t.Parallel()
	columns := []string{"is_following", "followed_at"}
	for _, c := range []struct {
		name  string
		write func(tx *gorm.DB, p pair) error
		told  int // notifications of all members
	}{
		{"create a row that was turned on", func(tx *gorm.DB, p pair) error {
			return tx.Create(p.turned(p.c)).Error
		}, 1},
		{"create a row that only says it is on", func(tx *gorm.DB, p pair) error {
			return tx.Create(&follow.Follow{FollowerID: p.a, FollowingID: p.c, IsFollowing: true, FollowedAt: p.now}).Error
		}, 0},
		{"create a row that was turned off again", func(tx *gorm.DB, p pair) error {
			f := p.turned(p.c)
			f.Turn(false, p.now)
			return tx.Create(f).Error
		}, 0},
		{"create two that were turned on", func(tx *gorm.DB, p pair) error {
			other := &follow.Follow{FollowerID: p.c, FollowingID: p.a}
			other.Turn(true, p.now)
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
		{"save a row that is turned to what it is", func(tx *gorm.DB, p pair) error {
			p.on.Turn(true, p.now.Add(time.Hour))
			return tx.Save(&p.on).Error
		}, 0},
		{"save a row that was turned on", func(tx *gorm.DB, p pair) error {
			p.off.Turn(true, p.now)
			return tx.Save(&p.off).Error
		}, 1},
		{"save it twice", func(tx *gorm.DB, p pair) error {
			p.off.Turn(true, p.now)
			return errors.Join(tx.Save(&p.off).Error, tx.Save(&p.off).Error)
		}, 1},
		{"save a row that was turned off", func(tx *gorm.DB, p pair) error {
			p.on.Turn(false, p.now)
			return tx.Save(&p.on).Error
		}, 0},
		{"save a row that was turned on and off", func(tx *gorm.DB, p pair) error {
			p.off.Turn(true, p.now)
			p.off.Turn(false, p.now)
			return tx.Save(&p.off).Error
		}, 0},
		{"update the columns of a row that was turned on", func(tx *gorm.DB, p pair) error {
			p.off.Turn(true, p.now)
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
		{"update rows by one that was never stored", func(tx *gorm.DB, p pair) error {
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
			s.write(t, func(tx *gorm.DB) error { return c.write(tx, p) })
			told := 0
			for _, id := range []int64{p.a, p.b, p.c} {
				all, _ := s.told(t, id)
				told += all
			}
			if told != c.told {
				t.Errorf("%d notifications, want %d", told, c.told)
			}
		})
	}
}

func TestARowThatIsGoneTellsNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.pair(t)
	s.write(t, func(tx *gorm.DB) error { return tx.Delete(&p.off).Error })
	p.off.Turn(true, p.now)
	if err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error { return follow.Save(tx, &p.off) }); err == nil {
		t.Error("saving a row that is gone succeeds")
	}
	s.wantTold(t, p.a, 0, 0)
	s.wantCounts(t, p.a, 0, 0)
}

func TestAHookWithoutANotifierKeepsTheFollowFromHappening(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	p := s.pair(t)
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		tx.Plugins = nil // of this session alone
		return follow.Save(tx, p.turned(p.c))
	})
	if err == nil {
		t.Error("a follow that tells nobody is stored")
	}
	if rows := s.rows(t); len(rows) != 2 {
		t.Errorf("%d rows, want the two that were there", len(rows))
	}
	s.wantCounts(t, p.c, 0, 0)
}
