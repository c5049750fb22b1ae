package movie

import (
	"fmt"
	"hash/maphash"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// filter knows what the database does not have: keys of sources, external ids, and hashes of titles. It is a Bloom filter
// (https://en.wikipedia.org/wiki/Bloom_filter): of some others it says that they may be there, too. It is for a writer that
// adds all that is stored, and it ends when somebody else writes. A nil filter knows nothing.
type filter struct {
	seed    maphash.Seed
	bits    []uint64
	kind    string // only titles of films without an id of this kind were added; "" stands for all films
	version int64  // of the database, without what its writer has stored
}

// With two keys for each of a million films, one in fifty others seems to be there. It takes 2 MiB.
const (
	filterBits   = 1 << 24
	filterHashes = 4
)

// newFilter returns a filter of what is stored. The kind is one that all rows of the import have, or "".
func newFilter(tx *gorm.DB, kind string) (f *filter, err error) {
	f = &filter{seed: maphash.MakeSeed(), bits: make([]uint64, filterBits/64), kind: kind}
	if f.version, err = database.DataVersion(tx); err != nil {
		return nil, fmt.Errorf("read the version of the data: %w", err)
	}
	var key string
	var id ExternalID
	var hash int64
	for _, part := range []struct {
		query string
		args  []any
		into  []any
		add   func()
	}{
		{"SELECT source_key FROM movie_sources", nil, []any{&key}, func() { addKey(f, key) }},
		{"SELECT kind, value FROM movie_external_ids", nil, []any{&id.Kind, &id.Value}, func() { addKey(f, id) }},
		{"SELECT hash FROM movie_title_hashes WHERE " + withoutKind, []any{kind}, []any{&hash}, func() { addKey(f, hash) }},
	} {
		err := database.Each(tx, part.query, part.args, func(row database.Scanner) error {
			err := row.Scan(part.into...)
			part.add()
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.query, err)
		}
	}
	return f, nil
}

// mayHave reports whether a key may be stored.
func mayHave[T comparable](f *filter, key T) bool {
	if f == nil {
		return true
	}
	h := maphash.Comparable(f.seed, key)
	for range filterHashes {
		if f.bits[h%filterBits/64]>>(h%64)&1 == 0 {
			return false
		}
		h = h>>16 | h<<48
	}
	return true
}

func addKey[T comparable](f *filter, key T) {
	h := maphash.Comparable(f.seed, key)
	for range filterHashes {
		f.bits[h%filterBits/64] |= 1 << (h % 64)
		h = h>>16 | h<<48
	}
}

// knowsTitles reports whether the filter has all titles of films that rows may be about which all have an id of a kind.
func (f *filter) knowsTitles(kind string) bool { return f != nil && (f.kind == "" || f.kind == kind) }

// addFilm adds a film that was stored for a row.
func (f *filter) addFilm(key string, c *candidate) {
	addKey(f, key)
	has := false
	for _, id := range c.ids {
		addKey(f, id)
		has = has || id.Kind == f.kind
	}
	if has {
		return
	}
	for _, hash := range c.titles {
		addKey(f, hash)
	}
}
