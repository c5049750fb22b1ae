package follow

import (
	"time"

	"gorm.io/gorm"
)

// Turn is turn, for tests of what a hook makes of it.
func (f *Follow) Turn(on bool, now time.Time) bool { return f.turn(on, now) }

// Save is save, for tests of what no request can bring about.
func Save(tx *gorm.DB, f *Follow) error { return save(tx, f) }
