package moderation

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/review"
)

// removeAtOnce is how many things one call of RemoveContent deletes at most.
const removeAtOnce = 200

// Removal is what RemoveContent deletes of a member.
type Removal struct {
	Reviews, Comments, Lists, Movies bool
	Reason                           string
}

// Removed is what a call of RemoveContent has deleted.
type Removed struct {
	Reviews, Comments, Lists, Movies int64
	Kept                             int64 // films that others have reviewed
	Done                             bool  // nothing is left but what is kept
}

func (r Removed) sum() int64 { return r.Reviews + r.Comments + r.Lists + r.Movies }

// RemoveContent deletes what a member has posted, on behalf of a moderator who may suspend them: up to 200 things, each in a
// transaction of its own, so that nobody waits for all of them, and closes the open reports of them. Call it again until it
// is done. Films that others have reviewed stay. The member is told once for each call. It returns user.ErrNotFound, or
// apperr.ErrForbidden.
func (s *Service) RemoveContent(ctx context.Context, by auth.Viewer, userID int64, what Removal) (Removed, error) {
	if _, err := s.users.Moderated(ctx, by, userID); err != nil {
		return Removed{}, err
	}
	var done Removed
	failed := s.removeParts(record.Quietly(record.WithReason(ctx, what.Reason)), by, userID, what, &done)
	if done.sum() > 0 {
		err := s.db.Tx(ctx, func(tx *gorm.DB) error {
			return record.Add(tx, s.now(), by.UserID, record.RemoveContent, record.User, userID, what.Reason)
		})
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return Removed{}, fmt.Errorf("remove the content of user %d: %w", userID, failed)
	}
	done.Done = done.sum() < removeAtOnce
	if !what.Movies {
		return done, nil
	}
	err := s.db.Reader(ctx).Model(&movie.Movie{}).Where("created_by = ? AND "+reviewedByOthers, userID).Count(&done.Kept).Error
	if err != nil {
		return Removed{}, fmt.Errorf("count the films of user %d: %w", userID, err)
	}
	return done, nil
}

// reviewedByOthers is the condition that somebody else has reviewed a film than who added it.
const reviewedByOthers = "EXISTS (SELECT 1 FROM reviews WHERE reviews.movie_id = movies.id AND reviews.user_id <> movies.created_by)"

// part is one kind of what a member has posted.
type part struct {
	wanted bool
	kind   string
	model  any
	which  string // the condition, of the id of the member
	count  *int64
	delete func(ctx context.Context, id int64) error
}

// removeParts deletes what is wanted, and counts it.
func (s *Service) removeParts(ctx context.Context, by auth.Viewer, userID int64, what Removal, done *Removed) error {
	film := func(ctx context.Context, id int64) error {
		return s.movies.Delete(ctx, id, auth.Viewer{UserID: userID})
	}
	for _, p := range []part{
		{what.Comments, record.Comment, &comment.Comment{}, "user_id = ?", &done.Comments, s.comments.Delete},
		{what.Reviews, record.Review, &review.Review{}, "user_id = ?", &done.Reviews, s.reviews.Delete},
		{what.Lists, record.List, &list.List{}, "user_id = ?", &done.Lists, s.lists.Delete},
		{what.Movies, record.Movie, &movie.Movie{}, "created_by = ? AND NOT " + reviewedByOthers, &done.Movies, film},
	} {
		if !p.wanted {
			continue
		}
		var ids []int64
		err := s.db.Reader(ctx).Model(p.model).Where(p.which, userID).Order("id").Limit(int(removeAtOnce-done.sum())).Pluck("id", &ids).Error
		if err != nil {
			return err
		}
		for _, id := range ids {
			err := s.removeOne(ctx, by, p, id)
			if meanwhile(err) {
				continue
			}
			if err != nil {
				return err
			}
			*p.count++
		}
	}
	return nil
}

// removeOne deletes something, and closes the open reports of it.
func (s *Service) removeOne(ctx context.Context, by auth.Viewer, p part, id int64) error {
	var open []int64
	err := s.db.Reader(ctx).Model(&Report{}).
		Where("target_type = ? AND target_id = ? AND is_open = ?", p.kind, id, true).Order("id").Limit(1).Pluck("id", &open).Error
	if err != nil {
		return fmt.Errorf("look for reports of %s %d: %w", p.kind, id, err)
	}
	if len(open) > 0 {
		err = s.closeBy(ctx, by, open[0], record.Delete, func(tx *gorm.DB, _ Report) error { return p.delete(tx.Statement.Context, id) })
		if !errors.Is(err, ErrClosed) {
			return err
		}
	}
	return p.delete(ctx, id)
}

// meanwhile reports whether something could not be deleted because it is gone, or somebody has just reviewed the film.
func meanwhile(err error) bool {
	for _, e := range []error{review.ErrNotFound, comment.ErrNotFound, list.ErrNotFound, movie.ErrNotFound, movie.ErrHasReviews} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
