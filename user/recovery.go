package user

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
)

const (
	recoveryCodes = 10

	// recoveryLen is the length of a recovery code in letters and digits of base32. They are 120 bits, which need no slow
	// hash (ASVS 5.0, 6.5.2).
	recoveryLen   = 24
	recoveryGroup = 4
)

// RecoveryCode is a code that a member uses once in place of one of the app. The code itself is not stored.
type RecoveryCode struct {
	ID       int64  `gorm:"primaryKey;autoIncrement"`
	UserID   int64  `gorm:"not null;uniqueIndex:idx_recovery_codes_code,priority:1"`
	CodeHash string `gorm:"size:64;not null;uniqueIndex:idx_recovery_codes_code,priority:2"`
}

// newRecoveryCodes returns codes as members read them, and what is stored of them.
func newRecoveryCodes() (codes, hashes []string) {
	for range recoveryCodes {
		code := rand.Text()[:recoveryLen]
		hashes = append(hashes, auth.HashToken(code))
		var groups []string
		for group := range slices.Chunk([]byte(code), recoveryGroup) {
			groups = append(groups, string(group))
		}
		codes = append(codes, strings.Join(groups, "-"))
	}
	return codes, hashes
}

func insertRecoveryCodes(tx *gorm.DB, userID int64, hashes []string) error {
	rows := make([]RecoveryCode, len(hashes))
	for i, hash := range hashes {
		rows[i] = RecoveryCode{UserID: userID, CodeHash: hash}
	}
	if err := tx.Create(&rows).Error; err != nil {
		return fmt.Errorf("store the recovery codes of user %d: %w", userID, err)
	}
	return nil
}

// useRecoveryCode uses a recovery code up. It returns [ErrTOTPInvalid].
func useRecoveryCode(tx *gorm.DB, userID int64, code string) error {
	used := tx.Where("user_id = ? AND code_hash = ?", userID, auth.HashToken(plainRecoveryCode(code))).Delete(&RecoveryCode{})
	if used.Error != nil {
		return fmt.Errorf("use a recovery code of user %d: %w", userID, used.Error)
	}
	if used.RowsAffected == 0 {
		return ErrTOTPInvalid
	}
	return nil
}

// plainRecoveryCode returns a code as it was made, however it was typed. Base32 has neither 0 nor 1.
func plainRecoveryCode(typed string) string {
	return strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I").Replace(strings.ToUpper(strings.TrimSpace(typed)))
}
