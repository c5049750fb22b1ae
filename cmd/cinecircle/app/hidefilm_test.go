package app_test

import (
	"slices"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
)

func (m *merger) hide(film int64, hidden bool) {
	m.t.Helper()
	m.must(nil, m.DB.Tx(m.t.Context(), func(tx *gorm.DB) error { _, _, err := m.Movies.SetHidden(tx, film, hidden); return err }))
}

// TestHiddenFilmsKeepTheirPlacesInAList hides the first two films of a list, changes the list, and restores them in either order.
func TestHiddenFilmsKeepTheirPlacesInAList(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ctx, ann := t.Context(), m.member("ann")
	made, err := m.Lists.Create(ctx, list.Draft{UserID: ann.ID, Title: "l", IsPublic: true})
	m.must(made, err)
	var films []int64
	for _, title := range []string{"a", "b", "c", "d"} {
		film, err := m.Movies.Create(ctx, 0, movie.Draft{Title: title, Playtime: 1, Genre: "Drama"})
		m.must(film, err)
		films = append(films, film.ID)
		m.must(m.Lists.Add(ctx, made.ID, list.Entry{MovieID: film.ID}, nil))
	}
	want := func(at ...int) {
		t.Helper()
		l, err := m.Lists.Get(ctx, made.ID, auth.Viewer{})
		m.must(l, err)
		items, _, err := m.Lists.Items(ctx, l, page.Page{Limit: 10})
		m.must(items, err)
		var got []int
		for i, it := range items {
			if it.Place != int64(i)+1 {
				t.Errorf("film %d has place %d, want %d", it.MovieID, it.Place, i+1)
			}
			got = append(got, slices.Index(films, it.MovieID))
		}
		if !slices.Equal(got, at) || l.ItemCount != int64(len(at)) {
			t.Errorf("the list has %v and counts %d, want %v", got, l.ItemCount, at)
		}
		m.wantNoDrift()
	}
	m.hide(films[0], true)
	m.hide(films[1], true)
	want(2, 3)
	m.hide(films[0], false)
	m.hide(films[1], false)
	want(0, 1, 2, 3)
	m.hide(films[0], true)
	m.hide(films[2], true)
	m.must(m.Lists.UpdateItem(ctx, made.ID, films[3], list.ItemPatch{Position: new(int64(1))}))
	want(3, 1)
	m.must(m.Lists.Replace(ctx, made.ID, []list.Entry{{MovieID: films[1]}}, func(list.List) bool { return true }))
	want(1)
	m.hide(films[2], false)
	m.hide(films[0], false)
	want(0, 1, 2)
}

// TestMergingAndDeletingHiddenFilmsKeepsCountersRight merges a hidden film into another and the other way round, and deletes one.
func TestMergingAndDeletingHiddenFilmsKeepsCountersRight(t *testing.T) {
	t.Parallel()
	for _, hidden := range [][2]bool{{true, false}, {false, true}, {true, true}} {
		m := counted(t)
		m.hide(m.from, hidden[0])
		m.hide(m.into, hidden[1])
		m.wantNoDrift()
		merged, err := m.Movies.Merge(t.Context(), m.from, m.into, true)
		m.must(merged, err)
		if merged.Hidden != hidden[1] {
			t.Errorf("%v: the film that stays is hidden: %v", hidden, merged.Hidden)
		}
		m.wantNoDrift()
		m.must(nil, m.Movies.Delete(t.Context(), m.into, auth.Viewer{UserID: 1, Role: auth.RoleAdmin}))
		m.wantNoDrift()
	}
}
