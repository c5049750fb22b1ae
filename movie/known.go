package movie

import (
	"context"
	"fmt"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Known is what tells a film from others where its id of this instance says nothing.
type Known struct {
	Title string
	Year  *int64 // of the release; nil if it is unknown
	Details
}

// Known returns what is known of films by their ids, in one query. Films that do not exist are missing from the map.
func (s *Service) Known(ctx context.Context, ids []int64) (map[int64]Known, error) {
	found := make(map[int64]Known, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	query := "SELECT id, title, release_year, genre, details FROM movies WHERE id IN " + in
	err := database.Each(s.db.Reader(ctx), query, args, func(row database.Scanner) error {
		var m Movie
		if err := row.Scan(&m.ID, &m.Title, &m.ReleaseYear, &m.Genre, &m.Details); err != nil {
			return err
		}
		d, err := m.ReadDetails()
		found[m.ID] = Known{Title: m.Title, Year: orNil(m.ReleaseYear), Details: d}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load what is known of %d films: %w", len(ids), err)
	}
	return found, nil
}
