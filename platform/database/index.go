package database

import "gorm.io/gorm"

// ForceIndex has q read a table along an index, where MySQL would rather not: its planner takes a long
// walk in the order of another one for short as soon as there is a LIMIT. SQLite chooses as it likes.
func (d *DB) ForceIndex(q *gorm.DB, table, index string) *gorm.DB {
	if d.driver != MySQL {
		return q
	}
	return q.Table(table + " FORCE INDEX (" + index + ")")
}
