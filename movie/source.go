package movie

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// Source is a row of the table movie_sources: from which row of which source an import has taken a film. The film may be
// gone, or merged into another.
type Source struct {
	SourceKey string `gorm:"primaryKey;size:150"` // see [sourceKey]
	MovieID   int64  `gorm:"not null"`
	RowHash   int64  `gorm:"not null"` // of what the row said
}

// TableName implements [schema.Tabler].
func (Source) TableName() string { return "movie_sources" }

// maxSourceKey is the longest key that is stored as it is.
const maxSourceKey = 150

// sourceKey returns the format and what identifies a film in sources of that format.
func sourceKey(format, key string) string {
	whole := format + ":" + key
	if len(whole) <= maxSourceKey {
		return whole
	}
	sum := sha256.Sum256([]byte(key))
	return format + ":#" + hex.EncodeToString(sum[:])
}

// contentHash returns a hash of all that a row says about a film.
func (m Movie) contentHash() int64 {
	h := newHash
	for _, part := range [...]string{m.Title, m.Plot, m.CastMembers, m.Genre, m.ReleaseDate, m.Details, strconv.FormatInt(m.Playtime, 10)} {
		h = h.with(part).with("\x00")
	}
	return int64(h)
}

// hash64 is FNV-1a (RFC 9923). Hashes are stored: another function would not find them again.
type hash64 uint64

const newHash hash64 = 14695981039346656037

func (h hash64) with(text string) hash64 {
	for i := range len(text) {
		h = (h ^ hash64(text[i])) * 1099511628211
	}
	return h
}

// loadSources returns the sources with these keys.
func loadSources(tx *gorm.DB, keys []string) (map[string]Source, error) {
	found := make(map[string]Source, len(keys))
	for some := range slices.Chunk(keys, statementRows) {
		in, args := database.InList(some)
		query := "SELECT source_key, movie_id, row_hash FROM movie_sources WHERE source_key IN " + in
		err := database.Each(tx, query, args, func(row database.Scanner) error {
			var s Source
			err := row.Scan(&s.SourceKey, &s.MovieID, &s.RowHash)
			found[s.SourceKey] = s
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for the sources of films: %w", err)
		}
	}
	return found, nil
}

// storeSources stores sources. Those whose keys are stored take the place of the others with these keys. REPLACE costs more
// than INSERT where nothing is to be replaced, see [database.InsertInto].
func storeSources(tx *gorm.DB, sources map[string]Source, stored map[string]bool) error {
	const into, values = "movie_sources (source_key, movie_id, row_hash)", "?, ?, ?"
	added := database.NewRows(database.InsertInto(tx.Name())+into, values)
	replaced := database.NewRows("REPLACE INTO "+into, values)
	for _, key := range slices.Sorted(maps.Keys(sources)) {
		s, rows := sources[key], added
		if stored[key] {
			rows = replaced
		}
		rows.Text(key)
		rows.Int(s.MovieID)
		rows.Int(s.RowHash)
	}
	if err := added.Insert(tx, nil); err != nil {
		return err
	}
	return replaced.Insert(tx, nil)
}
