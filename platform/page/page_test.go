package page_test

import (
	"slices"
	"testing"

	"github.com/cinecircle/cinecircle/platform/page"
)

func TestCutDropsTheExtraRow(t *testing.T) {
	t.Parallel()
	key := func(id int64) page.Key { return page.Key{ID: id} }
	for _, c := range []struct {
		name string
		rows []int64
		want []int64
		next int64
	}{
		{"nothing", nil, []int64{}, 0},
		{"less than a page", []int64{1}, []int64{1}, 0},
		{"just a page", []int64{1, 2}, []int64{1, 2}, 0},
		{"more than a page", []int64{1, 2, 3}, []int64{1, 2}, 2},
	} {
		rows, next := page.Cut(c.rows, page.Page{Limit: 2}, key)
		if rows == nil || !slices.Equal(rows, c.want) {
			t.Errorf("%s: rows %v", c.name, rows)
		}
		if (next == nil) != (c.next == 0) || next != nil && next.ID != c.next {
			t.Errorf("%s: next %v", c.name, next)
		}
	}
	if n := (page.Page{Limit: 2}).Fetch(); n != 3 {
		t.Errorf("a page of 2 fetches %d", n)
	}
}
