package movie

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/textindex"
)

// TitleHash is a row of the table movie_title_hashes: what the title, the original title or an alias of a film has in
// common with its other spellings, see [hashTitle]. Imports find films by it. Rows of films that are gone may stay.
type TitleHash struct {
	Hash    int64 `gorm:"primaryKey;autoIncrement:false"`
	MovieID int64 `gorm:"primaryKey;autoIncrement:false"`
}

// TableName implements [schema.Tabler].
func (TitleHash) TableName() string { return "movie_title_hashes" }

// hashTitle returns the same for titles that are spelled differently: in case, width, diacritics, punctuation and spaces,
// with or without an article at their begin, with "&" or "and".
func hashTitle(title string) int64 { return hashKey(titleKeyOf(title)) }

func hashKey(key string) int64 { return int64(newHash.with(key)) }

// hashStored is hashTitle of the title of a film, of which textindex.Key is known.
func (m Movie) hashStored() int64 {
	if m.TitleKey != "" && !strings.ContainsAny(m.Title, "&＆") && withoutArticle(m.Title) == m.Title {
		return hashKey(m.TitleKey)
	}
	return hashTitle(m.Title)
}

var ampersands = strings.NewReplacer("&", " and ", "＆", " and ")

func titleKeyOf(title string) string {
	if strings.ContainsAny(title, "&＆") {
		title = ampersands.Replace(title)
	}
	if key := textindex.Key(withoutArticle(title)); key != "" {
		return key
	}
	return textindex.Key(title)
}

// withoutArticle returns a title without an English article before it, or after it and a comma.
func withoutArticle(title string) string {
	title = strings.TrimLeft(title, " \"'“‘([¡¿")
	for _, article := range [...]string{"the", "a", "an"} {
		if n := len(article); len(title) > n+1 && title[n] == ' ' && strings.EqualFold(title[:n], article) {
			return title[n+1:]
		}
		if rest := len(title) - len(", ") - len(article); rest > 0 && strings.EqualFold(title[rest:], ", "+article) {
			return title[:rest]
		}
	}
	return title
}

// titleHashes returns the hashes of all titles of a film, sorted and each once. hash is that of its title.
func titleHashes(hash int64, title string, d Details) []int64 {
	hashes := []int64{hash}
	for _, other := range d.otherTitles(title) {
		hashes = append(hashes, hashTitle(other))
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// dropHashes deletes the hashes of the titles of a film.
func dropHashes(tx *gorm.DB, m Movie) error {
	d, err := m.ReadDetails()
	if err != nil {
		return err
	}
	if err := tx.Where("hash IN ? AND movie_id = ?", titleHashes(hashTitle(m.Title), m.Title, d), m.ID).Delete(&TitleHash{}).Error; err != nil {
		return fmt.Errorf("delete the title hashes of movie %d: %w", m.ID, err)
	}
	return nil
}
