package app_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// me returns the status of GET /users/me with an access token.
func me(t *testing.T, a *app.App, token string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/users/me", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	return w.Code
}

// mina is member 1 with session 1 of a program.
func mina(t *testing.T, a *app.App) user.SignedIn {
	t.Helper()
	return apptest.SignIn(t, a, apptest.Member(t, a, "mina", auth.RoleMember))
}

func TestATokenOfAnotherDeploymentIsRefused(t *testing.T) {
	t.Parallel()
	a, b := apptest.New(t), apptest.New(t) // with the same secret
	here, there := mina(t, a), mina(t, b)
	if me(t, a, here.Access) != http.StatusOK || me(t, b, there.Access) != http.StatusOK {
		t.Fatal("a token does not open its own deployment")
	}
	if status := me(t, b, here.Access); status != http.StatusUnauthorized {
		t.Errorf("a token of another deployment: %d, want 401", status)
	}
	if _, err := b.Users.Refresh(t.Context(), user.Device{}, here.Refresh); err == nil {
		t.Error("a refresh token of another deployment is accepted")
	}
	if n, _ := b.Users.Logout(t.Context(), []string{here.Access}, []string{here.Refresh}); n || me(t, b, there.Access) != http.StatusOK {
		t.Error("a token of another deployment ends a session")
	}
}

func TestTheIdOfTheCommunityOutlivesRestarts(t *testing.T) {
	t.Parallel()
	fresh := apptest.SQLiteFile(t)
	a := apptest.With(t, apptest.ConfigOn(t, fresh))
	in := mina(t, a)
	again := apptest.With(t, apptest.ConfigOn(t, fresh))
	if status := me(t, again, in.Access); status != http.StatusOK {
		t.Errorf("after a restart: %d", status)
	}
	if _, err := again.Users.Refresh(t.Context(), user.Device{}, in.Refresh); err != nil {
		t.Errorf("refresh after a restart: %v", err)
	}
}

// The tokens of before the upgrade have a constant issuer.
func TestMembersStaySignedInAcrossTheUpgrade(t *testing.T) {
	t.Parallel()
	fresh := apptest.SQLiteFile(t)
	before := apptest.With(t, apptest.ConfigOn(t, fresh))
	apptest.Member(t, before, "mina", auth.RoleMember)
	old := tokensOf(time.Now)
	in := sessionOf(t, before, old)
	runSQL(t, before.DB, "DELETE FROM communities")

	after := apptest.With(t, apptest.ConfigOn(t, fresh))
	if status := me(t, after, in.Access); status != http.StatusOK {
		t.Errorf("an access token of before the upgrade: %d", status)
	}
	next, err := after.Users.Refresh(t.Context(), user.Device{}, in.Refresh)
	if err != nil {
		t.Fatalf("a refresh token of before the upgrade: %v", err)
	}
	if _, err := after.Users.Refresh(t.Context(), user.Device{}, next.Refresh); err != nil {
		t.Errorf("its successor: %v", err)
	}
	late, _, err := tokensOf(func() time.Time { return time.Now().Add(2 * time.Hour) }).Access(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	after.SetTime(time.Now().Add(2 * time.Hour))
	if status := me(t, after, late); status != http.StatusUnauthorized {
		t.Errorf("a token with the constant issuer of after the upgrade: %d, want 401", status)
	}
}

// A new database never had tokens with the constant issuer.
func TestANewDeploymentRefusesTheConstantIssuer(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	mina(t, a)
	token, _, err := tokensOf(time.Now).Access(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if status := me(t, a, token); status != http.StatusUnauthorized {
		t.Errorf("the constant issuer: %d, want 401", status)
	}
}

func TestASeparatedCopyRefusesTheTokensOfTheOriginal(t *testing.T) {
	t.Parallel()
	fresh := apptest.SQLiteFile(t)
	a := apptest.With(t, apptest.ConfigOn(t, fresh))
	before := mina(t, a)
	if err := a.Users.Separate(t.Context()); err != nil {
		t.Fatal(err)
	}
	in := apptest.SignIn(t, a, user.User{Username: "mina"}) // an active session, as an original with the same ids has
	separate := apptest.With(t, apptest.ConfigOn(t, fresh))
	own := apptest.SignIn(t, separate, user.User{Username: "mina"})
	if status := me(t, a, before.Access); status != http.StatusUnauthorized {
		t.Errorf("a session of before: %d, want 401", status)
	}
	if status := me(t, separate, own.Access); status != http.StatusOK {
		t.Errorf("a token of the copy: %d", status)
	}
	if status := me(t, separate, in.Access); status != http.StatusUnauthorized {
		t.Errorf("a token of the original: %d, want 401", status)
	}
}

// Instances that start at once on a new database agree on one id.
func TestInstancesAgreeOnTheIdOfTheCommunity(t *testing.T) {
	t.Parallel()
	a := apptest.New(t)
	runSQL(t, a.DB, "DELETE FROM communities")
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() {
			c, err := user.LoadCommunity(t.Context(), a.DB, time.Now())
			if err != nil {
				t.Error(err)
			}
			ids <- c.UID
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first || id == "" {
			t.Errorf("the ids %q and %q", first, id)
		}
	}
}

func tokensOf(clock func() time.Time) *auth.Tokens {
	return auth.NewTokens([]byte(apptest.Secret), auth.ConstantIssuer, 30*time.Minute, 7*24*time.Hour, clock)
}

// sessionOf stores a session of member 1 with the tokens of an earlier version.
func sessionOf(t *testing.T, a *app.App, by *auth.Tokens) user.SignedIn {
	t.Helper()
	now := database.Time(time.Now().Add(-time.Second))
	refresh, expires, err := by.Refresh(1, 1, 0, now)
	if err != nil {
		t.Fatal(err)
	}
	access, _, err := by.Access(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	session := user.Session{ID: 1, UserID: 1, TokenHash: auth.HashToken(refresh), RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: expires}
	if err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&session).Error }); err != nil {
		t.Fatal(err)
	}
	return user.SignedIn{Access: access, Refresh: refresh}
}

func runSQL(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }); err != nil {
		t.Fatal(err)
	}
}
