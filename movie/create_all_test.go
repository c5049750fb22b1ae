package movie

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// createAll adds films without an owner, in one transaction.
func (s *Service) createAll(ctx context.Context, drafts []Draft) error {
	films := make([]*candidate, len(drafts))
	for i, d := range drafts {
		d.Genres = d.genres()
		m, err := d.row(0, database.Time(s.clock()))
		if err != nil {
			return err
		}
		films[i] = newCandidate(m, d)
	}
	if err := s.db.Tx(ctx, func(tx *gorm.DB) error { return s.insertAll(tx, newRowsOf(tx.Name()), films) }); err != nil {
		return err
	}
	pending := s.index.Pending()
	return errors.Join(pending.Add(ctx, len(films), textsOfNew(films)...), pending.Flush(ctx))
}
