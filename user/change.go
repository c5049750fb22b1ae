package user

import (
	"fmt"

	"gorm.io/gorm"
)

// AccountChange is what somebody else changed of an account. Its owner is told.
type AccountChange string

// The changes.
const (
	PasswordSetByOther AccountChange = "password_set"   // by an admin
	PasswordWasReset   AccountChange = "password_reset" // with a link, whoever had it
	RoleChanged        AccountChange = "role"
	TOTPSwitchedOff    AccountChange = "totp_off" // by an operator
)

// OnAccountChange registers fn to run in the transaction in which somebody else changes the password or the role of an account
// or switches its second factor off. If fn returns an error, nothing is changed.
func (s *Service) OnAccountChange(fn func(tx *gorm.DB, userID int64, what AccountChange) error) {
	s.onAccountChange = append(s.onAccountChange, fn)
}

func (s *Service) tellChange(tx *gorm.DB, userID int64, what AccountChange) error {
	for _, hook := range s.onAccountChange {
		if err := hook(tx, userID, what); err != nil {
			return fmt.Errorf("tell user %d of the change %s: %w", userID, what, err)
		}
	}
	return nil
}
