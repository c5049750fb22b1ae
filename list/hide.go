package list

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
)

// gaps are the positions of the hidden films of a list, in ascending order. These films keep their positions among the
// others, so that all are in the order of before when they come back. Authors and readers see places instead: 1, 2, 3, …
// of the films that are not hidden.
type gaps []int64

// gapsOf returns the gaps of a list. Hardly any list has one.
func (s *Service) gapsOf(db *gorm.DB, l List) (gaps, error) {
	if l.HiddenItems == 0 {
		return nil, nil
	}
	var found gaps
	err := db.Raw("SELECT position FROM list_items WHERE list_id = ? AND movie_id IN "+movie.HiddenIDs+" ORDER BY position", l.ID).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for the hidden films of list %d: %w", l.ID, err)
	}
	return found, nil
}

func (g gaps) has(position int64) bool {
	_, found := slices.BinarySearch(g, position)
	return found
}

// place returns the place of the film at a position that is no gap.
func (g gaps) place(position int64) int64 {
	before, _ := slices.BinarySearch(g, position)
	return position - int64(before)
}

// position returns the position of the film at a place.
func (g gaps) position(place int64) int64 {
	for _, gap := range g {
		if gap > place {
			break
		}
		place++
	}
	return place
}

// fit returns the gaps when there are n films beside them: each stays at its position, or is among the last.
func (g gaps) fit(n int64) gaps {
	fitting := make(gaps, len(g))
	for i, gap := range g {
		fitting[i] = min(gap, n+int64(i)+1)
	}
	return fitting
}

// move gives the hidden films of a list the positions of other gaps, which are not after their own.
func (g gaps) move(tx *gorm.DB, id int64, to gaps) error {
	for i, gap := range g {
		if gap == to[i] {
			continue
		}
		if err := tx.Exec("UPDATE list_items SET position = ? WHERE list_id = ? AND position = ?", to[i], id, gap).Error; err != nil {
			return fmt.Errorf("move a hidden film of list %d: %w", id, err)
		}
	}
	return nil
}

// size is the number of all films in the list, and the last position.
func (l List) size() int64 { return l.ItemCount + l.HiddenItems }

// HideMovie hides a film in all lists that have it, or brings it back to its place in them. That is a new version of a list,
// of which authors must know when they replace its films, but no change of theirs, so it leaves updated_at as it is. It is a
// [movie.HideHook].
func (*Service) HideMovie(tx *gorm.DB, m movie.Movie, hidden bool) error {
	set := "item_count = item_count + 1, hidden_items = hidden_items - 1"
	if hidden {
		set = "item_count = item_count - 1, hidden_items = hidden_items + 1"
	}
	return eachHolding(tx, m.ID, func(in string, ids []any) error {
		return tx.Exec("UPDATE lists SET "+set+", version = version + 1 WHERE id IN "+in, ids...).Error
	})
}

// eachHolding locks the lists that have a film, and calls fn with some of them at a time: the right side of IN and its
// arguments. The caller has locked the film, so that no list gets it meanwhile.
func eachHolding(tx *gorm.DB, movieID int64, fn func(in string, ids []any) error) error {
	var ids []int64
	if err := tx.Model(&Item{}).Where("movie_id = ?", movieID).Order("list_id").Pluck("list_id", &ids).Error; err != nil {
		return fmt.Errorf("list the lists with movie %d: %w", movieID, err)
	}
	for some := range slices.Chunk(ids, atOnce) {
		in, args := database.InList(some)
		var still []int64 // the author may have taken the film out before the list was locked
		err := database.ForUpdate(tx).Model(&List{}).Where("id IN "+in, args...).Order("id").Pluck("id", &still).Error
		if err == nil && len(still) > 0 {
			err = tx.Model(&Item{}).Where("movie_id = ? AND list_id IN "+in, append([]any{movieID}, args...)...).Order("list_id").Pluck("list_id", &still).Error
		}
		if err == nil && len(still) > 0 {
			in, args = database.InList(still)
			err = fn(in, args)
		}
		if err != nil {
			return fmt.Errorf("change %d lists with movie %d: %w", len(some), movieID, err)
		}
	}
	return nil
}
