// Package movie owns the film catalogue: films, their posters, the search over them and the import
// of many at once.
//
// It promises that a stored film satisfies the rules of the API whichever way it came in, that the
// counters of a film change only in the transaction of what they count ([AddCounts]), and that a
// film goes together with its poster. What else hangs on a film is told by [Service.OnDelete].
// Reviews and reactions may use it; it knows neither.
package movie

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// ErrNotFound says that there is no film with an id.
var ErrNotFound = apperr.New(apperr.NotFound, "not_found",
	"There is no such film.", "해당 영화를 찾을 수 없습니다.")

// ErrHasReviews says that others have reviewed a film, so that only an admin may delete it. Whoever
// knows the reviews returns it from a function given to [Service.OnDelete].
var ErrHasReviews = apperr.New(apperr.Forbidden, "movie_has_reviews",
	"Others have reviewed this film, so only an admin may delete it.",
	"다른 사용자의 리뷰가 있는 영화는 관리자만 삭제할 수 있습니다.")

// Movie is a film as it is stored.
type Movie struct {
	ID           int64     `gorm:"primaryKey;autoIncrement;index:idx_movies_title,priority:2;index:idx_movies_likes,priority:2;index:idx_movies_genre,priority:2;index:idx_movies_genre_likes,priority:3;index:idx_movies_genre_title,priority:3"`
	Title        string    `gorm:"size:255;not null"`
	TitleKey     string    `gorm:"size:745;not null;index:idx_movies_title,priority:1;index:idx_movies_genre_title,priority:2;index:idx_movies_likes,priority:3"` // what search and order go by
	Plot         string    `gorm:"type:mediumtext;not null"`
	CastMembers  string    `gorm:"type:mediumtext;not null"` // JSON as it is shown, made by encodeCast
	Playtime     int64     `gorm:"not null"`                 // minutes
	Genre        string    `gorm:"size:20;not null;index:idx_movies_genre,priority:1;index:idx_movies_genre_likes,priority:1;index:idx_movies_genre_title,priority:1"`
	PosterImage  string    `gorm:"size:255;not null"` // key of the stored image, "" for none
	CreatedBy    *int64    `gorm:"index:idx_movies_created_by"`
	LikeCount    int64     `gorm:"not null;index:idx_movies_likes,priority:1;index:idx_movies_genre_likes,priority:2"`
	DislikeCount int64     `gorm:"not null"`
	ReviewCount  int64     `gorm:"not null"`
	CreatedAt    time.Time `gorm:"not null;precision:6"`
	UpdatedAt    time.Time `gorm:"not null;precision:6"` // of the last edit; counters leave it
}

// CastMember is a person in the cast of a film. What is nil was not sent, and is not sent back.
type CastMember struct {
	Name   string  `json:"name" example:"송강호" description:"The name of the person."`
	Role   *string `json:"role,omitempty" example:"기택" description:"Who they play. Absent when it was not given."`
	Age    *int64  `json:"age,omitempty" example:"52" description:"Age in years. Absent when it was not given."`
	Agency *string `json:"agency,omitempty" example:"써브라임" description:"Who represents them. Absent when it was not given."`
	Gender *string `json:"gender,omitempty" example:"male" description:"male or female. Absent when it was not given."`
}

// Owner returns the id of who added the film, 0 when it is nobody or they are gone.
func (m Movie) Owner() int64 {
	if m.CreatedBy == nil {
		return 0
	}
	return *m.CreatedBy
}

func encodeCast(cast []CastMember) (string, error) {
	if cast == nil {
		cast = []CastMember{}
	}
	text, err := json.Marshal(cast)
	if err != nil {
		return "", fmt.Errorf("encode cast: %w", err)
	}
	return string(text), nil
}

// maxTitleKey is how many characters of a folded title are kept: with more of them the index over
// genre, title and id does not fit into the 3072 bytes that MySQL allows. Folding can make three
// characters of one, but only a title of some 240 letters like ΐ is cut.
const maxTitleKey = 745

// titleKey folds a title so that equal keys are equal titles to a reader who does not mind case:
// full Unicode folding (École, ÉCOLE), which leaves Hangul as it is.
func titleKey(title string) string {
	key := cases.Fold().String(norm.NFC.String(title))
	if len(key) <= maxTitleKey || utf8.RuneCountInString(key) <= maxTitleKey {
		return key
	}
	return string([]rune(key)[:maxTitleKey])
}

// Lock returns the film with its row locked until the end of the transaction, or ErrNotFound.
func Lock(tx *gorm.DB, id int64) (Movie, error) { return take(database.ForUpdate(tx), id) }

func take(db *gorm.DB, id int64) (Movie, error) {
	var m Movie
	err := db.Where("id = ?", id).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Movie{}, ErrNotFound
	}
	if err != nil {
		return Movie{}, fmt.Errorf("load movie %d: %w", id, err)
	}
	return m, nil
}

// Counts are changes of the counters of a film.
type Counts struct{ Likes, Dislikes, Reviews int64 }

// Reviews are counted apart because like_count stands in indexes, which SQLite writes anew even for + 0.
const (
	addReactions = `UPDATE movies SET like_count = like_count + ?, dislike_count = dislike_count + ?,
	review_count = review_count + ? WHERE id = ?`
	addReviews = "UPDATE movies SET review_count = review_count + ? WHERE id = ?"
)

// AddCounts adds c to the counters of a film and locks its row until the end of the transaction; it
// returns ErrNotFound when there is none. It comes before the row that is counted is written, or
// two transactions can deadlock on the foreign key.
func AddCounts(tx *gorm.DB, id int64, c Counts) error {
	if c == (Counts{}) {
		return nil
	}
	statement, args := addReactions, []any{c.Likes, c.Dislikes, c.Reviews, id}
	if c.Likes == 0 && c.Dislikes == 0 {
		statement, args = addReviews, []any{c.Reviews, id}
	}
	done := tx.Exec(statement, args...)
	if done.Error != nil {
		return fmt.Errorf("count for movie %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 {
		return ErrNotFound
	}
	return nil
}
