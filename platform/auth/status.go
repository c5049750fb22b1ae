package auth

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Status is what an account is in the community. Pending and suspended members may sign in and read, and delete their
// account.
type Status string

// The statuses.
const (
	StatusActive    Status = "active"
	StatusPending   Status = "pending"   // no moderator has let them in yet
	StatusSuspended Status = "suspended" // by a moderator, for a time or until it is lifted
)

// The errors of members who may only read. The problem document also has the reason, which can be empty, and until when, or
// null.
var (
	ErrAccountPending = apperr.New(apperr.Forbidden, "account_pending",
		"A moderator has to approve this account first. Until then it can only read.",
		"운영진의 승인을 기다리는 계정입니다. 승인되기 전에는 읽기만 할 수 있습니다.")
	ErrAccountSuspended = apperr.New(apperr.Forbidden, "account_suspended",
		"This account is suspended. It can only read.", "이용이 정지된 계정입니다. 읽기만 할 수 있습니다.")
)

// Restriction is why and until when an account is suspended.
type Restriction struct {
	Reason string
	Until  *time.Time // in the zone of the service; nil: until it is lifted
}

// active reports whether the viewer is neither pending nor suspended.
func (v Viewer) active() bool { return v.Status != StatusPending && v.Status != StatusSuspended }

// restricted returns the error for what only active members may do, nil if the viewer is one, or anonymous.
func (v Viewer) restricted() error {
	refused := ErrAccountSuspended
	switch v.Status {
	case StatusPending:
		refused = ErrAccountPending
	case StatusSuspended:
	default:
		return nil
	}
	return refused.With("reason", v.Restriction.Reason).With("until", v.Restriction.Until)
}
