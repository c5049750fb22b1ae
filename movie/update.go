package movie

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Patch holds the fields of a film to change. Nil fields stay as they are. The values must satisfy the rules of the API.
type Patch struct {
	Title    *string
	Plot     *string
	Cast     []CastMember // nil keeps the cast, an empty slice removes all of them
	Playtime *int64
	Genre    *string
}

// columns returns the columns that the patch writes, without updated_at.
func (p Patch) columns() (map[string]any, error) {
	set := map[string]any{}
	if p.Title != nil {
		set["title"], set["title_key"] = *p.Title, textindex.Key(*p.Title)
	}
	if p.Plot != nil {
		set["plot"] = *p.Plot
	}
	if p.Cast != nil {
		cast, err := encodeCast(p.Cast)
		if err != nil {
			return nil, err
		}
		set["cast_members"] = cast
	}
	if p.Playtime != nil {
		set["playtime"] = *p.Playtime
	}
	if p.Genre != nil {
		set["genre"] = *p.Genre
	}
	return set, nil
}

// Update changes a film and returns it, or [ErrNotFound]. Concurrent changes of different fields are all kept. An
// empty patch changes nothing, not even updated_at.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (Movie, error) {
	set, err := p.columns()
	if err != nil {
		return Movie{}, err
	}
	if len(set) == 0 {
		return s.Get(ctx, id)
	}
	var m Movie
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		m, err = s.write(tx, id, set)
		return err
	})
	return m, err
}

// write sets columns and updated_at of a film and returns the film, or ErrNotFound. It writes no other columns, so
// that a concurrent change of a counter is not lost.
func (s *Service) write(tx *gorm.DB, id int64, set map[string]any) (Movie, error) {
	before, err := Lock(tx, id)
	if err != nil {
		return Movie{}, err
	}
	set["updated_at"] = database.Time(s.clock())
	if err := tx.Model(&Movie{}).Where("id = ?", id).UpdateColumns(set).Error; err != nil {
		return Movie{}, fmt.Errorf("update movie %d: %w", id, err)
	}
	after, err := take(tx, id)
	if err != nil {
		return Movie{}, err
	}
	return after, s.index.Change(tx, before.text(), after.text())
}
