package reaction

import (
	"time"

	"gorm.io/gorm"
)

// Turn is turn, for tests of what a hook makes of it.
func (l *ReviewLike) Turn(on bool, authorID int64, now time.Time) bool {
	return l.turn(on, authorID, now)
}

// SaveLike is saveLike, for tests of what no request can bring about.
func SaveLike(tx *gorm.DB, l *ReviewLike) error { return saveLike(tx, l) }
