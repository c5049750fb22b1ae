// Package reaction owns what members think of what is there: likes of reviews, and likes and dislikes
// of films.
//
// It promises that repeating what already stands changes nothing and tells nobody, that every change
// of a review's like from off to on tells its author, in the transaction of the change, and that the
// counters of reviews and films always equal the rows; they are read, never counted. A reaction to a
// film tells nobody.
//
// A [ReviewLike] is written by this package alone, and only by [Service.SetLike]: its hook notifies.
package reaction

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
)

// ReviewLike is that a member likes a review, or once did, as it is stored. The row stays when the
// like is taken back, and keeps its id.
type ReviewLike struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_review_likes_user_review,priority:1"`
	ReviewID  int64     `gorm:"not null;uniqueIndex:idx_review_likes_user_review,priority:2;index:idx_review_likes_review"`
	IsLiked   bool      `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;precision:6;autoUpdateTime:false"` // when it was last turned

	began    bool  // it was turned on and nobody was told yet
	authorID int64 // who is to be told
}

// turn switches the like of an author's review on or off and reports whether that is a change.
func (l *ReviewLike) turn(on bool, authorID int64, now time.Time) bool {
	if l.IsLiked == on {
		return false
	}
	l.IsLiked, l.began, l.authorID, l.UpdatedAt = on, on, authorID, now
	if l.ID == 0 {
		l.CreatedAt = now
	}
	return true
}

// AfterSave tells the author when this save is of a like that was just turned on. GORM also calls it
// after saves that changed nothing and on rows that were never loaded, which tell nobody, and after
// inserts that met a conflict: those tell nobody either, because they know not what they changed.
func (l *ReviewLike) AfterSave(tx *gorm.DB) error {
	_, upsert := tx.Statement.Clauses[clause.OnConflict{}.Name()]
	if !l.began || l.ID == 0 || upsert {
		return nil
	}
	l.began = false
	err := notify.Send(tx, notify.Event{
		UserID: l.authorID, Type: notify.TypeReviewLike, ActorID: l.UserID, ReviewID: &l.ReviewID,
	})
	if err != nil {
		return fmt.Errorf("tell user %d of a like: %w", l.authorID, err)
	}
	return nil
}

// Type is what a member thinks of a film.
type Type string

// The types. None is what stands where no row is; it is never stored.
const (
	None    Type = ""
	Like    Type = "like"
	Dislike Type = "dislike"
)

// counts returns what one reaction of the type counts for.
func (t Type) counts() movie.Counts {
	switch t {
	case Like:
		return movie.Counts{Likes: 1}
	case Dislike:
		return movie.Counts{Dislikes: 1}
	}
	return movie.Counts{}
}

// MovieReaction is what a member thinks of a film, as it is stored.
type MovieReaction struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_movie_reactions_user_movie,priority:1"`
	MovieID   int64     `gorm:"not null;uniqueIndex:idx_movie_reactions_user_movie,priority:2;index:idx_movie_reactions_movie"`
	Type      Type      `gorm:"size:10;not null"`
	CreatedAt time.Time `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;precision:6;autoUpdateTime:false"` // when it last changed
}
