package toggle

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Change remembers that a row was turned on and that nobody has been notified of it yet. A model keeps it in an
// unexported field, which GORM does not store.
type Change struct{ turnedOn bool }

// Set sets *state, the field of the model that says whether the row is on, and reports whether that is a change.
func (c *Change) Set(state *bool, on bool) bool {
	if *state == on {
		return false
	}
	*state, c.turnedOn = on, on
	return true
}

// TurnedOn reports whether the AfterSave hook of the row with this id is to notify: the row was turned on, and
// this is the first save since. GORM also calls the hook after saves that changed nothing, for models that were
// never loaded (their id is 0), and after upserts, where it cannot tell whether they changed a row. For all of
// these TurnedOn is false.
func (c *Change) TurnedOn(tx *gorm.DB, id int64) bool {
	_, upsert := tx.Statement.Clauses[clause.OnConflict{}.Name()]
	if !c.turnedOn || id == 0 || upsert {
		return false
	}
	c.turnedOn = false
	return true
}
