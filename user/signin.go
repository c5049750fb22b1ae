package user

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// challengeTTL is how long a page waits for the second factor.
const challengeTTL = 10 * time.Minute

// ErrSignInExpired means that the first step of a sign-in is too long ago, or that the account changed since.
var ErrSignInExpired = apperr.New(apperr.Unauthorized, "sign_in_expired",
	"This took too long. Please sign in again.", "시간이 지났습니다. 다시 로그인해 주세요.")

// SignIn is [Service.Login] in two steps, for a page that asks for the second factor only where there is one. Instead of
// [ErrTOTPRequired] it returns a challenge for [Service.FinishSignIn], by which the page need not know the password again.
func (s *Service) SignIn(ctx context.Context, username, password string, from Device) (in SignedIn, challenge string, err error) {
	u, in, err := s.attempt(ctx, username, password, SecondFactor{}, from)
	if errors.Is(err, ErrTOTPRequired) {
		return SignedIn{}, s.tokens.Challenge(u.ID, challengeState(u), s.clock().Add(challengeTTL)), nil
	}
	return in, "", err
}

// FinishSignIn opens a session for a challenge of [Service.SignIn] and the second factor. A challenge opens one session. It
// returns [ErrSignInExpired], [ErrTOTPRequired], [ErrTOTPInvalid], or apperr.ErrTooMany after too many attempts.
func (s *Service) FinishSignIn(ctx context.Context, challenge string, second SecondFactor, from Device) (SignedIn, error) {
	id, err := auth.ChallengedUser(challenge)
	if err != nil {
		return SignedIn{}, ErrSignInExpired
	}
	u, err := s.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return SignedIn{}, ErrSignInExpired
	}
	if err != nil {
		return SignedIn{}, err
	}
	if s.tokens.CheckChallenge(challenge, id, challengeState(u)) != nil {
		return SignedIn{}, ErrSignInExpired
	}
	if err := s.countAttempt(ctx, id, u.UsernameKey, from.IP); err != nil {
		return SignedIn{}, err
	}
	in, err := s.enter(ctx, u, "", second, from, func(locked User) error {
		return s.tokens.CheckChallenge(challenge, id, challengeState(locked))
	})
	if errors.Is(err, auth.ErrInvalidToken) || errors.Is(err, auth.ErrInvalidCredentials) {
		return SignedIn{}, ErrSignInExpired
	}
	return in, err
}

// challengeState is what a challenge is bound to: a new password and every sign-in make it invalid.
func challengeState(u User) string {
	var last int64
	if u.LastLogin != nil {
		last = u.LastLogin.UnixMicro()
	}
	return u.PasswordHash + "|" + strconv.FormatInt(last, 10)
}

// enter opens a session of u, whose password was right, if the second factor is right as well. The new hash of the password is
// stored unless it is "". check, which may be nil, sees the account under its lock.
func (s *Service) enter(ctx context.Context, u User, rehashed string, second SecondFactor, from Device, check func(User) error) (SignedIn, error) {
	on, err := s.hasTOTP(ctx, u.ID)
	if err != nil {
		return SignedIn{}, err
	}
	if on {
		return s.enterWith(ctx, u, rehashed, second, from, check)
	}
	if err := s.throttle.Succeeded(ctx, u.UsernameKey); err != nil {
		return SignedIn{}, err
	}
	return s.openSession(ctx, u, rehashed, from, s.withSecond(u, second, check)) // it may have been switched on meanwhile
}

// enterWith is enter for an account with a second factor, whose attempts fail until that is right.
func (s *Service) enterWith(ctx context.Context, u User, rehashed string, second SecondFactor, from Device, check func(User) error) (SignedIn, error) {
	if second == (SecondFactor{}) {
		return SignedIn{}, ErrTOTPRequired
	}
	if err := s.countCode(ctx, u, second); err != nil {
		return SignedIn{}, err
	}
	in, err := s.openSession(ctx, u, rehashed, from, s.withSecond(u, second, check))
	if errors.Is(err, ErrTOTPInvalid) {
		s.warnOfAttempt(ctx, "second_factor_failed", u.ID, u.UsernameKey)
	}
	if err != nil {
		return SignedIn{}, err
	}
	s.throttle.CodeSucceeded(ctx, u.UsernameKey)
	return in, s.throttle.Succeeded(ctx, u.UsernameKey)
}

// withSecond returns what is checked under the lock of u.
func (s *Service) withSecond(u User, second SecondFactor, check func(User) error) func(tx *gorm.DB, locked User) error {
	return func(tx *gorm.DB, locked User) error {
		if check != nil {
			if err := check(locked); err != nil {
				return err
			}
		}
		return s.checkSecond(tx, u.ID, second)
	}
}
