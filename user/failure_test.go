package user_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/user"
)

var errFault = errors.New("the database failed")

// faults is a GORM plugin that makes one statement of a write fail.
type faults struct{ left atomic.Int64 }

func (*faults) Name() string { return "faults" }

func (f *faults) Initialize(db *gorm.DB) error {
	c := db.Callback()
	return errors.Join(
		c.Create().Before("*").Register("faults:create", f.strike), c.Query().Before("*").Register("faults:query", f.strike),
		c.Update().Before("*").Register("faults:update", f.strike), c.Delete().Before("*").Register("faults:delete", f.strike),
		c.Raw().Before("*").Register("faults:raw", f.strike), c.Row().Before("*").Register("faults:row", f.strike),
	)
}

func (f *faults) strike(db *gorm.DB) {
	if f.left.Add(-1) == 0 {
		_ = db.AddError(errFault) // returns its argument
	}
}

// rows are all rows that this package stores.
type rows struct {
	Users    []user.User
	Sessions []user.Session
}

func (k *kit) rows(t *testing.T) rows {
	t.Helper()
	var all rows
	db := k.DB.Reader(t.Context())
	if err := errors.Join(db.Order("id").Find(&all.Users).Error, db.Order("id").Find(&all.Sessions).Error); err != nil {
		t.Fatalf("read all: %v", err)
	}
	return all
}

func TestFailedWriteIsRolledBack(t *testing.T) {
	t.Parallel()
	newPassword, current := "another password", password
	for what, write := range map[string]func(t *testing.T, k *kit, u user.User, in tokens) error{
		"sign-up": func(t *testing.T, k *kit, _ user.User, _ tokens) error {
			t.Helper()
			_, err := k.users.Create(t.Context(), user.Draft{Username: "bob", Password: password, Age: 3, Gender: user.Male})
			return err
		},
		"login": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			_, err := k.users.Login(t.Context(), u.Username, password, user.Device{})
			return err
		},
		"refresh": func(t *testing.T, k *kit, _ user.User, in tokens) error {
			t.Helper()
			_, err := k.users.Refresh(t.Context(), user.Device{}, in.Refresh)
			return err
		},
		"new password": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			by := auth.Viewer{UserID: u.ID}
			_, err := k.users.Change(t.Context(), by, "", u.ID, user.Patch{Password: &newPassword, CurrentPassword: &current})
			return err
		},
		"removal of the image": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			_, err := k.users.SetImage(t.Context(), u.ID, nil)
			return err
		},
		"logout": func(t *testing.T, k *kit, _ user.User, in tokens) error {
			t.Helper()
			_, err := k.users.Logout(t.Context(), []string{in.Access}, nil)
			return err
		},
		"logout everywhere": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			return k.users.EndSessions(t.Context(), u.ID)
		},
		"demotion": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			return k.users.Revoke(t.Context(), u.Username)
		},
		"deletion": func(t *testing.T, k *kit, u user.User, _ tokens) error {
			t.Helper()
			return k.users.Delete(t.Context(), u.ID)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			id, in := k.admin(t, "alice")
			k.admin(t, "root")
			if what == "login" { // the next login ends the oldest session
				k.fillSessions(t, "alice")
			}
			k.login(t, "alice")
			k.api.POST(t, "/users/me/profile_image", testkit.As(in.Access), upload(t, "me.png")).Want(http.StatusOK)
			k.Clock.Advance(time.Minute)
			u := k.stored(t, id)
			k.failEveryStatement(t, func() error { return write(t, k, u, in) })
		})
	}
}

// fillSessions opens 48 sessions without HTTP, which together with two others is the limit.
func (k *kit) fillSessions(t *testing.T, name string) {
	t.Helper()
	for range 48 {
		if _, err := k.users.Login(t.Context(), name, password, user.Device{}); err != nil {
			t.Fatalf("login: %v", err)
		}
	}
}

// failEveryStatement runs write while its first statement fails, then its second, until all statements succeed.
func (k *kit) failEveryStatement(t *testing.T, write func() error) {
	t.Helper()
	f := &faults{}
	if err := k.DB.Use(f); err != nil {
		t.Fatalf("install faults: %v", err)
	}
	before := k.rows(t)
	for n := int64(1); ; n++ {
		f.left.Store(n)
		err := write()
		if unused := f.left.Swap(0) > 0; unused {
			if err != nil || n == 1 {
				t.Fatalf("without a fault, after %d faults: %v", n-1, err)
			}
			break
		}
		if !errors.Is(err, errFault) {
			t.Errorf("statement %d failed, error %v, want errFault", n, err)
		}
		if diff := cmp.Diff(before, k.rows(t)); diff != "" {
			t.Errorf("rows after a failure of statement %d (-want +got):\n%s", n, diff)
		}
		if got := k.ended.take(); len(got) != 0 {
			t.Errorf("statement %d failed, but sessions ended: %v", n, got)
		}
	}
	if cmp.Equal(before, k.rows(t)) {
		t.Error("the write that succeeded changed nothing")
	}
}

func TestResponsesDoNotRevealInternalErrors(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	id, in := k.member(t, "alice")
	rename := func(statement string) {
		if err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	body := testkit.JSON(signUpBody("bob"))
	rename("ALTER TABLE sessions RENAME TO sessions_gone")
	k.wantInternal(t, k.me(t, in.Access), k.refresh(t, in.Refresh), k.tryLogin(t, "alice", password),
		k.api.POST(t, "/users/logout", testkit.As(in.Access)))
	rename("ALTER TABLE users RENAME TO users_gone")
	k.wantInternal(t, k.api.GET(t, "/users"), k.api.GET(t, path(id)), k.api.POST(t, "/users", body), k.tryLogin(t, "alice", password))
	if _, err := k.users.ByIDs(t.Context(), []int64{id}); err == nil {
		t.Error("ByIDs returned no error without a table")
	}
	if _, err := k.users.ActiveSessions(t.Context(), []int64{1}); err == nil {
		t.Error("ActiveSessions returned no error without a table")
	}
}

func (*kit) wantInternal(t *testing.T, all ...*testkit.Response) {
	t.Helper()
	for _, res := range all {
		id := res.WantProblem(http.StatusInternalServerError, "internal").Header.Get("X-Request-ID") // which may spell anything
		if got := strings.ToLower(strings.ReplaceAll(string(res.Body), id, "")); strings.Contains(got, "sql") || strings.Contains(got, "table") {
			t.Errorf("the response reveals the cause: %s", got)
		}
	}
}
