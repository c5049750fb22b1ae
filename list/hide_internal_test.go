package list

import (
	"slices"
	"testing"
)

// TestPlacesLeaveOutGaps holds that places are 1, 2, 3, … of the positions that are no gaps.
func TestPlacesLeaveOutGaps(t *testing.T) {
	t.Parallel()
	for _, hidden := range []gaps{nil, {1}, {2, 3}, {1, 2, 4}, {3, 5, 9}, {10}} {
		place := int64(0)
		for position := int64(1); position <= 10; position++ {
			if hidden.has(position) {
				continue
			}
			if place++; hidden.place(position) != place || hidden.position(place) != position {
				t.Errorf("%v: position %d has place %d, want %d, which has position %d", hidden, position, hidden.place(position), place, hidden.position(place))
			}
		}
	}
}

// TestGapsFitAmongFewerFilms holds that gaps stay where they are, or are among the last.
func TestGapsFitAmongFewerFilms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		films        int64
		before, want gaps
	}{
		{0, gaps{2, 5}, gaps{1, 2}}, {1, gaps{2, 5}, gaps{2, 3}}, {3, gaps{2, 5}, gaps{2, 5}}, {9, gaps{2, 5}, gaps{2, 5}}, {3, nil, gaps{}},
	} {
		if got := c.before.fit(c.films); !slices.Equal(got, c.want) {
			t.Errorf("%v with %d films: %v, want %v", c.before, c.films, got, c.want)
		}
	}
}
