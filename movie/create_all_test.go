package movie

import (
	"context"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// createAll adds films without an owner, in one transaction.
func (s *Service) createAll(ctx context.Context, drafts []Draft) error {
	films := make([]Movie, len(drafts))
	for i, d := range drafts {
		drafts[i].Genres = d.genres()
		var err error
		if films[i], err = d.row(0, database.Time(s.clock())); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(tx *gorm.DB) error { return s.insertAll(tx, films, drafts) })
}
