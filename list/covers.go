package list

import (
	"context"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Covers returns the ids of the first n films of lists, in their order, by the ids of the lists. The reader may see these
// lists.
func (s *Service) Covers(ctx context.Context, ids []int64, n int) (map[int64][]int64, error) {
	found := make(map[int64][]int64, len(ids))
	err := s.pairs(ctx, "position <= ? AND list_id", int64(n), ids, "list_id, position", func(it Item) {
		found[it.ListID] = append(found[it.ListID], it.MovieID)
	})
	return found, err
}

// Holding returns which of some lists have a film.
func (s *Service) Holding(ctx context.Context, movieID int64, ids []int64) (map[int64]bool, error) {
	found := make(map[int64]bool, len(ids))
	err := s.pairs(ctx, "movie_id = ? AND list_id", movieID, ids, "list_id", func(it Item) { found[it.ListID] = true })
	return found, err
}

// Has returns which of some films a list has.
func (s *Service) Has(ctx context.Context, id int64, movieIDs []int64) (map[int64]bool, error) {
	found := make(map[int64]bool, len(movieIDs))
	err := s.pairs(ctx, "list_id = ? AND movie_id", id, movieIDs, "movie_id", func(it Item) { found[it.MovieID] = true })
	return found, err
}

// pairs calls fn with the items, of which it loads the list and the film only, for which a column is one of ids.
func (s *Service) pairs(ctx context.Context, where string, first int64, ids []int64, order string, fn func(Item)) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := database.InList(ids, first)
	query := "SELECT list_id, movie_id FROM list_items WHERE " + where + " IN " + in + " ORDER BY " + order
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var it Item
		if err := row.Scan(&it.ListID, &it.MovieID); err != nil {
			return err
		}
		fn(it)
		return nil
	})
	if err != nil {
		return fmt.Errorf("look up items of %d lists: %w", len(ids), err)
	}
	return nil
}

// Item returns a film of a list, or [ErrNotInList].
func (s *Service) Item(ctx context.Context, id, movieID int64) (Item, error) {
	it, there, err := find(s.db.Reader(ctx), id, movieID)
	if err == nil && !there {
		err = ErrNotInList
	}
	return it, err
}

// ByIDs returns lists by their ids, whoever may see them. Lists that do not exist are missing from the map.
func (s *Service) ByIDs(ctx context.Context, ids []int64) (map[int64]List, error) {
	found := make(map[int64]List, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	rows, err := database.Collect(s.db.Reader(ctx), table.Targets, len(ids), "SELECT "+table.Columns()+" FROM lists WHERE id IN "+in, args...)
	if err != nil {
		return nil, fmt.Errorf("load %d lists: %w", len(ids), err)
	}
	for _, l := range rows {
		found[l.ID] = l
	}
	return found, nil
}
