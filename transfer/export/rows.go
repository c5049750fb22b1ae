package export

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/transfer/own"
)

// batch is how many rows are read at a time.
const batch = 200

// source is a query of rows of a member that are read along an index: by a column that first names, and then by an id.
type source struct {
	query string // ends in a condition
	args  []any
	first string // "" if the index has the id next
	id    string // the column of the id
	index string // that MySQL must use; the query has %s after the name of the table
}

// position is where a batch ended.
type position struct {
	first any
	id    int64
}

// next returns the query of the rows after a position, nil for the first ones.
func (f source) next(driver string, after *position) (string, []any) {
	query, args, order := f.query, slices.Clone(f.args), f.id
	if f.index != "" {
		force := ""
		if driver == database.MySQL {
			force = " FORCE INDEX (" + f.index + ")"
		}
		query = fmt.Sprintf(query, force)
	}
	if f.first != "" {
		order = f.first + ", " + f.id
	}
	switch {
	case after == nil:
	case f.first == "":
		query, args = query+" AND "+f.id+" > ?", append(args, after.id)
	default: // the bound on the first column is outside of the OR, because both databases start their index range from it
		query += fmt.Sprintf(" AND %[1]s >= ? AND (%[1]s > ? OR %[2]s > ?)", f.first, f.id)
		args = append(args, after.first, after.first, after.id)
	}
	return query + " ORDER BY " + order + database.Limit(driver), append(args, batch)
}

// row is a row of a [source], by a pointer to it.
type row[T any] interface {
	*T
	targets() []any
	position() position
	film() int64 // 0 for none
}

// each calls do with the rows of a source, batch by batch. No query runs while do does.
func each[T any, P row[T]](ctx context.Context, s *Service, from source, do func([]T) error) error {
	for after := (*position)(nil); ; {
		query, args := from.next(s.DB.Driver(), after)
		rows, err := database.Collect(s.DB.Reader(ctx), func(r *T) []any { return P(r).targets() }, batch, query, args...)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := do(rows); err != nil {
				return err
			}
		}
		if len(rows) < batch {
			return nil
		}
		at := P(&rows[len(rows)-1]).position()
		after = &at
	}
}

// filmCache has the films of the last batch.
type filmCache struct {
	s     *Service
	known map[int64]movie.Known
}

// load loads the films of a batch.
func (f *filmCache) load(ctx context.Context, ids []int64) (err error) {
	f.known, err = f.s.Movies.Known(ctx, ids)
	return err
}

// film returns a film that was loaded, and false if it has been deleted.
func (f *filmCache) film(id int64) (own.Film, bool) {
	m, ok := f.known[id]
	if !ok {
		return own.Film{}, false
	}
	return own.Film{
		Title: m.Title, Year: m.Year, OriginalTitle: m.OriginalTitle, ProductionYear: m.ProductionYear, Directors: m.Directors,
		ExternalIDs: m.ExternalIDs,
	}, true
}

// filmsOf loads the films of rows.
func filmsOf[T any, P row[T]](ctx context.Context, f *filmCache, rows []T) error {
	ids := map[int64]bool{}
	for i := range rows {
		ids[P(&rows[i]).film()] = true
	}
	delete(ids, 0)
	return f.load(ctx, slices.Sorted(maps.Keys(ids)))
}
