package list_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
)

// model is what a list must have: its films in order, their notes, and its version.
type model struct {
	films   []int64
	notes   map[int64]string
	version int64
}

func (m *model) insert(at int64, film int64, note string) {
	m.films = slices.Insert(m.films, min(int(at)-1, len(m.films)), film)
	m.notes[film] = note
}

func (m *model) remove(film int64) {
	m.films = slices.DeleteFunc(m.films, func(f int64) bool { return f == film })
}

func TestListsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if testing.Short() {
		_ = flag.Set("rapid.checks", "25") // the other tests of this package do not use rapid
	}
	author, f := s.Join(t, 1)[0], s.films(t, 8)
	rapid.Check(t, func(rt *rapid.T) {
		id := s.list(t, author, true)
		m := &model{notes: map[int64]string{}, version: 1}
		for range rapid.IntRange(1, 25).Draw(rt, "operations") {
			s.Clock.Advance(time.Microsecond)
			s.step(t, rt, id, m, f)
		}
		s.compare(t, rt, id, m)
	})
}

// step does one operation on the service and on the model.
func (s *stage) step(t *testing.T, rt *rapid.T, id int64, m *model, f []int64) {
	film, at := rapid.SampledFrom(f).Draw(rt, "film"), rapid.Int64Range(1, 10).Draw(rt, "position")
	note := rapid.SampledFrom([]string{"", "메모"}).Draw(rt, "note")
	there := slices.Contains(m.films, film)
	var want, err error
	switch verb := rapid.SampledFrom([]string{"add", "add", "append", "move", "move", "note", "remove", "replace"}).Draw(rt, "verb"); verb {
	case "add", "append":
		position := &at
		if verb == "append" {
			position = nil
		}
		if there {
			want = list.ErrAlreadyInList
		} else {
			if position == nil {
				at = 99
			}
			m.insert(at, film, note)
			m.version++
		}
		_, err = s.lists.Add(t.Context(), id, list.Entry{MovieID: film, Note: note}, position)
	case "move", "note":
		p := list.ItemPatch{Position: &at}
		if verb == "note" {
			p = list.ItemPatch{Note: &note}
		}
		if !there {
			want = list.ErrNotInList
		} else {
			before := fmt.Sprint(m.films, m.notes)
			if verb == "note" {
				m.notes[film] = note
			} else {
				m.remove(film)
				m.insert(at, film, m.notes[film])
			}
			if fmt.Sprint(m.films, m.notes) != before {
				m.version++
			}
		}
		_, err = s.lists.UpdateItem(t.Context(), id, film, p)
	case "remove":
		if there {
			m.remove(film)
			m.version++
		}
		err = s.lists.Remove(t.Context(), id, film)
	case "replace":
		films := rapid.Permutation(f).Draw(rt, "films")[:rapid.IntRange(0, len(f)).Draw(rt, "of")]
		entries := make([]list.Entry, len(films))
		same := slices.Equal(m.films, films)
		for i, one := range films {
			entries[i] = list.Entry{MovieID: one, Note: note}
			same = same && m.notes[one] == note
			m.notes[one] = note
		}
		if m.films = slices.Clone(films); !same {
			m.version++
		}
		_, err = s.lists.Replace(t.Context(), id, entries, always)
	}
	if known, _ := errors.AsType[*apperr.Error](want); known != nil && !errors.Is(err, want) || want == nil && err != nil {
		rt.Fatalf("film %d at %d: %v, want %v", film, at, err, want)
	}
}

// compare compares what the service shows, in pages of two, with the model.
func (s *stage) compare(t *testing.T, rt *rapid.T, id int64, m *model) {
	var got []int64
	for p := (page.Page{Limit: 2}); ; {
		rows, next, err := s.lists.Items(t.Context(), list.List{ID: id}, p)
		if err != nil {
			rt.Fatal(err)
		}
		for _, it := range rows {
			if got = append(got, it.MovieID); it.Position != int64(len(got)) || it.Note != m.notes[it.MovieID] {
				rt.Errorf("film %d at %d with %q, want %d and %q", it.MovieID, it.Position, it.Note, len(got), m.notes[it.MovieID])
			}
		}
		if p.After = next; next == nil {
			break
		}
	}
	if !slices.Equal(got, m.films) {
		rt.Errorf("films %v, want %v", got, m.films)
	}
	if l := s.row(t, id); l.ItemCount != int64(len(m.films)) || l.Version != m.version {
		rt.Errorf("%d films and version %d, want %d and %d", l.ItemCount, l.Version, len(m.films), m.version)
	}
}
