package user

import (
	"context"
	"log/slog"
	"strconv"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// This file is what a domain adds to platform/textindex: its two models, the names of their tables, and what is indexed.
// Package movie has the same list for titles. It is not shared, because the tables differ in a column and GORM needs
// a concrete type for each of them; all behaviour is in platform/textindex.

// Grams is a row of the ngram index of usernames: the accounts of one block whose names contain an ngram. It is
// written in the transactions that write names, ages and genders, and can be rebuilt from them.
type Grams struct {
	Gram  int64  `gorm:"primaryKey;autoIncrement:false"`
	Block int64  `gorm:"primaryKey;autoIncrement:false"`
	Users []byte `gorm:"size:2048;not null"`
}

// TableName implements [schema.Tabler].
func (Grams) TableName() string { return "user_grams" }

// GramBuild is the only row of its table. It records how far the index is built over the accounts that are older
// than the index. Unlike the index of film titles, this one does not index again what was written since it was
// created, so no instance of a version without the index may write at the same time as one with it.
type GramBuild struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	NextID int64 `gorm:"not null"` // accounts with smaller ids are indexed
}

// TableName implements [schema.Tabler].
func (GramBuild) TableName() string { return "user_gram_builds" }

func newIndex(db *database.DB, log *slog.Logger) *textindex.Index {
	return textindex.New(db, textindex.Source{
		Rows: "users", Lists: Grams{}.TableName(), IDs: "users", Builds: GramBuild{}.TableName(), Load: loadTexts, Rekey: rekey,
	}, log)
}

// text returns the index entry of an account. Age and gender are tags, because a common part of a name combined
// with an age may match very few accounts. Members who do not show them have none.
func (u User) text() textindex.Text {
	t := textindex.Text{ID: u.ID, Texts: []string{u.Username}}
	if u.Preferences.ShowFacts {
		t.Tags = []string{ageTag(u.Age), string(u.Gender)}
	}
	return t
}

func ageTag(age int64) string { return strconv.FormatInt(age, 10) }

func loadTexts(tx *gorm.DB, ids []int64) ([]textindex.Text, error) {
	var users []User
	err := tx.Select("id", "username", "age", "gender", "show_facts").Where("id IN ?", ids).Find(&users).Error
	texts := make([]textindex.Text, len(users))
	for i, u := range users {
		texts[i] = u.text()
	}
	return texts, err
}

// rekey stores both keys of accounts anew: versions before schema 15 had no search key, and folded letters of Hangul that
// stand alone to syllables in the other.
func rekey(tx *gorm.DB, ids []int64) error {
	var users []User
	err := database.ForUpdate(tx).Select("id", "username", "username_key", "search_key").Where("id IN ?", ids).Order("id").Find(&users).Error
	if err != nil {
		return err
	}
	for _, u := range users {
		name, search := usernameKey(u.Username), textindex.Key(u.Username)
		if name == u.UsernameKey && search == u.SearchKey {
			continue
		}
		if err := tx.Exec("UPDATE users SET username_key = ?, search_key = ? WHERE id = ?", name, search, u.ID).Error; err != nil {
			return err
		}
	}
	return nil
}

// BuildIndex adds the accounts that are older than the ngram index to it, with new keys where a version before schema
// 15 wrote them, and returns when that is done. Until then a search for a part of a name reads all names, and finds
// those without a search key as that version did.
func (s *Service) BuildIndex(ctx context.Context) error { return s.index.Run(ctx, nil) }

// IndexAll rebuilds the ngram index of a database that no instance uses, after accounts were written to it by
// other means than this package. It can be called again after an interruption.
func IndexAll(ctx context.Context, db *database.DB) error {
	return newIndex(db, nil).BuildAnew(ctx)
}
