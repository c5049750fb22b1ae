// Package recount compares stored counters with what they count, and mends them, while the service runs.
//
// The domains keep their counters right in the transactions of what they count. This package is for operators who want
// to know whether that is so, and for whoever changed rows by hand. It knows no domain: a [Counter] says how it is
// counted.
package recount

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Counter is a stored count. Its texts are SQL and constants.
type Counter struct {
	Table  string // whose rows have the counter
	Key    string // the column with the id of the row; "" means id
	Column string // the counter
	Count  string // the expression that counts anew for a row of Table
	Stored string // the expression of the counter, "" for Column

	// LockTable is the table whose row with the id in Key writers lock before they change the counter; "" means Table.
	LockTable string
	// Mend corrects the counter of a row, which is locked. nil sets Column.
	Mend func(tx *gorm.DB, id int64) error
}

func (c Counter) key() string {
	if c.Key == "" {
		return "id"
	}
	return c.Key
}

func (c Counter) stored() string {
	if c.Stored == "" {
		return c.Table + "." + c.Column
	}
	return c.Stored
}

// Drift is a counter that is wrong.
type Drift struct {
	Counter        Counter
	ID             int64
	Stored, Actual int64
}

// String says what is wrong.
func (d Drift) String() string {
	return fmt.Sprintf("%s.%s of %s %d is %d and should be %d", d.Counter.Table, d.Counter.Column, d.Counter.key(), d.ID, d.Stored, d.Actual)
}

// batch is how many ids one query compares.
const batch = 500

// Run calls found with every counter that is wrong, in the order of the counters and of ids. With fix it corrects
// each in a transaction of its own before that, and leaves out those that are right by then. Counters that are computed
// from others come after them. Run stops at the first error.
func Run(ctx context.Context, db *database.DB, counters []Counter, fix bool, found func(Drift)) error {
	for _, c := range counters {
		if err := one(ctx, db, c, fix, found); err != nil {
			return fmt.Errorf("recount %s.%s: %w", c.Table, c.Column, err)
		}
	}
	return nil
}

func one(ctx context.Context, db *database.DB, c Counter, fix bool, found func(Drift)) error {
	for after := int64(0); ; {
		last, drifts, err := compare(ctx, db, c, after)
		if err != nil {
			return err
		}
		for _, d := range drifts {
			wrong := true
			if fix {
				if d, wrong, err = mend(ctx, db, d); err != nil {
					return err
				}
			}
			if wrong {
				found(d)
			}
		}
		if last == after {
			return nil
		}
		after = last
	}
}

// compare returns the counters that are wrong among the next ids after one, and the last of these ids.
func compare(ctx context.Context, db *database.DB, c Counter, after int64) (last int64, drifts []Drift, err error) {
	var ids []int64
	page := fmt.Sprintf("SELECT DISTINCT %[2]s FROM %[1]s WHERE %[2]s > ? ORDER BY %[2]s", c.Table, c.key()) + database.Limit(db.Driver())
	if err := db.Reader(ctx).Raw(page, after, batch).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return after, nil, err
	}
	last = ids[len(ids)-1]
	drifts, err = c.wrong(db.Reader(ctx), after+1, last)
	return last, drifts, err
}

// wrong returns the counters that are wrong of the rows with ids from first to last. It reads them in one statement, so a
// transaction that changes counter and rows is seen as a whole or not at all.
func (c Counter) wrong(db *gorm.DB, first, last int64) (drifts []Drift, err error) {
	query := fmt.Sprintf("SELECT DISTINCT %[1]s.%[2]s, %[3]s, COALESCE(%[4]s, 0) FROM %[1]s WHERE %[1]s.%[2]s BETWEEN ? AND ?",
		c.Table, c.key(), c.stored(), c.Count)
	err = database.Each(db, query, []any{first, last}, func(row database.Scanner) error {
		d := Drift{Counter: c}
		if err := row.Scan(&d.ID, &d.Stored, &d.Actual); err != nil {
			return fmt.Errorf("read a counter: %w", err)
		}
		if d.Stored != d.Actual {
			drifts = append(drifts, d)
		}
		return nil
	})
	return drifts, err
}

// CountWrong returns the query for the number of rows whose counter is wrong.
func (c Counter) CountWrong() string {
	return fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s <> COALESCE(%s, 0)", c.Table, c.stored(), c.Count)
}

// mend counts again under the lock of the writers, corrects the counter, and returns what it was, or false if it is right
// by then.
func mend(ctx context.Context, db *database.DB, d Drift) (was Drift, wrong bool, err error) {
	c := d.Counter
	err = db.Tx(ctx, func(tx *gorm.DB) error {
		lockTable, lockKey := c.LockTable, "id"
		if lockTable == "" {
			lockTable, lockKey = c.Table, c.key()
		}
		var ids []int64
		if err := database.ForUpdate(tx.Table(lockTable)).Where(lockKey+" = ?", d.ID).Pluck(lockKey, &ids).Error; err != nil {
			return err
		}
		drifts, err := c.wrong(tx, d.ID, d.ID)
		if wrong = len(drifts) > 0; err != nil || !wrong {
			return err
		}
		was = drifts[0]
		if c.Mend != nil {
			return c.Mend(tx, d.ID)
		}
		return tx.Exec("UPDATE "+c.Table+" SET "+c.Column+" = ? WHERE "+c.key()+" = ?", was.Actual, d.ID).Error
	})
	return was, wrong, err
}

// Of returns the counters of a table that count rows of another: each column with the condition on what it counts.
func Of(table string, columns ...[2]string) []Counter {
	counters := make([]Counter, len(columns))
	for i, c := range columns {
		counters[i] = Counter{Table: table, Column: c[0], Count: "(SELECT COUNT(*) FROM " + c[1] + ")"}
	}
	return counters
}
