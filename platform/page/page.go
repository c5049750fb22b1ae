// Package page is keyset paging: a page ends at a row, the next one begins after it, and rows that
// come or go in between neither repeat nor hide others. It knows neither HTTP nor a domain.
package page

// The contract's limits.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Key is where a page ends: the value of the sorted column, one of Num and Text or none of them,
// and the id that decides between equals.
type Key struct {
	Num  int64  `json:"n,omitempty"`
	Text string `json:"t,omitempty"`
	ID   int64  `json:"i"`
}

// Page asks for at most Limit rows that come after After, or for the first when that is nil.
type Page struct {
	Limit int
	After *Key
}

// Fetch is how many rows a query should ask for: one more than fits tells whether there is a next page.
func (p Page) Fetch() int { return p.Limit + 1 }

// Cut returns the rows of the page, never nil, and the key of the next page or nil when this is the
// last. rows is what a query for p.Fetch() rows returned; key reads the key of one row.
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
