package history

import "cmp"

// review is a review of a source in which a film may have several.
type review struct{ date, day, key, text string }

// reviews tell which review of a film is the newest. That one stays a review, and the earlier ones become the notes of their
// viewings. It is the one with the latest date, then with the latest day of the viewing, then the last one.
type reviews struct {
	newest  map[string]review // by film
	earlier map[string]string // the texts of the others by their keys
}

// reviewKey returns the key of a review: that of its film, so that a newer one takes its place in a later import, or the own
// one of an earlier review.
func reviewKey(f Film, own string, earlier bool) string {
	if earlier {
		return own
	}
	return f.Key()
}

func (x *reviews) add(f Film, r review) {
	if r.text == "" {
		return
	}
	if x.newest == nil {
		x.newest, x.earlier = map[string]review{}, map[string]string{}
	}
	other, has := x.newest[f.Key()]
	if has && cmp.Or(cmp.Compare(r.date, other.date), cmp.Compare(r.day, other.day)) < 0 {
		x.earlier[r.key] = r.text
		return
	}
	if has && other.key != r.key {
		x.earlier[other.key] = other.text
	}
	delete(x.earlier, r.key)
	x.newest[f.Key()] = r
}
