// Package diary owns what members have watched and when: films marked watched, the watchlist, and the diary of
// viewings with its statistics.
//
// It guarantees that a film of the diary is marked watched, that marking a film takes it off the watchlist in the same
// transaction, and that the watched counter of accounts equals the rows. Ratings and reviews mark films through
// [Service.MarkIn]; the package knows neither, see [Deps].
package diary

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// The limits of a viewing that somebody types: characters of a note and of a tag, and how many tags. Struct tags repeat them,
// which a test compares. Imports make longer notes.
const (
	MaxNote = 500
	MaxTag  = 50
	MaxTags = 20
)

// The errors of this package.
var (
	// ErrNotFound means that a viewing does not exist.
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such viewing.", "해당 관람 기록을 찾을 수 없습니다.")
	// ErrStillInDiary means that a film cannot be unmarked, because the diary has viewings of it.
	ErrStillInDiary = apperr.New(apperr.Conflict, "still_in_diary",
		"Your diary has viewings of this film. Delete them first.",
		"이 영화의 관람 기록이 있습니다. 먼저 관람 기록을 삭제해 주세요.")
)

// WatchedFilm is a row of the table watched_films: a film that a member has marked watched.
type WatchedFilm struct {
	ID       int64     `gorm:"primaryKey;autoIncrement;index:idx_watched_films_user,priority:3"`
	UserID   int64     `gorm:"not null;uniqueIndex:idx_watched_films_pair,priority:2;index:idx_watched_films_user,priority:1"`
	MovieID  int64     `gorm:"not null;uniqueIndex:idx_watched_films_pair,priority:1"`
	MarkedAt time.Time `gorm:"not null;precision:6;index:idx_watched_films_user,priority:2"` // the first time; later marks leave it
}

// WatchlistFilm is a row of the table watchlist_films: a film that a member wants to watch.
type WatchlistFilm struct {
	ID      int64     `gorm:"primaryKey;autoIncrement;index:idx_watchlist_films_user,priority:3"`
	UserID  int64     `gorm:"not null;uniqueIndex:idx_watchlist_films_pair,priority:2;index:idx_watchlist_films_user,priority:1"`
	MovieID int64     `gorm:"not null;uniqueIndex:idx_watchlist_films_pair,priority:1"`
	AddedAt time.Time `gorm:"not null;precision:6;index:idx_watchlist_films_user,priority:2"`
}

// Viewing is a row of the table viewings: a film that a member watched on a day.
type Viewing struct {
	ID        int64        `gorm:"primaryKey;autoIncrement;index:idx_viewings_user,priority:3;index:idx_viewings_film,priority:4"`
	UserID    int64        `gorm:"not null;index:idx_viewings_user,priority:1;index:idx_viewings_film,priority:2"`
	MovieID   int64        `gorm:"not null;index:idx_viewings_user,priority:4;index:idx_viewings_film,priority:1"`
	WatchedOn Day          `gorm:"not null;index:idx_viewings_user,priority:2;index:idx_viewings_film,priority:3"`
	Rewatch   bool         `gorm:"not null;index:idx_viewings_user,priority:5"` // in the index for [Service.Statistics]
	Rating    *stars.Stars // of this viewing
	Note      *string      `gorm:"type:text"`          // never ""
	Tags      string       `gorm:"type:text;not null"` // JSON from encodeTags
	CreatedAt time.Time    `gorm:"not null;precision:6"`
	UpdatedAt time.Time    `gorm:"not null;precision:6"` // of the last edit
}

// ViewingTag is a row of the table viewing_tags, by which the viewings with a tag are found. It repeats columns of the
// viewing, so that an index has the order of the diary.
type ViewingTag struct {
	ID        int64  `gorm:"primaryKey;autoIncrement"`
	ViewingID int64  `gorm:"not null;uniqueIndex:idx_viewing_tags_viewing,priority:1;index:idx_viewing_tags_user,priority:4"`
	UserID    int64  `gorm:"not null;index:idx_viewing_tags_user,priority:1"`
	TagKey    string `gorm:"size:150;not null;uniqueIndex:idx_viewing_tags_viewing,priority:2;index:idx_viewing_tags_user,priority:2"` // see tagKey
	WatchedOn Day    `gorm:"not null;index:idx_viewing_tags_user,priority:3"`
}
