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
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Deps are the dependencies of a [Service]. All fields but Log are required.
type Deps struct {
	DB       *database.DB
	Pictures *picture.Decoder
	Media    *media.Library
	Clock    func() time.Time
	Log      *slog.Logger // nil discards logs
}

// Service implements the catalogue. It is safe for concurrent use once its hooks are registered.
type Service struct {
	db       *database.DB
	pictures *picture.Decoder
	media    *media.Library
	clock    func() time.Time
	log      *slog.Logger
	index    *textindex.Index
	onDelete []func(tx *gorm.DB, m Movie, by auth.Viewer) error
	onMerge  []MergeHook
	onHide   []HideHook
	viewers  []ViewerSource
}

// New returns a service without hooks over a migrated database.
func New(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: d.DB, pictures: d.Pictures, media: d.Media, clock: d.Clock, log: d.Log, index: newIndex(d.DB, d.Log)}
}

// OnDelete registers fn to run in the transaction that deletes a film, while the row exists and is locked. If fn
// returns an error, the film is not deleted.
func (s *Service) OnDelete(fn func(tx *gorm.DB, m Movie, by auth.Viewer) error) {
	s.onDelete = append(s.onDelete, fn)
}

// Films are read most often, so these reads avoid GORM, which takes as long to fill the struct as SQLite takes to
// find the row.
var (
	table            = database.TableOf[Movie]()
	movieColumns     = table.Columns()
	qualifiedColumns = table.ColumnsOf("movies")
	getMovie         = "SELECT " + movieColumns + " FROM movies WHERE id = ?"
)

// Get returns a film, or [ErrNotFound], also when it is hidden. See [Service.GetFor].
func (s *Service) Get(ctx context.Context, id int64) (Movie, error) {
	return s.GetFor(ctx, id, auth.Viewer{})
}

// get returns a film, or [ErrNotFound].
func (s *Service) get(ctx context.Context, id int64) (Movie, error) {
	m, err := table.Scan(s.db.Row(ctx, getMovie, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Movie{}, ErrNotFound
	}
	if err != nil {
		return Movie{}, fmt.Errorf("load movie %d: %w", id, err)
	}
	return m, nil
}

// Exists returns nil if a film exists and is not hidden, else [ErrNotFound].
func (s *Service) Exists(ctx context.Context, id int64) error {
	err := s.db.Row(ctx, "SELECT id FROM movies WHERE id = ? AND "+notHidden, id).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("look for movie %d: %w", id, err)
	}
	return nil
}

// ByIDs returns films by their ids, in one query. Films that do not exist or are hidden are missing from the map.
func (s *Service) ByIDs(ctx context.Context, ids []int64) (map[int64]Movie, error) {
	found := make(map[int64]Movie, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	in, args := database.InList(ids)
	rows, err := readMovies(s.db.Reader(ctx), "SELECT "+movieColumns+" FROM movies WHERE "+notHidden+" AND id IN "+in, args, len(ids))
	if err != nil {
		return nil, fmt.Errorf("load %d movies: %w", len(ids), err)
	}
	for _, m := range rows {
		found[m.ID] = m
	}
	return found, nil
}
