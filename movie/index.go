package movie

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Grams is a row of the title index: the films of one block that have a gram. It is written in the
// transactions that write titles, and follows from them alone.
type Grams struct {
	Gram  int64  `gorm:"primaryKey;autoIncrement:false"`
	Block int64  `gorm:"primaryKey;autoIncrement:false"`
	Films []byte `gorm:"size:2048;not null"`
}

// TableName implements [schema.Tabler].
func (Grams) TableName() string { return "movie_grams" }

// GramBuild is the one row that says how far the films are indexed that are older than the title index.
// Those that are written since then are indexed as they are written.
type GramBuild struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	NextID int64 `gorm:"not null"` // films below it are indexed

	Since time.Time `gorm:"not null;precision:6"` // when the index was made, 1970 where it was there before the films
}

// TableName implements [schema.Tabler].
func (GramBuild) TableName() string { return "movie_gram_builds" }

func newIndex(db *database.DB, log *slog.Logger) *textindex.Index {
	return textindex.New(db, textindex.Source{
		Rows: "movies", Lists: Grams{}.TableName(), IDs: "films", Builds: GramBuild{}.TableName(), Load: loadTexts,
	}, log)
}

// text returns what a film is found by; its genre is a tag.
func (m Movie) text() textindex.Text {
	return textindex.Text{ID: m.ID, Key: m.TitleKey, Tags: []string{m.Genre}}
}

func textsOf(films []Movie) []textindex.Text {
	texts := make([]textindex.Text, len(films))
	for i, m := range films {
		texts[i] = m.text()
	}
	return texts
}

func loadTexts(tx *gorm.DB, ids []int64) ([]textindex.Text, error) {
	var films []Movie
	err := tx.Select("id", "title_key", "genre").Where("id IN ?", ids).Find(&films).Error
	return textsOf(films), err
}

// An upgrade without down time has instances of both versions for a while, and the older one does not
// index what it writes.
const (
	upgradeTime  = 24 * time.Hour
	clockSkew    = 10 * time.Minute
	catchUpFilms = 512 // in one transaction
)

// Run indexes the films that are older than the title index, and ends when that is done. Until then a
// search reads all titles. In the first day of an index that is younger than the catalogue it also looks again at
// all films that were written since, which includes what an instance of an older version wrote.
func (s *Service) Run(ctx context.Context) error { return s.index.Run(ctx, s.catchUp) }

// IndexAll indexes all films of a database that nobody uses, in which they were not written by this
// package. It may be called again after it was interrupted.
func IndexAll(ctx context.Context, db *database.DB) error {
	return newIndex(db, nil).BuildAnew(ctx)
}

// catchUp indexes again what was written since the index was made, if that is not long ago.
func (s *Service) catchUp(ctx context.Context) error {
	var b GramBuild
	if err := s.db.Reader(ctx).Take(&b, 1).Error; err != nil {
		return fmt.Errorf("ask how old the title index is: %w", err)
	}
	if s.clock().Sub(b.Since) > upgradeTime {
		return nil
	}
	for last := int64(0); ; {
		var ids []int64
		err := s.db.Reader(ctx).Model(&Movie{}).Where("id > ? AND updated_at >= ?", last, database.Time(b.Since.Add(-clockSkew))).
			Order("id").Limit(catchUpFilms).Pluck("id", &ids).Error
		if err == nil && len(ids) > 0 {
			last = ids[len(ids)-1]
			err = s.db.Tx(ctx, func(tx *gorm.DB) error { return s.index.AddAgain(tx, ids) })
		}
		if err != nil || len(ids) < catchUpFilms {
			return err
		}
	}
}
