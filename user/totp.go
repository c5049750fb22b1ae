package user

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/totp"
	"github.com/cinecircle/cinecircle/platform/web"
)

// setupTTL is how long a secret waits for the first code.
const setupTTL = time.Hour

// The errors of the second factor.
var (
	ErrTOTPRequired = apperr.New(apperr.Unauthorized, "totp_required",
		"Please enter the code of your authenticator app as well.", "인증 앱에 표시된 코드도 입력해 주세요.")
	ErrTOTPInvalid = apperr.New(apperr.Unauthorized, "totp_invalid",
		"The code is not valid, or was used already.", "코드가 올바르지 않거나 이미 사용한 코드입니다.")
	ErrTOTPOn = apperr.New(apperr.Conflict, "totp_on",
		"Two-factor authentication is on already. Switch it off first.", "2단계 인증이 이미 켜져 있습니다. 먼저 꺼 주세요.")
	ErrTOTPNotStarted = apperr.New(apperr.Conflict, "totp_not_started",
		"There is no secret to confirm, or it is too old. Please start again.", "확인할 비밀 키가 없거나 시간이 지났습니다. 처음부터 다시 시작해 주세요.")
	ErrNoTOTP = apperr.New(apperr.NotFound, "not_found",
		"Two-factor authentication is off.", "2단계 인증이 꺼져 있습니다.")
)

// TOTP is the second factor of an account: the secret that it shares with an app of its owner. It protects the account once
// its owner has shown that the app has it.
type TOTP struct {
	UserID      int64      `gorm:"primaryKey;autoIncrement:false"`
	Secret      string     `gorm:"size:255;not null"` // sealed, see auth.Tokens.Seal
	LastStep    int64      `gorm:"not null"`          // of the latest code that was used
	CreatedAt   time.Time  `gorm:"not null;precision:6"`
	ConfirmedAt *time.Time `gorm:"precision:6"` // nil: it is not on yet
}

// TableName implements [schema.Tabler].
func (TOTP) TableName() string { return "totps" }

// SecondFactor is what is given beside a password: a code of the app, or else a recovery code.
type SecondFactor struct{ Code, RecoveryCode string }

// TOTPSetup is a new secret in the forms in which apps take it.
type TOTPSetup struct {
	totp.Key
	QR string // an SVG image of the URL
}

// TOTPState is what members see of their second factor.
type TOTPState struct {
	On        bool
	Since     time.Time // zero if it is off
	CodesLeft int64     // recovery codes that were not used
}

// TOTPState returns the state of the second factor of an account.
func (s *Service) TOTPState(ctx context.Context, userID int64) (TOTPState, error) {
	db := s.db.Reader(ctx)
	t, on, err := totpOf(db, userID)
	if err != nil || !on {
		return TOTPState{}, err
	}
	state := TOTPState{On: true, Since: *t.ConfirmedAt}
	if err := db.Model(&RecoveryCode{}).Where("user_id = ?", userID).Count(&state.CodesLeft).Error; err != nil {
		return TOTPState{}, fmt.Errorf("count the recovery codes of user %d: %w", userID, err)
	}
	return state, nil
}

// totpOf returns the row of an account, the zero value without one, and whether the second factor is on.
func totpOf(db *gorm.DB, userID int64) (TOTP, bool, error) {
	var rows []TOTP // not Take, which logs that there is none
	if err := db.Where("user_id = ?", userID).Limit(1).Find(&rows).Error; err != nil {
		return TOTP{}, false, fmt.Errorf("load the second factor of user %d: %w", userID, err)
	}
	if len(rows) == 0 {
		return TOTP{}, false, nil
	}
	return rows[0], rows[0].ConfirmedAt != nil, nil
}

// hasTOTP reports whether the second factor of an account is on.
func (s *Service) hasTOTP(ctx context.Context, userID int64) (on bool, err error) {
	err = s.db.Row(ctx, "SELECT COUNT(*) > 0 FROM totps WHERE user_id = ? AND confirmed_at IS NOT NULL", userID).Scan(&on)
	if err != nil {
		return false, fmt.Errorf("look for the second factor of user %d: %w", userID, err)
	}
	return on, nil
}

// BeginTOTP makes a secret, in place of one that was not confirmed. It returns [ErrTOTPOn] or [ErrNotFound].
func (s *Service) BeginTOTP(ctx context.Context, userID int64) (TOTPSetup, error) {
	u, err := s.Get(ctx, userID)
	if err != nil {
		return TOTPSetup{}, err
	}
	issuer := s.registration.Name
	if issuer == "" {
		issuer = "cinecircle"
	}
	key := totp.NewKey(issuer, u.Username)
	image, err := totp.QR(key.URL, "QR")
	if err != nil {
		return TOTPSetup{}, err
	}
	t := TOTP{UserID: userID, Secret: s.tokens.Seal(key.Secret, totpOwner(userID)), CreatedAt: s.now()}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockOne(tx, userID); err != nil {
			return err
		}
		if _, on, err := totpOf(database.ForUpdate(tx), userID); err != nil {
			return err
		} else if on {
			return ErrTOTPOn
		}
		if err := deleteTOTP(tx, userID); err != nil {
			return err
		}
		return tx.Create(&t).Error
	})
	if err != nil {
		return TOTPSetup{}, fmt.Errorf("make a secret of user %d: %w", userID, err)
	}
	return TOTPSetup{key, image}, nil
}

// ConfirmTOTP switches the second factor on with a code of the secret that [Service.BeginTOTP] made, and returns the recovery
// codes, which nothing returns again. Other sessions of the account end. It returns [ErrTOTPOn], [ErrTOTPNotStarted], or
// apperr.ErrValidation for a wrong code.
func (s *Service) ConfirmTOTP(ctx context.Context, by auth.Viewer, code string) (recovery []string, err error) {
	recovery, hashes := newRecoveryCodes()
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if _, err := lockOne(tx, by.UserID); err != nil {
			return err
		}
		t, on, err := totpOf(database.ForUpdate(tx), by.UserID)
		switch {
		case err != nil:
			return err
		case on:
			return ErrTOTPOn
		case t.UserID == 0 || !t.CreatedAt.After(s.now().Add(-setupTTL)):
			return ErrTOTPNotStarted
		}
		if err := s.useCode(tx, t, code); errors.Is(err, ErrTOTPInvalid) {
			return apperr.Validation(wrongCode())
		} else if err != nil {
			return err
		}
		if err := tx.Model(&t).UpdateColumn("confirmed_at", s.now()).Error; err != nil {
			return err
		}
		if err := insertRecoveryCodes(tx, by.UserID, hashes); err != nil {
			return err
		}
		return s.endOthers(tx, by, by.UserID)
	})
	if err != nil {
		return nil, fmt.Errorf("switch the second factor of user %d on: %w", by.UserID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "totp_on", by.UserID)
	return recovery, nil
}

func wrongCode() apperr.Field {
	return apperr.Field{Name: "code", Code: "invalid", Text: ErrTOTPInvalid.Text}
}

// TurnTOTPOff switches the second factor of by off, who gives it and the password. Other sessions of the account end. address
// is that of the client, as in [Service.Change]. It returns [ErrNoTOTP], apperr.ErrTooMany, or apperr.ErrValidation.
func (s *Service) TurnTOTPOff(ctx context.Context, by auth.Viewer, address, current string, second SecondFactor) error {
	u, err := s.Get(ctx, by.UserID)
	if err != nil {
		return err
	}
	if second == (SecondFactor{}) {
		return apperr.Validation(web.Required("code"))
	}
	if _, on, err := totpOf(s.db.Reader(ctx), u.ID); err != nil {
		return err
	} else if !on {
		return ErrNoTOTP
	}
	if err := s.confirm(ctx, by, address, u, &current); err != nil {
		return err
	}
	if err := s.countCode(ctx, u, second); err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := s.turnOff(tx, u, second); err != nil {
			return err
		}
		return s.endOthers(tx, by, u.ID)
	})
	if err != nil {
		return fmt.Errorf("switch the second factor of user %d off: %w", u.ID, err)
	}
	web.LogEvent(ctx, s.log, slog.LevelInfo, "totp_off", u.ID)
	s.throttle.CodeSucceeded(ctx, u.UsernameKey)
	return nil
}

// turnOff switches the second factor of an account off whose password was right.
func (s *Service) turnOff(tx *gorm.DB, u User, second SecondFactor) error {
	locked, err := lockOne(tx, u.ID)
	if err != nil {
		return err
	}
	if locked.PasswordHash != u.PasswordHash {
		return apperr.Validation(wrongPassword())
	}
	t, on, err := totpOf(database.ForUpdate(tx), u.ID)
	if err != nil {
		return err
	}
	if !on {
		return ErrNoTOTP
	}
	if err := s.useSecond(tx, t, second); errors.Is(err, ErrTOTPInvalid) {
		return apperr.Validation(wrongCode())
	} else if err != nil {
		return err
	}
	if err := deleteTOTP(tx, u.ID); err != nil {
		return err
	}
	return s.notifyByMail(tx, u, letterTOTPOff)
}

// RemoveTOTP switches the second factor of the account with this username off, for an operator whom its owner has convinced.
// All sessions of the account end. It returns [ErrNotFound] or [ErrNoTOTP].
func (s *Service) RemoveTOTP(ctx context.Context, username string) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		u, err := byName(database.ForUpdate(tx), username)
		if err != nil {
			return err
		}
		if _, on, err := totpOf(database.ForUpdate(tx), u.ID); err != nil {
			return err
		} else if !on {
			return ErrNoTOTP
		}
		if err := deleteTOTP(tx, u.ID); err != nil {
			return err
		}
		if err := s.endOthers(tx, auth.Viewer{}, u.ID); err != nil {
			return err
		}
		if err := record.Add(tx, s.now(), web.ViewerIDOf(ctx), record.TOTPOff, record.User, u.ID, ""); err != nil {
			return err
		}
		if err := s.notifyByMail(tx, u, letterTOTPOff); err != nil {
			return err
		}
		database.AfterCommit(tx, func() { web.LogEvent(ctx, s.log, slog.LevelWarn, "totp_off_by_other", u.ID) })
		return s.tellChange(tx, u.ID, TOTPSwitchedOff)
	})
}

// countCode counts a guess at the code of an account whose password was right. Recovery codes cannot be guessed.
func (s *Service) countCode(ctx context.Context, u User, second SecondFactor) error {
	if second.Code == "" {
		return nil
	}
	wait, err := s.throttle.AllowCode(ctx, u.UsernameKey)
	if err == nil && wait > 0 {
		s.warnOfAttempt(ctx, "second_factor_throttled", u.ID, u.UsernameKey)
		return apperr.ErrTooMany.After(wait)
	}
	return err
}

// checkSecond checks the second factor of an account whose row is locked, and uses it up. It returns [ErrTOTPRequired] or
// [ErrTOTPInvalid].
func (s *Service) checkSecond(tx *gorm.DB, userID int64, second SecondFactor) error {
	t, on, err := totpOf(database.ForUpdate(tx), userID)
	if err != nil || !on {
		return err
	}
	return s.useSecond(tx, t, second)
}

func (s *Service) useSecond(tx *gorm.DB, t TOTP, second SecondFactor) error {
	switch {
	case second.Code != "":
		return s.useCode(tx, t, second.Code)
	case second.RecoveryCode != "":
		return useRecoveryCode(tx, t.UserID, second.RecoveryCode)
	}
	return ErrTOTPRequired
}

// useCode uses a code of the app up. It returns [ErrTOTPInvalid].
func (s *Service) useCode(tx *gorm.DB, t TOTP, code string) error {
	secret, err := s.tokens.Open(t.Secret, totpOwner(t.UserID))
	if err != nil {
		s.log.ErrorContext(tx.Statement.Context, "the second factor of a member cannot be checked; was auth.secret changed? Recovery codes still work",
			"user_id", t.UserID, "error", err)
		return ErrTOTPInvalid
	}
	step, ok, err := totp.Match(secret, code, s.clock(), t.LastStep)
	if err != nil {
		return err
	}
	if !ok {
		return ErrTOTPInvalid
	}
	used := tx.Model(&TOTP{}).Where("user_id = ? AND last_step < ?", t.UserID, step).UpdateColumn("last_step", step)
	if used.Error != nil {
		return fmt.Errorf("use a code of user %d: %w", t.UserID, used.Error)
	}
	if used.RowsAffected == 0 {
		return ErrTOTPInvalid
	}
	return nil
}

// totpOwner is what the secret of an account is bound to, so that it is of no use in the row of another one.
func totpOwner(userID int64) string { return "totp of user " + strconv.FormatInt(userID, 10) }

// deleteTOTP deletes the second factor of an account with its recovery codes.
func deleteTOTP(tx *gorm.DB, userID int64) error {
	if err := tx.Where("user_id = ?", userID).Delete(&RecoveryCode{}).Error; err != nil {
		return fmt.Errorf("delete the recovery codes of user %d: %w", userID, err)
	}
	if err := tx.Where("user_id = ?", userID).Delete(&TOTP{}).Error; err != nil {
		return fmt.Errorf("delete the second factor of user %d: %w", userID, err)
	}
	return nil
}
