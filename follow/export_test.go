package follow

import (
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/page"
)

// Turn is turn, for tests of what a hook makes of it.
func (f *Follow) Turn(on bool, now time.Time) bool { return f.turn(on, now) }

// Save is save, for tests of what no request can bring about.
func Save(tx *gorm.DB, f *Follow) error { return save(tx, f) }

// ListQueries returns the queries of both lists of an account, by the column of the owner.
func ListQueries(db *gorm.DB, userID int64, p page.Page) map[string]*gorm.DB {
	return map[string]*gorm.DB{
		"follower_id":  listQuery(db, followings, userID, p),
		"following_id": listQuery(db, followers, userID, p),
	}
}
