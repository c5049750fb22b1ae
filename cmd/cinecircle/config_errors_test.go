package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestUnknownConfigKeysAndVariablesStopTheStart(t *testing.T) {
	tests := []struct{ name, yaml, env, dotenv, want string }{
		{name: "key", yaml: "server:\n  adr: ':1'\n", want: "config.yaml: server.adr is not a known key"},
		{name: "top level", yaml: "sever: {addr: ':1'}\n", want: "sever.addr is not a known key"},
		{name: "without a value", yaml: "tiemzone:\n", want: "tiemzone is not a known key"},
		{name: "too deep", yaml: "limits: {read: {count: 1}}\n", want: "limits.read.count is not a known key"},
		{name: "section", yaml: "server: ':8000'\n", want: "server is a section of keys, not a value"},
		{name: "list for a section", yaml: "media: {s3: [a]}\n", want: "media.s3 is a section of keys, not a value"},
		{name: "variable", env: "CINECIRCLE_SERVER_ADR=:1", want: "CINECIRCLE_SERVER_ADR is not a known variable"},
		{name: "empty variable", env: "CINECIRCLE_TYPO=", want: "CINECIRCLE_TYPO is not a known variable"},
		{name: "section as variable", env: "CINECIRCLE_SERVER=x", want: "CINECIRCLE_SERVER is not a known variable"},
		{name: "dotenv", dotenv: "CINECIRCLE_TYPO=1\n", want: ".env: CINECIRCLE_TYPO is not a known variable"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := emptyFolder(t)
			writeFile(t, dir, "config.yaml", tc.yaml)
			writeFile(t, dir, ".env", tc.dotenv)
			_, err := loadConfig("", []string{tc.env}, ".env")
			wantError(t, err, tc.want)
		})
	}
}

func TestBadConfigValuesStopTheStart(t *testing.T) {
	mysql := "DATABASE_DRIVER=mysql AUTH_SECRET=" + testSecret + " DATABASE_DSN="
	tests := []struct{ set, want string }{
		{"SERVER_ADDR=8000", `server.addr: "8000" is not an address`},
		{"SERVER_ADDR=:99999", `server.addr: ":99999" is not an address`},
		{"SERVER_PUBLIC_URL=https://film.example/", "server.public_url"},
		{"SERVER_PUBLIC_URL=https://film.example/api", "server.public_url"},
		{"SERVER_PUBLIC_URL=film.example", "server.public_url"},
		{"SERVER_PUBLIC_URL=ftp://film.example", "server.public_url"},
		{"SERVER_TRUSTED_PROXIES=10.0.0.1,10.0.0.0/33", `server.trusted_proxies: "10.0.0.0/33"`},
		{"SERVER_TRUSTED_PROXIES=proxy", `server.trusted_proxies: "proxy"`},
		{"SERVER_TRUSTED_PROXIES=fe80::1%eth0", "server.trusted_proxies"},
		{"SERVER_ALLOWED_ORIGINS=*", `server.allowed_origins: "*"`},
		{"SERVER_ALLOWED_ORIGINS=null", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://*.film.example", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://film.example/", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://Film.example", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://film.example:443", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=http://film.example:80", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://me@film.example", "server.allowed_origins"},
		{"SERVER_SHUTDOWN_TIMEOUT=20", `CINECIRCLE_SERVER_SHUTDOWN_TIMEOUT: "20" is not a duration`},
		{"SERVER_SHUTDOWN_TIMEOUT=0s", "server.shutdown_timeout"},
		{"TIMEZONE=Asia/Soul", `timezone: "Asia/Soul"`},
		{"DATABASE_DRIVER=postgres", `database.driver: "postgres" is not one of sqlite, mysql`},
		{"DATABASE_DRIVER=mysql AUTH_SECRET=" + testSecret, "database.dsn: it is not of the form"},
		{mysql + "u:p@tcp(db:3306)/", "database.dsn: it is not of the form"},
		{mysql + "mysql://u:p@db/c", "database.dsn: it is not of the form"},
		{"DATABASE_DSN=u:p@tcp(db:3306)/c", "database.dsn: it does not name a file"},
		{"AUTH_SECRET=short", "auth.secret: it is shorter than 32 bytes"},
		{"AUTH_SECRET=" + sampleSecret, "auth.secret: it is the sample"},
		{"DATABASE_DRIVER=mysql DATABASE_DSN=u:p@tcp(db)/c", "auth.secret: it is required with database.driver mysql"},
		{"AUTH_ACCESS_TTL=1ms", "auth.access_ttl"},
		{"AUTH_REFRESH_TTL=10m", "auth.refresh_ttl: 10m0s is shorter than auth.access_ttl"},
		{"AUTH_REFRESH_GRACE=-1s", "auth.refresh_grace"},
		{"AUTH_REFRESH_GRACE=2m", "auth.refresh_grace"},
		{"AUTH_BCRYPT_COST=3", "auth.bcrypt_cost: 3 is not between 4 and 31"},
		{"AUTH_BCRYPT_COST=32", "auth.bcrypt_cost: 32 is not between 4 and 31"},
		{"AUTH_BCRYPT_COST=12.5", `CINECIRCLE_AUTH_BCRYPT_COST: "12.5" is not a whole number`},
		{"MEDIA_DRIVER=disk", "media.driver"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_REGION=r", "media.s3.bucket: it is required"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b", "media.s3.region: it is required"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_ENDPOINT=minio:9000", "media.s3.endpoint"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_ENDPOINT=http://me@minio:9000", "media.s3.endpoint"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_REGION=r MEDIA_S3_PUBLIC_URL=https://cdn/", "media.s3.public_url"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_REGION=r MEDIA_S3_ACCESS_KEY=a", "media.s3.secret_key"},
		{"MEDIA_S3_PATH_STYLE=maybe", `"maybe" is not true or false`},
		{"NOTIFY_BROKER=kafka", "notify.broker"},
		{"NOTIFY_BROKER=redis", "notify.redis.url: it is required with notify.broker redis"},
		{"NOTIFY_REDIS_URL=localhost:6379", "notify.redis.url: it is not of the form"},
		{"NOTIFY_MAX_SOCKETS_PER_USER=0", "notify.max_sockets_per_user"},
		{"NOTIFY_SWEEP_INTERVAL=1ms", "notify.sweep_interval"},
		{"LIMITS_ENABLED=maybe", `CINECIRCLE_LIMITS_ENABLED: "maybe" is not true or false`},
		{"LIMITS_READ=often", `CINECIRCLE_LIMITS_READ: "often" is not a rate`},
		{"LIMITS_REVIEW_CONTENT=0", "limits.review_content"},
		{"LIMITS_REVIEW_CONTENT=100001", "limits.review_content"},
		{"LOG_LEVEL=loud", `log.level: "loud" is not one of debug, info, warn, error`},
		{"LOG_FORMAT=xml", "log.format"},
		{"METRICS_ADDR=9090", "metrics.addr"},
		{"METRICS_ADDR=:8000", `metrics.addr: ":8000" is server.addr already`},
	}
	for _, tc := range tests {
		t.Run(tc.set, func(t *testing.T) {
			emptyFolder(t)
			environ := strings.Fields(tc.set)
			for i := range environ {
				environ[i] = variablePrefix + environ[i]
			}
			_, err := loadConfig("", environ, "")
			wantError(t, err, tc.want)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("one fault, several lines:\n%v", err)
			}
		})
	}
}

func TestConfigFileValuesOfAnotherTypeAreRefused(t *testing.T) {
	tests := []struct{ yaml, want string }{
		{"server: {shutdown_timeout: 20}", `config.yaml: server.shutdown_timeout: "20" is not a duration`},
		{"server: {trusted_proxies: [1]}", "server.trusted_proxies"},
		{"server: {trusted_proxies: [~]}", "server.trusted_proxies"},
		{"server: {allowed_origins: true}", "is not a list of texts"},
		{"auth: {bcrypt_cost: 12.7}", `"12.7" is not a whole number`},
		{"auth: {bcrypt_cost: true}", `"true" is not a whole number`},
		{"limits: {enabled: 1}", `"1" is not true or false`},
		{"limits: {read: 100}", `"100" is not a rate`},
		{"timezone: [UTC]", "is not text"},
		{"metrics: {addr: 9090}", `"9090" is not text; put it in quotes`},
		{"media: {s3: {secret_key: 0123}}", "config.yaml: media.s3.secret_key: the value is not text"},
		{"timezone: UTC\ntimezone: UTC", "config.yaml is not valid YAML line 2"},
		{"timezone: UTC\n- x", "config.yaml is not valid YAML line "},
		{"just words", "config.yaml is not valid YAML line 1"},
	}
	for _, tc := range tests {
		t.Run(tc.yaml, func(t *testing.T) {
			writeFile(t, emptyFolder(t), "config.yaml", tc.yaml)
			_, err := loadConfig("", nil, "")
			wantError(t, err, tc.want)
		})
	}
}

func TestEveryConfigProblemIsReportedAtOnce(t *testing.T) {
	writeFile(t, emptyFolder(t), "config.yaml", "tyop: 1\nlog: {level: loud}\n")
	_, err := loadConfig("", []string{"CINECIRCLE_TYPO=1", "CINECIRCLE_AUTH_BCRYPT_COST=x", "CINECIRCLE_TIMEZONE=Mars"}, "")
	if err == nil {
		t.Fatal("started")
	}
	lines := strings.Split(err.Error(), "\n")
	for _, want := range []string{"tyop", "CINECIRCLE_TYPO", "CINECIRCLE_AUTH_BCRYPT_COST", "log.level", "timezone"} {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, want) }) {
			t.Errorf("%s is missing in\n%v", want, err)
		}
	}
	if len(lines) != 5 {
		t.Errorf("%d lines, want 5:\n%v", len(lines), err)
	}
}

func TestConfigErrorsNeverShowSecrets(t *testing.T) {
	const marker = "hunter2"
	tests := []struct{ name, yaml, env, dotenv string }{
		{name: "short", env: "CINECIRCLE_AUTH_SECRET=" + marker},
		{name: "short in the file", yaml: "auth: {secret: " + marker + "}"},
		{name: "list", yaml: "auth: {secret: [" + marker + "]}"},
		{name: "list for the dsn", yaml: "database: {dsn: [" + marker + "]}"},
		{name: "mapping", yaml: "auth:\n  secret: {a: 1, b: " + marker + "}"},
		{name: "alias", yaml: "auth:\n  secret: *" + marker},
		{name: "unclosed", yaml: "auth:\n  secret: \"" + marker},
		{name: "escape", yaml: "auth:\n  secret: \"\\" + marker + "\""},
		{name: "no mapping", yaml: marker},
		{name: "dsn for sqlite", env: "CINECIRCLE_DATABASE_DSN=u:" + marker + "@tcp(db)/c"},
		{name: "dsn", yaml: "database: {driver: mysql, dsn: 'u:" + marker + "@db/c?x=%zz'}"},
		{name: "redis", env: "CINECIRCLE_NOTIFY_REDIS_URL=redis://:" + marker + "%zz@h"},
		{name: "redis database", env: "CINECIRCLE_NOTIFY_REDIS_URL=redis://h/" + marker},
		{name: "s3", yaml: "media: {driver: s3, s3: {secret_key: " + marker + "}}"},
		{name: "dotenv", dotenv: "CINECIRCLE_LOG_LEVEL=info\nCINECIRCLE_AUTH_SECRET " + marker + "\nX=\n"},
		{name: "dotenv quote", dotenv: "CINECIRCLE_AUTH_SECRET='" + marker + "\n"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			dir := emptyFolder(t)
			writeFile(t, dir, "config.yaml", tc.yaml)
			writeFile(t, dir, ".env", tc.dotenv)
			_, err := loadConfig("", []string{tc.env}, ".env")
			if err == nil {
				t.Fatal("started")
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), marker) {
					t.Errorf("the secret is in %q", e)
				}
			}
		})
	}
}

func TestDotenvErrorNamesTheLine(t *testing.T) {
	dir := emptyFolder(t)
	dotenv := writeFile(t, dir, ".env", "\ufeffCINECIRCLE_LOG_LEVEL=info\r\n# a comment\r\nCINECIRCLE_AUTH_SECRET oops\r\nX=1\r\n")
	_, err := loadConfig("", nil, dotenv)
	wantError(t, err, ".env line 3 is not of the form NAME=value")
}

func TestPrintedConfigHasNoSecrets(t *testing.T) {
	const marker = "hunter2"
	c := defaults()
	c.Auth.Secret, c.Media.S3.SecretKey = marker+testSecret, marker
	c.Database.DSN = "root:p@ss" + marker + "@tcp(db:3306)/film?x=" + "y@z"
	c.Notify.Redis.URL = "redis://me:" + marker + "@cache:6379/0"

	var text, jsonl strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("start", "config", c, "auth", c.Auth, "pointer", &c)
	slog.New(slog.NewJSONHandler(&jsonl, nil)).Info("start", "config", c, "database", c.Database, "pointer", &c)
	marshalled, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{
		text.String(), jsonl.String(), string(marshalled), c.String(), fmt.Sprint(c.Auth, c.Database, c.Media, c.Notify),
		fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c), fmt.Sprintf("%v %+v %#v", &c, &c, &c),
		fmt.Sprintf("%q %x", c.Auth.Secret, c.Database.DSN),
	}
	for _, p := range printed {
		if strings.Contains(p, marker) || strings.Contains(p, fmt.Sprintf("%x", marker)) {
			t.Errorf("a secret is in %s", p)
		}
	}
	for _, want := range []string{"server.addr=:8000", "auth.secret=[redacted]", "notify.redis.url=redis://me:[redacted]@cache:6379/0", "limits.toggle=5/1m burst 5"} {
		if !strings.Contains(c.String(), want) {
			t.Errorf("%s is missing in %s", want, c)
		}
	}
	if !strings.Contains(defaults().String(), "auth.secret= ") {
		t.Errorf("a secret that is not set looks as if it were: %s", defaults())
	}
}

func FuzzConfigFiles(f *testing.F) {
	f.Add("server: {addr: ':1', trusted_proxies: [1, ~]}", "CINECIRCLE_LOG_LEVEL=info")
	f.Add("auth:\n  secret: *hunter2\n", "CINECIRCLE_AUTH_SECRET='hunter2")
	f.Add("a: &a [*a]\n<<: *a\n", "A=${A}\nexport B")
	f.Add("limits:\n  read: {}\n  1: 2\n", "X=\"\\")
	f.Fuzz(func(t *testing.T, yaml, dotenv string) {
		dir := t.TempDir()
		c, err := loadConfig(writeFile(t, dir, "c.yaml", yaml), nil, writeFile(t, dir, "env", dotenv))
		if err == nil && c.validate() != nil {
			t.Errorf("loaded what is not valid: %v", c.validate())
		}
	})
}

// wantError fails unless err says want.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want %q in it", err, want)
	}
}
