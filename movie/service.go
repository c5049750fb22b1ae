package movie

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Deps is what the service works with.
type Deps struct {
	DB    *database.DB
	Media *media.Library
	Clock func() time.Time
	Log   *slog.Logger // nil for none
}

// Service keeps the catalogue. It may be used by several goroutines.
type Service struct {
	db       *database.DB
	media    *media.Library
	clock    func() time.Time
	index    *textindex.Index
	onDelete []func(tx *gorm.DB, m Movie, by auth.Viewer) error
}

// New returns a service over a migrated database.
func New(d Deps) *Service {
	return &Service{db: d.DB, media: d.Media, clock: d.Clock, index: newIndex(d.DB, d.Log)}
}

// OnDelete registers what happens in the transaction that deletes a film, before its row goes and
// while it is locked: an error refuses the deletion. It is called before the first request only.
func (s *Service) OnDelete(fn func(tx *gorm.DB, m Movie, by auth.Viewer) error) {
	s.onDelete = append(s.onDelete, fn)
}

const (
	movieColumns = `id, title, title_key, plot, cast_members, playtime, genre, poster_image, created_by,
	like_count, dislike_count, review_count, created_at, updated_at`
	insertMovie = `INSERT INTO movies (title, title_key, plot, cast_members, playtime, genre, poster_image, created_by,
	like_count, dislike_count, review_count, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, '', ?, 0, 0, 0, ?, ?)`
	getMovie = "SELECT " + movieColumns + " FROM movies WHERE id = ?"
)

// scan reads a row of movieColumns. Films are what clients ask for most, so these reads go without
// GORM, which takes as long to fill the struct as SQLite to find the row.
func (m *Movie) scan(row database.Scanner) error {
	return row.Scan(&m.ID, &m.Title, &m.TitleKey, &m.Plot, &m.CastMembers, &m.Playtime, &m.Genre, &m.PosterImage,
		&m.CreatedBy, &m.LikeCount, &m.DislikeCount, &m.ReviewCount, &m.CreatedAt, &m.UpdatedAt)
}

// Get returns a film, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id int64) (Movie, error) {
	var m Movie
	err := m.scan(s.db.Row(ctx, getMovie, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Movie{}, ErrNotFound
	}
	if err != nil {
		return Movie{}, fmt.Errorf("load movie %d: %w", id, err)
	}
	return m, nil
}

// ByIDs returns films by their ids in one query. Those that do not exist are absent.
func (s *Service) ByIDs(ctx context.Context, ids []int64) (map[int64]Movie, error) {
	found := make(map[int64]Movie, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var rows []Movie
	if err := s.db.Reader(ctx).Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("load %d movies: %w", len(ids), err)
	}
	for _, m := range rows {
		found[m.ID] = m
	}
	return found, nil
}

// Draft is a film before it is stored. Its values have passed the rules of the API: trimmed, in NFC,
// within their limits.
type Draft struct {
	Title    string
	Plot     string
	Cast     []CastMember
	Playtime int64 // minutes
	Genre    string
}

// row returns the row of a draft that is added at a time by a user, 0 for nobody.
func (d Draft) row(by int64, at time.Time) (Movie, error) {
	cast, err := encodeCast(d.Cast)
	if err != nil {
		return Movie{}, err
	}
	m := Movie{
		Title: d.Title, TitleKey: titleKey(d.Title), Plot: d.Plot, CastMembers: cast,
		Playtime: d.Playtime, Genre: d.Genre, CreatedAt: at, UpdatedAt: at,
	}
	if by != 0 {
		m.CreatedBy = &by
	}
	return m, nil
}

// Create adds a film in the name of a user, or of nobody when by is 0. It returns auth.ErrUserGone
// when that user does not exist any more.
func (s *Service) Create(ctx context.Context, by int64, d Draft) (Movie, error) {
	draft, err := d.row(by, database.Time(s.clock()))
	if err != nil {
		return Movie{}, err
	}
	var m Movie
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		m = draft // a transaction that is run again must not bring the id of the first try
		m.ID, err = database.Insert(tx, insertMovie, m.Title, m.TitleKey, m.Plot, m.CastMembers, m.Playtime, m.Genre, m.CreatedBy, m.CreatedAt, m.UpdatedAt)
		if err != nil {
			return err
		}
		return s.index.Announce(tx, m.ID)
	})
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return Movie{}, auth.ErrUserGone
	}
	if err != nil {
		return Movie{}, fmt.Errorf("create movie: %w", err)
	}
	return m, nil
}

// Patch is a change of a film: what is nil stays. The values have passed the rules of the API.
type Patch struct {
	Title    *string
	Plot     *string
	Cast     []CastMember // nil stays, an empty one empties
	Playtime *int64
	Genre    *string
}

// columns returns what the patch writes, without updated_at.
func (p Patch) columns() (map[string]any, error) {
	set := map[string]any{}
	if p.Title != nil {
		set["title"], set["title_key"] = *p.Title, titleKey(*p.Title)
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

// Update changes a film and returns it as it is now, or ErrNotFound. Two who change different fields
// at once both succeed. An empty patch changes nothing, not even updated_at.
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

// write sets columns and updated_at of a film and returns it as it is then, or ErrNotFound. Nothing
// but the given columns is written, so that a counter that moves meanwhile is never set back.
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

// Delete removes a film and its poster, or returns ErrNotFound or what a function given to
// [Service.OnDelete] refused it with.
func (s *Service) Delete(ctx context.Context, id int64, by auth.Viewer) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		m, err := Lock(tx, id)
		if err != nil {
			return err
		}
		for _, hook := range s.onDelete {
			if err := hook(tx, m, by); err != nil {
				return err
			}
		}
		if err := tx.Where("id = ?", id).Delete(&Movie{}).Error; err != nil {
			return fmt.Errorf("delete movie %d: %w", id, err)
		}
		if err := s.index.Remove(tx, m.text()); err != nil {
			return err
		}
		return s.media.Discard(tx, m.PosterImage)
	})
}
