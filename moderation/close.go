package moderation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Closing is what a moderator decides about a report.
type Closing struct {
	Action Action
	Note   string // the author is told it; at most MaxReason
	Days   int64  // of a suspension; 0: until it is lifted
}

// applies has the types of targets that an action is for. Every action is for those of a member, too, if it is about one.
var applies = map[Action][]string{
	record.Dismiss:     {record.Review, record.Comment, record.User, record.Movie, record.List},
	record.MarkSpoiler: {record.Review, record.Comment},
	record.Hide:        {record.Review, record.Comment, record.Movie, record.List},
	record.Delete:      {record.Review, record.Comment, record.Movie, record.List},
	record.Warn:        {record.Review, record.Comment, record.User, record.Movie, record.List},
	record.Suspend:     {record.Review, record.Comment, record.User, record.Movie, record.List},
}

func invalid(field, en, ko string) error {
	return apperr.Validation(apperr.Field{Name: field, Code: "invalid", Text: apperr.Text{EN: en, KO: ko}})
}

// check returns an apperr.ErrValidation when the decision makes no sense for a report.
func (c Closing) check(r Report) error {
	switch {
	case c.Days != 0 && c.Action != record.Suspend:
		return invalid("suspend_days", "This goes with the action suspend only.", "suspend 조치에만 쓸 수 있습니다.")
	case slices.Contains(applies[c.Action], r.TargetType):
	case c.Action == record.MarkSpoiler:
		return invalid("action", "Only reviews and comments can be marked as spoilers.", "리뷰와 댓글에만 스포일러 표시를 할 수 있습니다.")
	default:
		return invalid("action", "An account can be neither hidden nor deleted here. Warn or suspend the member.",
			"계정은 여기에서 숨기거나 삭제할 수 없습니다. 경고하거나 이용을 정지해 주세요.")
	}
	if r.AuthorID == nil && (c.Action == record.Warn || c.Action == record.Suspend) {
		return invalid("action", "There is nobody to warn or suspend: no member added this film, or their account was deleted.",
			"경고하거나 정지할 회원이 없습니다. 등록한 회원이 없는 영화이거나 탈퇴한 회원입니다.")
	}
	return nil
}

// errMeanwhile makes Close start again, because the accounts that it must lock have changed.
var errMeanwhile = errors.New("moderation: somebody reported or deleted their account meanwhile")

// closeAttempts is how often Close starts again.
const closeAttempts = 5

// Close closes a report, and with it all open ones of its target, and does what a moderator has decided. It returns
// [ErrNotFound], [ErrClosed], an apperr.ErrValidation when the action is not for the target, the domain's not-found error
// when the target is gone, or apperr.ErrForbidden for a warning or suspension as user.Service.Suspend does.
func (s *Service) Close(ctx context.Context, by auth.Viewer, id int64, c Closing) (Shown, error) {
	err := s.closeBy(record.WithReason(ctx, c.Note), by, id, c.Action, func(tx *gorm.DB, r Report) error {
		if err := c.check(r); err != nil {
			return err
		}
		return s.act(tx, by, r, c)
	})
	if err != nil {
		return Shown{}, err
	}
	closed, err := one(s.db.Reader(ctx), "id = ?", id)
	if err != nil {
		return Shown{}, err
	}
	rows, err := s.show(ctx, []Report{closed})
	if err != nil {
		return Shown{}, err
	}
	return rows[0], nil
}

// acting does what an action is for a report, in the transaction that closes it.
type acting func(tx *gorm.DB, r Report) error

// closeBy closes a report, and with it all open ones of its target, by an action. It returns the error of act.
func (s *Service) closeBy(ctx context.Context, by auth.Viewer, id int64, action Action, act acting) error {
	err := errMeanwhile
	for attempt := 0; attempt < closeAttempts && errors.Is(err, errMeanwhile); attempt++ {
		err = s.db.Tx(ctx, func(tx *gorm.DB) error { return s.close(tx, by, id, action, act) })
	}
	if errors.Is(err, errMeanwhile) {
		err = fmt.Errorf("%w: %w", apperr.ErrBusy, err)
	}
	return err
}

// close locks the accounts of everybody who will be told, then lets the domain lock what it changes, and the reports last.
func (s *Service) close(tx *gorm.DB, by auth.Viewer, id int64, action Action, act acting) error {
	r, err := one(tx, "id = ?", id)
	if err == nil && !r.Open() {
		err = ErrClosed
	}
	if err != nil {
		return err
	}
	things, err := mergedWith(tx, &r)
	if err != nil {
		return err
	}
	locked, err := lockAffected(tx, r, things, by)
	if err != nil {
		return err
	}
	if err := act(tx, r); err != nil {
		return orClosed(tx, r, err)
	}
	all, err := lockOpen(tx, r, things)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(other Report) bool { return other.ID == id }) {
		return ErrClosed
	}
	for _, one := range all {
		if one.ReporterID != nil && !slices.Contains(locked, *one.ReporterID) {
			return errMeanwhile
		}
	}
	if err := s.markClosed(tx, by, action, r, all); err != nil {
		return err
	}
	return tellReporters(tx, action, all)
}

// lockAffected locks the accounts of the moderator, the author and all who have an open report of a target.
func lockAffected(tx *gorm.DB, r Report, things []int64, by auth.Viewer) ([]int64, error) {
	var ids []int64
	err := ofTarget(tx, r, things).Where("reporter_id IS NOT NULL").Pluck("reporter_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("list who reported %s %d: %w", r.TargetType, r.TargetID, err)
	}
	ids = append(ids, by.UserID)
	if r.AuthorID != nil {
		ids = append(ids, *r.AuthorID)
	}
	return lockAccounts(tx, ids)
}

// mergedWith returns the ids under which the target of a report may have been reported, and makes r a report of the film
// that stayed if its film was merged: a member who had reported both has a report of each.
func mergedWith(tx *gorm.DB, r *Report) ([]int64, error) {
	if r.TargetType != record.Movie {
		return []int64{r.TargetID}, nil
	}
	var into, from []int64
	err := tx.Model(&movie.Merge{}).Where("from_id = ?", r.TargetID).Pluck("into_id", &into).Error
	if len(into) > 0 {
		r.TargetID = into[0]
	}
	if err == nil {
		err = tx.Model(&movie.Merge{}).Where("into_id = ?", r.TargetID).Order("from_id").Pluck("from_id", &from).Error
	}
	if err != nil {
		return nil, fmt.Errorf("look for films merged with %d: %w", r.TargetID, err)
	}
	return append(from, r.TargetID), nil
}

// ofTarget selects the open reports of a target, which has been reported under the ids of things.
func ofTarget(tx *gorm.DB, r Report, things []int64) *gorm.DB {
	return tx.Model(&Report{}).Where("target_type = ? AND target_id IN ? AND is_open = ?", r.TargetType, things, true)
}

func lockOpen(tx *gorm.DB, r Report, things []int64) (all []Report, err error) {
	err = ofTarget(database.ForUpdate(tx), r, things).Order("id").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("lock the reports of %s %d: %w", r.TargetType, r.TargetID, err)
	}
	return all, nil
}

// orClosed returns [ErrClosed] instead of the error of an action when somebody else has closed the report meanwhile, which
// may be why there is an error.
func orClosed(tx *gorm.DB, r Report, failed error) error {
	if !errors.Is(failed, notFound[r.TargetType]) {
		return failed
	}
	now, err := one(database.ForUpdate(tx), "id = ?", r.ID)
	if err == nil && !now.Open() {
		return ErrClosed
	}
	return failed
}

// act does what a moderator has decided. The domains log what they delete, and who is suspended.
func (s *Service) act(tx *gorm.DB, by auth.Viewer, r Report, c Closing) error {
	ctx := tx.Statement.Context
	switch c.Action {
	case record.Hide:
		return s.setHidden(tx, by, r.TargetType, r.TargetID, true)
	case record.Delete:
		return s.delete(ctx, r.TargetType, r.TargetID)
	case record.MarkSpoiler:
		return s.markSpoiler(tx, by, r)
	case record.Suspend:
		_, err := s.users.Suspend(ctx, by, *r.AuthorID, user.Suspension{Reason: c.Note, Days: c.Days})
		return err
	case record.Warn:
		if _, err := s.users.Moderated(ctx, by, *r.AuthorID); err != nil {
			return err
		}
		return record.AddTo(tx, s.now(), by.UserID, record.Warn, r.TargetType, r.TargetID, *r.AuthorID, c.Note)
	}
	return record.AddTo(tx, s.now(), by.UserID, record.Dismiss, r.TargetType, r.TargetID, 0, c.Note)
}

func (s *Service) markSpoiler(tx *gorm.DB, by auth.Viewer, r Report) (err error) {
	ctx, is := tx.Statement.Context, true
	if r.TargetType == record.Review {
		err = s.reviews.Update(ctx, r.TargetID, review.Patch{Spoiler: &is})
	} else {
		_, err = s.comments.Update(ctx, r.TargetID, comment.Patch{Spoiler: &is})
	}
	if err != nil {
		return err
	}
	return record.AddTo(tx, s.now(), by.UserID, record.MarkSpoiler, r.TargetType, r.TargetID, authorOf(r), "")
}

func authorOf(r Report) int64 {
	if r.AuthorID == nil {
		return 0
	}
	return *r.AuthorID
}

// delete deletes a target. A film goes with its reviews, as when an admin deletes it: that moderators may do so is decided
// by their routes.
func (s *Service) delete(ctx context.Context, kind string, id int64) error {
	switch kind {
	case record.Review:
		return s.reviews.Delete(ctx, id)
	case record.Comment:
		return s.comments.Delete(ctx, id)
	case record.List:
		return s.lists.Delete(ctx, id)
	}
	return s.movies.Delete(ctx, id, auth.Viewer{UserID: web.ViewerIDOf(ctx), Role: auth.RoleAdmin})
}

// markClosed closes reports. What they tell of members whose accounts were deleted goes with it: moderators no longer need
// it, and a deleted member cannot ask for its deletion.
func (s *Service) markClosed(tx *gorm.DB, by auth.Viewer, action Action, r Report, all []Report) error {
	ids := make([]int64, len(all))
	for i, one := range all {
		ids[i] = one.ID
	}
	set := map[string]any{"is_open": nil, "action": action, "closed_by": by.UserID, "closed_at": s.now()}
	if err := tx.Model(&Report{}).Where("id IN ?", ids).UpdateColumns(set).Error; err != nil {
		return fmt.Errorf("close the reports of %s %d: %w", r.TargetType, r.TargetID, err)
	}
	return purgeOrphans(tx, ids)
}

// tellReporters tells those who reported a target, in the order of their ids.
func tellReporters(tx *gorm.DB, action Action, all []Report) error {
	slices.SortFunc(all, func(a, b Report) int { return int(reporterOf(a) - reporterOf(b)) })
	for _, r := range all {
		if r.ReporterID == nil {
			continue
		}
		e := notify.Event{UserID: *r.ReporterID, Type: notify.TypeReportClosed, ReportID: &r.ID, Action: string(action)}
		if err := notify.Send(tx, e); err != nil {
			return fmt.Errorf("tell user %d of report %d: %w", *r.ReporterID, r.ID, err)
		}
	}
	return nil
}

func reporterOf(r Report) int64 {
	if r.ReporterID == nil {
		return 0
	}
	return *r.ReporterID
}
