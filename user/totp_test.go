package user_test

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/totp"
	"github.com/cinecircle/cinecircle/user"
)

// protected is a member with a second factor.
type protected struct {
	id       int64
	in       tokens
	secret   string
	recovery []string
}

// protect adds an account with a second factor, whose next code is one that was not used yet.
func (k *kit) protect(t *testing.T, name string) protected {
	t.Helper()
	p := protected{}
	p.id, p.in = k.member(t, name)
	p.secret = k.begin(t, p.in).Secret
	var codes struct {
		Recovery []string `json:"recovery_codes"`
	}
	k.confirm(t, p.in, k.code(t, p.secret)).Want(http.StatusOK).Decode(&codes)
	p.recovery = codes.Recovery
	k.Clock.Advance(time.Minute)
	return p
}

type setup struct {
	Secret string `json:"secret"`
	URL    string `json:"otpauth_url"`
	SVG    string `json:"qr_svg"`
}

func (k *kit) begin(t *testing.T, in tokens) (s setup) {
	t.Helper()
	k.api.POST(t, "/users/me/totp", testkit.As(in.Access)).Want(http.StatusOK).Decode(&s)
	return s
}

func (k *kit) confirm(t *testing.T, in tokens, code string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/me/totp/confirm", testkit.As(in.Access), testkit.JSON(map[string]any{"code": code}))
}

// code is what the app shows now.
func (k *kit) code(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.Code(secret, k.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrongCode is none of the codes that are accepted now.
func (k *kit) wrongCode(t *testing.T, secret string) string {
	t.Helper()
	for _, guess := range []string{"000000", "111111", "222222", "333333"} {
		if _, ok, _ := totp.Match(secret, guess, k.Clock.Now(), 0); !ok {
			return guess
		}
	}
	t.Fatal("all are right")
	return ""
}

func (k *kit) loginWith(t *testing.T, name, field, value string) *testkit.Response {
	t.Helper()
	return k.api.POST(t, "/users/login", testkit.JSON(map[string]any{"username": name, "password": password, field: value}))
}

func (k *kit) turnOff(t *testing.T, in tokens, body map[string]any) *testkit.Response {
	t.Helper()
	return k.api.DELETE(t, "/users/me/totp", testkit.As(in.Access), testkit.JSON(body))
}

func TestASecondFactorIsAskedForAfterThePassword(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	wantNoCookies(t, k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "totp_required"))
	k.loginWith(t, "alice", "totp", k.wrongCode(t, p.secret)).WantProblem(http.StatusUnauthorized, "totp_invalid")
	k.loginWith(t, "alice", "recovery_code", "AAAA-AAAA").WantProblem(http.StatusUnauthorized, "totp_invalid")
	k.api.POST(t, "/users/login", testkit.JSON(map[string]any{"username": "alice", "password": "not the password", "totp": k.code(t, p.secret)})).
		WantProblem(http.StatusUnauthorized, "invalid_credentials")
	code := k.code(t, p.secret)
	in := tokensOf(k.loginWith(t, "alice", "totp", code[:3]+" "+code[3:]).Want(http.StatusOK))
	if me := k.me(t, in.Access).Want(http.StatusOK).Map(); me["totp"] != true {
		t.Errorf("the member reads %v", me)
	}
	k.loginWith(t, "alice", "totp", code).WantProblem(http.StatusUnauthorized, "totp_invalid")
	k.Clock.Advance(30 * time.Second)
	k.api.POST(t, "/users/login", testkit.Form("username", "alice", "password", password, "totp", k.code(t, p.secret))).Want(http.StatusOK)
}

func TestCodesOfOneStepEitherWayWork(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	late := k.code(t, p.secret)
	k.Clock.Advance(30 * time.Second)
	k.loginWith(t, "alice", "totp", late).Want(http.StatusOK)
	early, _ := totp.Code(p.secret, k.Clock.Now().Add(30*time.Second))
	k.loginWith(t, "alice", "totp", early).Want(http.StatusOK)
	k.loginWith(t, "alice", "totp", k.code(t, p.secret)).WantProblem(http.StatusUnauthorized, "totp_invalid") // older than the last
	tooLate, _ := totp.Code(p.secret, k.Clock.Now().Add(90*time.Second))
	k.Clock.Advance(151 * time.Second)
	k.loginWith(t, "alice", "totp", tooLate).WantProblem(http.StatusUnauthorized, "totp_invalid")
}

func TestRecoveryCodesWorkOnceEach(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	if len(p.recovery) != 10 || len(slices.Compact(slices.Sorted(slices.Values(p.recovery)))) != 10 {
		t.Fatalf("codes %q", p.recovery)
	}
	typed := strings.ToLower(strings.ReplaceAll(p.recovery[0], "-", " "))
	k.loginWith(t, "alice", "recovery_code", typed).Want(http.StatusOK)
	k.loginWith(t, "alice", "recovery_code", p.recovery[0]).WantProblem(http.StatusUnauthorized, "totp_invalid")
	k.loginWith(t, "alice", "recovery_code", p.recovery[9]).Want(http.StatusOK)
	if state, err := k.users.TOTPState(t.Context(), p.id); err != nil || !state.On || state.CodesLeft != 8 {
		t.Errorf("state %+v, %v", state, err)
	}
	bob := k.protect(t, "bob")
	k.loginWith(t, "alice", "recovery_code", bob.recovery[1]).WantProblem(http.StatusUnauthorized, "totp_invalid")
	var stored []user.RecoveryCode
	if err := k.DB.Reader(t.Context()).Find(&stored).Error; err != nil {
		t.Fatal(err)
	}
	for _, s := range stored {
		if len(s.CodeHash) != 64 || slices.Contains(bob.recovery, s.CodeHash) {
			t.Errorf("stored %q", s.CodeHash)
		}
	}
}

func TestOneOfManyLoginsWithOneCodeWins(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	for field, value := range map[string]string{"totp": k.code(t, p.secret), "recovery_code": p.recovery[3]} {
		before := k.sessions(t, p.id)
		got := atOnce(4, func(int) int { return k.loginWith(t, "alice", field, value).Status })
		slices.Sort(got)
		if !slices.Equal(got, []int{200, 401, 401, 401}) || k.sessions(t, p.id) != before+1 {
			t.Errorf("four at once with one %s: %v", field, got)
		}
	}
}

func TestASecondFactorIsSwitchedOnByAWorkingApp(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, registering(user.Registration{Name: "동네: 영화 모임"}))
	id, in := k.member(t, "영화광")
	other := k.login(t, "영화광")
	k.confirm(t, in, "123456").WantProblem(http.StatusConflict, "totp_not_started")
	first, second := k.begin(t, in), k.begin(t, in)
	if !strings.HasPrefix(second.URL, "otpauth://totp/") || !strings.Contains(second.URL, "secret="+second.Secret) || strings.Count(second.URL, "%3A") > 1 {
		t.Errorf("url %s", second.URL)
	}
	if err := xml.Unmarshal([]byte(second.SVG), new(struct{})); err != nil || !strings.Contains(second.SVG, "<title>") {
		t.Errorf("%v: %s", err, second.SVG)
	}
	k.login(t, "영화광") // not on yet
	k.confirm(t, in, k.code(t, first.Secret)).WantField("code", "invalid")
	k.confirm(t, in, k.wrongCode(t, second.Secret)).WantField("code", "invalid")
	if me := k.me(t, in.Access).Map(); me["totp"] != false {
		t.Errorf("the member reads %v", me)
	}
	code := k.code(t, second.Secret)
	k.confirm(t, in, code).Want(http.StatusOK)
	k.confirm(t, in, code).WantProblem(http.StatusConflict, "totp_on")
	k.api.POST(t, "/users/me/totp", testkit.As(in.Access)).WantProblem(http.StatusConflict, "totp_on")
	k.loginWith(t, "영화광", "totp", code).WantProblem(http.StatusUnauthorized, "totp_invalid") // it was used
	k.me(t, in.Access).Want(http.StatusOK)
	k.me(t, other.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	if n := k.sessions(t, id); n != 1 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestASecretThatIsNotConfirmedInTimeIsForgotten(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, in := k.member(t, "alice")
	setup := k.begin(t, in)
	k.Clock.Advance(time.Hour)
	in = k.login(t, "alice")
	k.confirm(t, in, k.code(t, setup.Secret)).WantProblem(http.StatusConflict, "totp_not_started")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.users.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestASecondFactorIsSwitchedOffWithPasswordAndCode(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	in := tokensOf(k.loginWith(t, "alice", "totp", k.code(t, p.secret)).Want(http.StatusOK))
	other := tokensOf(k.loginWith(t, "alice", "recovery_code", p.recovery[0]).Want(http.StatusOK))
	k.turnOff(t, in, map[string]any{"current_password": password}).WantField("code", "required")
	k.turnOff(t, in, map[string]any{"code": k.code(t, p.secret)}).WantField("current_password", "required")
	k.turnOff(t, in, map[string]any{"current_password": "not the password", "recovery_code": p.recovery[1]}).WantField("current_password", "invalid")
	k.turnOff(t, in, map[string]any{"current_password": password, "code": k.code(t, p.secret)}).WantField("code", "invalid") // it was used
	k.turnOff(t, in, map[string]any{"current_password": password, "recovery_code": p.recovery[0]}).WantField("code", "invalid")
	k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "totp_required")
	k.turnOff(t, in, map[string]any{"current_password": password, "recovery_code": p.recovery[1]}).Want(http.StatusNoContent)
	k.turnOff(t, in, map[string]any{"current_password": password, "recovery_code": p.recovery[2]}).WantProblem(http.StatusNotFound, "not_found")
	k.me(t, other.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.me(t, in.Access).Want(http.StatusOK)
	k.login(t, "alice")
	again := k.protectAgain(t, in)
	k.loginWith(t, "alice", "recovery_code", p.recovery[3]).WantProblem(http.StatusUnauthorized, "totp_invalid") // of the time before
	k.loginWith(t, "alice", "totp", k.code(t, again)).Want(http.StatusOK)
}

// protectAgain switches the second factor of a member on and returns the secret.
func (k *kit) protectAgain(t *testing.T, in tokens) string {
	t.Helper()
	setup := k.begin(t, in)
	k.confirm(t, in, k.code(t, setup.Secret)).Want(http.StatusOK)
	k.Clock.Advance(time.Minute)
	return setup.Secret
}

func TestAnOperatorSwitchesASecondFactorOff(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var told []user.AccountChange
	k.users.OnAccountChange(func(_ *gorm.DB, _ int64, what user.AccountChange) error {
		told = append(told, what)
		return nil
	})
	p := k.protect(t, "alice")
	if err := k.users.RemoveTOTP(t.Context(), "ALICE"); err != nil {
		t.Fatal(err)
	}
	k.me(t, p.in.Access).WantProblem(http.StatusUnauthorized, "invalid_token")
	k.login(t, "alice")
	log := k.log(t)
	if len(log) != 1 || log[0].Action != record.TOTPOff || log[0].TargetID != p.id || log[0].ActorID != nil {
		t.Errorf("the log has %+v", log)
	}
	if !slices.Equal(told, []user.AccountChange{user.TOTPSwitchedOff}) {
		t.Errorf("told %v", told)
	}
	if err := k.users.RemoveTOTP(t.Context(), "alice"); !errors.Is(err, user.ErrNoTOTP) {
		t.Errorf("again: %v", err)
	}
	if err := k.users.RemoveTOTP(t.Context(), "nobody"); !errors.Is(err, user.ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestMembersAreToldWhatOthersChange(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, admin := k.admin(t, "admin")
	id, in := k.member(t, "alice")
	var told []user.AccountChange
	k.users.OnAccountChange(func(_ *gorm.DB, userID int64, what user.AccountChange) error {
		if userID != id {
			t.Errorf("told user %d", userID)
		}
		told = append(told, what)
		return nil
	})
	k.api.PATCH(t, "/users/me", testkit.As(in.Access), testkit.JSON(map[string]any{"password": newPassword, "current_password": password})).Want(http.StatusOK)
	k.api.PATCH(t, path(id), testkit.As(admin.Access), testkit.JSON(map[string]any{"age": 40})).Want(http.StatusOK)
	if len(told) != 0 {
		t.Errorf("told of %v", told)
	}
	k.api.PATCH(t, path(id), testkit.As(admin.Access), testkit.JSON(map[string]any{"password": password})).Want(http.StatusOK)
	k.reset(t, k.resetToken(t, "alice"), newPassword).Want(http.StatusNoContent)
	for range 2 { // the second changes nothing
		if err := k.users.SetRole(t.Context(), "alice", auth.RoleModerator); err != nil {
			t.Fatal(err)
		}
	}
	if want := []user.AccountChange{user.PasswordSetByOther, user.PasswordWasReset, user.RoleChanged}; !slices.Equal(told, want) {
		t.Errorf("told of %v", told)
	}
}

func TestNothingIsChangedThatAMemberCannotBeToldOf(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	k.users.OnAccountChange(func(*gorm.DB, int64, user.AccountChange) error { return errors.New("no room") })
	if err := k.users.RemoveTOTP(t.Context(), "alice"); err == nil {
		t.Error("no error")
	}
	k.me(t, p.in.Access).Want(http.StatusOK)
	k.tryLogin(t, "alice", password).WantProblem(http.StatusUnauthorized, "totp_required")
}

func TestGuessesAtCodesAreSlowedDown(t *testing.T) {
	t.Parallel()
	k := newKit(t, limited)
	p := k.protect(t, "alice")
	statuses := map[int]int{}
	for range 60 { // slow enough for the throttle of passwords
		k.Clock.Advance(20 * time.Second)
		statuses[k.loginWith(t, "alice", "totp", k.wrongCode(t, p.secret)).Status]++
	}
	if statuses[http.StatusUnauthorized] > 11 || statuses[http.StatusTooManyRequests] < 40 {
		t.Errorf("60 guesses in 20 minutes: %v", statuses)
	}
	k.Clock.Advance(10 * time.Second)
	k.loginWith(t, "alice", "totp", k.code(t, p.secret)).WantProblem(http.StatusTooManyRequests, "too_many_requests")
	k.Clock.Advance(time.Minute)
	k.loginWith(t, "alice", "recovery_code", p.recovery[0]).Want(http.StatusOK) // the owner is never locked out
	k.Clock.Advance(30 * time.Minute)
	k.loginWith(t, "alice", "totp", k.code(t, p.secret)).Want(http.StatusOK)
	k.loginWith(t, "alice", "totp", k.wrongCode(t, p.secret)).WantProblem(http.StatusUnauthorized, "totp_invalid")
}

func TestAMissingCodeCountsAsAFailedAttempt(t *testing.T) {
	t.Parallel()
	k := newKit(t, limited)
	k.protect(t, "alice")
	statuses := map[int]int{}
	for range 12 {
		statuses[k.tryLogin(t, "alice", password).Status]++
	}
	if statuses[http.StatusTooManyRequests] == 0 {
		t.Errorf("twelve at once: %v", statuses)
	}
}

func TestASecretIsOfNoUseWithoutTheKeyOrInAnotherRow(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	alice, bob := k.protect(t, "alice"), k.protect(t, "bob")
	var rows []user.TOTP
	if err := k.DB.Reader(t.Context()).Order("user_id").Find(&rows).Error; err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for _, row := range rows {
		if strings.Contains(row.Secret, alice.secret) || strings.Contains(row.Secret, bob.secret) {
			t.Errorf("stored %q", row.Secret)
		}
	}
	err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&user.TOTP{}).Where("user_id = ?", alice.id).UpdateColumn("secret", rows[1].Secret).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	k.loginWith(t, "alice", "totp", k.code(t, bob.secret)).WantProblem(http.StatusUnauthorized, "totp_invalid")
	k.loginWith(t, "alice", "recovery_code", alice.recovery[0]).Want(http.StatusOK)
}

func TestASignInInTwoSteps(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	k.signUp(t, "bob")
	ctx, from := t.Context(), user.Device{IP: "192.0.2.1"}
	if in, challenge, err := k.users.SignIn(ctx, "bob", password, from); err != nil || challenge != "" || in.Access == "" {
		t.Errorf("without a second factor: %v, %q, %v", in, challenge, err)
	}
	if _, challenge, err := k.users.SignIn(ctx, "alice", "not the password", from); !errors.Is(err, auth.ErrInvalidCredentials) || challenge != "" {
		t.Errorf("a wrong password: %q, %v", challenge, err)
	}
	in, challenge, err := k.users.SignIn(ctx, "alice", password, from)
	if err != nil || challenge == "" || in != (user.SignedIn{}) {
		t.Fatalf("a right password: %v, %q, %v", in, challenge, err)
	}
	refused := func(challenge string, second user.SecondFactor, want error) {
		t.Helper()
		if in, err := k.users.FinishSignIn(ctx, challenge, second, from); !errors.Is(err, want) || in != (user.SignedIn{}) {
			t.Errorf("%q with %v: %v, want %v", challenge, second, err, want)
		}
	}
	refused(challenge, user.SecondFactor{}, user.ErrTOTPRequired)
	refused(challenge, user.SecondFactor{Code: k.wrongCode(t, p.secret)}, user.ErrTOTPInvalid)
	good := user.SecondFactor{Code: k.code(t, p.secret)}
	for _, forged := range []string{"", "1", "x.y.z", challenge + "0", "9" + challenge, "-1.1.1"} {
		refused(forged, good, user.ErrSignInExpired)
	}
	if in, err := k.users.FinishSignIn(ctx, challenge, good, from); err != nil || in.UserID != p.id {
		t.Errorf("the right code: %v, %v", in, err)
	}
	k.Clock.Advance(time.Minute)
	refused(challenge, user.SecondFactor{Code: k.code(t, p.secret)}, user.ErrSignInExpired) // it was used
	_, late, _ := k.users.SignIn(ctx, "alice", password, from)
	k.Clock.Advance(10 * time.Minute)
	refused(late, user.SecondFactor{Code: k.code(t, p.secret)}, user.ErrSignInExpired)
	_, stale, _ := k.users.SignIn(ctx, "alice", password, from)
	k.reset(t, k.resetToken(t, "alice"), newPassword).Want(http.StatusNoContent)
	refused(stale, user.SecondFactor{Code: k.code(t, p.secret)}, user.ErrSignInExpired)
}

func TestAChallengeOpensOneSession(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	_, challenge, err := k.users.SignIn(t.Context(), "alice", password, user.Device{})
	if err != nil {
		t.Fatal(err)
	}
	k.Clock.Advance(time.Second) // the sign-in must not be in the microsecond of the one before
	before := k.sessions(t, p.id)
	got := atOnce(4, func(i int) error {
		_, err := k.users.FinishSignIn(t.Context(), challenge, user.SecondFactor{RecoveryCode: p.recovery[i]}, user.Device{})
		return err
	})
	won := 0
	for _, err := range got {
		if err == nil {
			won++
		} else if !errors.Is(err, user.ErrSignInExpired) {
			t.Error(err)
		}
	}
	if won != 1 || k.sessions(t, p.id) != before+1 {
		t.Errorf("%d of four with one challenge won", won)
	}
}

func TestANewPasswordLeavesTheSecondFactorOn(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	p := k.protect(t, "alice")
	k.reset(t, k.resetToken(t, "alice"), newPassword).Want(http.StatusNoContent)
	k.tryLogin(t, "alice", newPassword).WantProblem(http.StatusUnauthorized, "totp_required")
	body := map[string]any{"username": "alice", "password": newPassword, "totp": k.code(t, p.secret)}
	k.api.POST(t, "/users/login", testkit.JSON(body)).Want(http.StatusOK)
}
