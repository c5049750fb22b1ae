package reaction

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// RatingHistogram counts how many members gave a film each number of half-stars. It changes in the transaction of the
// ratings, and is read where they would have to be counted. A film that nobody ever rated has none.
type RatingHistogram struct {
	MovieID int64 `gorm:"primaryKey;autoIncrement:false"`
	Half1   int64 `gorm:"not null"`
	Half2   int64 `gorm:"not null"`
	Half3   int64 `gorm:"not null"`
	Half4   int64 `gorm:"not null"`
	Half5   int64 `gorm:"not null"`
	Half6   int64 `gorm:"not null"`
	Half7   int64 `gorm:"not null"`
	Half8   int64 `gorm:"not null"`
	Half9   int64 `gorm:"not null"`
	Half10  int64 `gorm:"not null"`
}

// halves returns the columns of a histogram, each by the format, which has the column as %[1]s.
func halves(format string) string {
	columns := make([]string, stars.Max)
	for i := range columns {
		columns[i] = fmt.Sprintf(format, fmt.Sprintf("half%d", i+1))
	}
	return strings.Join(columns, ", ")
}

// readHistogram finds a row without counts for a film that nobody ever rated, and none for a film that does not exist.
var readHistogram = "SELECT movies.hidden, movies.created_by, " + halves("COALESCE(%[1]s, 0)") + " FROM movies LEFT JOIN rating_histograms ON movie_id = movies.id WHERE movies.id = ?"

// Histogram returns how many members gave a film each rating, or movie.ErrNotFound also when the reader may not see it.
func (s *Service) Histogram(ctx context.Context, movieID int64, reader auth.Viewer) (h stars.Histogram, err error) {
	var m movie.Movie
	into := append(make([]any, 0, 2+len(h)), &m.Hidden, &m.CreatedBy)
	for i := range h {
		into = append(into, &h[i])
	}
	err = s.db.Row(ctx, readHistogram, movieID).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !m.VisibleTo(reader) {
		return stars.Histogram{}, movie.ErrNotFound
	}
	if err != nil {
		return h, fmt.Errorf("load the histogram of movie %d: %w", movieID, err)
	}
	return h, nil
}

// HistogramBy returns how many films a member gave each rating, of the ratings from a time until before another. nil is no
// bound. It leaves out hidden films, of which there are few: it counts those of all films by an index, and then looks up the
// ratings of those films, rather than the film of each rating.
func (s *Service) HistogramBy(ctx context.Context, userID int64, from, to *time.Time) (stars.Histogram, error) {
	hint := "INDEXED BY idx_movie_ratings_user_rating" // which has all columns; by the times both databases read another and sort
	if s.db.Driver() == database.MySQL {
		hint = "FORCE INDEX (idx_movie_ratings_user_rating)"
	}
	given := s.db.Reader(ctx).Table("movie_ratings "+hint).Select("rating", "COUNT(*)").Where("user_id = ?", userID).Group("rating")
	h, err := countBetween(given, from, to)
	if err != nil {
		return h, fmt.Errorf("count the ratings by user %d: %w", userID, err)
	}
	hidden := s.db.Reader(ctx).Table("movies").Select("rating", "1").Where("movies.hidden = 1 AND user_id = ?", userID).
		Joins(database.StraightJoin(s.db.Driver()) + " movie_ratings ON movie_ratings.movie_id = movies.id")
	without, err := countBetween(hidden, from, to)
	if err != nil {
		return h, fmt.Errorf("count the ratings of hidden films by user %d: %w", userID, err)
	}
	for i, n := range without {
		h[i] -= n
	}
	return h, nil
}

// countBetween adds up the ratings of a query, with their numbers, from a time until before another.
func countBetween(q *gorm.DB, from, to *time.Time) (h stars.Histogram, err error) {
	if from != nil {
		q = q.Where("rated_at >= ?", *from)
	}
	if to != nil {
		q = q.Where("rated_at < ?", *to)
	}
	type count struct {
		rating stars.Stars
		films  int64
	}
	counts, err := database.Scan(q, func(c *count) []any { return []any{&c.rating, &c.films} })
	for _, c := range counts {
		h[c.rating-1] += c.films
	}
	return h, err
}

// changeHistogram has the statements that add to a histogram, by the driver.
var changeHistogram = func() map[string]string {
	insert := "INSERT INTO rating_histograms (movie_id, " + halves("%[1]s") + ") VALUES (?" + strings.Repeat(", ?", int(stars.Max)) + ") "
	return map[string]string{
		database.SQLite: insert + "ON CONFLICT (movie_id) DO UPDATE SET " + halves("%[1]s = %[1]s + excluded.%[1]s"),
		database.MySQL:  insert + "ON DUPLICATE KEY UPDATE " + halves("%[1]s = %[1]s + VALUES(%[1]s)"),
	}
}()

// addToHistogram moves a rating of a film from one number of half-stars to another. 0 is no rating. The film is locked.
func addToHistogram(tx *gorm.DB, movieID int64, from, to stars.Stars) error {
	args := make([]any, 1+stars.Max)
	args[0] = movieID
	for i := stars.Min; i <= stars.Max; i++ {
		args[i] = 0
	}
	if from != 0 {
		args[from] = -1
	}
	if to != 0 {
		args[to] = 1
	}
	if err := database.Exec(tx, changeHistogram[tx.Name()], args...); err != nil {
		return fmt.Errorf("change the histogram of movie %d: %w", movieID, err)
	}
	return nil
}

// dropBatch limits the films in one statement of dropRatings.
const dropBatch = 500

// dropRatings removes one rating from the counters of each film.
func dropRatings(tx *gorm.DB, rating stars.Stars, films []int64) error {
	if err := movie.DropRatings(tx, int64(rating), films); err != nil {
		return err
	}
	column := fmt.Sprintf("half%d", rating)
	for some := range slices.Chunk(films, dropBatch) {
		in, args := database.InList(some)
		err := tx.Exec("UPDATE rating_histograms SET "+column+" = "+column+" - 1 WHERE movie_id IN "+in, args...).Error
		if err != nil {
			return fmt.Errorf("remove ratings from %d histograms: %w", len(some), err)
		}
	}
	return nil
}
