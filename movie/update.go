package movie

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Patch holds the fields of a film to change. Nil fields stay as they are. The values must satisfy the rules of the API.
// The zero value of a field that may be unknown makes it unknown.
type Patch struct {
	Title       *string
	Plot        *string
	Cast        []CastMember // nil keeps the cast, an empty slice removes all of them
	Playtime    *int64
	Genre       *string // the only genre; ignored with Genres
	ReleaseDate *string

	OriginalTitle  *string
	Aliases        []string // of this and the other lists nil keeps the values, an empty one removes all of them
	ProductionYear *int64
	Genres         []string
	Directors      []string
	Countries      []string
	Languages      []string
	AgeGrade       *string
	ExternalIDs    *ExternalIDs
}

// columns returns the columns that the patch writes into m, without updated_at.
func (p Patch) columns(m Movie) (map[string]any, error) {
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
	if p.ReleaseDate != nil {
		set["release_date"], set["release_year"] = *p.ReleaseDate, yearOf(*p.ReleaseDate)
	}
	if !p.changesDetails() {
		return set, nil
	}
	d, err := m.ReadDetails()
	if err != nil {
		return nil, err
	}
	p.apply(&d)
	if set["details"], err = d.encode(); err != nil {
		return nil, err
	}
	set["genre"] = first(d.Genres)
	return set, nil
}

func (p Patch) changesDetails() bool {
	return p.Genre != nil || p.OriginalTitle != nil || p.Aliases != nil || p.ProductionYear != nil || p.Genres != nil ||
		p.Directors != nil || p.Countries != nil || p.Languages != nil || p.AgeGrade != nil || p.ExternalIDs != nil
}

func (p Patch) apply(d *Details) {
	if p.Genre != nil {
		d.Genres = []string{*p.Genre}
	}
	for _, list := range []struct{ to, from *[]string }{
		{&d.Genres, &p.Genres},
		{&d.Aliases, &p.Aliases},
		{&d.Directors, &p.Directors},
		{&d.Countries, &p.Countries},
		{&d.Languages, &p.Languages},
	} {
		if *list.from != nil {
			*list.to = *list.from
		}
	}
	if p.OriginalTitle != nil {
		d.OriginalTitle = *p.OriginalTitle
	}
	if p.ProductionYear != nil {
		d.ProductionYear = *p.ProductionYear
	}
	if p.AgeGrade != nil {
		d.AgeGrade = *p.AgeGrade
	}
	if p.ExternalIDs != nil {
		d.ExternalIDs = *p.ExternalIDs
	}
}

func (p Patch) empty() bool {
	return p.Title == nil && p.Plot == nil && p.Cast == nil && p.Playtime == nil && p.ReleaseDate == nil && !p.changesDetails()
}

// Update changes a film and returns it, or [ErrNotFound] or ErrExternalIDTaken. Concurrent changes of different fields are
// all kept. An empty patch changes nothing, not even updated_at.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (Movie, error) {
	if p.empty() {
		return s.get(ctx, id)
	}
	var m Movie
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		before, err := Lock(tx, id)
		if err != nil {
			return err
		}
		set, err := p.columns(before)
		if err != nil {
			return err
		}
		if m, err = s.write(tx, before, set); err != nil || before.Owner() == 0 {
			return err
		}
		return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.Edit, record.Movie, id, before.Owner())
	})
	if err != nil && p.ExternalIDs != nil {
		err = orTaken(s.db.Reader(ctx), err, *p.ExternalIDs)
	}
	return m, err
}

// write sets columns and updated_at of a film that is locked, and returns it. It writes no other columns, so that a
// concurrent change of a counter is not lost.
func (s *Service) write(tx *gorm.DB, before Movie, set map[string]any) (Movie, error) {
	set["updated_at"] = database.Time(s.clock())
	if err := tx.Model(&Movie{}).Where("id = ?", before.ID).UpdateColumns(set).Error; err != nil {
		return Movie{}, fmt.Errorf("update movie %d: %w", before.ID, err)
	}
	after, err := take(tx, before.ID)
	if err != nil {
		return Movie{}, err
	}
	if err := rederive(tx, before, after); err != nil {
		return Movie{}, err
	}
	texts, err := textsOf([]Movie{before, after})
	if err != nil {
		return Movie{}, err
	}
	return after, s.index.Change(tx, texts[0], texts[1])
}
