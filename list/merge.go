package list

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
)

// MergeMovies replaces a film by another in all lists, which is a change of them. A list with both keeps the one that comes
// first, with the note of the other if it has none, and the films after the other move up. It is a [movie.MergeHook]. No
// film can be added meanwhile, because both are locked.
func (s *Service) MergeMovies(tx *gorm.DB, from, into movie.Movie, _ bool) error {
	var ids []int64
	if err := tx.Model(&Item{}).Where("movie_id = ?", from.ID).Order("list_id").Pluck("list_id", &ids).Error; err != nil {
		return fmt.Errorf("list the lists with movie %d: %w", from.ID, err)
	}
	for some := range slices.Chunk(ids, atOnce) {
		if err := s.mergeIn(tx, some, from.ID, into.ID); err != nil {
			return fmt.Errorf("merge movie %d into %d in %d lists: %w", from.ID, into.ID, len(some), err)
		}
	}
	return nil
}

// mergeIn is MergeMovies for lists that had the film before they were locked.
func (s *Service) mergeIn(tx *gorm.DB, ids []int64, from, into int64) error {
	var locked []int64
	in, args := database.InList(ids)
	if err := database.ForUpdate(tx).Model(&List{}).Where("id IN "+in, args...).Order("id").Pluck("id", &locked).Error; err != nil {
		return err
	}
	var items []Item
	err := tx.Where("movie_id IN ? AND list_id IN "+in, append([]any{[]int64{from, into}}, args...)...).Order("list_id, position").Find(&items).Error
	if err != nil {
		return err
	}
	plan := planMerge(items, from, into)
	for id, note := range plan.noted {
		if err := tx.Model(&Item{ID: id}).UpdateColumn("note", note).Error; err != nil {
			return err
		}
	}
	if err := drop(tx, into, plan.fromFirst); err != nil {
		return err
	}
	if err := drop(tx, from, plan.intoFirst); err != nil {
		return err
	}
	if err := tx.Exec("UPDATE list_items SET movie_id = ? WHERE movie_id = ? AND list_id IN "+in, append([]any{into, from}, args...)...).Error; err != nil {
		return err
	}
	if len(plan.changed) == 0 {
		return nil
	}
	in, args = database.InList(plan.changed, database.Time(s.clock()))
	return tx.Exec("UPDATE lists SET version = version + 1, updated_at = ? WHERE id IN "+in, args...).Error
}

// mergePlan is what happens to lists with one of two films, or both.
type mergePlan struct {
	changed   []int64          // lists in which a film is replaced
	fromFirst []int64          // lists with both, of which the film that goes comes first
	intoFirst []int64          // lists with both, of which the film that stays comes first
	noted     map[int64]string // new notes, by the id of the item
}

// planMerge looks at the items of both films in the order of lists and positions.
func planMerge(items []Item, from, into int64) mergePlan {
	p := mergePlan{noted: map[int64]string{}}
	for i, it := range items {
		switch {
		case i > 0 && items[i-1].ListID == it.ListID: // the second of both
			if first := items[i-1]; first.Note == "" && it.Note != "" {
				p.noted[first.ID] = it.Note
			}
			if it.MovieID == into {
				p.fromFirst = append(p.fromFirst, it.ListID)
			} else {
				p.intoFirst, p.changed = append(p.intoFirst, it.ListID), append(p.changed, it.ListID)
			}
		case it.MovieID == from:
			p.changed = append(p.changed, it.ListID)
		}
	}
	return p
}

// drop takes a film out of locked lists that all have it; the films after it move up.
func drop(tx *gorm.DB, movieID int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := database.InList(ids)
	film := append([]any{movieID}, args...)
	if err := tx.Exec(closeUp[tx.Name()]+in, film...).Error; err != nil {
		return err
	}
	if err := tx.Exec("DELETE FROM list_items WHERE movie_id = ? AND list_id IN "+in, film...).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE lists SET item_count = item_count - 1 WHERE id IN "+in, args...).Error
}
