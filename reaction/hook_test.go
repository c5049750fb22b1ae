package reaction_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
)

// scene is an author with three reviews, and likes that were stored without the service: a fan likes the first
// review, no longer likes the second, and never liked the third.
type scene struct {
	author, fan int64
	reviews     [3]int64
	on, off     reaction.ReviewLike
	now         time.Time
}

func (s *stage) scene(t testing.TB) scene {
	t.Helper()
	ids := s.Join(t, 2)
	c := scene{author: ids[0], fan: ids[1], now: database.Time(s.Clock.Now())}
	for i := range c.reviews {
		c.reviews[i] = s.reviewOf(t, c.author)
	}
	c.on, c.off = reaction.NewReviewLike(c.fan, c.reviews[0], c.author), reaction.NewReviewLike(c.fan, c.reviews[1], c.author)
	c.on.IsLiked, c.on.CreatedAt, c.on.UpdatedAt = true, c.now, c.now
	c.off.CreatedAt, c.off.UpdatedAt = c.now, c.now
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Session(&gorm.Session{SkipHooks: true}).Create([]*reaction.ReviewLike{&c.on, &c.off}).Error
	})
	return c
}

// turned returns a like of the fan that was turned on and not saved.
func (c scene) turned(reviewID int64) *reaction.ReviewLike {
	l := reaction.NewReviewLike(c.fan, reviewID, c.author)
	l.Toggle(true, c.now)
	return &l
}

func TestOnlyAChangeFromOffToOnNotifies(t *testing.T) {
	t.Parallel()
	columns := []string{"is_liked", "updated_at"}
	for _, c := range []struct {
		name     string
		write    func(tx *gorm.DB, c scene) error
		notified int
	}{
		{"create a row that was turned on", func(tx *gorm.DB, c scene) error {
			return tx.Create(c.turned(c.reviews[2])).Error
		}, 1},
		{"create a row that is on without a toggle", func(tx *gorm.DB, c scene) error {
			return tx.Create(&reaction.ReviewLike{UserID: c.fan, ReviewID: c.reviews[2], IsLiked: true, CreatedAt: c.now, UpdatedAt: c.now}).Error
		}, 0},
		{"create the author's own", func(tx *gorm.DB, c scene) error {
			l := reaction.NewReviewLike(c.author, c.reviews[2], c.author)
			l.Toggle(true, c.now)
			return tx.Create(&l).Error
		}, 0},
		{"create a row that was turned off again", func(tx *gorm.DB, c scene) error {
			l := c.turned(c.reviews[2])
			l.Toggle(false, c.now)
			return tx.Create(l).Error
		}, 0},
		{"create in batches", func(tx *gorm.DB, c scene) error {
			return tx.CreateInBatches([]*reaction.ReviewLike{c.turned(c.reviews[2])}, 1).Error
		}, 1},
		{"create from a map", func(tx *gorm.DB, c scene) error {
			return tx.Model(&reaction.ReviewLike{}).Create(map[string]any{
				"user_id": c.fan, "review_id": c.reviews[2], "is_liked": true, "created_at": c.now, "updated_at": c.now,
			}).Error
		}, 0},
		{"create without hooks", func(tx *gorm.DB, c scene) error {
			return tx.Session(&gorm.Session{SkipHooks: true}).Create(c.turned(c.reviews[2])).Error
		}, 0},
		{"create over a conflict that does nothing", func(tx *gorm.DB, c scene) error {
			return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(c.turned(c.reviews[0])).Error
		}, 0},
		{"create over a conflict that updates", func(tx *gorm.DB, c scene) error {
			return tx.Clauses(clause.OnConflict{
				Columns:   []clause.Column{{Name: "user_id"}, {Name: "review_id"}},
				DoUpdates: clause.AssignmentColumns(columns),
			}).Create(c.turned(c.reviews[0])).Error
		}, 0},
		{"first or create of what is there", func(tx *gorm.DB, c scene) error {
			return tx.Where("user_id = ? AND review_id = ?", c.fan, c.reviews[0]).FirstOrCreate(c.turned(c.reviews[0])).Error
		}, 0},
		{"save a new row that was turned on", func(tx *gorm.DB, c scene) error {
			return tx.Save(c.turned(c.reviews[2])).Error
		}, 1},
		{"save a row unchanged", func(tx *gorm.DB, c scene) error {
			return tx.Save(&c.on).Error
		}, 0},
		{"toggle a row to the state that it has", func(tx *gorm.DB, c scene) error {
			c.on.Toggle(true, c.now.Add(time.Hour))
			return tx.Save(&c.on).Error
		}, 0},
		{"save a row that was turned on", func(tx *gorm.DB, c scene) error {
			c.off.Toggle(true, c.now)
			return tx.Save(&c.off).Error
		}, 1},
		{"save it twice", func(tx *gorm.DB, c scene) error {
			c.off.Toggle(true, c.now)
			return errors.Join(tx.Save(&c.off).Error, tx.Save(&c.off).Error)
		}, 1},
		{"save a row that was turned off", func(tx *gorm.DB, c scene) error {
			c.on.Toggle(false, c.now)
			return tx.Save(&c.on).Error
		}, 0},
		{"save a row that was turned on and off", func(tx *gorm.DB, c scene) error {
			c.off.Toggle(true, c.now)
			c.off.Toggle(false, c.now)
			return tx.Save(&c.off).Error
		}, 0},
		{"update the columns of a row that was turned on", func(tx *gorm.DB, c scene) error {
			c.off.Toggle(true, c.now)
			return tx.Model(&c.off).Select(columns).Updates(&c.off).Error
		}, 1},
		{"update the columns of a row unchanged", func(tx *gorm.DB, c scene) error {
			return tx.Model(&c.on).Select(columns).Updates(&c.on).Error
		}, 0},
		{"update a loaded row by a map", func(tx *gorm.DB, c scene) error {
			return tx.Model(&c.off).Updates(map[string]any{"is_liked": true}).Error
		}, 0},
		{"update rows that were not loaded", func(tx *gorm.DB, c scene) error {
			return tx.Model(&reaction.ReviewLike{}).Where("user_id = ?", c.fan).Updates(map[string]any{"is_liked": true}).Error
		}, 0},
		{"update where there is no row", func(tx *gorm.DB, _ scene) error {
			return tx.Model(&reaction.ReviewLike{}).Where("id = ?", 999).Update("is_liked", true).Error
		}, 0},
		{"update rows by a model that was never stored", func(tx *gorm.DB, c scene) error {
			l := c.turned(c.reviews[2])
			return tx.Model(l).Where("user_id = ?", c.fan).Select("is_liked").Updates(l).Error
		}, 0},
		{"update a column", func(tx *gorm.DB, c scene) error {
			return tx.Model(&c.off).UpdateColumn("is_liked", true).Error
		}, 0},
		{"execute SQL", func(tx *gorm.DB, _ scene) error {
			return tx.Exec("UPDATE review_likes SET is_liked = ?", true).Error
		}, 0},
		{"delete", func(tx *gorm.DB, c scene) error {
			return tx.Delete(&c.on).Error
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			made := s.scene(t)
			s.Write(t, func(tx *gorm.DB) error { return c.write(tx, made) })
			s.wantNotified(t, made.author, c.notified, c.notified)
			s.wantNotified(t, made.fan, 0, 0)
		})
	}
}

func TestALikeDeletedBeforeItsUpdateNotifiesNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.scene(t)
	s.Write(t, func(tx *gorm.DB) error { // deletes the like after it was loaded and before it is updated
		return tx.Callback().Update().Before("gorm:update").Register("test:delete", func(db *gorm.DB) {
			if db.Statement.Table == "review_likes" {
				_ = db.AddError(db.Session(&gorm.Session{NewDB: true}).Exec("DELETE FROM review_likes").Error)
			}
		})
	})
	if _, err := s.reactions.SetLike(t.Context(), auth.Viewer{UserID: c.fan}, c.reviews[1], true); err == nil {
		t.Error("a like whose row is gone was updated, want an error")
	}
	s.wantNotified(t, c.author, 0, 0)
	s.wantLikes(t, c.reviews[1], 0)
}

func TestALikeIsNotStoredWithoutANotifier(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.scene(t)
	err := s.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		tx.Plugins = nil // of this transaction only
		_, err := s.reactions.SetLike(tx.Statement.Context, auth.Viewer{UserID: c.fan}, c.reviews[2], true)
		return err
	})
	if err == nil {
		t.Error("a like was stored that notified nobody, want an error")
	}
	if found := s.likes(t); len(found) != 2 {
		t.Errorf("%d rows, want the two from before", len(found))
	}
	s.wantLikes(t, c.reviews[2], 0)
}
