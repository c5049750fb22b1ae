package user

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// Mode is who may sign up.
type Mode string

// The modes. The first account of an empty database can be made in each.
const (
	ModeOpen     Mode = "open"     // everybody
	ModeInvite   Mode = "invite"   // who has an invite
	ModeApproval Mode = "approval" // everybody, and a moderator lets them in
	ModeClosed   Mode = "closed"   // nobody without an invite
)

// Registration is how people become members, and what they are told before. The zero value is an open community.
type Registration struct {
	Mode             Mode // "" is open
	MinAge           int64
	MembersMayInvite bool
	ReservedNames    []string // nobody may have a name that looks like one of these

	Name, Description, Rules, Contact string // of the community
	PublicURL                         string // "" if it is unknown
}

// ErrRegistrationClosed means that nobody may sign up without an invite.
var ErrRegistrationClosed = apperr.New(apperr.Forbidden, "registration_closed",
	"This community takes no new members.", "지금은 새 회원을 받지 않습니다.")

// Registration returns how people become members.
func (s *Service) Registration() Registration { return s.registration }

// admission is how a sign-up is let in.
type admission struct {
	status auth.Status
	invite *Invite // nil: without
	first  bool    // there was no account yet: the mode does not matter
}

// admit decides how a draft is let in. It returns [ErrRegistrationClosed] or apperr.ErrValidation.
func (s *Service) admit(ctx context.Context, d Draft) (admission, error) {
	db := s.db.Reader(ctx)
	if d.Invite != "" {
		invite, err := s.inviteBy(db, d.Invite)
		return admission{status: auth.StatusActive, invite: &invite}, err
	}
	mode := s.registration.Mode
	if d.Operator || mode == ModeOpen || mode == "" {
		return admission{status: auth.StatusActive}, nil
	}
	first, err := isEmpty(db)
	switch {
	case err != nil:
		return admission{}, fmt.Errorf("look for accounts: %w", err)
	case first:
		return admission{status: auth.StatusActive, first: true}, nil
	case mode == ModeInvite:
		return admission{}, errInviteRequired()
	case mode == ModeClosed:
		return admission{}, ErrRegistrationClosed
	}
	return admission{status: auth.StatusPending}, nil
}

// closedOr returns [ErrRegistrationClosed] if nobody may sign up without an invite, else the error otherwise: it matters
// more than what is wrong with a draft.
func (s *Service) closedOr(ctx context.Context, otherwise error) error {
	if _, err := s.admit(ctx, Draft{}); errors.Is(err, ErrRegistrationClosed) {
		return err
	}
	return otherwise
}

// errNotFirst means that another sign-up made the first account meanwhile.
var errNotFirst = errors.New("another account was the first")

// stayFirst returns [errNotFirst] unless the account that tx has added is the only one. On MySQL the locks make sign-ups
// at the same time wait for each other, and all but one of them start again.
func stayFirst(tx *gorm.DB) error {
	var ids []int64
	if err := database.ForUpdate(tx).Model(&User{}).Order("id").Limit(2).Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("look for other accounts: %w", err)
	}
	if len(ids) > 1 {
		return errNotFirst
	}
	return nil
}

// checkMinAge returns the error of an age that is too young to sign up, nil if it is not.
func (s *Service) checkMinAge(d Draft) *apperr.Field {
	least := s.registration.MinAge
	if d.Operator || d.Age >= least {
		return nil
	}
	return &apperr.Field{Name: "age", Code: "min", Text: apperr.Text{
		EN: fmt.Sprintf("You have to be at least %d years old to sign up.", least),
		KO: fmt.Sprintf("만 %d세 이상만 가입할 수 있습니다.", least),
	}}
}
