// Package review owns the reviews of films: one per member and film, with an optional image.
//
// It guarantees that a member has at most one review of a film regardless of concurrent requests, that the review
// counters of members and films change in the transaction of what they count, and that an image is deleted once no
// review names it. A review is deleted with its author and with its film. This package does not know who likes a
// review: see [Likes] and [AddLikes], through which reactions attach to it.
package review

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/spoiler"
)

// DefaultMaxContent is the maximum number of characters of a review unless [Deps] sets another one.
const DefaultMaxContent = 10_000

// The errors of this package.
var (
	ErrNotFound = apperr.New(apperr.NotFound, "not_found",
		"There is no such review.", "해당 리뷰를 찾을 수 없습니다.")
	// ErrExists has the id of the existing review as review_id.
	ErrExists = apperr.New(apperr.Conflict, "review_exists",
		"You have already reviewed this film.", "이미 이 영화에 리뷰를 작성하셨습니다.")
)

// Commenters are the members who may comment on a review. Its author always may.
type Commenters string

// The commenters.
const (
	Everyone Commenters = "everyone"
	Followed Commenters = "followed" // whom the author follows
	Nobody   Commenters = "nobody"
)

// Review is a row of the table reviews. Its texts show nothing before they are revealed, see package spoiler.
type Review struct {
	ID           int64        `gorm:"primaryKey;autoIncrement;index:idx_reviews_user,priority:2;index:idx_reviews_movie,priority:2;index:idx_reviews_movie_likes,priority:3"`
	UserID       int64        `gorm:"not null;uniqueIndex:idx_reviews_user_movie,priority:1;index:idx_reviews_user,priority:1;index:idx_reviews_user_created,priority:1"` // the author
	MovieID      int64        `gorm:"not null;uniqueIndex:idx_reviews_user_movie,priority:2;index:idx_reviews_movie,priority:1;index:idx_reviews_movie_likes,priority:1"`
	Title        spoiler.Text `gorm:"size:50;not null"`
	Content      spoiler.Text `gorm:"type:mediumtext;not null"`
	Image        spoiler.Text `gorm:"size:255;not null"` // a storage key of platform/media, or ""
	Spoiler      bool         `gorm:"not null"`
	Comments     Commenters   `gorm:"size:10;not null"`
	LikeCount    int64        `gorm:"not null;index:idx_reviews_movie_likes,priority:2"`
	CommentCount int64        `gorm:"not null"` // without deleted and hidden ones
	Hidden       Hidden       `gorm:"not null"`
	CreatedAt    time.Time    `gorm:"not null;precision:6;index:idx_reviews_user_created,priority:2"`
	UpdatedAt    time.Time    `gorm:"not null;precision:6"` // the last edit; likes do not change it
}

// Source implements [spoiler.Work].
func (r *Review) Source() spoiler.Source {
	return spoiler.Source{AuthorID: r.UserID, MovieID: r.MovieID, Spoiler: r.Spoiler}
}

// Reveal implements [spoiler.Work].
func (r *Review) Reveal() {
	r.Title.Reveal()
	r.Content.Reveal()
	r.Image.Reveal()
}

// Mask undoes [Review.Reveal].
func (r *Review) Mask() {
	r.Title.Mask()
	r.Content.Mask()
	r.Image.Mask()
}

// Masked reports whether the reader does not get to see title, content and image.
func (r *Review) Masked() bool { return r.Content.Masked() }

// Likes knows who likes which review. Package reaction implements it.
type Likes interface {
	// LikedBy returns the reviews among reviewIDs that a member likes. Absent ids are not liked.
	LikedBy(ctx context.Context, userID int64, reviewIDs []int64) (map[int64]bool, error)
}

// Comments has the comments on reviews. Package comment implements it.
type Comments interface {
	// PurgeReviews deletes the comments on reviews that are being deleted, which are locked.
	PurgeReviews(tx *gorm.DB, ids ...int64) error
	// MoveReview moves the comments on a review that is being deleted, which is locked, to another one by the same member.
	MoveReview(tx *gorm.DB, from, into int64) error
}

// table maps a [Review] to its columns.
var table = database.TableOf[Review]()

// Lock locks the row of a review until the transaction ends and returns the review, or [ErrNotFound]. Lock the rows
// of members and films before those of reviews.
func Lock(tx *gorm.DB, id int64) (Review, error) {
	if tx.Name() == database.MySQL {
		return load(tx, getReview+" FOR UPDATE", id)
	}
	return load(tx, getReview, id)
}

var getReview = "SELECT " + table.Columns() + " FROM reviews WHERE id = ?"

func take(db *gorm.DB, id int64) (Review, error) { return load(db, getReview, id) }

func load(db *gorm.DB, query string, id int64) (r Review, err error) {
	found := false
	err = database.Each(db, query, []any{id}, func(row database.Scanner) (err error) {
		found = true
		r, err = table.Scan(row)
		return err
	})
	switch {
	case err != nil:
		return Review{}, fmt.Errorf("load review %d: %w", id, err)
	case !found:
		return Review{}, ErrNotFound
	}
	return r, nil
}

// AddComments adds delta to the comment counter of a locked review.
func AddComments(tx *gorm.DB, id, delta int64) error {
	if delta == 0 {
		return nil
	}
	if err := database.Exec(tx, "UPDATE reviews SET comment_count = comment_count + ? WHERE id = ?", delta, id); err != nil {
		return fmt.Errorf("change the comments of review %d: %w", id, err)
	}
	return nil
}

// AddLikes adds delta to the like counter of a review and leaves updated_at unchanged. It locks the row; call it before
// writing the like, or two transactions can deadlock on the foreign key. A delta of 0 does nothing. AddLikes returns
// [ErrNotFound] when the review does not exist.
func AddLikes(tx *gorm.DB, id, delta int64) error {
	if delta == 0 {
		return nil
	}
	changed, err := database.Affect(tx, "UPDATE reviews SET like_count = like_count + ? WHERE id = ?", delta, id)
	if err != nil {
		return fmt.Errorf("change the likes of review %d: %w", id, err)
	}
	if changed == 0 {
		return ErrNotFound
	}
	return nil
}
