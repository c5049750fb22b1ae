package user

import (
	"context"
	"log/slog"
	"strconv"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// Grams is a row of the index of names: the accounts of one block that have a gram. It is written in the
// transactions that write names, ages and genders, and follows from them alone.
type Grams struct {
	Gram  int64  `gorm:"primaryKey;autoIncrement:false"`
	Block int64  `gorm:"primaryKey;autoIncrement:false"`
	Users []byte `gorm:"size:2048;not null"`
}

// TableName implements [schema.Tabler].
func (Grams) TableName() string { return "user_grams" }

// GramBuild is the one row that says how far the accounts are indexed that are older than the index of
// names. Other than that of titles it does not look again at what was written since, so no instance of a
// version that knows no such index may write beside one that does.
type GramBuild struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	NextID int64 `gorm:"not null"` // accounts below it are indexed
}

// TableName implements [schema.Tabler].
func (GramBuild) TableName() string { return "user_gram_builds" }

func newIndex(db *database.DB, log *slog.Logger) *textindex.Index {
	return textindex.New(db, textindex.Source{
		Rows: "users", Lists: Grams{}.TableName(), IDs: "users", Builds: GramBuild{}.TableName(), Load: loadTexts,
	}, log)
}

// text returns what an account is found by. Age and gender are tags: many have a common part of a name of
// whom next to nobody is of some age.
func (u User) text() textindex.Text {
	return textindex.Text{ID: u.ID, Key: u.UsernameKey, Tags: []string{ageTag(u.Age), string(u.Gender)}}
}

func ageTag(age int64) string { return strconv.FormatInt(age, 10) }

func loadTexts(tx *gorm.DB, ids []int64) ([]textindex.Text, error) {
	var users []User
	err := tx.Select("id", "username_key", "age", "gender").Where("id IN ?", ids).Find(&users).Error
	texts := make([]textindex.Text, len(users))
	for i, u := range users {
		texts[i] = u.text()
	}
	return texts, err
}

// BuildIndex indexes the accounts that are older than the index of names, and ends when that is done.
// Until then a search for a part of a name reads all names.
func (s *Service) BuildIndex(ctx context.Context) error { return s.index.Run(ctx, nil) }

// IndexAll indexes all accounts of a database that nobody uses, in which they were not written by this
// package. It may be called again after it was interrupted.
func IndexAll(ctx context.Context, db *database.DB) error {
	return newIndex(db, nil).BuildAnew(ctx)
}
