package moderation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// Draft is a report that is not stored yet. Its fields have been validated.
type Draft struct {
	TargetType string
	TargetID   int64
	Reason     Reason
	Note       string
}

// Report stores a report by a member, and tells moderators if it is the first open one of its target. If the member has an
// open report of the target already, it returns that one and false. It returns the domain's not-found error for a target
// that the member does not see, [ErrSelf] for themselves or what they have written, [ErrTooMany], or auth.ErrUserGone
// when their account does not exist. A report of a film that was merged into another is one of that film.
func (s *Service) Report(ctx context.Context, by auth.Viewer, d Draft) (r Report, created bool, err error) {
	err = s.following(ctx, d.TargetType, d.TargetID, func(id int64) (err error) {
		d.TargetID = id
		r, created, err = s.report(ctx, by, d)
		return err
	})
	return r, created, err
}

// following calls do with the id of a target, as movie.Service.Following does if it is a film.
func (s *Service) following(ctx context.Context, kind string, id int64, do func(id int64) error) error {
	if kind != record.Movie {
		return do(id)
	}
	return s.movies.Following(ctx, id, do)
}

func (s *Service) report(ctx context.Context, by auth.Viewer, d Draft) (r Report, created bool, err error) {
	t, err := s.reportable(ctx, by, d)
	if err != nil {
		return Report{}, false, err
	}
	staff, err := s.staff(ctx)
	if err != nil {
		return Report{}, false, err
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		locked, err := lockAccounts(tx, append(slices.Clone(staff), by.UserID, t.author))
		if err != nil {
			return err
		}
		if !slices.Contains(locked, by.UserID) {
			return auth.ErrUserGone
		}
		if t, err = s.reportable(tx.Statement.Context, by, d); err != nil { // its author never changes
			return err
		}
		if r, err = openReport(tx, by.UserID, d); err == nil || !errors.Is(err, ErrNotFound) {
			created = false
			return err
		}
		created = true
		if err := mayReport(tx, by); err != nil {
			return err
		}
		r, err = s.insert(tx, by, d, t)
		if err != nil {
			return err
		}
		return s.tellStaff(tx, r, staff, locked)
	})
	return r, created, err
}

// mayReport returns [ErrTooMany] for a member with as many open reports as a member can have. Their account is locked, so
// that reports at the same time do not pass it.
func mayReport(tx *gorm.DB, by auth.Viewer) error {
	if by.Moderates() {
		return nil
	}
	var open int64
	err := tx.Model(&Report{}).Where("reporter_id = ? AND is_open = ?", by.UserID, true).Count(&open).Error
	if err != nil {
		return fmt.Errorf("count the open reports of user %d: %w", by.UserID, err)
	}
	if open >= maxOpen {
		return ErrTooMany
	}
	return nil
}

// CheckTarget returns the domain's not-found error for something that a member does not see, and that they therefore
// cannot report.
func (s *Service) CheckTarget(ctx context.Context, by auth.Viewer, kind string, id int64) error {
	return s.following(ctx, kind, id, func(id int64) error {
		_, err := s.target(ctx, by, kind, id)
		return err
	})
}

// reportable returns the target of a report by a member, with the errors of [Service.Report].
func (s *Service) reportable(ctx context.Context, by auth.Viewer, d Draft) (target, error) {
	t, err := s.target(ctx, by, d.TargetType, d.TargetID)
	if err == nil && t.author == by.UserID && d.TargetType != record.Movie { // others change films, too
		err = ErrSelf.At("target_id")
	}
	return t, err
}

// staff returns the members who hear of reports: moderators and admins who are not suspended.
func (s *Service) staff(ctx context.Context) (ids []int64, err error) {
	var rows []user.User
	err = s.db.Reader(ctx).Select("id", "status", "suspended_until").
		Where("role IN ?", []auth.Role{auth.RoleModerator, auth.RoleAdmin}).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the moderators: %w", err)
	}
	now := s.now()
	for _, u := range rows {
		if u.StatusAt(now) == auth.StatusActive {
			ids = append(ids, u.ID)
		}
	}
	return ids, nil
}

// lockAccounts locks accounts in the order of their ids, and returns those that exist.
func lockAccounts(tx *gorm.DB, ids []int64) (found []int64, err error) {
	want := slices.Compact(slices.Sorted(slices.Values(ids)))
	err = database.ForUpdate(tx).Model(&user.User{}).Where("id IN ?", want).Order("id").Pluck("id", &found).Error
	if err != nil {
		return nil, fmt.Errorf("lock the accounts of a report: %w", err)
	}
	return found, nil
}

// openReport returns the open report of a target by a member, or [ErrNotFound].
func openReport(tx *gorm.DB, by int64, d Draft) (Report, error) {
	return one(tx, "reporter_id = ? AND target_type = ? AND target_id = ? AND is_open = ?", by, d.TargetType, d.TargetID, true)
}

func (s *Service) insert(tx *gorm.DB, by auth.Viewer, d Draft, t target) (Report, error) {
	was, err := t.was.encode()
	if err != nil {
		return Report{}, err
	}
	r := Report{
		TargetType: d.TargetType, TargetID: d.TargetID, ReporterID: &by.UserID, IsOpen: new(true), Reason: d.Reason, Note: d.Note,
		Snapshot: was, CreatedAt: s.now(),
	}
	if t.author != 0 {
		r.AuthorID = &t.author
	}
	if err := tx.Create(&r).Error; err != nil {
		return Report{}, fmt.Errorf("report %s %d: %w", d.TargetType, d.TargetID, err)
	}
	return r, nil
}

// tellStaff tells moderators of a report, unless they have heard of an earlier open one of its target. Neither the reporter
// nor whom it is about is told.
func (*Service) tellStaff(tx *gorm.DB, r Report, staff, locked []int64) error {
	var open int64
	err := tx.Model(&Report{}).Where("target_type = ? AND target_id = ? AND is_open = ?", r.TargetType, r.TargetID, true).Count(&open).Error
	if err != nil {
		return fmt.Errorf("count the reports of %s %d: %w", r.TargetType, r.TargetID, err)
	}
	if open > 1 {
		return nil
	}
	for _, id := range staff {
		if id == *r.ReporterID || r.AuthorID != nil && id == *r.AuthorID || !slices.Contains(locked, id) {
			continue
		}
		if err := notify.Send(tx, notify.Event{UserID: id, Type: notify.TypeReport, ReportID: &r.ID}); err != nil {
			return fmt.Errorf("tell moderator %d of report %d: %w", id, r.ID, err)
		}
	}
	return nil
}
