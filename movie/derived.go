package movie

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/korean"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// The tables below are what lists of films need beside the rows of films. They are written in the transactions that write
// films, and can be rebuilt from them by [IndexAll]. The counters in them are those of the films.

// InGenre is a row of the table movie_genres: a film in one of its genres, with what lists are sorted by.
type InGenre struct {
	MovieID     int64  `gorm:"primaryKey;autoIncrement:false;index:idx_movie_genres_genre,priority:2;index:idx_movie_genres_title,priority:3;index:idx_movie_genres_likes,priority:3;index:idx_movie_genres_release,priority:3;index:idx_movie_genres_reviews,priority:3;index:idx_movie_genres_ratings,priority:3;index:idx_movie_genres_score,priority:3"`
	Genre       string `gorm:"primaryKey;size:20;index:idx_movie_genres_genre,priority:1;index:idx_movie_genres_title,priority:1;index:idx_movie_genres_likes,priority:1;index:idx_movie_genres_release,priority:1;index:idx_movie_genres_reviews,priority:1;index:idx_movie_genres_ratings,priority:1;index:idx_movie_genres_score,priority:1"`
	TitleKey    string `gorm:"size:745;not null;index:idx_movie_genres_title,priority:2"`
	LikeCount   int64  `gorm:"not null;index:idx_movie_genres_likes,priority:2"`
	ReleaseDate string `gorm:"size:10;not null;index:idx_movie_genres_release,priority:2"`
	ReviewCount int64  `gorm:"not null;index:idx_movie_genres_reviews,priority:2"`
	RatingCount int64  `gorm:"not null;index:idx_movie_genres_ratings,priority:2"`
	RatingScore int64  `gorm:"not null;index:idx_movie_genres_score,priority:2"`
}

// TableName implements [schema.Tabler].
func (InGenre) TableName() string { return "movie_genres" }

// OtherTitle is a row of the table movie_titles: an original title or an alias.
type OtherTitle struct {
	MovieID  int64  `gorm:"primaryKey;autoIncrement:false;index:idx_movie_titles_key,priority:2"`
	Title    string `gorm:"primaryKey;size:255"`
	TitleKey string `gorm:"size:745;not null;index:idx_movie_titles_key,priority:1"` // textindex.Key of Title
}

// TableName implements [schema.Tabler].
func (OtherTitle) TableName() string { return "movie_titles" }

// Person is a row of the table movie_people: a name among the directors or in the cast of a film.
type Person struct {
	MovieID int64  `gorm:"primaryKey;autoIncrement:false;index:idx_movie_people_name,priority:2"`
	NameKey string `gorm:"primaryKey;size:765;index:idx_movie_people_name,priority:1"` // nameKey of the name
}

// TableName implements [schema.Tabler].
func (Person) TableName() string { return "movie_people" }

// Reference is a row of the table movie_external_ids. Its key makes external ids unique.
type Reference struct {
	Kind    string `gorm:"primaryKey;size:20"`
	Value   string `gorm:"primaryKey;size:30"`
	MovieID int64  `gorm:"not null;index:idx_movie_external_ids_movie"`
}

// TableName implements [schema.Tabler].
func (Reference) TableName() string { return "movie_external_ids" }

// nameKey folds the name of a person: regardless of case, but not of anything else.
func nameKey(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf && !korean.IsSyllable(r) }) {
		return strings.ToLower(name) // nothing else folds
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
}

// derived holds the derived rows of some films.
type derived struct {
	genres, titles, people, references, hashes *database.Rows

	uncounted bool // none of the films has a count
}

func newDerived(driver string, uncounted bool) *derived {
	insert, hashes := database.InsertInto(driver), "INSERT OR IGNORE INTO "
	if driver == database.MySQL {
		hashes = "INSERT IGNORE INTO "
	}
	counts := "?, ?, ?, ?"
	if uncounted {
		counts = "0, 0, 0, 0"
	}
	return &derived{
		uncounted: uncounted,
		genres: database.NewRows(insert+"movie_genres (movie_id, genre, title_key, release_date, like_count, review_count, rating_count, rating_score)",
			"?, ?, ?, ?, "+counts),
		titles:     database.NewRows(insert+"movie_titles (movie_id, title, title_key)", "?, ?, ?"),
		people:     database.NewRows(insert+"movie_people (movie_id, name_key)", "?, ?"),
		references: database.NewRows(insert+"movie_external_ids (kind, value, movie_id)", "?, ?, ?"),
		hashes:     database.NewRows(hashes+"movie_title_hashes (hash, movie_id)", "?, ?"), // those that are there stay
	}
}

// add appends the rows of a film.
func (r *derived) add(m Movie) error {
	d, err := m.ReadDetails()
	if err != nil {
		return err
	}
	cast, err := m.Cast()
	if err != nil {
		return err
	}
	r.addWith(m, d, cast, titleHashes(m.hashStored(), m.Title, d))
	return nil
}

// addWith is add for a film whose details and cast were read, and whose titles were hashed.
func (r *derived) addWith(m Movie, d Details, cast []CastMember, titles []int64) {
	for _, genre := range d.Genres {
		r.genres.Int(m.ID)
		r.genres.Text(genre)
		r.genres.Text(m.TitleKey)
		r.genres.Text(m.ReleaseDate)
		if r.uncounted {
			continue
		}
		for _, count := range [...]int64{m.LikeCount, m.ReviewCount, m.RatingCount, m.RatingScore} {
			r.genres.Int(count)
		}
	}
	for _, title := range d.otherTitles(m.Title) {
		r.titles.Int(m.ID)
		r.titles.Text(title)
		r.titles.Text(textindex.Key(title))
	}
	for _, key := range peopleKeys(d, cast) {
		r.people.Int(m.ID)
		r.people.Text(key)
	}
	for _, id := range d.ExternalIDs.List() {
		r.references.Text(id.Kind)
		r.references.Text(id.Value)
		r.references.Int(m.ID)
	}
	for _, hash := range titles {
		r.hashes.Int(hash)
		r.hashes.Int(m.ID)
	}
}

// peopleKeys returns the keys of the names in directors and cast, sorted and each once.
func peopleKeys(d Details, cast []CastMember) []string {
	keys := make([]string, 0, len(cast)+len(d.Directors))
	for _, name := range d.Directors {
		keys = append(keys, nameKey(name))
	}
	for _, member := range cast {
		keys = append(keys, nameKey(member.Name))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (r *derived) all() [5]*database.Rows {
	return [...]*database.Rows{r.genres, r.titles, r.people, r.references, r.hashes}
}

// insert stores the rows. It returns gorm.ErrDuplicatedKey when another film has one of the external ids.
func (r *derived) insert(tx *gorm.DB) error {
	for _, rows := range r.all() {
		if err := rows.Insert(tx, nil); err != nil {
			return err
		}
	}
	return nil
}

// derive stores the derived rows of new films.
func derive(tx *gorm.DB, films ...Movie) error {
	rows := newDerived(tx.Name(), false)
	for _, m := range films {
		if err := rows.add(m); err != nil {
			return err
		}
	}
	return rows.insert(tx)
}

// deriveAgain replaces the derived rows of films, but for the hashes of titles that they do not have any more.
func deriveAgain(tx *gorm.DB, films ...Movie) error {
	ids := make([]int64, len(films))
	for i, m := range films {
		ids[i] = m.ID
	}
	for _, model := range []any{&InGenre{}, &OtherTitle{}, &Person{}, &Reference{}} {
		if err := tx.Where("movie_id IN ?", ids).Delete(model).Error; err != nil {
			return fmt.Errorf("delete the %T of %d movies: %w", model, len(ids), err)
		}
	}
	return derive(tx, films...)
}

// rederive replaces the derived rows of a film if they depend on what a change of it has changed.
func rederive(tx *gorm.DB, before, after Movie) error {
	if before.Title == after.Title && before.CastMembers == after.CastMembers && before.Genre == after.Genre &&
		before.ReleaseDate == after.ReleaseDate && before.Details == after.Details {
		return nil
	}
	if err := dropHashes(tx, before); err != nil {
		return err
	}
	return deriveAgain(tx, after)
}

// holders returns the films that have some of the ids, by the ids.
func holders(db *gorm.DB, ids []ExternalID) (map[ExternalID]int64, error) {
	byKind := map[string][]string{}
	for _, id := range ids {
		byKind[id.Kind] = append(byKind[id.Kind], id.Value)
	}
	found := map[ExternalID]int64{}
	for kind, values := range byKind {
		for some := range slices.Chunk(values, statementRows) {
			in, args := database.InList(some, kind)
			query := "SELECT value, movie_id FROM movie_external_ids WHERE kind = ? AND value IN " + in
			err := database.Each(db, query, args, func(row database.Scanner) error {
				var value string
				var film int64
				err := row.Scan(&value, &film)
				found[ExternalID{kind, value}] = film
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("look for films with ids of %s: %w", kind, err)
			}
		}
	}
	return found, nil
}

// orTaken returns err, or ErrExternalIDTaken with the other film if one of the ids was stored for it.
func orTaken(db *gorm.DB, err error, ids ExternalIDs) error {
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return err
	}
	list := ids.List()
	films, failed := holders(db, list)
	if failed != nil {
		return failed
	}
	for _, id := range list {
		if film, ok := films[id]; ok {
			return ErrExternalIDTaken.With("movie_id", film)
		}
	}
	return err
}
