package comment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Deps is what a Service needs. All fields but WatchedAmong and Log are required.
type Deps struct {
	DB      *database.DB
	Users   *user.Service
	Follows *follow.Service
	Reviews *review.Service
	Clock   func() time.Time

	WatchedAmong spoiler.Watched // tells who gets to see spoilers; nil means that nobody has watched anything
	Log          *slog.Logger    // nil discards logs
}

// Service holds the rules of comments. It is safe for concurrent use.
type Service struct {
	db           *database.DB
	users        *user.Service
	follows      *follow.Service
	reviews      *review.Service
	clock        func() time.Time
	watchedAmong spoiler.Watched
	log          *slog.Logger
}

// New returns a service, which reviews tell when one of them is deleted. Register [Service.PurgeUser] with
// user.Service.OnDelete.
func New(d Deps) *Service {
	s := &Service{
		db: d.DB, users: d.Users, follows: d.Follows, reviews: d.Reviews, clock: d.Clock, watchedAmong: d.WatchedAmong, log: d.Log,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	d.Reviews.UseComments(s)
	return s
}

// Draft is a comment that is not stored yet. Its content has been validated: it is trimmed, in NFC, and within [MaxContent].
type Draft struct {
	ReviewID int64
	Content  string
	Spoiler  bool
	ReplyTo  *int64 // the comment that it answers, nil for none
}

// CheckMayComment returns review.ErrNotFound when a member does not see a review, and [ErrClosed] or follow.ErrBlocked when
// they may not comment on it.
func (s *Service) CheckMayComment(ctx context.Context, reviewID int64, by auth.Viewer) error {
	r, err := s.reviews.Get(ctx, reviewID, by)
	if err != nil {
		return err
	}
	return s.checkOpen(s.db.Reader(ctx), r, by.UserID)
}

// checkOpen returns [ErrClosed] or follow.ErrBlocked when a member may not comment on a review, and review.ErrNotFound when it is
// hidden, whoever may see it then.
func (s *Service) checkOpen(db *gorm.DB, r review.Review, by int64) error {
	if r.Hidden != 0 {
		return review.ErrNotFound
	}
	if by == r.UserID {
		return nil
	}
	open := r.Comments == review.Everyone
	if r.Comments == review.Followed {
		followed, err := s.follows.FollowedBy(db.Statement.Context, r.UserID, []int64{by})
		if err != nil {
			return err
		}
		open = followed[by]
	}
	if !open {
		return ErrClosed
	}
	return follow.CheckBlocked(db, by, r.UserID)
}

// Create stores a comment by a member and returns it as they see it. It returns review.ErrNotFound when they do not see the
// review, [ErrClosed], follow.ErrBlocked, a validation error for reply_to, or auth.ErrUserGone when their account does not
// exist.
func (s *Service) Create(ctx context.Context, by auth.Viewer, d Draft) (Shown, error) {
	to, err := s.target(ctx, by, d)
	if err != nil {
		return Shown{}, err
	}
	members := []int64{by.UserID, to.author}
	if to.answered != 0 {
		members = append(members, to.answered)
	}
	var made Shown
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		err := user.LockThen(tx, func() (err error) { to, err = s.lockTarget(tx, by, d); return err }, members...)
		if err != nil {
			return err
		}
		id, err := s.insert(tx, by.UserID, d, to)
		if err != nil {
			return err
		}
		if made, err = s.shown(tx.Statement.Context, id); err != nil {
			return err
		}
		made.Reveal()
		return idempotency.Keep(tx, made)
	})
	return made, err
}

// target returns where a comment goes, with the errors of [Service.Create]. Neither author ever changes, but all else may:
// lockTarget decides.
func (s *Service) target(ctx context.Context, by auth.Viewer, d Draft) (target, error) {
	r, err := s.reviews.Get(ctx, d.ReviewID, by)
	if err != nil {
		return target{}, err
	}
	db := s.db.Reader(ctx)
	if err := s.checkOpen(db, r, by.UserID); err != nil {
		return target{}, err
	}
	to := target{author: r.UserID, film: r.MovieID}
	if d.ReplyTo == nil {
		return to, nil
	}
	answered, err := take(db, *d.ReplyTo)
	if err == nil && (answered.ReviewID != r.ID || answered.Hidden) {
		err = ErrNotFound
	}
	if err == nil {
		err = s.checkAuthor(ctx, *answered.UserID, by)
	}
	if errors.Is(err, ErrNotFound) {
		return target{}, errReplyTo
	}
	if err != nil {
		return target{}, err
	}
	to.answered = *answered.UserID
	return to, follow.CheckBlocked(db, by.UserID, to.answered)
}

// errReplyTo is the error for a reply to something that is no comment, deleted, hidden, or below another review.
var errReplyTo = apperr.Validation(apperr.Field{Name: "reply_to", Code: "invalid", Text: apperr.Text{
	EN: "This must be a comment on this review that is not deleted.", KO: "이 리뷰에 있는, 삭제되지 않은 댓글이어야 합니다.",
}})

// lockTarget locks the film and the review of a comment and returns its target as it is then. The caller has locked the
// accounts.
func (s *Service) lockTarget(tx *gorm.DB, by auth.Viewer, d Draft) (target, error) {
	for {
		r, err := s.reviews.Get(tx.Statement.Context, d.ReviewID, by)
		if err != nil {
			return target{}, err
		}
		err = movie.LockID(tx, r.MovieID)
		if errors.Is(err, movie.ErrNotFound) {
			continue // since the review was read the film was merged into another, or deleted with the review
		}
		if err != nil {
			return target{}, err
		}
		if _, err = review.Lock(tx, d.ReviewID); err != nil {
			return target{}, err
		}
		return s.target(tx.Statement.Context, by, d)
	}
}

// insert stores a comment with its activity and returns its id. Its author, the review and the film are locked.
func (s *Service) insert(tx *gorm.DB, by int64, d Draft, to target) (int64, error) {
	now := database.Time(s.clock())
	id, err := store(tx, by, d, to, now, now)
	if err != nil {
		return 0, err
	}
	return id, activity.Record(tx, activity.Entry{UserID: by, Type: activity.Comment, ObjectID: id, MovieID: &to.film, At: now})
}

// store stores a comment that was written and last edited at times.
func store(tx *gorm.DB, by int64, d Draft, to target, at, edited time.Time) (int64, error) {
	if err := review.AddComments(tx, d.ReviewID, 1); err != nil {
		return 0, err
	}
	c := Comment{
		ReviewID: d.ReviewID, UserID: &by, ReplyTo: d.ReplyTo, Content: spoiler.NewText(d.Content), Spoiler: d.Spoiler,
		CreatedAt: at, UpdatedAt: edited, made: &to,
	}
	if err := tx.Create(&c).Error; err != nil {
		return 0, fmt.Errorf("create comment: %w", err)
	}
	return c.ID, nil
}

// Patch is a change of a comment; nil fields stay unchanged. Its content has been validated, as that of a [Draft].
type Patch struct {
	Content *string
	Spoiler *bool
}

// columns returns the columns of c that the patch changes.
func (p Patch) columns(c Comment) map[string]any {
	set := map[string]any{}
	if p.Content != nil && *p.Content != c.Content.Whole() {
		set["content"] = *p.Content
	}
	if p.Spoiler != nil && *p.Spoiler != c.Spoiler {
		set["spoiler"] = *p.Spoiler
	}
	return set
}

// Update changes a comment and returns it as its author sees it, or [ErrNotFound]. A patch that equals the comment changes
// nothing, not even updated_at.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (Shown, error) {
	var after Shown
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		c, err := lock(tx, id)
		if err != nil {
			return err
		}
		if set := p.columns(c); len(set) > 0 {
			set["updated_at"] = database.Time(s.clock())
			if err := tx.Model(&Comment{}).Where("id = ?", id).UpdateColumns(set).Error; err != nil {
				return fmt.Errorf("update comment %d: %w", id, err)
			}
		}
		after, err = s.shown(tx.Statement.Context, id)
		return err
	})
	after.Reveal()
	return after, err
}

// lock locks the review of a comment, and with it all comments on the review, and returns the comment, or [ErrNotFound] when
// it does not exist or is deleted.
func lock(tx *gorm.DB, id int64) (Comment, error) {
	for {
		c, err := take(tx, id)
		if err != nil {
			return Comment{}, err
		}
		r, err := review.Lock(tx, c.ReviewID)
		if err != nil && !errors.Is(err, review.ErrNotFound) {
			return Comment{}, err
		}
		if c, err = take(tx, id); err != nil || c.ReviewID == r.ID {
			return c, err
		}
		// It was moved to the review that stays after films were merged, before its own was locked.
	}
}

// take returns a comment, or [ErrNotFound] when it does not exist or is deleted.
func take(db *gorm.DB, id int64) (Comment, error) {
	var c Comment
	err := db.Where("id = ? AND user_id IS NOT NULL", id).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Comment{}, ErrNotFound
	}
	if err != nil {
		return Comment{}, fmt.Errorf("load comment %d: %w", id, err)
	}
	return c, nil
}
