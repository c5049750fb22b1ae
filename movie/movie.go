// Package movie owns the film catalogue: films, posters, search, and the import of files of films.
//
// It guarantees that every stored film satisfies the rules of the API, also when it was imported; that the
// counters of a film change in the same transaction as the rows they count ([AddCounts]); and that deleting a film
// deletes its poster. Other domains delete their data through [Service.OnDelete]; this package imports none of them.
package movie

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// ErrNotFound means that a film does not exist.
var ErrNotFound = apperr.New(apperr.NotFound, "not_found",
	"There is no such film.", "해당 영화를 찾을 수 없습니다.")

// ErrHasReviews means that other users have reviewed a film, so that only an admin may delete it. The package
// that owns reviews returns it from its hook of [Service.OnDelete].
var ErrHasReviews = apperr.New(apperr.Forbidden, "movie_has_reviews",
	"Other users have reviewed this film, so only an admin may delete it.",
	"다른 회원의 리뷰가 있는 영화는 관리자만 삭제할 수 있습니다.")

// ErrExternalIDTaken means that another film has one of the ids in other catalogues. It has the id of that film as movie_id.
var ErrExternalIDTaken = apperr.New(apperr.Conflict, "external_id_taken",
	"Another film has this external id.", "다른 영화에 이미 등록된 외부 ID입니다.")

// Movie is a row of the table movies.
type Movie struct {
	ID           int64     `gorm:"primaryKey;autoIncrement;index:idx_movies_title,priority:2;index:idx_movies_likes,priority:2;index:idx_movies_score,priority:2;index:idx_movies_ratings,priority:2;index:idx_movies_reviews,priority:2;index:idx_movies_release,priority:2;index:idx_movies_year,priority:2;index:idx_movies_year_title,priority:3;index:idx_movies_year_likes,priority:3;index:idx_movies_year_score,priority:3"`
	Title        string    `gorm:"size:255;not null"`
	TitleKey     string    `gorm:"size:745;not null;index:idx_movies_title,priority:1;index:idx_movies_year_title,priority:2;index:idx_movies_likes,priority:3"` // textindex.Key of Title, for search and for sorting by title
	Plot         string    `gorm:"type:mediumtext;not null"`
	CastMembers  string    `gorm:"type:mediumtext;not null"` // JSON from encodeCast, sent to clients unchanged
	Playtime     int64     `gorm:"not null"`                 // minutes, 0 if it is unknown
	Genre        string    `gorm:"size:20;not null"`         // the first genre, or ""
	ReleaseDate  string    `gorm:"size:10;not null;index:idx_movies_release,priority:1"`
	ReleaseYear  int64     `gorm:"not null;index:idx_movies_year,priority:1;index:idx_movies_year_title,priority:1;index:idx_movies_year_likes,priority:1;index:idx_movies_year_score,priority:1"` // of ReleaseDate, or 0
	Details      string    `gorm:"type:mediumtext;not null"`                                                                                                                                       // JSON from Details.encode, sent to clients in parts
	PosterImage  string    `gorm:"size:255;not null"`                                                                                                                                              // a storage key of platform/media, or ""
	CreatedBy    *int64    `gorm:"index:idx_movies_created_by"`
	LikeCount    int64     `gorm:"not null;index:idx_movies_likes,priority:1;index:idx_movies_year_likes,priority:2"`
	DislikeCount int64     `gorm:"not null"`
	ReviewCount  int64     `gorm:"not null;index:idx_movies_reviews,priority:1"`
	CreatedAt    time.Time `gorm:"not null;precision:6"`
	UpdatedAt    time.Time `gorm:"not null;precision:6"` // of the last edit; changes of counters do not count
	RatingCount  int64     `gorm:"not null;index:idx_movies_ratings,priority:1"`
	RatingSum    int64     `gorm:"not null"`                                                                          // of all ratings, in half-stars
	RatingScore  int64     `gorm:"not null;index:idx_movies_score,priority:1;index:idx_movies_year_score,priority:2"` // see [Counts]
	Hidden       bool      `gorm:"not null;index:idx_movies_hidden"`                                                  // by a moderator, see [Service.SetHidden]
}

// Genres returns the genres that a film can have, in the order in which clients show them.
func Genres() []string {
	return []string{
		"SF", "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History",
		"Horror", "Music", "Musical", "Mystery", "Noir", "Romance", "Short", "Sport", "Thriller", "War", "Western",
	}
}

// Owner returns the id of the user who added the film, or 0 if it was imported or that user was deleted.
func (m Movie) Owner() int64 {
	if m.CreatedBy == nil {
		return 0
	}
	return *m.CreatedBy
}

// Lock returns a film, or ErrNotFound, and locks its row until the transaction ends.
func Lock(tx *gorm.DB, id int64) (Movie, error) { return take(database.ForUpdate(tx), id) }

// LockID locks the row of a film as [Lock] does, without reading it.
func LockID(tx *gorm.DB, id int64) error { return lockID(tx, "SELECT id FROM movies WHERE id = ?", id) }

// LockShownID is LockID that does not find hidden films, as [LockShown].
func LockShownID(tx *gorm.DB, id int64) error {
	return lockID(tx, "SELECT id FROM movies WHERE id = ? AND "+notHidden, id)
}

func lockID(tx *gorm.DB, query string, id int64) error {
	if tx.Name() == database.MySQL {
		query += " FOR UPDATE"
	}
	found := false
	err := database.Each(tx, query, []any{id}, func(database.Scanner) error { found = true; return nil })
	if err != nil {
		return fmt.Errorf("lock movie %d: %w", id, err)
	}
	if !found {
		return ErrNotFound
	}
	return nil
}

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

// RatingAverage returns the mean of the ratings of a film, in stars to two decimals, half up, or nil if nobody rated it.
func (m Movie) RatingAverage() *float64 { return Average(m.RatingSum, m.RatingCount) }

// Average returns the mean of ratings, in stars to two decimals, half up, or nil if there are none. sum is in half-stars.
func Average(sum, count int64) *float64 {
	if count == 0 {
		return nil
	}
	return new(float64((100*sum+count)/(2*count)) / 100)
}

// Counts holds the changes of a film's counters, each positive or negative. HalfStars is that of the sum of its ratings.
type Counts struct{ Likes, Dislikes, Reviews, Ratings, HalfStars int64 }

// Each kind of change has its own statement, because SQLite rewrites the indexes of a column even for + 0.
const (
	addReactions = "UPDATE movies SET like_count = like_count + ?, dislike_count = dislike_count + ? WHERE id = ?"
	addReviews   = "UPDATE movies SET review_count = review_count + ? WHERE id = ?"
)

// score returns the expression for the new score of a film whose ratings change by a number of ratings and of half-stars.
// The score is the mean of its ratings and of ten more of three stars, in billionths of a star, rounded down; it is 0
// without ratings.
func score(driver string) string {
	divided := "/"
	if driver == database.MySQL {
		divided = "DIV"
	}
	return "CASE WHEN rating_count + ? = 0 THEN 0 ELSE (60 + rating_sum + ?) * 500000000 " + divided + " (10 + rating_count + ?) END"
}

// ratingStatements are the beginnings of statements that change the ratings of films, by the driver: one for a change of the
// number of ratings and of half-stars, and one for a change of half-stars only. MySQL assigns columns from left to right,
// so the score is the first.
var ratingStatements = map[string][2]string{
	database.SQLite: ratingStatementsOf(database.SQLite),
	database.MySQL:  ratingStatementsOf(database.MySQL),
}

func ratingStatementsOf(driver string) [2]string {
	half := "UPDATE movies SET rating_score = " + score(driver) + ", rating_sum = rating_sum + ?"
	return [2]string{half + ", rating_count = rating_count + ?", half}
}

// setRatings returns one of the ratingStatements, and its arguments.
func setRatings(driver string, ratings, halfStars int64) (string, []any) {
	args := []any{ratings, halfStars, ratings, halfStars}
	if ratings == 0 {
		return ratingStatements[driver][1], args
	}
	return ratingStatements[driver][0], append(args, ratings)
}

// AddCounts adds c to the counters of a film and locks its row until the transaction ends. It returns ErrNotFound
// when the film does not exist. Call it before writing the row that is counted, or two transactions can deadlock
// on the foreign key.
func AddCounts(tx *gorm.DB, id int64, c Counts) error {
	var problems [3]error
	if c.Likes != 0 || c.Dislikes != 0 {
		problems[0] = addCounts(tx, id, addReactions, c.Likes, c.Dislikes, id)
	}
	if c.Reviews != 0 {
		problems[1] = addCounts(tx, id, addReviews, c.Reviews, id)
	}
	if c.Ratings != 0 || c.HalfStars != 0 {
		statement, args := setRatings(tx.Name(), c.Ratings, c.HalfStars)
		problems[2] = addCounts(tx, id, statement+" WHERE id = ?", append(args, id)...)
	}
	if err := cmp.Or(problems[:]...); err != nil {
		return err
	}
	return copyCounts(tx, c, id)
}

func addCounts(tx *gorm.DB, id int64, statement string, args ...any) error {
	changed, err := database.Affect(tx, statement, args...)
	if err != nil {
		return fmt.Errorf("change the counters of movie %d: %w", id, err)
	}
	if changed == 0 {
		return ErrNotFound
	}
	return nil
}

// The beginnings of statements that copy counters of films to their genres. Each kind of change has its own, too.
var (
	copyLikes   = copying("like_count")
	copyReviews = copying("review_count")
	copyScore   = copying("rating_score")
	copyRatings = copying("rating_count", "rating_score")
	copyAll     = copying("like_count", "review_count", "rating_count", "rating_score")
)

func copying(columns ...string) string {
	set := make([]string, len(columns))
	for i, c := range columns {
		set[i] = c + " = (SELECT m." + c + " FROM movies m WHERE m.id = movie_genres.movie_id)"
	}
	return "UPDATE movie_genres SET " + strings.Join(set, ", ") + " WHERE movie_id IN "
}

// copyCounts copies the counters of a film that c has changed.
func copyCounts(tx *gorm.DB, c Counts, id int64) error {
	for _, kind := range [...]struct {
		changed   bool
		statement string
	}{
		{c.Likes != 0, copyLikes},
		{c.Reviews != 0, copyReviews},
		{c.Ratings != 0, copyRatings},
		{c.Ratings == 0 && c.HalfStars != 0, copyScore},
	} {
		if !kind.changed {
			continue
		}
		if err := database.Exec(tx, kind.statement+"(?)", id); err != nil {
			return fmt.Errorf("copy the counters of movie %d to its genres: %w", id, err)
		}
	}
	return nil
}

// CopyCounts copies the counters of films to their genres. Call it where counters are changed by other means than
// [AddCounts] and [DropRatings].
func CopyCounts(tx *gorm.DB, ids ...int64) error { return copyTo(tx, copyAll, ids) }

func copyTo(tx *gorm.DB, statement string, ids []int64) error {
	for some := range slices.Chunk(slices.Sorted(slices.Values(ids)), dropBatch) {
		in, args := database.InList(some)
		if err := tx.Exec(statement+in, args...).Error; err != nil {
			return fmt.Errorf("copy the counters of %d movies to their genres: %w", len(some), err)
		}
	}
	return nil
}

// dropBatch limits the films in one statement of DropRatings.
const dropBatch = 500

// DropRatings removes one rating of that many half-stars from the counters of each film. It locks their rows in ascending
// order of their ids.
func DropRatings(tx *gorm.DB, halfStars int64, ids []int64) error {
	for some := range slices.Chunk(slices.Sorted(slices.Values(ids)), dropBatch) {
		statement, args := setRatings(tx.Name(), -1, -halfStars)
		in, all := database.InList(some, args...)
		if err := tx.Exec(statement+" WHERE id IN "+in, all...).Error; err != nil {
			return fmt.Errorf("remove ratings of %d half-stars from %d movies: %w", halfStars, len(some), err)
		}
	}
	return copyTo(tx, copyRatings, ids)
}
