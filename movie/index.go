package movie

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Grams is a row of the ngram index of titles: the films of one block whose titles contain an ngram. It is written
// in the transactions that write titles and genres, and can be rebuilt from them.
type Grams struct {
	Gram  int64  `gorm:"primaryKey;autoIncrement:false"`
	Block int64  `gorm:"primaryKey;autoIncrement:false"`
	Films []byte `gorm:"size:2048;not null"`
}

// TableName implements [schema.Tabler].
func (Grams) TableName() string { return "movie_grams" }

// GramBuild is the only row of its table. It records how far the index is built over the films that are older than
// the index. Newer films are indexed when they are written.
type GramBuild struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	NextID int64 `gorm:"not null"` // films with smaller ids are indexed

	Since time.Time `gorm:"not null;precision:6"` // when the index was created, 1970 if that was before the first film
}

// TableName implements [schema.Tabler].
func (GramBuild) TableName() string { return "movie_gram_builds" }

func newIndex(db *database.DB, log *slog.Logger) *textindex.Index {
	return textindex.New(db, textindex.Source{
		Rows: "movies", Lists: Grams{}.TableName(), IDs: "films", Builds: GramBuild{}.TableName(), Load: loadTexts, Rekey: rekey,
	}, log)
}

// text returns the index entry of a film. Its genres and the year of its release are tags.
func (m Movie) text() (textindex.Text, error) {
	d, err := m.ReadDetails()
	if err != nil {
		return textindex.Text{}, err
	}
	return m.textWith(d), nil
}

// textWith is text for a film whose details were read.
func (m Movie) textWith(d Details) textindex.Text {
	tags := d.Genres
	if m.ReleaseYear != 0 {
		tags = append(slices.Clip(tags), yearTag(m.ReleaseYear))
	}
	return textindex.Text{ID: m.ID, Texts: append([]string{m.Title}, d.otherTitles(m.Title)...), Tags: tags}
}

// textsOfNew returns the index entries of films that were stored.
func textsOfNew(films []*candidate) []textindex.Text {
	texts := make([]textindex.Text, len(films))
	for i, c := range films {
		texts[i] = c.movie.textWith(c.draft.Details)
		texts[i].Key = c.movie.TitleKey
	}
	return texts
}

// yearTag returns the tag of the films of a year.
func yearTag(year int64) string { return strconv.FormatInt(year, 10) }

func textsOf(films []Movie) ([]textindex.Text, error) {
	texts := make([]textindex.Text, len(films))
	for i, m := range films {
		var err error
		if texts[i], err = m.text(); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func loadTexts(tx *gorm.DB, ids []int64) ([]textindex.Text, error) {
	var films []Movie
	err := tx.Select("id", "title", "genre", "release_year", "details").Where("id IN ?", ids).Find(&films).Error
	if err != nil {
		return nil, err
	}
	return textsOf(films)
}

// rekey stores what is derived from films anew: their keys, which versions before schema 15 folded in another way, and the
// rows of [derive], which versions before schema 19 did not write. It is no edit.
func rekey(tx *gorm.DB, ids []int64) error {
	var films []Movie
	err := database.ForUpdate(tx).Omit("plot").Where("id IN ?", ids).Order("id").Find(&films).Error
	if err != nil {
		return err
	}
	for i, m := range films {
		key := textindex.Key(m.Title)
		if key == m.TitleKey {
			continue
		}
		if err := tx.Exec("UPDATE movies SET title_key = ? WHERE id = ?", key, m.ID).Error; err != nil {
			return err
		}
		films[i].TitleKey = key
	}
	return deriveAgain(tx, films...)
}

// oldKey folds a title as versions before schema 15 did.
func oldKey(title string) string { return cases.Fold().String(norm.NFC.String(title)) }

// During an upgrade without downtime, instances of both versions run for a while, and the older one does not index
// what it writes.
const (
	upgradeTime  = 24 * time.Hour
	clockSkew    = 10 * time.Minute
	catchUpFilms = 512 // per transaction
)

// Run adds the films that are older than the ngram index to it, with new keys where a version before schema 15 wrote
// them, and returns when that is done. Until then a search reads all titles, and finds those with an old key as that
// version did. On the first day after the index was added to an existing catalogue, Run also indexes again
// all films written since, because an instance of an older version may have written them.
func (s *Service) Run(ctx context.Context) error { return s.index.Run(ctx, s.catchUp) }

// IndexAll rebuilds the ngram index of a database that no instance uses, after films were written to it by other
// means than this package. It can be called again after an interruption.
func IndexAll(ctx context.Context, db *database.DB) error {
	return newIndex(db, nil).BuildAnew(ctx)
}

// catchUp indexes again all films written since the index was created, if that is less than upgradeTime ago.
func (s *Service) catchUp(ctx context.Context) error {
	var b GramBuild
	if err := s.db.Reader(ctx).Take(&b, 1).Error; err != nil {
		return fmt.Errorf("read the age of the ngram index: %w", err)
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
