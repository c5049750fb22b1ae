package movie

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// storeSources stores sources, also in place of others with the same key.
func storeSources(tx *gorm.DB, sources []Source) error {
	args := make([]any, 0, 3*len(sources))
	for _, s := range sources {
		args = append(args, s.SourceKey, s.MovieID, s.RowHash)
	}
	return insertMany(tx, "REPLACE INTO movie_sources (source_key, movie_id, row_hash)", args, 3)
}
