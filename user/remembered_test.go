//go:build cgo

package user_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

// remembering is a kit on SQLite in a file, where sessions are remembered, with a second instance on the same file.
type remembering struct {
	*kit

	other   *kit // has a pool of its own
	lookups atomic.Int64
}

func onFile(t *testing.T, config database.Config) func(k *testkit.Kit) {
	return func(k *testkit.Kit) {
		db, err := database.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() }) // the file is temporary
		k.DB = db
	}
}

func newRemembering(t *testing.T) *remembering {
	t.Helper()
	config := testkit.MigratedFile(t)
	r := &remembering{kit: newKit(t, onFile(t, config))}
	r.other = newKit(t, onFile(t, config), func(k *testkit.Kit) { k.Clock = r.Clock })
	r.DB.Break(func(_ context.Context, statement string) error {
		if strings.Contains(statement, "LEFT JOIN sessions") || strings.Contains(statement, "personal_tokens JOIN users") {
			r.lookups.Add(1)
		}
		return nil
	})
	return r
}

// looksUp checks whether do asks SQLite for a session.
func (r *remembering) looksUp(t *testing.T, want bool, do func()) {
	t.Helper()
	before := r.lookups.Load()
	do()
	if got := r.lookups.Load() > before; got != want {
		t.Errorf("SQLite was asked: %v, want %v", got, want)
	}
}

func (k *kit) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	k.Write(t, func(tx *gorm.DB) error { return database.Exec(tx, statement, args...) })
}

func TestSessionsAreRemembered(t *testing.T) {
	t.Parallel()
	r := newRemembering(t)
	id, in := r.member(t, "alice")
	token := r.newToken(t, in.Access, "write").Token
	for _, access := range []string{in.Access, token} {
		r.looksUp(t, true, func() { r.me(t, access).Want(http.StatusOK) })
		r.looksUp(t, false, func() { r.me(t, access).Want(http.StatusOK) })
	}
	r.exec(t, "UPDATE users SET bio = 'x' WHERE id = ?", id)
	r.Write(t, func(tx *gorm.DB) error { return user.AddCounts(tx, id, user.Counts{Reviews: 1, Ratings: 2}) })
	for _, access := range []string{in.Access, token} {
		r.looksUp(t, false, func() { r.me(t, access).Want(http.StatusOK) })
	}
}

// remembered is a member with a session that is remembered.
type remembered struct {
	id, session int64
	in          tokens
}

func TestRememberedSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	admin := auth.Viewer{UserID: 99, Role: auth.RoleAdmin}
	gone := func(err error) func(*testing.T, auth.Account, error) {
		return func(t *testing.T, _ auth.Account, got error) {
			t.Helper()
			if !errors.Is(got, err) {
				t.Errorf("the session is looked up with %v, want %v", got, err)
			}
		}
	}
	is := func(check func(auth.Account) bool) func(*testing.T, auth.Account, error) {
		return func(t *testing.T, a auth.Account, err error) {
			t.Helper()
			if err != nil || !check(a) {
				t.Errorf("the account is %+v, %v", a, err)
			}
		}
	}
	suspended := is(func(a auth.Account) bool { return a.Status == auth.StatusSuspended && a.Restriction.Reason == "spam" })
	for what, c := range map[string]struct {
		act  func(k *kit, m remembered) error // k is the instance, and then the other one
		want func(*testing.T, auth.Account, error)
	}{
		"logout": {func(k *kit, m remembered) error {
			_, err := k.users.Logout(ctx, []string{m.in.Access}, nil)
			return err
		}, gone(auth.ErrInvalidToken)},
		"logout with the refresh token": {func(k *kit, m remembered) error {
			_, err := k.users.Logout(ctx, nil, []string{m.in.Refresh})
			return err
		}, gone(auth.ErrInvalidToken)},
		"the end of the session": {func(k *kit, m remembered) error { return k.users.EndSession(ctx, m.id, m.session) }, gone(auth.ErrInvalidToken)},
		"logout everywhere":      {func(k *kit, m remembered) error { return k.users.EndSessions(ctx, m.id) }, gone(auth.ErrInvalidToken)},
		"another password": {func(k *kit, m remembered) error {
			to, from := newPassword, password
			_, err := k.users.Change(ctx, auth.Viewer{UserID: m.id, Role: auth.RoleMember}, "", m.id, user.Patch{Password: &to, CurrentPassword: &from})
			return err
		}, gone(auth.ErrInvalidToken)},
		"a password that was reset": {func(k *kit, m remembered) error {
			link, err := k.users.ResetLinkFor(ctx, "alice")
			_, token, _ := strings.Cut(link, "token=")
			return errors.Join(err, k.users.ResetPassword(ctx, "192.0.2.1", token, newPassword))
		}, gone(auth.ErrInvalidToken)},
		"deletion": {func(k *kit, m remembered) error { return k.users.Delete(ctx, m.id) }, gone(auth.ErrUserGone)},
		"a role": {
			func(k *kit, _ remembered) error { return k.users.SetRole(ctx, "alice", auth.RoleModerator) },
			is(func(a auth.Account) bool { return a.Role == auth.RoleModerator }),
		},
		"a suspension": {func(k *kit, m remembered) error {
			_, err := k.users.Suspend(ctx, admin, m.id, user.Suspension{Reason: "spam", Days: 2})
			return err
		}, suspended},
		"a suspension that is lifted": {func(k *kit, m remembered) error {
			_, err := k.users.Suspend(ctx, admin, m.id, user.Suspension{Reason: "spam"})
			if err == nil {
				_, err = k.users.Active(ctx, m.id, m.session)
			}
			if err == nil {
				_, err = k.users.Unsuspend(ctx, admin, m.id, "a mistake")
			}
			return err
		}, is(func(a auth.Account) bool { return a.Status == auth.StatusActive && a.Restriction == auth.Restriction{} })},
		"preferences": {func(k *kit, m remembered) error {
			_, err := k.users.ChangePreferences(ctx, m.id, user.PreferencesPatch{Spoilers: new(user.ShowSpoilers)})
			return err
		}, is(func(a auth.Account) bool { return a.Spoilers == string(user.ShowSpoilers) })},
		"the first block": {func(k *kit, m remembered) error {
			return k.DB.Tx(ctx, func(tx *gorm.DB) error { return user.AddCounts(tx, m.id, user.Counts{Hides: 1}) })
		}, is(func(a auth.Account) bool { return a.Hides })},
		"raw SQL that ends it":                   {sqlOf("UPDATE sessions SET expires_at = '2000-01-01 00:00:00+00:00'"), gone(auth.ErrInvalidToken)},
		"raw SQL that gives it to somebody else": {sqlOf("UPDATE sessions SET user_id = 1 WHERE user_id > 1"), gone(auth.ErrInvalidToken)},
		"raw SQL that deletes all sessions":      {sqlOf("DELETE FROM sessions"), gone(auth.ErrInvalidToken)},
		"raw SQL that deletes the account":       {sqlOf("DELETE FROM users WHERE username = 'alice'"), gone(auth.ErrUserGone)},
		"raw SQL with the status":                {sqlOf("UPDATE users SET status = 'pending'"), is(func(a auth.Account) bool { return a.Status == auth.StatusPending })},
		"raw SQL that replaces the account": {
			sqlOf("UPDATE OR REPLACE users SET username_key = 'alice', username = 'alice' WHERE username = 'bob'"),
			gone(auth.ErrUserGone),
		},
	} {
		for from := range 2 {
			t.Run(fmt.Sprintf("%s by instance %d", what, from), func(t *testing.T) {
				t.Parallel()
				r := newRemembering(t)
				r.member(t, "bob")
				m := remembered{}
				m.id, m.in = r.member(t, "alice")
				m.session = r.sessionID(t, m.in.Access)
				made := r.newToken(t, m.in.Access, "write")
				see := func() (auth.Account, error) { return r.users.Active(ctx, m.id, m.session) }
				program := func() (auth.Account, error) { p, err := r.users.Personal(ctx, made.Token); return p.Account, err }
				for range 2 {
					if _, err := see(); err != nil {
						t.Fatal(err)
					}
					if _, err := program(); err != nil {
						t.Fatal(err)
					}
				}
				k := []*kit{r.kit, r.other}[from]
				if err := c.act(k, m); err != nil {
					t.Fatal(err)
				}
				got, err := see()
				c.want(t, got, err)
				fresh := r.other.again(t).users // which remembers nothing
				want, wantErr := fresh.Active(ctx, m.id, m.session)
				if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, wantErr) {
					t.Errorf("the session (-stored +remembered): %s%v, want %v", diff, err, wantErr)
				}
				got, err = program()
				p, wantErr := fresh.Personal(ctx, made.Token)
				if diff := cmp.Diff(p.Account, got); diff != "" || !errors.Is(err, wantErr) {
					t.Errorf("the token (-stored +remembered): %s%v, want %v", diff, err, wantErr)
				}
			})
		}
	}
}

func sqlOf(statement string) func(*kit, remembered) error {
	return func(k *kit, _ remembered) error {
		return k.DB.Tx(context.Background(), func(tx *gorm.DB) error { return database.Exec(tx, statement) })
	}
}

func TestRememberedTokensAreForgotten(t *testing.T) {
	t.Parallel()
	r := newRemembering(t)
	id, in := r.member(t, "alice")
	for what, revoke := range map[string]func(token newToken) error{
		"one":                   func(n newToken) error { return r.users.DeleteToken(t.Context(), id, n.ID) },
		"one, elsewhere":        func(n newToken) error { return r.other.users.DeleteToken(t.Context(), id, n.ID) },
		"all":                   func(newToken) error { return r.users.RevokeTokens(t.Context(), id) },
		"all, elsewhere":        func(newToken) error { return r.other.users.RevokeTokens(t.Context(), id) },
		"raw SQL":               func(newToken) error { return sqlOf("DELETE FROM personal_tokens")(r.kit, remembered{}) },
		"raw SQL with the hash": func(newToken) error { return sqlOf("UPDATE personal_tokens SET token_hash = 'x'")(r.kit, remembered{}) },
	} {
		made := r.newToken(t, in.Access, "read")
		r.me(t, made.Token).Want(http.StatusOK)
		r.looksUp(t, false, func() { r.me(t, made.Token).Want(http.StatusOK) })
		if err := revoke(made); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		r.me(t, made.Token).WantProblem(http.StatusUnauthorized, "invalid_token")
		r.exec(t, "DELETE FROM personal_tokens")
	}
}

func TestWhatIsRememberedEndsInTime(t *testing.T) {
	t.Parallel()
	r := newRemembering(t)
	id, in := r.member(t, "alice")
	session := r.sessionID(t, in.Access)
	made := r.newToken(t, in.Access, "write", "expires_in_days", 1)
	r.exec(t, "UPDATE users SET status = 'suspended', status_reason = 'spam', suspended_until = ? WHERE id = ?", database.Time(r.Clock.Now().Add(time.Hour)), id)
	see := func(want auth.Status, wantErr error) {
		t.Helper()
		a, err := r.users.Active(t.Context(), id, session)
		if a.Status != want || !errors.Is(err, wantErr) {
			t.Errorf("the session: %q, %v; want %q, %v", a.Status, err, want, wantErr)
		}
	}
	seeToken := func(want auth.Status, wantErr error) {
		t.Helper()
		p, err := r.users.Personal(t.Context(), made.Token)
		if p.Account.Status != want || !errors.Is(err, wantErr) {
			t.Errorf("the token: %q, %v; want %q, %v", p.Account.Status, err, want, wantErr)
		}
	}
	both := func(want auth.Status) {
		t.Helper()
		see(want, nil)
		seeToken(want, nil)
	}
	both(auth.StatusSuspended)
	r.looksUp(t, false, func() {
		both(auth.StatusSuspended)
		r.Clock.Advance(time.Hour - time.Microsecond)
		both(auth.StatusSuspended)
		r.Clock.Advance(time.Microsecond)
		both(auth.StatusActive)
	})
	r.Clock.Advance(-time.Minute) // the clock is set back
	both(auth.StatusSuspended)
	r.Clock.Advance(24*time.Hour - 59*time.Minute - time.Microsecond)
	both(auth.StatusActive)
	r.Clock.Advance(time.Microsecond)
	see(auth.StatusActive, nil)
	seeToken("", auth.ErrTokenExpired)
	r.Clock.Advance(refresh7 - 24*time.Hour - time.Microsecond)
	see(auth.StatusActive, nil)
	r.Clock.Advance(time.Microsecond)
	see("", auth.ErrInvalidToken)
}

func TestNewAccountsAreNotRemembered(t *testing.T) {
	t.Parallel()
	r := newRemembering(t)
	r.newFor = time.Hour
	r.start(t)
	id, in := r.member(t, "alice")
	session := r.sessionID(t, in.Access)
	isNew := func(want bool) {
		t.Helper()
		if a, err := r.users.Active(t.Context(), id, session); a.New != want || err != nil {
			t.Errorf("new: %v, %v; want %v", a.New, err, want)
		}
	}
	isNew(true)
	isNew(true)
	r.Clock.Advance(time.Hour)
	isNew(false)
	r.looksUp(t, false, func() { isNew(false) })
	r.Clock.Advance(-time.Microsecond) // set back
	isNew(true)
}

// TestRememberedSessionsAreNeverBehind has members sign out while they ask, on both instances, and checks that no request that
// began after is answered.
func TestRememberedSessionsAreNeverBehind(t *testing.T) {
	t.Parallel()
	r := newRemembering(t)
	id := r.signUp(t, "alice")
	rounds := 40
	if testing.Short() {
		rounds = 12
	}
	var reads, writes sync.WaitGroup
	stop := make(chan struct{})
	writes.Go(func() { // others write meanwhile
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(rand.IntN(400)) * time.Microsecond):
				db := []*database.DB{r.DB, r.DB, r.other.DB}[i%3]
				err := db.Tx(t.Context(), func(tx *gorm.DB) error { return user.AddCounts(tx, id, user.Counts{Reviews: 1}) })
				if err != nil {
					t.Error(err)
				}
			}
		}
	})
	for round := range rounds {
		in := r.login(t, "alice")
		session := r.sessionID(t, in.Access)
		var ended atomic.Bool
		for range 3 {
			reads.Go(func() {
				for {
					late := ended.Load()
					_, err := r.users.Active(t.Context(), id, session)
					if late {
						if !errors.Is(err, auth.ErrInvalidToken) {
							t.Errorf("after the end of the session: %v", err)
						}
						return
					}
					if err != nil && !errors.Is(err, auth.ErrInvalidToken) {
						t.Error(err)
						return
					}
				}
			})
		}
		<-time.After(time.Duration(rand.IntN(2000)) * time.Microsecond)
		k := []*kit{r.kit, r.other}[round%2]
		if err := k.users.EndSession(t.Context(), id, session); err != nil {
			t.Error(err)
		}
		ended.Store(true)
		reads.Wait()
	}
	close(stop)
	writes.Wait()
}
