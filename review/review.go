// Package review owns what members write about films: one review per member and film, with an image
// if they like.
//
// It promises that a member has at most one review of a film however many requests come at once,
// that the counters of members and films change in the transaction of what they count, and that an
// image goes once no review names it. A review goes with its author and with its film. Who likes a
// review is not known here: see [Likes] and [AddLikes]. Reactions may use this package.
package review

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// DefaultMaxContent is how many characters a review may have unless [Deps] says otherwise.
const DefaultMaxContent = 10_000

// The errors of reviews.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such review.", "해당 리뷰를 찾을 수 없습니다.")
	// ErrExists carries the review that stands as review_id.
	ErrExists = apperr.New(apperr.Conflict, "review_exists",
		"You have already reviewed this film.", "이미 이 영화에 리뷰를 작성하셨습니다.")
)

// Review is a review as it is stored.
type Review struct {
	ID        int64     `gorm:"primaryKey;autoIncrement;index:idx_reviews_user,priority:2;index:idx_reviews_movie,priority:2;index:idx_reviews_movie_likes,priority:3"`
	UserID    int64     `gorm:"not null;uniqueIndex:idx_reviews_user_movie,priority:1;index:idx_reviews_user,priority:1"` // the author
	MovieID   int64     `gorm:"not null;uniqueIndex:idx_reviews_user_movie,priority:2;index:idx_reviews_movie,priority:1;index:idx_reviews_movie_likes,priority:1"`
	Title     string    `gorm:"size:50;not null"`
	Content   string    `gorm:"type:mediumtext;not null"`
	Image     string    `gorm:"size:255;not null"` // key of the stored image, "" for none
	LikeCount int64     `gorm:"not null;index:idx_reviews_movie_likes,priority:2"`
	CreatedAt time.Time `gorm:"not null;precision:6"`
	UpdatedAt time.Time `gorm:"not null;precision:6"` // of the last edit; likes leave it
}

// Likes knows who likes which review. The reactions implement it.
type Likes interface {
	// LikedBy returns which of the reviews a user likes; what is absent is not liked.
	LikedBy(ctx context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error)
}

// Lock returns the review with its row locked until the end of the transaction, or [ErrNotFound].
// The rows of its author and its film, if they are to be locked, come before it, in this order.
func Lock(tx *gorm.DB, id int64) (Review, error) { return take(database.ForUpdate(tx), id) }

func take(db *gorm.DB, id int64) (Review, error) {
	var r Review
	err := db.Where("id = ?", id).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Review{}, ErrNotFound
	}
	if err != nil {
		return Review{}, fmt.Errorf("load review %d: %w", id, err)
	}
	return r, nil
}

// AddLikes adds delta to the likes of a review and nothing else, updated_at included. It locks the
// row, so it comes before the like itself is written; a delta of 0 does nothing. It returns
// [ErrNotFound] when there is no such review.
func AddLikes(tx *gorm.DB, id, delta int64) error {
	if delta == 0 {
		return nil
	}
	done := tx.Exec("UPDATE reviews SET like_count = like_count + ? WHERE id = ?", delta, id)
	if done.Error != nil {
		return fmt.Errorf("count likes of review %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 {
		return ErrNotFound
	}
	return nil
}
