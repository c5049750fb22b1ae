package diary

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// The methods below are for imports. They run in a transaction that has locked the account of the member and then the film,
// take the times of things from their source, and send nothing.

// findIn returns the row that a condition selects, nil if there is none.
func findIn[T any](tx *gorm.DB, condition string, args ...any) (*T, error) {
	var row T
	found := tx.Where(condition, args...).Limit(1).Find(&row)
	if found.Error != nil {
		return nil, fmt.Errorf("look for a %T: %w", row, found.Error)
	}
	if found.RowsAffected == 0 {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	return &row, nil
}

// FindMark returns the mark of a film, nil if the member has not watched it.
func (*Service) FindMark(tx *gorm.DB, userID, movieID int64) (*WatchedFilm, error) {
	return findIn[WatchedFilm](tx, "movie_id = ? AND user_id = ?", movieID, userID)
}

// MarkAt is [Service.MarkIn] with a time. It returns the mark, and whether it is new.
func (s *Service) MarkAt(tx *gorm.DB, userID, movieID int64, at time.Time) (mark *WatchedFilm, isNew bool, err error) {
	if mark, err = s.FindMark(tx, userID, movieID); err != nil || mark != nil {
		return mark, false, err
	}
	if err := s.markAt(tx, userID, movieID, user.Counts{}, database.Time(at)); err != nil {
		return nil, false, err
	}
	mark, err = s.FindMark(tx, userID, movieID)
	return mark, true, err
}

const needsMark = `SELECT EXISTS (SELECT 1 FROM viewings WHERE movie_id = ? AND user_id = ?)
	OR EXISTS (SELECT 1 FROM movie_ratings WHERE movie_id = ? AND user_id = ?)
	OR EXISTS (SELECT 1 FROM reviews WHERE movie_id = ? AND user_id = ?)`

// UnmarkIn takes the mark of a film back, unless the member has a viewing, a rating or a review of it. It reports whether the
// film is not marked any more.
func (s *Service) UnmarkIn(tx *gorm.DB, userID, movieID int64) (bool, error) {
	needed := false
	row := s.db.Row(tx.Statement.Context, needsMark, movieID, userID, movieID, userID, movieID, userID)
	if err := row.Scan(&needed); err != nil || needed {
		return false, err
	}
	done := tx.Exec("DELETE FROM watched_films WHERE movie_id = ? AND user_id = ?", movieID, userID)
	if done.Error != nil {
		return false, fmt.Errorf("unmark movie %d of user %d: %w", movieID, userID, done.Error)
	}
	return true, user.AddCounts(tx, userID, user.Counts{Watched: -done.RowsAffected})
}

// FindWanted returns the entry of a film on the watchlist of a member, or nil.
func (*Service) FindWanted(tx *gorm.DB, userID, movieID int64) (*WatchlistFilm, error) {
	return findIn[WatchlistFilm](tx, "movie_id = ? AND user_id = ?", movieID, userID)
}

// WantedAmong returns the entries on the watchlist of a member that are of some films, by the ids of these.
func (*Service) WantedAmong(tx *gorm.DB, userID int64, movieIDs []int64) (map[int64]WatchlistFilm, error) {
	of := map[int64]WatchlistFilm{}
	if len(movieIDs) == 0 {
		return of, nil
	}
	var found []WatchlistFilm
	if err := tx.Where("user_id = ? AND movie_id IN ?", userID, movieIDs).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for %d films on the watchlist of user %d: %w", len(movieIDs), userID, err)
	}
	for _, w := range found {
		of[w.MovieID] = w
	}
	return of, nil
}

// WantAgain puts an entry back on a watchlist as it was.
func (*Service) WantAgain(tx *gorm.DB, w WatchlistFilm) error {
	w.AddedAt = database.Time(w.AddedAt)
	if err := tx.Create(&w).Error; err != nil {
		return fmt.Errorf("put movie %d back on the watchlist of user %d: %w", w.MovieID, w.UserID, err)
	}
	return nil
}

// WantAt puts a film that is not on the watchlist of a member there.
func (*Service) WantAt(tx *gorm.DB, userID, movieID int64, at time.Time) (*WatchlistFilm, error) {
	w := &WatchlistFilm{UserID: userID, MovieID: movieID, AddedAt: database.Time(at)}
	if err := tx.Create(w).Error; err != nil {
		return nil, fmt.Errorf("put movie %d on the watchlist of user %d: %w", movieID, userID, err)
	}
	return w, nil
}

// UnwantIn takes a film off the watchlist of a member.
func (*Service) UnwantIn(tx *gorm.DB, userID, movieID int64) error {
	err := tx.Exec("DELETE FROM watchlist_films WHERE movie_id = ? AND user_id = ?", movieID, userID).Error
	if err != nil {
		return fmt.Errorf("take movie %d off the watchlist of user %d: %w", movieID, userID, err)
	}
	return nil
}

// FindViewing returns a viewing, nil if there is none.
func (*Service) FindViewing(tx *gorm.DB, id int64) (*Viewing, error) {
	return findIn[Viewing](tx, "id = ?", id)
}

// ViewingsOn returns the viewings of a film by a member on a day, the first one first.
func (*Service) ViewingsOn(tx *gorm.DB, userID, movieID int64, day Day) (found []Viewing, err error) {
	err = tx.Where("movie_id = ? AND user_id = ? AND watched_on = ?", movieID, userID, day).Order("id").Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for viewings of movie %d on %s: %w", movieID, day, err)
	}
	return found, nil
}

// LogAt stores a viewing that was logged at a time. The rating of the member stays as it is. announce makes the viewing an
// activity, which is of now.
func (s *Service) LogAt(tx *gorm.DB, d Draft, at time.Time, announce bool) (*Viewing, error) {
	tags, err := encodeTags(d.Tags)
	if err != nil {
		return nil, err
	}
	at = database.Time(at)
	v := Viewing{
		UserID: d.UserID, MovieID: d.MovieID, WatchedOn: d.WatchedOn, Rating: d.Rating, Note: d.Note, Tags: tags, CreatedAt: at, UpdatedAt: at,
	}
	if v.Rewatch, err = s.isRewatch(tx, d); err != nil {
		return nil, err
	}
	if v.ID, err = table.Insert(tx, &v); err != nil {
		return nil, fmt.Errorf("log movie %d by user %d: %w", d.MovieID, d.UserID, err)
	}
	if announce {
		shown := v
		shown.CreatedAt = s.now()
		if err := record(tx, shown); err != nil {
			return nil, err
		}
	}
	if err := storeTags(tx, v, d.Tags); err != nil {
		return nil, err
	}
	return &v, user.AddDiaryVersion(tx, d.UserID)
}

// ChangeIn is [Service.Update] for a viewing that is locked. The rating of the member stays as it is.
func (s *Service) ChangeIn(tx *gorm.DB, v Viewing, p Patch) error {
	set, err := p.columns(v)
	if err != nil || len(set) == 0 {
		return err
	}
	set["updated_at"] = s.now()
	if err := tx.Model(&Viewing{}).Where("id = ?", v.ID).UpdateColumns(set).Error; err != nil {
		return fmt.Errorf("update viewing %d: %w", v.ID, err)
	}
	if p.WatchedOn != nil {
		v.WatchedOn = *p.WatchedOn
	}
	return errors.Join(moveTags(tx, v, p, set), user.AddDiaryVersion(tx, v.UserID))
}

// DeleteIn is [Service.Delete] for a viewing that is locked.
func (*Service) DeleteIn(tx *gorm.DB, v Viewing) error {
	if err := tx.Where("id = ?", v.ID).Delete(&Viewing{}).Error; err != nil {
		return fmt.Errorf("delete viewing %d: %w", v.ID, err)
	}
	if err := activity.Remove(tx, activity.Viewing, v.ID); err != nil {
		return err
	}
	return user.AddDiaryVersion(tx, v.UserID)
}
