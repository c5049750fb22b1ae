package comment

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
)

// atOnce bounds the ids in one statement.
const atOnce = 500

// Delete deletes a comment, or returns [ErrNotFound] when it does not exist or is deleted. It leaves a stub while there are
// replies.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		c, err := lock(tx, id)
		if err != nil {
			return err
		}
		if err := review.AddComments(tx, c.ReviewID, -c.counted()); err != nil {
			return err
		}
		if err := activity.Remove(tx, activity.Comment, id); err != nil {
			return err
		}
		if by := web.ViewerIDOf(ctx); by != *c.UserID {
			database.AfterCommit(tx, func() {
				web.LogEvent(ctx, s.log, slog.LevelWarn, "comment_deleted_by_other", id, slog.Int64("owner_id", *c.UserID))
			})
		}
		if err := remove(tx, id); err != nil {
			return err
		}
		if r, err := review.Lock(tx, c.ReviewID); err != nil || r.UserID == web.ViewerIDOf(ctx) {
			return err // authors of reviews keep order below them, which is no moderation
		}
		return record.ByOther(tx, s.clock(), web.ViewerIDOf(ctx), record.Delete, record.Comment, id, *c.UserID)
	})
}

// remove makes comments stubs and deletes those stubs that nothing answers. The reviews of the comments are locked.
func remove(tx *gorm.DB, ids ...int64) error {
	for some := range slices.Chunk(ids, atOnce) {
		in, args := database.InList(some)
		if err := tx.Exec("UPDATE comments SET user_id = NULL, content = '', spoiler = FALSE, hidden = FALSE WHERE id IN "+in, args...).Error; err != nil {
			return fmt.Errorf("delete %d comments: %w", len(some), err)
		}
	}
	for some := range slices.Chunk(ids, atOnce) {
		if err := sweep(tx, some); err != nil {
			return fmt.Errorf("delete %d comments: %w", len(some), err)
		}
	}
	return nil
}

// unanswered finds those of some comments that are stubs without replies.
const unanswered = `SELECT id, reply_to FROM comments
	WHERE user_id IS NULL AND NOT EXISTS (SELECT 1 FROM comments replies WHERE replies.reply_to = comments.id) AND id IN `

// sweep deletes the stubs among some comments that nothing answers, then those that they answered, and so on.
func sweep(tx *gorm.DB, ids []int64) error {
	for len(ids) > 0 {
		var gone, answered []int64
		in, args := database.InList(ids)
		err := database.Each(tx, unanswered+in, args, func(row database.Scanner) error {
			var id int64
			var to *int64
			if err := row.Scan(&id, &to); err != nil {
				return err
			}
			gone = append(gone, id)
			if to != nil {
				answered = append(answered, *to)
			}
			return nil
		})
		if err != nil || len(gone) == 0 {
			return err
		}
		in, args = database.InList(gone)
		if err := tx.Exec("DELETE FROM comments WHERE id IN "+in, args...).Error; err != nil {
			return err
		}
		ids = slices.Compact(slices.Sorted(slices.Values(answered)))
	}
	return nil
}

// uncount takes the comments of a member out of the counters of some reviews.
const uncount = `UPDATE reviews SET comment_count = comment_count -
	(SELECT COUNT(*) FROM comments WHERE comments.user_id = ? AND comments.review_id = reviews.id AND NOT comments.hidden) WHERE id IN `

// PurgeUser deletes the comments of an account that is being deleted. It leaves stubs while there are replies. The caller
// has locked the account, so that no new comment appears. The foreign keys delete the activities.
func (*Service) PurgeUser(tx *gorm.DB, userID int64) error {
	var reviews []int64
	err := tx.Model(&Comment{}).Distinct("review_id").Where("user_id = ?", userID).Order("review_id").Pluck("review_id", &reviews).Error
	if err != nil {
		return fmt.Errorf("list the reviews on which user %d commented: %w", userID, err)
	}
	for some := range slices.Chunk(reviews, atOnce) {
		if err := purgeIn(tx, userID, some); err != nil {
			return fmt.Errorf("delete the comments of user %d on %d reviews: %w", userID, len(some), err)
		}
	}
	return nil
}

func purgeIn(tx *gorm.DB, userID int64, reviews []int64) error {
	in, args := database.InList(reviews)
	if err := database.ForUpdate(tx).Model(&review.Review{}).Where("id IN "+in, args...).Order("id").Pluck("id", new([]int64)).Error; err != nil {
		return err
	}
	in, args = database.InList(reviews, userID)
	if err := tx.Exec(uncount+in, args...).Error; err != nil {
		return err
	}
	var ids []int64
	err := tx.Model(&Comment{}).Where("user_id = ? AND review_id IN "+in, args...).Order("id DESC").Pluck("id", &ids).Error
	if err != nil {
		return err
	}
	return remove(tx, ids...)
}

// PurgeReviews deletes the comments on reviews that are being deleted, which the caller has locked. It implements
// [review.Comments].
func (*Service) PurgeReviews(tx *gorm.DB, ids ...int64) error {
	for some := range slices.Chunk(ids, atOnce) {
		in, args := database.InList(some)
		for {
			var comments []int64
			err := tx.Model(&Comment{}).Where("review_id IN "+in, args...).Limit(atOnce).Pluck("id", &comments).Error
			if err == nil && len(comments) == 0 {
				break
			}
			if err == nil {
				err = activity.Remove(tx, activity.Comment, comments...)
			}
			if err == nil {
				err = tx.Where("id IN ?", comments).Delete(&Comment{}).Error
			}
			if err != nil {
				return fmt.Errorf("delete the comments on %d reviews: %w", len(some), err)
			}
		}
	}
	return nil
}

// MoveReview moves the comments on a review to another one by the same member, because films are merged. The caller has
// locked the review that goes. It implements [review.Comments].
func (*Service) MoveReview(tx *gorm.DB, from, into int64) error {
	goes, err := review.Lock(tx, from)
	if err != nil {
		return err
	}
	if _, err := review.Lock(tx, into); err != nil {
		return err
	}
	if err := tx.Model(&Comment{}).Where("review_id = ?", from).UpdateColumn("review_id", into).Error; err != nil {
		return fmt.Errorf("move the comments on review %d to %d: %w", from, into, err)
	}
	return review.AddComments(tx, into, goes.CommentCount)
}
