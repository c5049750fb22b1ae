package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
)

// Shown is a row as the member sees it.
type Shown struct {
	Row
	Why        apperr.Text  // the reason of its outcome, or the zero value
	Movie      *movie.Card  // the film that it is about, nil while that is unclear
	Candidates []movie.Card // the films that it may be about then
}

// Rows returns a page of the rows of an import, those with an outcome unless that is "", in their order, and the key of the
// next page, nil on the last. It returns [ErrNotFound].
func (s *Service) Rows(ctx context.Context, userID, id int64, outcome Outcome, p page.Page) ([]Shown, *page.Key, error) {
	if _, err := s.Get(ctx, userID, id); err != nil {
		return nil, nil, err
	}
	q := s.db.Reader(ctx).Omit("entry").Where("import_id = ?", id)
	if outcome != "" {
		q = q.Where("outcome = ?", outcome)
	}
	if p.After != nil {
		q = q.Where("n > ?", p.After.ID)
	}
	var rows []Row
	if err := q.Order("n").Limit(p.Fetch()).Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("list the rows of import %d: %w", id, err)
	}
	rows, next := page.Cut(rows, p, func(r Row) page.Key { return page.Key{ID: r.N} })
	shown, err := s.show(ctx, rows)
	return shown, next, err
}

// Row returns a row of an import of a member. It returns [ErrNotFound] or [ErrNoRow].
func (s *Service) Row(ctx context.Context, userID, id, n int64) (Shown, error) {
	rows, _, err := s.Rows(ctx, userID, id, "", page.Page{Limit: 1, After: &page.Key{ID: n - 1}})
	if err != nil {
		return Shown{}, err
	}
	if len(rows) == 0 || rows[0].N != n {
		return Shown{}, ErrNoRow
	}
	return rows[0], nil
}

// HasRow returns [ErrNotFound] or [ErrNoRow] unless an import of a member has a row.
func (s *Service) HasRow(ctx context.Context, userID, id, n int64) error {
	if _, err := s.Get(ctx, userID, id); err != nil {
		return err
	}
	has := false
	err := s.db.Row(ctx, "SELECT EXISTS (SELECT 1 FROM import_rows WHERE import_id = ? AND n = ?)", id, n).Scan(&has)
	if err != nil {
		return fmt.Errorf("look for row %d of import %d: %w", n, id, err)
	}
	if !has {
		return ErrNoRow
	}
	return nil
}

// show adds the cards of films to rows, in one query.
func (s *Service) show(ctx context.Context, rows []Row) ([]Shown, error) {
	shown, ids := make([]Shown, len(rows)), []int64(nil)
	candidates := make([][]int64, len(rows))
	for i, r := range rows {
		shown[i] = Shown{Row: r, Why: decodeText(r.Reason), Candidates: []movie.Card{}}
		if r.MovieID != nil {
			ids = append(ids, *r.MovieID)
			continue
		}
		if err := json.Unmarshal([]byte(r.Candidates), &candidates[i]); err != nil {
			return nil, fmt.Errorf("read the candidates of row %d of import %d: %w", r.N, r.ImportID, err)
		}
		ids = append(ids, candidates[i]...)
	}
	cards, err := s.movies.Cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range shown {
		if id := shown[i].MovieID; id != nil {
			if card, is := cards[*id]; is {
				shown[i].Movie = &card
			}
		}
		for _, id := range candidates[i] {
			if card, is := cards[id]; is {
				shown[i].Candidates = append(shown[i].Candidates, card)
			}
		}
	}
	return shown, nil
}

// Choice is what a member says of a row: which film it is about, or that it is not wanted.
type Choice struct {
	MovieID *int64
	Skip    bool
}

// Resolve sets the film of a row of an import that is ready, or leaves it out, and does the same with all rows of that import
// about the same title and year that are unclear or were resolved before. It returns [ErrNotFound], [ErrNoRow],
// [ErrNotReady], and movie.ErrNotFound. Instead of a film that was merged into another the rows get that one.
func (s *Service) Resolve(ctx context.Context, userID, id, n int64, choice Choice) (Shown, error) {
	if choice.MovieID != nil {
		err := s.movies.Following(ctx, *choice.MovieID, func(film int64) error {
			choice.MovieID = &film
			return s.movies.Exists(ctx, film)
		})
		if err != nil {
			return Shown{}, err
		}
	}
	var row Row
	err := s.change(ctx, userID, id, func(tx *gorm.DB, imp *Import) error {
		found := tx.Where("import_id = ? AND n = ?", id, n).Limit(1).Find(&row)
		if found.Error != nil {
			return fmt.Errorf("load row %d of import %d: %w", n, id, found.Error)
		}
		if found.RowsAffected == 0 {
			return ErrNoRow
		}
		if imp.Status != Ready {
			return ErrNotReady
		}
		jobs, err := relatedRows(tx, row)
		if err != nil {
			return err
		}
		if err := s.resolveAll(tx, imp, jobs, choice); err != nil {
			return err
		}
		if err := tx.Omit("entry").Where("id = ?", row.ID).Take(&row).Error; err != nil {
			return fmt.Errorf("load row %d of import %d: %w", n, id, err)
		}
		return saveImport(tx, imp)
	})
	if err != nil {
		return Shown{}, err
	}
	shown, err := s.show(ctx, []Row{row})
	if err != nil {
		return Shown{}, err
	}
	return shown[0], nil
}

// relatedRows returns a row, and those about the same film that share its fate.
func relatedRows(tx *gorm.DB, row Row) ([]*job, error) {
	rows := []Row{row}
	if row.FilmKey != 0 {
		var others []Row
		err := tx.Where("import_id = ? AND film_key = ? AND id <> ?", row.ImportID, row.FilmKey, row.ID).Order("n").Find(&others).Error
		if err != nil {
			return nil, fmt.Errorf("look for rows about the film of row %d: %w", row.N, err)
		}
		rows = append(rows, others...)
	}
	all, err := jobsOf(rows)
	if err != nil {
		return nil, err
	}
	related := all[:1]
	for _, j := range all[1:] {
		if sameFate(all[0], j) {
			related = append(related, j)
		}
	}
	return related, nil
}

// sameFate reports whether what a member says of a row holds for another one about the same title and year: unless the two
// have different ids, or the other one has found another film by itself.
func sameFate(one, other *job) bool {
	if one.entry.Film.IDs.Differs(other.entry.Film.IDs) {
		return false
	}
	return other.row.Outcome == NeedsReview || other.row.Skipped || equal(one.row.MovieID, other.row.MovieID)
}

// resolveAll applies a choice to rows, plans them anew, and counts them.
func (s *Service) resolveAll(tx *gorm.DB, imp *Import, jobs []*job, choice Choice) error {
	plan, err := s.newApplier(*imp, true)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		imp.add(j.row.Outcome, -1)
		j.row.Skipped = choice.Skip
		if choice.MovieID != nil && j.hasFilm() {
			j.row.MovieID = choice.MovieID
		}
	}
	if err := plan.load(tx, jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := plan.row(j); err != nil {
			return err
		}
		imp.add(j.row.Outcome, 1)
		if err := saveRow(tx, j.row); err != nil {
			return err
		}
	}
	return nil
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }
