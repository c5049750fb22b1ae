// Package reaction owns likes of reviews and lists, likes and dislikes of films, and ratings of films.
//
// A like is a toggle (see package toggle): it is idempotent, its row keeps its id, and a change from off
// to on notifies the author of what is liked, in the transaction of the change. Reactions to films are idempotent too
// and notify nobody. A rating of a film is independent of the reaction; rating again moves its time. The counters of
// reviews, lists, films and members, and the histograms of films, always equal the rows.
package reaction

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/toggle"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// ReviewLike is the stored like of a review by a member. Only [Service.SetLike] writes it, because its hook notifies.
type ReviewLike struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_review_likes_user_review,priority:1"`
	ReviewID  int64     `gorm:"not null;uniqueIndex:idx_review_likes_user_review,priority:2;index:idx_review_likes_review"`
	IsLiked   bool      `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;precision:6;autoUpdateTime:false"` // the last change, to on or off

	by       auth.Viewer // the member
	authorID int64       // of the review; the recipient of the notification. On SQLite Lock sets it
	movieID  int64       // of the review, once it is locked
	on       bool        // what the member wants it to be
	known    bool        // Lock has read the row
	change   toggle.Change
}

// Mapping implements [toggle.Row].
func (l *ReviewLike) Mapping() toggle.Mapping {
	return toggle.Mapping{
		Name:    "like",
		Table:   "review_likes",
		Pair:    [2]string{"user_id", "review_id"},
		IDs:     [2]int64{l.UserID, l.ReviewID},
		State:   "is_liked",
		Changed: []string{"is_liked", "updated_at"},
		ID:      &l.ID,
		On:      &l.IsLiked,
		Known:   l.known,
	}
}

// Lock implements [toggle.Row]. It returns review.ErrNotFound also when the member may not see the review or it is
// hidden, or auth.ErrUserGone when only the member's account does not exist. It locks the author as well, because the notification
// refers to them: it would lock their row later, and two members who like each other's reviews at the same time would
// deadlock. A like by either side of a block is follow.ErrBlocked.
func (l *ReviewLike) Lock(tx *gorm.DB) error {
	if tx.Name() != database.MySQL { // a transaction has locked everything
		return l.look(tx)
	}
	return user.LockThen(tx, func() error {
		r, err := review.Lock(tx, l.ReviewID)
		if err == nil && r.Hidden != 0 {
			err = review.ErrNotFound
		}
		if err != nil {
			return err
		}
		return l.look(tx)
	}, l.UserID, l.authorID)
}

// look reads the review and the like of it, and returns the errors of Lock.
func (l *ReviewLike) look(tx *gorm.DB) error {
	l.known = true
	return look(tx, l.by, l.on, l.Mapping(), target{
		from: "reviews", columns: "reviews.user_id, reviews.movie_id", into: []any{&l.authorID, &l.movieID},
		shown: "reviews.hidden = 0", notFound: review.ErrNotFound,
	})
}

// Toggle implements [toggle.Row].
func (l *ReviewLike) Toggle(on bool, now time.Time) bool {
	if !l.change.Set(&l.IsLiked, on) {
		return false
	}
	l.UpdatedAt = now
	if l.ID == 0 {
		l.CreatedAt = now
	}
	return true
}

// Count implements [toggle.Row].
func (l *ReviewLike) Count(tx *gorm.DB, delta int64) error {
	return review.AddLikes(tx, l.ReviewID, delta)
}

// AfterSave notifies the author when this save turned the like on.
func (l *ReviewLike) AfterSave(tx *gorm.DB) error {
	if !l.change.TurnedOn(tx, l.ID) {
		return nil
	}
	err := notify.Send(tx, notify.Event{
		UserID: l.authorID, Type: notify.TypeReviewLike, ActorID: l.UserID, ReviewID: &l.ReviewID, MovieID: &l.movieID,
	})
	if err != nil {
		return fmt.Errorf("notify user %d of a like: %w", l.authorID, err)
	}
	return nil
}

// Type is the reaction of a member to a film.
type Type string

// The types. None means that there is no reaction; it is never stored.
const (
	None    Type = ""
	Like    Type = "like"
	Dislike Type = "dislike"
)

// counts returns what one reaction of the type adds to the counters of a film.
func (t Type) counts() movie.Counts {
	switch t {
	case Like:
		return movie.Counts{Likes: 1}
	case Dislike:
		return movie.Counts{Dislikes: 1}
	}
	return movie.Counts{}
}

// MovieReaction is the stored reaction of a member to a film.
type MovieReaction struct {
	ID        int64     `gorm:"primaryKey;autoIncrement"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_movie_reactions_user_movie,priority:1"`
	MovieID   int64     `gorm:"not null;uniqueIndex:idx_movie_reactions_user_movie,priority:2;index:idx_movie_reactions_movie"`
	Type      Type      `gorm:"size:10;not null"`
	CreatedAt time.Time `gorm:"not null;precision:6;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;precision:6;autoUpdateTime:false"` // the last change of Type
}
