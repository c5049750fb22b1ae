package movie

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/textindex"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Draft holds the values of a film to store. They must satisfy the rules of the API: trimmed, in NFC, within their
// limits. [ParseDraft] ensures that.
type Draft struct {
	Title       string
	Plot        string
	Cast        []CastMember
	Playtime    int64  // minutes, 0 if it is unknown
	Genre       string // short for Genres with one genre; ignored with Genres
	ReleaseDate string // YYYY, YYYY-MM or YYYY-MM-DD, "" if it is unknown
	Details
}

// ParseDraft parses the JSON of a film by the rules of POST /movies. It returns the errors of that route:
// web.ErrMalformed, or apperr.ErrValidation with every invalid field.
func ParseDraft(body []byte) (Draft, error) {
	var req createRequest
	if err := web.ParseJSON(body, &req); err != nil {
		return Draft{}, err
	}
	return req.draft(), nil
}

// row returns the row of a draft. by is the id of the user who adds it, or 0 for an import.
func (d Draft) row(by int64, at time.Time) (Movie, error) {
	cast, err := encodeCast(d.Cast)
	if err != nil {
		return Movie{}, err
	}
	if len(d.Genres) == 0 && d.Genre != "" {
		d.Genres = []string{d.Genre}
	}
	details, err := d.encode()
	if err != nil {
		return Movie{}, err
	}
	m := Movie{
		Title: d.Title, TitleKey: textindex.Key(d.Title), Plot: d.Plot, CastMembers: cast, Playtime: d.Playtime,
		Genre: first(d.Genres), ReleaseDate: d.ReleaseDate, ReleaseYear: yearOf(d.ReleaseDate), Details: details, CreatedAt: at, UpdatedAt: at,
	}
	if by != 0 {
		m.CreatedBy = &by
	}
	return m, nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// Patch returns the patch that gives a film all values of the draft.
func (d Draft) Patch() Patch {
	genres := listOf(d.Genres)
	if len(genres) == 0 && d.Genre != "" {
		genres = []string{d.Genre}
	}
	cast := d.Cast
	if cast == nil {
		cast = []CastMember{}
	}
	return Patch{
		Title: &d.Title, Plot: &d.Plot, Cast: cast, Playtime: &d.Playtime, ReleaseDate: &d.ReleaseDate,
		OriginalTitle: &d.OriginalTitle, Aliases: listOf(d.Aliases), ProductionYear: &d.ProductionYear, Genres: genres,
		Directors: listOf(d.Directors), Countries: listOf(d.Countries), Languages: listOf(d.Languages), AgeGrade: &d.AgeGrade,
		ExternalIDs: &d.ExternalIDs,
	}
}

// Create adds a film for the user by, or without an owner if by is 0. It returns auth.ErrUserGone when the user
// no longer exists, and ErrExternalIDTaken.
func (s *Service) Create(ctx context.Context, by int64, d Draft) (Movie, error) {
	draft, err := d.row(by, database.Time(s.clock()))
	if err != nil {
		return Movie{}, err
	}
	var m Movie
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		m = draft // Tx may run the function again, which must not reuse the id of the first attempt
		m.ID, err = table.Insert(tx, &m)
		if err != nil {
			return err
		}
		if err := derive(tx, m); err != nil {
			return err
		}
		if err := s.index.Announce(tx, m.ID); err != nil {
			return err
		}
		return idempotency.Keep(tx, m)
	})
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return Movie{}, auth.ErrUserGone
	}
	if err != nil {
		return Movie{}, fmt.Errorf("create movie: %w", orTaken(s.db.Reader(ctx), err, d.ExternalIDs))
	}
	return m, nil
}

// newRows are the rows of new films. Their memory is used again.
type newRows struct {
	films *database.Rows
	*derived
}

func newRowsOf(driver string) newRows {
	return newRows{database.NewRows(database.InsertInto(driver)+insertMovie, newMovie), newDerived(driver, true)}
}

// insertAll stores new films by rows and sets their ids, which ascend. The caller adds their texts to a [textindex.Pending]
// after the commit.
func (s *Service) insertAll(tx *gorm.DB, rows newRows, films []*candidate) error {
	rows.films.Reset()
	for _, some := range rows.all() {
		some.Reset()
	}
	if err := insertMovies(tx, rows.films, films); err != nil {
		return err
	}
	ids := make([]int64, len(films))
	for i, c := range films {
		ids[i] = c.movie.ID
		rows.addWith(c.movie, c.draft.Details, c.draft.Cast, c.titles)
	}
	if err := rows.insert(tx); err != nil {
		return err
	}
	return s.index.AnnounceAll(tx, ids)
}

// The columns of a new film that has no owner and no counts, and those that it has nothing in.
const (
	newColumns   = "title, title_key, plot, cast_members, genre, release_date, details, playtime, release_year, created_at, updated_at"
	emptyColumns = "poster_image, like_count, dislike_count, review_count, rating_count, rating_sum, rating_score, hidden"
	insertMovie  = "movies (" + newColumns + ", " + emptyColumns + ")"
	newMovie     = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, 0, 0, 0"
)

// insertMovies stores films without what is derived from them, and sets their ids.
func insertMovies(tx *gorm.DB, rows *database.Rows, films []*candidate) error {
	step, err := database.IDStep(tx)
	if err != nil {
		return fmt.Errorf("read the step of ids: %w", err)
	}
	for _, c := range films {
		m := &c.movie
		for _, text := range [...]string{m.Title, m.TitleKey, m.Plot, m.CastMembers, m.Genre, m.ReleaseDate, m.Details} {
			rows.Text(text)
		}
		rows.Int(m.Playtime)
		rows.Int(m.ReleaseYear)
		rows.Time(m.CreatedAt)
		rows.Time(m.UpdatedAt)
	}
	return rows.Insert(tx, func(id int64, n int) {
		for i := range films[:n] {
			films[i].movie.ID, id = id, id+step
		}
		films = films[n:]
	})
}
