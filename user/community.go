package user

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Community is the only row of its table. It identifies the data of a deployment wherever the data moves. Its UID is the
// issuer of tokens, so that a token of another deployment with the same secret is refused.
type Community struct {
	ID        int64     `gorm:"primaryKey;autoIncrement:false"` // communityID
	UID       string    `gorm:"column:uid;size:36;not null"`
	CreatedAt time.Time `gorm:"not null;precision:6"`
	// UpgradedAt is when a version that uses the UID first ran on data with sessions, nil if there were none. The issuer of
	// tokens was a constant before.
	UpgradedAt *time.Time `gorm:"precision:6"`
}

const communityID = 1

// LoadCommunity returns the community in a database. The first call creates it; several processes that call it at once
// get the same one.
func LoadCommunity(ctx context.Context, db *database.DB, now time.Time) (Community, error) {
	var c Community
	create := func(tx *gorm.DB) error {
		err := tx.Take(&c, communityID).Error
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		var sessions int64
		if err := tx.Model(&Session{}).Limit(1).Count(&sessions).Error; err != nil {
			return err
		}
		c = Community{ID: communityID, UID: uuid.NewString(), CreatedAt: database.Time(now)}
		if sessions > 0 {
			c.UpgradedAt = &c.CreatedAt
		}
		return tx.Create(&c).Error
	}
	err := db.Tx(ctx, create)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // another process was faster
		err = db.Tx(ctx, create)
	}
	if err != nil {
		return Community{}, fmt.Errorf("load the id of the community: %w", err)
	}
	return c, nil
}

// LoadIssuer makes the id of the community the issuer of tokens. Call it once, on a migrated database, before requests
// are served.
func (s *Service) LoadIssuer(ctx context.Context) error {
	c, err := LoadCommunity(ctx, s.db, s.now())
	if err != nil {
		return err
	}
	var upgraded time.Time
	if c.UpgradedAt != nil {
		upgraded = *c.UpgradedAt
	}
	s.tokens.UseIssuer(c.UID, upgraded)
	s.community = c.UID
	return nil
}

// CommunityUID returns the id of the community. It is "" before LoadIssuer.
func (s *Service) CommunityUID() string { return s.community }

// Separate gives a copy of a database, which runs beside the original, an id of its own, and ends all sessions of the
// copy. Without it each deployment would accept the tokens of the other.
func (s *Service) Separate(ctx context.Context) error {
	if _, err := LoadCommunity(ctx, s.db, s.now()); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM sessions").Error; err != nil {
			return fmt.Errorf("end all sessions: %w", err)
		}
		err := tx.Model(&Community{ID: communityID}).
			UpdateColumns(map[string]any{"uid": uuid.NewString(), "created_at": s.now(), "upgraded_at": nil}).Error
		if err != nil {
			return fmt.Errorf("store another id of the community: %w", err)
		}
		return nil
	})
}
