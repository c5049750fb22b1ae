package list

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Entry is a film for a list, with a note of up to 500 characters.
type Entry struct {
	MovieID int64
	Note    string
}

// Placed is a film in a list with its card.
type Placed struct {
	Item
	Place int64 // from 1, among the films that are not hidden
	Movie movie.Card
}

// Add puts a film into a list and returns it. A position beyond the end, or nil, is the end; the films from there on
// move down by one. Instead of a film that was merged into another it is that one. Add returns movie.ErrNotFound,
// [ErrNotFound], [ErrAlreadyInList] and [ErrFull].
func (s *Service) Add(ctx context.Context, id int64, e Entry, position *int64) (added Placed, err error) {
	err = s.movies.Following(ctx, e.MovieID, func(film int64) (err error) {
		added, err = s.add(ctx, id, Entry{MovieID: film, Note: e.Note}, position)
		return err
	})
	return added, err
}

func (s *Service) add(ctx context.Context, id int64, e Entry, position *int64) (Placed, error) {
	var film movie.Movie
	made, place := Item{}, int64(0)
	lockFilm := func(tx *gorm.DB) (err error) {
		film, err = movie.LockShown(tx, e.MovieID)
		return err
	}
	_, err := s.change(ctx, id, lockFilm, func(tx *gorm.DB, l List) error {
		_, there, err := find(tx, id, e.MovieID)
		if err != nil {
			return err
		}
		if there {
			return ErrAlreadyInList
		}
		if l.size() >= MaxItems {
			return ErrFull
		}
		hidden, err := s.gapsOf(tx, l)
		if err != nil {
			return err
		}
		made, place = Item{ListID: id, MovieID: e.MovieID, Position: l.size() + 1, Note: e.Note}, l.ItemCount+1
		if position != nil && *position <= l.ItemCount {
			made.Position, place = hidden.position(*position), *position
		}
		if err := shift(tx, id, made.Position, l.size(), 1); err != nil {
			return err
		}
		if err := tx.Create(&made).Error; err != nil {
			return fmt.Errorf("add movie %d to list %d: %w", e.MovieID, id, err)
		}
		return s.touch(tx, l, map[string]any{"item_count": l.ItemCount + 1})
	})
	if err != nil {
		return Placed{}, err
	}
	return Placed{Item: made, Place: place, Movie: s.movies.CardOf(film)}, nil
}

// ItemPatch is a change of a film in a list; nil fields stay unchanged.
type ItemPatch struct {
	Position *int64 // beyond the end is the end
	Note     *string
}

// UpdateItem moves a film in a list, or changes its note, and returns it. It returns [ErrNotFound], and [ErrNotInList]
// when the film is not in the list.
func (s *Service) UpdateItem(ctx context.Context, id, movieID int64, p ItemPatch) (Placed, error) {
	var it Item
	var place int64
	_, err := s.change(ctx, id, nothing, func(tx *gorm.DB, l List) error {
		was, there, err := find(tx, id, movieID)
		if err != nil {
			return err
		}
		hidden, err := s.gapsOf(tx, l)
		if err != nil {
			return err
		}
		if !there || hidden.has(was.Position) {
			return ErrNotInList
		}
		it, place = was, hidden.place(was.Position)
		if p.Position != nil {
			place = min(*p.Position, l.ItemCount)
			it.Position = hidden.position(place)
		}
		if p.Note != nil {
			it.Note = *p.Note
		}
		if it == was {
			return nil
		}
		if err := replace(tx, was, it); err != nil {
			return err
		}
		return s.touch(tx, l, map[string]any{})
	})
	if err != nil {
		return Placed{}, err
	}
	placed, err := s.place(ctx, []Item{it}, nil)
	if err != nil {
		return Placed{}, err
	}
	if len(placed) == 0 {
		return Placed{}, ErrNotInList // the film has been deleted since
	}
	placed[0].Place = place
	return placed[0], nil
}

// replace stores the position and the note of a film in a locked list, and moves the films between the two positions.
func replace(tx *gorm.DB, was, it Item) error {
	var err error
	switch {
	case it.Position < was.Position:
		err = shift(tx, it.ListID, it.Position, was.Position-1, 1)
	case it.Position > was.Position:
		err = shift(tx, it.ListID, was.Position+1, it.Position, -1)
	}
	if err != nil {
		return err
	}
	if err := tx.Model(&it).Select("position", "note").UpdateColumns(&it).Error; err != nil {
		return fmt.Errorf("change movie %d in list %d: %w", it.MovieID, it.ListID, err)
	}
	return nil
}

// Remove takes a film out of a list; the films after it move up by one. It is idempotent. It returns [ErrNotFound], or
// movie.ErrNotFound when there is no such film.
func (s *Service) Remove(ctx context.Context, id, movieID int64) error {
	missing := false
	_, err := s.change(ctx, id, nothing, func(tx *gorm.DB, l List) error {
		it, there, err := find(tx, id, movieID)
		if err != nil {
			return err
		}
		hidden, err := s.gapsOf(tx, l)
		if missing = !there || hidden.has(it.Position); err != nil || missing {
			return err
		}
		return s.takeOut(tx, l, it)
	})
	if err == nil && missing {
		_, err = s.movies.Get(ctx, movieID)
	}
	return err
}

// takeOut takes a film, also a hidden one, out of a locked list.
func (s *Service) takeOut(tx *gorm.DB, l List, it Item) error {
	hidden, err := s.gapsOf(tx, l)
	if err != nil {
		return err
	}
	set := map[string]any{"item_count": l.ItemCount - 1}
	if hidden.has(it.Position) {
		set = map[string]any{"hidden_items": l.HiddenItems - 1}
	}
	if err := tx.Delete(&it).Error; err != nil {
		return fmt.Errorf("remove movie %d from list %d: %w", it.MovieID, l.ID, err)
	}
	if err := shift(tx, l.ID, it.Position+1, l.size(), -1); err != nil {
		return err
	}
	return s.touch(tx, l, set)
}

// Replace sets the films of a list, at most [MaxReplace] and each once, and returns the list as its author sees it. The
// same films with the same notes in the same order are no change. Nothing is written, and the error is [ErrChanged],
// unless holds returns true for the list as it is before. Films of the list that are hidden stay in it. Replace returns
// movie.ErrNotFound when a film does not exist or is hidden, and [ErrNotFound]. Instead of films that were merged into others
// it takes these, and refuses one that is there already with an apperr.ErrValidation.
func (s *Service) Replace(ctx context.Context, id int64, entries []Entry, holds func(List) bool) (Shown, error) {
	l, err := s.replaceAll(ctx, id, entries, holds)
	if !errors.Is(err, movie.ErrNotFound) {
		return l, err
	}
	now, failed := s.followAll(ctx, entries)
	switch {
	case failed != nil:
		return Shown{}, failed
	case slices.Equal(now, entries):
		return l, err
	}
	return s.Replace(ctx, id, now, holds)
}

// followAll returns entries with the films into which theirs were merged.
func (s *Service) followAll(ctx context.Context, entries []Entry) ([]Entry, error) {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.MovieID
	}
	into, err := s.movies.AllMergedInto(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(entries)
	for i, e := range out {
		if film, merged := into[e.MovieID]; merged {
			out[i].MovieID = film
		}
	}
	return out, checkOnce(out)
}

// checkOnce returns an apperr.ErrValidation for films that are among the entries of a list more than once.
func checkOnce(entries []Entry) error {
	seen := make(map[int64]bool, len(entries))
	var repeated []apperr.Field
	for i, e := range entries {
		if seen[e.MovieID] {
			repeated = append(repeated, apperr.Field{Name: fmt.Sprintf("items[%d].movie_id", i), Code: "repeated", Text: apperr.Text{
				EN: "This film is in the list more than once.", KO: "같은 영화가 두 번 이상 들어 있습니다.",
			}})
		}
		seen[e.MovieID] = true
	}
	if repeated == nil {
		return nil
	}
	return apperr.Validation(repeated[:min(len(repeated), web.MaxFieldErrors)]...)
}

func (s *Service) replaceAll(ctx context.Context, id int64, entries []Entry, holds func(List) bool) (Shown, error) {
	lockFilms := func(tx *gorm.DB) error {
		ids := make([]int64, len(entries))
		for i, e := range entries {
			ids[i] = e.MovieID
		}
		return lockMovies(tx, ids)
	}
	return s.change(ctx, id, lockFilms, func(tx *gorm.DB, l List) error {
		if !holds(l) {
			return ErrChanged
		}
		hidden, err := s.gapsOf(tx, l)
		if err != nil {
			return err
		}
		var before []Item
		if err := tx.Where("list_id = ?", id).Order("position").Find(&before).Error; err != nil {
			return fmt.Errorf("load the films of list %d: %w", id, err)
		}
		before = slices.DeleteFunc(before, func(it Item) bool { return hidden.has(it.Position) })
		same := slices.EqualFunc(before, entries, func(it Item, e Entry) bool { return it.MovieID == e.MovieID && it.Note == e.Note })
		if same {
			return nil
		}
		if err := empty(tx, l); err != nil {
			return err
		}
		fitting := hidden.fit(int64(len(entries)))
		if err := hidden.move(tx, id, fitting); err != nil {
			return err
		}
		if err := insert(tx, id, entries, fitting); err != nil {
			return err
		}
		return s.touch(tx, l, map[string]any{"item_count": len(entries)})
	})
}

// nothing locks no films before a list.
func nothing(*gorm.DB) error { return nil }

// atOnce is how many rows one statement names at most.
const atOnce = 500

// empty deletes the films of a locked list but hidden ones.
func empty(tx *gorm.DB, l List) error {
	q := tx.Where("list_id = ?", l.ID)
	if l.HiddenItems > 0 {
		q = q.Where("movie_id NOT IN " + movie.HiddenIDs)
	}
	if err := q.Delete(&Item{}).Error; err != nil {
		return fmt.Errorf("empty list %d: %w", l.ID, err)
	}
	return nil
}

// insert stores the films of a list that is empty, but for hidden ones.
func insert(tx *gorm.DB, id int64, entries []Entry, hidden gaps) error {
	items := make([]Item, len(entries))
	for i, e := range entries {
		items[i] = Item{ListID: id, MovieID: e.MovieID, Position: hidden.position(int64(i) + 1), Note: e.Note}
	}
	for part := range slices.Chunk(items, atOnce) {
		if err := tx.Create(&part).Error; err != nil {
			return fmt.Errorf("fill list %d: %w", id, err)
		}
	}
	return nil
}

// lockMovies locks films in ascending order of their ids, or returns movie.ErrNotFound, also when one is hidden.
func lockMovies(tx *gorm.DB, ids []int64) error {
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), atOnce) {
		in, args := database.InList(part)
		var found []movie.Movie
		err := database.ForUpdate(tx).Model(&movie.Movie{}).Select("id", "hidden").Where("id IN "+in, args...).Order("id").Find(&found).Error
		if err != nil {
			return fmt.Errorf("lock %d movies: %w", len(part), err)
		}
		if len(found) < len(part) || slices.ContainsFunc(found, func(m movie.Movie) bool { return m.Hidden }) {
			return movie.ErrNotFound
		}
	}
	return nil
}

// find returns a film of a list, and whether it is there.
func find(db *gorm.DB, id, movieID int64) (it Item, there bool, err error) {
	found := db.Where("list_id = ? AND movie_id = ?", id, movieID).Find(&it)
	if found.Error != nil {
		return Item{}, false, fmt.Errorf("look for movie %d in list %d: %w", movieID, id, found.Error)
	}
	return it, found.RowsAffected > 0, nil
}

// shift moves the films from first to last in a locked list by n positions.
func shift(tx *gorm.DB, id, first, last, n int64) error {
	if first > last {
		return nil
	}
	err := tx.Exec("UPDATE list_items SET position = position + ? WHERE list_id = ? AND position BETWEEN ? AND ?", n, id, first, last).Error
	if err != nil {
		return fmt.Errorf("move positions %d to %d of list %d: %w", first, last, id, err)
	}
	return nil
}

// HasItem returns [ErrNotInList] unless a film is in a list, or movie.ErrNotFound when there is no such film or it is hidden.
func (s *Service) HasItem(ctx context.Context, id, movieID int64) error {
	if err := s.movies.Exists(ctx, movieID); err != nil {
		return err
	}
	_, there, err := find(s.db.Reader(ctx), id, movieID)
	if err == nil && !there {
		err = ErrNotInList
	}
	return err
}
