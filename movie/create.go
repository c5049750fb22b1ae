package movie

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// importAttempts is how often createAll tries to store films while others store films with the same external ids.
const importAttempts = 3

// createAll adds films without an owner, in one transaction. It leaves out those with an external id that another film
// has, and returns the error of each by its index. With an error it adds none.
func (s *Service) createAll(ctx context.Context, drafts []Draft) (refused map[int]error, err error) {
	now, all := database.Time(s.clock()), make([]Movie, len(drafts))
	for i, d := range drafts {
		if all[i], err = d.row(0, now); err != nil {
			return nil, err
		}
	}
	for range importAttempts {
		err = s.db.Tx(ctx, func(tx *gorm.DB) error {
			if refused, err = conflicts(tx, drafts); err != nil {
				return err
			}
			films := make([]Movie, 0, len(all)) // Tx may run the function again, which must not reuse ids
			for i, m := range all {
				if refused[i] == nil {
					films = append(films, m)
				}
			}
			return s.insertAll(tx, films)
		})
		if !errors.Is(err, gorm.ErrDuplicatedKey) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("create %d movies: %w", len(all), err)
	}
	return refused, nil
}

func (s *Service) insertAll(tx *gorm.DB, films []Movie) error {
	for part := range slices.Chunk(films, statementRows) {
		if err := tx.Create(&part).Error; err != nil {
			return err
		}
		if err := correctIDs(tx, part); err != nil {
			return err
		}
		if err := derive(tx, part...); err != nil {
			return err
		}
	}
	texts, err := textsOf(films)
	if err != nil {
		return err
	}
	return s.index.Add(tx, texts...)
}

// conflicts returns the error of every draft with an external id that a stored film or a draft before it has.
func conflicts(tx *gorm.DB, drafts []Draft) (map[int]error, error) {
	var all []ExternalID
	for _, d := range drafts {
		all = append(all, d.ExternalIDs.List()...)
	}
	known, err := holders(tx, all)
	if err != nil {
		return nil, err
	}
	refused := map[int]error{}
	for i, d := range drafts {
		ids := d.ExternalIDs.List()
		if slices.ContainsFunc(ids, func(id ExternalID) bool { _, has := known[id]; return has }) {
			refused[i] = ErrExternalIDTaken
			continue
		}
		for _, id := range ids {
			known[id] = 0 // it has no id yet
		}
	}
	return refused, nil
}

// correctIDs corrects the ids of films that one statement has inserted. GORM assumes consecutive ids after the
// first, which is wrong on MySQL servers with an auto_increment_increment above 1.
func correctIDs(tx *gorm.DB, films []Movie) error {
	step := int64(1)
	if tx.Name() == database.MySQL {
		if err := tx.Raw("SELECT @@auto_increment_increment").Scan(&step).Error; err != nil {
			return err
		}
	}
	for i := range films {
		films[i].ID = films[0].ID + int64(i)*step
	}
	return nil
}
