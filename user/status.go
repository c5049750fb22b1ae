package user

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
)

// The errors of moderating accounts.
var (
	ErrNotPending = apperr.New(apperr.Conflict, "not_pending",
		"This account does not wait for an approval.", "승인을 기다리는 계정이 아닙니다.")
	ErrNotApproved = apperr.New(apperr.Conflict, "not_approved",
		"This account waits for an approval. Approve or reject it.", "아직 승인되지 않은 계정입니다. 승인하거나 거절해 주세요.")
)

// Suspension is why a member is suspended, and for how long.
type Suspension struct {
	Reason string
	Days   int64 // 0: until it is lifted
}

// Suspend suspends an account on behalf of by, or changes its suspension, and closes its sockets. Its sessions stay. It
// returns [ErrNotFound], apperr.ErrForbidden, or [ErrNotApproved].
func (s *Service) Suspend(ctx context.Context, by auth.Viewer, id int64, of Suspension) (User, error) {
	changes := map[string]any{"status": auth.StatusSuspended, "status_reason": of.Reason, "suspended_until": nil}
	if of.Days > 0 {
		changes["suspended_until"] = s.now().Add(time.Duration(of.Days) * 24 * time.Hour)
	}
	return s.setStatus(ctx, by, id, record.Suspend, of.Reason, changes, func(u User) error {
		if u.Status == auth.StatusPending {
			return ErrNotApproved
		}
		return nil
	})
}

// Unsuspend lifts the suspension of an account on behalf of by. It is idempotent. It returns [ErrNotFound],
// apperr.ErrForbidden, or [ErrNotApproved].
func (s *Service) Unsuspend(ctx context.Context, by auth.Viewer, id int64, reason string) (User, error) {
	return s.setStatus(ctx, by, id, record.Unsuspend, reason, activeAgain, func(u User) error {
		switch u.Status {
		case auth.StatusPending:
			return ErrNotApproved
		case auth.StatusSuspended:
			return nil
		}
		return errUnchanged
	})
}

// Approve lets a pending member in, on behalf of by. It returns [ErrNotFound], apperr.ErrForbidden, or [ErrNotPending].
func (s *Service) Approve(ctx context.Context, by auth.Viewer, id int64, reason string) (User, error) {
	return s.setStatus(ctx, by, id, record.Approve, reason, activeAgain, needPending)
}

// Reject deletes a pending account on behalf of by, and returns it as it was. Its name is free at once. It returns
// [ErrNotFound], apperr.ErrForbidden, or [ErrNotPending].
func (s *Service) Reject(ctx context.Context, by auth.Viewer, id int64, reason string) (User, error) {
	before, err := s.Moderated(ctx, by, id)
	if err != nil {
		return User{}, err
	}
	err = s.delete(ctx, id, func(tx *gorm.DB, u User) error {
		if err := needPending(u); err != nil {
			return err
		}
		return record.Add(tx, s.now(), by.UserID, record.Reject, record.User, id, u.Username+": "+reason)
	})
	return before, err
}

var activeAgain = map[string]any{"status": auth.StatusActive, "status_reason": "", "suspended_until": nil}

// errUnchanged ends setStatus without a change.
var errUnchanged = fmt.Errorf("the status stays as it is")

func needPending(u User) error {
	if u.Status != auth.StatusPending {
		return ErrNotPending
	}
	return nil
}

// setStatus changes the status of an account, and logs it. check is called with the account while it is locked.
func (s *Service) setStatus(
	ctx context.Context, by auth.Viewer, id int64, action record.Action, note string, changes map[string]any, check func(User) error,
) (User, error) {
	var after User
	err := s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := lockOne(tx, id)
		if err != nil {
			return err
		}
		if err := mayModerate(by, u); err != nil {
			return err
		}
		if err := check(u); err == errUnchanged { //nolint:errorlint // it is never wrapped
			after = u
			return nil
		} else if err != nil {
			return err
		}
		if err := tx.Model(&User{ID: id}).UpdateColumns(changes).Error; err != nil {
			return fmt.Errorf("change the status of user %d: %w", id, err)
		}
		if err := record.Add(tx, s.now(), by.UserID, action, record.User, id, note); err != nil {
			return err
		}
		if action == record.Suspend {
			s.notifyEnded(tx, id, nil) // its sockets; the sessions stay
		}
		after, err = one(tx, "id = ?", id)
		return err
	})
	return after, err
}

// mayModerate returns apperr.ErrForbidden unless by may change the status of u: moderators that of members, and admins that
// of moderators too.
func mayModerate(by auth.Viewer, u User) error {
	if !by.Moderates() || u.Role == auth.RoleAdmin || u.Role == auth.RoleModerator && !by.Admin() {
		return apperr.ErrForbidden
	}
	return nil
}

// Moderated returns the account if by may change its status, [ErrNotFound], or apperr.ErrForbidden.
func (s *Service) Moderated(ctx context.Context, by auth.Viewer, id int64) (User, error) {
	u, err := s.Get(ctx, id)
	if err != nil {
		return User{}, err
	}
	return u, mayModerate(by, u)
}

// Visible is [Service.Get] for a reader: others than moderators and the member do not see a pending account, and get
// [ErrNotFound].
func (s *Service) Visible(ctx context.Context, reader auth.Viewer, id int64) (User, error) {
	u, err := s.Get(ctx, id)
	if err == nil && u.Status == auth.StatusPending && u.ID != reader.UserID && !reader.Moderates() {
		return User{}, ErrNotFound
	}
	return u, err
}

// Members returns a page of the accounts of a status, any if it is "", for moderators, and the key of the next page, or nil
// on the last page. part is a part of the name, "" for all; the order is that of [Service.Search].
func (s *Service) Members(ctx context.Context, status auth.Status, part string, p page.Page) ([]User, *page.Key, error) {
	f := Filter{status: status, now: s.now()}
	if part != "" {
		f.Part = &part
	}
	return s.Search(ctx, auth.Viewer{Role: auth.RoleModerator}, f, p)
}

// UseReportCounts sets who counts the open reports about accounts. Without it there are none.
func (s *Service) UseReportCounts(count func(ctx context.Context, ids []int64) (map[int64]int64, error)) {
	s.reportCounts = count
}

// ReportCounts returns how many open reports there are about accounts, by their ids. Those without one are missing.
func (s *Service) ReportCounts(ctx context.Context, members ...User) (map[int64]int64, error) {
	if s.reportCounts == nil || len(members) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(members))
	for i, u := range members {
		ids[i] = u.ID
	}
	return s.reportCounts(ctx, ids)
}
