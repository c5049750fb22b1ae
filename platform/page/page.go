// Package page is keyset pagination: a page ends at a row, and the next one begins after it. Rows that are inserted or
// deleted in between neither repeat nor hide other rows. It knows neither HTTP nor a domain.
package page

import "time"

// The limits of the API.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Key is the position of a row in a list: the value of the sort column, in Num or Text if the list is not sorted by id,
// and the id as the tie-breaker.
type Key struct {
	Num  int64  `json:"n,omitempty"`
	Text string `json:"t,omitempty"`
	ID   int64  `json:"i"`
}

// TimeKey returns the key of a row in a list that is sorted by a time. [Key.Time] returns the time again.
func TimeKey(at time.Time, id int64) Key { return Key{Num: at.UnixMicro(), ID: id} }

// lastMicro is the last microsecond of the year 9999, the latest time that both databases can store.
const lastMicro = 253_402_300_799_999_999

// Time returns the time of a [TimeKey] in UTC. Clients can forge cursors, so it is limited to what databases can store.
func (k Key) Time() time.Time { return time.UnixMicro(min(max(k.Num, 0), lastMicro)).UTC() }

// Page selects at most Limit rows after After, the first rows if After is nil.
type Page struct {
	Limit int
	After *Key
}

// Fetch returns the limit of the query: one row more than the page shows whether there is a next page.
func (p Page) Fetch() int { return p.Limit + 1 }

// Cut returns the rows of the page, never nil, and the key after which the next page begins, nil for the last page.
// rows is the result of a query for p.Fetch() rows; key returns the key of a row.
func Cut[T any](rows []T, p Page, key func(T) Key) ([]T, *Key) {
	if rows == nil {
		rows = []T{}
	}
	if len(rows) <= p.Limit {
		return rows, nil
	}
	rows = rows[:p.Limit]
	next := key(rows[p.Limit-1])
	return rows, &next
}
