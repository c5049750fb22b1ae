package list

import (
	"cmp"
	"slices"

	"github.com/cinecircle/cinecircle/platform/page"
)

// Sort is an order of lists. Equal ones are in descending order of their ids.
type Sort string

// The orders.
const (
	SortLatest    Sort = "-updated_at"
	SortMostLiked Sort = "-like_count"
)

// order is how the database serves a [Sort].
type order struct {
	column        string // of lists
	public, owned string // the indexes of public lists, and of those of a member
}

var orders = map[Sort]order{
	SortLatest:    {"updated_at", "idx_lists_updated", "idx_lists_user"},
	SortMostLiked: {"like_count", "idx_lists_likes", "idx_lists_user_likes"},
}

// order returns the ORDER BY of a query of lists.
func (o Sort) order() string { return " ORDER BY lists." + orders[o].column + " DESC, lists.id DESC" }

// key returns the key of a page that ends at l.
func (o Sort) key(l List) page.Key {
	if o == SortMostLiked {
		return page.Key{Num: l.LikeCount, ID: l.ID}
	}
	return page.Key{Num: l.UpdatedAt.UnixMicro(), ID: l.ID}
}

// after returns the condition for the lists after a key, and its arguments. The bound on the column is a separate
// condition outside the OR, because both databases start their index range from it.
func (o Sort) after(k page.Key) (string, []any) {
	column, value := "lists."+orders[o].column, o.value(k)
	return column + " <= ? AND (" + column + " < ? OR lists.id < ?)", []any{value, value, k.ID}
}

// until returns the condition for the lists up to a key and at it, and its arguments, as [Sort.after] does.
func (o Sort) until(k page.Key) (string, []any) {
	column, value := "lists."+orders[o].column, o.value(k)
	return column + " >= ? AND (" + column + " > ? OR lists.id >= ?)", []any{value, value, k.ID}
}

// value returns what the column of the order has at a key.
func (o Sort) value(k page.Key) any {
	if o == SortLatest {
		return k.Time()
	}
	return k.Num
}

// compare is negative when a list with the key a comes before one with the key b.
func compare(a, b page.Key) int { return cmp.Or(cmp.Compare(b.Num, a.Num), cmp.Compare(b.ID, a.ID)) }

// sort sorts rows in this order.
func (o Sort) sort(rows []List) {
	slices.SortFunc(rows, func(a, b List) int { return compare(o.key(a), o.key(b)) })
}
