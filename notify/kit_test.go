package notify_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// TestMain looks for leaked goroutines. GORM's cache of prepared statements has one that never ends.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"))
}

// instance is one instance of the service with its API and everything it depends on.
type instance struct {
	*testkit.Kit
	t        testing.TB
	api      *testkit.API
	s        *notify.Service
	accounts *accounts
	bus      *testBus
	server   *httptest.Server
}

// newInstance returns an instance that runs until the test ends. Changes change its dependencies.
func newInstance(t testing.TB, changes ...func(*notify.Deps)) *instance {
	t.Helper()
	a := &accounts{names: map[int64]string{}, languages: map[int64]string{}, deleted: map[int64]bool{}, ended: map[int64]bool{}}
	in := (&instance{Kit: testkit.New(t), t: t, accounts: a, bus: &testBus{}}).another(t, changes...)
	if err := in.DB.Use(in.s); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	return in
}

// another returns another instance beside in, with the same database, accounts and bus.
func (in *instance) another(t testing.TB, changes ...func(*notify.Deps)) *instance {
	t.Helper()
	other := *in
	other.api = in.API(in.accounts)
	deps := notify.Deps{
		DB: in.DB, Actors: in.accounts, Auth: other.api.Guard, Sessions: in.accounts, Origin: in.Origin, Bus: in.bus,
		Clock: in.Clock.Now, Log: in.Log, Zone: in.Zone, SweepInterval: 5 * time.Millisecond,
	}
	for _, change := range changes {
		change(&deps)
	}
	other.s = notify.New(deps)
	other.s.Routes(other.api.Router, in.Zone)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- other.s.Run(ctx) }()
	other.server = httptest.NewServer(other.api.Handler())
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.WithoutCancel(t.Context()), sockettest.Timeout)
		defer done()
		if err := other.s.Shutdown(stop); err != nil {
			t.Errorf("shut down: %v", err)
		}
		other.server.Close()
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return &other
}

// noSweep switches the sweep off.
func noSweep(d *notify.Deps) { d.SweepInterval = time.Hour }

// user stores a user with the name and returns the id.
func (in *instance) user(name string) int64 {
	in.t.Helper()
	var id int64
	in.write(func(tx *gorm.DB) error {
		row := map[string]any{
			"username": name, "username_key": name, "password_hash": "", "age": 20, "gender": "female", "role": "member",
			"profile_image": "", "follower_count": 0, "following_count": 0, "review_count": 0,
			"created_at": in.Clock.Now(), "updated_at": in.Clock.Now(),
		}
		if err := tx.Table("users").Create(row).Error; err != nil {
			return err
		}
		return tx.Table("users").Select("id").Where("username_key = ?", name).Scan(&id).Error
	})
	in.accounts.set(func(a *accounts) { a.names[id] = name })
	return id
}

// speaks sets the language of a user.
func (in *instance) speaks(id int64, language string) {
	in.t.Helper()
	in.write(func(tx *gorm.DB) error {
		return tx.Table("users").Where("id = ?", id).Update("language", language).Error
	})
	in.accounts.set(func(a *accounts) { a.languages[id] = language })
}

// token returns an access token. The id of the session is ten times that of the user.
func (in *instance) token(userID int64) string { return in.tokenOf(userID, userID*10) }

func (in *instance) tokenOf(userID, sessionID int64) string {
	in.t.Helper()
	token, _, err := in.Tokens.Access(userID, sessionID)
	if err != nil {
		in.t.Fatalf("mint token: %v", err)
	}
	return token
}

func follow(to, by int64) notify.Event {
	return notify.Event{UserID: to, Type: notify.TypeFollow, ActorID: by}
}

func like(to, by, review int64) notify.Event {
	return notify.Event{UserID: to, Type: notify.TypeReviewLike, ActorID: by, ReviewID: &review}
}

// send commits events in one transaction.
func (in *instance) send(events ...notify.Event) {
	in.t.Helper()
	if err := in.trySend(events...); err != nil {
		in.t.Fatalf("send: %v", err)
	}
}

func (in *instance) trySend(events ...notify.Event) error {
	return in.DB.Tx(in.t.Context(), func(tx *gorm.DB) error {
		for _, e := range events {
			if err := notify.Send(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// write commits what fn does.
func (in *instance) write(fn func(tx *gorm.DB) error) {
	in.t.Helper()
	if err := in.DB.Tx(in.t.Context(), fn); err != nil {
		in.t.Fatal(err)
	}
}

// fill stores n likes of the reviews 1, 2, 3, … in one transaction without a message on the bus.
func (in *instance) fill(to, by int64, n int) {
	in.t.Helper()
	rows := make([]notify.Notification, n)
	for i := range rows {
		seq := int64(i + 1)
		rows[i] = notify.Notification{
			UserID: to, Seq: seq, Type: notify.TypeReviewLike, ActorID: &by, ReviewID: &seq, TargetID: seq, IsNewest: true,
			CreatedAt: database.Time(in.Clock.Now()),
		}
	}
	in.write(func(tx *gorm.DB) error {
		if err := tx.Create(&notify.State{UserID: to, LastSeq: int64(n), UnreadCount: int64(n)}).Error; err != nil {
			return err
		}
		if err := tx.CreateInBatches(rows, 200).Error; err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO notification_groups (user_id, type, target_id, total, unread, people, is_unread, last_seq)
			SELECT user_id, type, target_id, 1, 1, 1, ?, seq FROM notifications WHERE user_id = ? ORDER BY seq`, true, to).Error
	})
}

// wantState fails the test unless the counters of a user are these, and the rows agree.
func (in *instance) wantState(userID, lastSeq, unread int64) {
	in.t.Helper()
	var got notify.State
	if err := in.DB.Reader(in.t.Context()).Take(&got, "user_id = ?", userID).Error; err != nil {
		in.t.Fatal(err)
	}
	if want := (notify.State{UserID: userID, LastSeq: lastSeq, UnreadCount: unread}); got != want {
		in.t.Errorf("state %+v, want %+v", got, want)
	}
	var rows int64
	err := in.DB.Reader(in.t.Context()).Model(&notify.Notification{}).Where("user_id = ? AND read_at IS NULL", userID).Count(&rows).Error
	if err != nil || rows != unread {
		in.t.Errorf("%d unread rows, %v; the state says %d", rows, err, unread)
	}
}
