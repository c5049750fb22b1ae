package app_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/media/mediatest"
)

// part is a part of the service that goes down and comes back.
type part struct {
	name     string
	required bool
	cause    string // a word of it
	env      []string
	before   func(*apptest.Instance) // the first state; may be nil
	hurt     func()
	heal     func()
}

// partMessage is a message of the log about a part.
type partMessage struct {
	Level, Msg, Part, Error string
	Required                bool
}

func partMessages(t *testing.T, log string) (all []partMessage) {
	t.Helper()
	for line := range strings.Lines(log) {
		var m partMessage
		if json.Unmarshal([]byte(line), &m) == nil && strings.HasPrefix(m.Msg, "a part ") {
			all = append(all, m)
		}
	}
	return all
}

// testChanges starts the program in the first state and changes it to the others. Each change, and a part that is down at
// the start, must be logged once, and /readyz must show it.
func (p part) testChanges(t *testing.T, down ...bool) {
	t.Helper()
	i := apptest.NewInstance(t, p.env...)
	if p.before != nil {
		p.before(i)
	}
	if down[0] {
		p.hurt()
	}
	s := i.Start()
	var want []partMessage
	for n, isDown := range down {
		switch {
		case n == 0:
		case isDown:
			p.hurt()
		default:
			p.heal()
		}
		status, checks := "ok", "ok"
		switch {
		case isDown:
			want = append(want, partMessage{Level: "WARN", Msg: "a part is down", Part: p.name, Required: p.required})
			status, checks = "degraded", "down"
			if p.required {
				status = "down"
			}
		case n > 0:
			want = append(want, partMessage{Level: "INFO", Msg: "a part works again", Part: p.name})
		}
		p.await(t, s, want, status, checks)
	}
}

// await waits until the log has these messages and /readyz has this status.
func (p part) await(t *testing.T, s *apptest.Server, want []partMessage, status, check string) {
	t.Helper()
	var got []partMessage
	if !harness.Eventually(t.Context(), apptest.Patience, func() bool {
		got = partMessages(t, s.Log())
		return len(got) >= len(want)
	}) {
		t.Fatalf("the log has %+v, want %+v", got, want)
	}
	ready := func() bool {
		a, err := s.Try("", http.MethodGet, "/readyz", "", "")
		if err != nil {
			t.Fatal(err)
		}
		checks, _ := a.JSON(t)["checks"].(map[string]any)
		return a.JSON(t)["status"] == status && checks[p.name] == check && (a.Status == http.StatusOK) == (status != "down")
	}
	if !harness.Eventually(t.Context(), apptest.Patience, ready) {
		t.Errorf("/readyz does not say %s", status)
	}
	for i, m := range got {
		if m.Level == "WARN" && !strings.Contains(m.Error, p.cause) {
			t.Errorf("the cause is %q, want %s in it", m.Error, p.cause)
		}
		got[i].Error = ""
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log has %+v, want %+v", got, want)
	}
}

func TestMissingBucketIsTold(t *testing.T) {
	t.Parallel()
	store := os.Getenv(mediatest.Variable)
	if store == "" {
		t.Logf("needs a store in %s", mediatest.Variable)
		return
	}
	b := mediatest.Missing(t, store)
	part{
		name: "storage", cause: "NoSuchBucket", hurt: func() {}, heal: func() { b.Create(t) },
		env: []string{
			"CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT=" + b.Endpoint, "CINECIRCLE_MEDIA_S3_BUCKET=" + b.Name,
			"CINECIRCLE_MEDIA_S3_ACCESS_KEY=" + b.AccessKey, "CINECIRCLE_MEDIA_S3_SECRET_KEY=" + b.SecretKey, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
		},
	}.testChanges(t, true, false)
}

// ownRedis returns a Redis of this test and its URL, or nil if there is none.
func ownRedis(t *testing.T) (*redis.Client, *url.URL) {
	t.Helper()
	address := apptest.OwnServer(t, "redis")
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: u.Host})
	t.Cleanup(func() { _ = client.Close() })
	return client, u
}

func TestFullRedisIsTold(t *testing.T) {
	t.Parallel()
	client, u := ownRedis(t)
	if client == nil {
		return
	}
	limit := func(bytes string) func() {
		return func() {
			if err := client.ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	part{
		name: "broker", cause: "OOM", hurt: limit("1"), heal: limit("0"),
		env: []string{"CINECIRCLE_NOTIFY_BROKER=redis", "CINECIRCLE_NOTIFY_REDIS_URL=" + u.String()},
	}.testChanges(t, true, false, true)
}

func TestRedisThatDeniesScriptsIsTold(t *testing.T) {
	t.Parallel()
	client, u := ownRedis(t)
	if client == nil {
		return
	}
	rule := func(rules ...any) func() {
		return func() {
			if err := client.Do(t.Context(), append([]any{"ACL", "SETUSER", "cinecircle"}, rules...)...).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	rule("on", ">secret", "~*", "&*", "+@all")()
	u.User = url.UserPassword("cinecircle", "secret")
	part{
		name: "broker", cause: "NOPERM", hurt: rule("-@scripting"), heal: rule("+@scripting"),
		env: []string{"CINECIRCLE_NOTIFY_BROKER=redis", "CINECIRCLE_NOTIFY_REDIS_URL=" + u.String()},
	}.testChanges(t, true, false, true)
}

func TestReadOnlyMySQLIsTold(t *testing.T) {
	t.Parallel()
	address := apptest.OwnServer(t, "mariadb")
	if address == "" {
		return
	}
	cfg, err := mysql.ParseDSN(address)
	if err != nil {
		t.Fatal(err)
	}
	delete(cfg.Params, "serverVersion")
	admin, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	run := func(statements ...string) func() {
		return func() {
			for _, s := range statements {
				if _, err := admin.ExecContext(t.Context(), s); err != nil {
					t.Fatalf("%s: %v", s, err)
				}
			}
		}
	}
	// Root may write to a server that is read-only.
	run("CREATE DATABASE films", "CREATE USER films@'%' IDENTIFIED BY 'secret'", "GRANT ALL ON films.* TO films@'%'")()
	cfg.User, cfg.Passwd, cfg.DBName = "films", "secret", "films"
	part{
		name: "database", required: true, cause: "read-only", hurt: run("SET GLOBAL read_only = 1"), heal: run("SET GLOBAL read_only = 0"),
		env: []string{
			"CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN=" + cfg.FormatDSN(), "CINECIRCLE_AUTH_SECRET=" + apptest.Secret,
		},
		before: func(i *apptest.Instance) { // a new database has to be filled
			if err := i.Start().End(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		},
	}.testChanges(t, true, false, true)
}
