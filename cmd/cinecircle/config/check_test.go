package config

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
			_, err := Load("", []string{tc.env}, ".env")
			wantError(t, err, tc.want)
		})
	}
}

func TestInvalidConfigValuesStopTheStart(t *testing.T) {
	mysql := "DATABASE_DRIVER=mysql AUTH_SECRET=" + testSecret + " DATABASE_DSN="
	tests := []struct{ set, want string }{
		{"SERVER_ADDR=8000", `server.addr: must be an address`},
		{"SERVER_ADDR=:99999", `server.addr: must be an address such as :8000 or 127.0.0.1:8000, got ":99999"`},
		{"SERVER_PUBLIC_URL=https://film.example/", "server.public_url"},
		{"SERVER_PUBLIC_URL=https://film.example/api", "server.public_url"},
		{"SERVER_PUBLIC_URL=film.example", "server.public_url"},
		{"SERVER_PUBLIC_URL=ftp://film.example", "server.public_url"},
		{"SERVER_PUBLIC_URL=capacitor://localhost", "server.public_url"},
		{"SERVER_PUBLIC_URL=https://영화.example", `server.public_url: must be of the form https://film.example, without a path or a trailing slash, got "https://영화.example": write "https://xn--vj5bo21a.example"`},
		{"SERVER_PUBLIC_URL=https://Film.example:443", `write "https://film.example"`},
		{"SERVER_PUBLIC_URL=http://[0:0:0:0:0:0:0:1]:03000", `write "http://[::1]:3000"`},
		{"SERVER_TRUSTED_PROXIES=10.0.0.1,10.0.0.0/33", `server.trusted_proxies: must be an IP address or a CIDR such as 10.0.0.0/8, got "10.0.0.0/33"`},
		{"SERVER_TRUSTED_PROXIES=proxy", `server.trusted_proxies: must be an IP address or a CIDR such as 10.0.0.0/8, got "proxy"`},
		{"SERVER_TRUSTED_PROXIES=fe80::1%eth0", "server.trusted_proxies"},
		{"SERVER_ALLOWED_ORIGINS=*", `server.allowed_origins: must be an origin as browsers send it, such as https://film.example or http://localhost:3000, got "*"`},
		{"SERVER_ALLOWED_ORIGINS=null", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://*.film.example", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://film.example/", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://Film.example", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://film.example:443", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=http://film.example:80", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://me@film.example", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=https://앱.영화.한국", `write "https://xn--rf5b.xn--vj5bo21a.xn--3e0b707e"`},
		{"SERVER_ALLOWED_ORIGINS=http://localhost:03000", `write "http://localhost:3000"`},
		{"SERVER_ALLOWED_ORIGINS=http://[2001:DB8::0:1]", `write "http://[2001:db8::1]"`},
		{"SERVER_ALLOWED_ORIGINS=http://[::ffff:192.0.2.1]", `write "http://[::ffff:c000:201]"`},
		{"SERVER_ALLOWED_ORIGINS=capacitor://localhost/", `write "capacitor://localhost"`},
		{"SERVER_ALLOWED_ORIGINS=capacitor://localhost/app", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=file://", "server.allowed_origins"},
		{"SERVER_ALLOWED_ORIGINS=ws://film.example", "server.allowed_origins"},
		{"SERVER_SHUTDOWN_TIMEOUT=20", `CINECIRCLE_SERVER_SHUTDOWN_TIMEOUT: must be a duration with its unit, such as 30m or 20s, got "20"`},
		{"SERVER_SHUTDOWN_TIMEOUT=0s", "server.shutdown_timeout"},
		{"TIMEZONE=Asia/Soul", `timezone: must be a known time zone such as Asia/Seoul, got "Asia/Soul"`},
		{"DATABASE_DRIVER=postgres", `database.driver: must be one of sqlite, mysql, got "postgres"`},
		{"DATABASE_DRIVER=mysql AUTH_SECRET=" + testSecret, "database.dsn: must be of the form"},
		{mysql + "u:p@tcp(db:3306)/", "database.dsn: must be of the form"},
		{mysql + "mysql://u:p@db/c", "database.dsn: must be of the form"},
		{"DATABASE_DSN=u:p@tcp(db:3306)/c", "database.dsn: must name a file"},
		{"AUTH_SECRET=short", "auth.secret: must have at least 32 bytes"},
		{"AUTH_SECRET=" + sampleSecret, "auth.secret: must not be the sample"},
		{"DATABASE_DRIVER=mysql DATABASE_DSN=u:p@tcp(db)/c", "auth.secret: required when database.driver is mysql"},
		{"COMMUNITY_LANGUAGE=ja", `community.language: must be one of en, ko, got "ja"`},
		{"REGISTRATION_MODE=anybody", `registration.mode: must be one of open, invite, approval, closed, got "anybody"`},
		{"REGISTRATION_MIN_AGE=-1", "registration.min_age: must be between 0 and 150, got -1"},
		{"REGISTRATION_MIN_AGE=151", "registration.min_age"},
		{"AUTH_ACCESS_TTL=1ms", "auth.access_ttl"},
		{"AUTH_REFRESH_TTL=10m", "auth.refresh_ttl: must be at least auth.access_ttl (30m0s), got 10m0s"},
		{"AUTH_REFRESH_GRACE=-1s", "auth.refresh_grace"},
		{"AUTH_REFRESH_GRACE=2m", "auth.refresh_grace"},
		{"DATABASE_DRIVER=mysql DATABASE_DSN=u:p@tcp(db)/c AUTH_SECRET=" + testSecret + " DATABASE_MAX_OPEN_CONNS=1", "database.max_open_conns: must be between 2 and 10000, got 1"},
		{"AUTH_BCRYPT_COST=3", "auth.bcrypt_cost: must be between 4 and 31, got 3"},
		{"AUTH_BCRYPT_COST=32", "auth.bcrypt_cost: must be between 4 and 31, got 32"},
		{"AUTH_BCRYPT_COST=12.5", `CINECIRCLE_AUTH_BCRYPT_COST: must be a whole number, got "12.5"`},
		{"MEDIA_DRIVER=disk", "media.driver"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_REGION=r", "media.s3.bucket: required"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b", "media.s3.region: required"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_ENDPOINT=minio:9000", "media.s3.endpoint"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_ENDPOINT=http://me@minio:9000", "media.s3.endpoint"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_REGION=r MEDIA_S3_PUBLIC_URL=https://cdn/", "media.s3.public_url"},
		{"MEDIA_DRIVER=s3 MEDIA_S3_BUCKET=b MEDIA_S3_REGION=r MEDIA_S3_ACCESS_KEY=a", "media.s3.secret_key"},
		{"MEDIA_S3_PATH_STYLE=maybe", `must be true or false, got "maybe"`},
		{"NOTIFY_BROKER=kafka", "notify.broker"},
		{"NOTIFY_BROKER=redis", "notify.redis.url: required when notify.broker is redis"},
		{"NOTIFY_REDIS_URL=localhost:6379", "notify.redis.url: must be of the form"},
		{"NOTIFY_MAX_SOCKETS_PER_USER=0", "notify.max_sockets_per_user"},
		{"NOTIFY_SWEEP_INTERVAL=1ms", "notify.sweep_interval"},
		{"LIMITS_ENABLED=maybe", `CINECIRCLE_LIMITS_ENABLED: must be true or false, got "maybe"`},
		{"LIMITS_READ=often", `CINECIRCLE_LIMITS_READ: must be a rate such as "30/1m", "10/1s burst 100" or "off", got "often"`},
		{"LIMITS_NETWORK=-1", "limits.network"},
		{"LIMITS_NETWORK=65537", "limits.network"},
		{"LIMITS_REVIEW_CONTENT=0", "limits.review_content"},
		{"LIMITS_REVIEW_CONTENT=100001", "limits.review_content"},
		{"LOG_LEVEL=loud", `log.level: must be one of debug, info, warn, error, got "loud"`},
		{"LOG_FORMAT=xml", "log.format"},
		{"METRICS_ADDR=9090", "metrics.addr"},
		{"METRICS_ADDR=:8000", `metrics.addr: must differ from server.addr, got ":8000"`},
	}
	for _, tc := range tests {
		t.Run(tc.set, func(t *testing.T) {
			emptyFolder(t)
			environ := strings.Fields(tc.set)
			for i := range environ {
				environ[i] = variablePrefix + environ[i]
			}
			_, err := Load("", environ, "")
			wantError(t, err, tc.want)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("one fault, several lines:\n%v", err)
			}
		})
	}
}

func TestOriginsOfProgramsAreAccepted(t *testing.T) {
	c, err := Load("", []string{"CINECIRCLE_SERVER_ALLOWED_ORIGINS=capacitor://localhost,ionic://localhost,tauri://localhost,http://[::1]:3000,https://xn--vj5bo21a.example"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Server.AllowedOrigins); n != 5 {
		t.Errorf("%d origins, want 5: %q", n, c.Server.AllowedOrigins)
	}
}

func TestConfigFileValuesOfAnotherTypeAreRefused(t *testing.T) {
	tests := []struct{ yaml, want string }{
		{"server: {shutdown_timeout: 20}", `config.yaml: server.shutdown_timeout: must be a duration with its unit, such as 30m or 20s, got "20"`},
		{"server: {trusted_proxies: [1]}", "server.trusted_proxies"},
		{"server: {trusted_proxies: [~]}", "server.trusted_proxies"},
		{"server: {allowed_origins: true}", "must be a list of strings"},
		{"auth: {bcrypt_cost: 12.7}", `must be a whole number, got "12.7"`},
		{"auth: {bcrypt_cost: true}", `must be a whole number, got "true"`},
		{"limits: {enabled: 1}", `must be true or false, got "1"`},
		{"limits: {read: 100}", `must be a rate such as "30/1m", "10/1s burst 100" or "off", got "100"`},
		{"timezone: [UTC]", "must be text"},
		{"metrics: {addr: 9090}", `must be text in quotes, got "9090"`},
		{"media: {s3: {secret_key: 0123}}", "config.yaml: media.s3.secret_key: must be text in quotes"},
		{"timezone: UTC\ntimezone: UTC", "config.yaml is not valid YAML line 2"},
		{"timezone: UTC\n- x", "config.yaml is not valid YAML line "},
		{"just words", "config.yaml is not valid YAML line 1"},
	}
	for _, tc := range tests {
		t.Run(tc.yaml, func(t *testing.T) {
			writeFile(t, emptyFolder(t), "config.yaml", tc.yaml)
			_, err := Load("", nil, "")
			wantError(t, err, tc.want)
		})
	}
}

func TestEveryConfigProblemIsReportedAtOnce(t *testing.T) {
	writeFile(t, emptyFolder(t), "config.yaml", "tyop: 1\nlog: {level: loud}\n")
	_, err := Load("", []string{"CINECIRCLE_TYPO=1", "CINECIRCLE_AUTH_BCRYPT_COST=x", "CINECIRCLE_TIMEZONE=Mars"}, "")
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
			_, err := Load("", []string{tc.env}, ".env")
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
	_, err := Load("", nil, dotenv)
	wantError(t, err, ".env line 3 is not of the form NAME=value")
}

func TestPrintedConfigHasNoSecrets(t *testing.T) {
	const marker = "hunter2"
	c := Default()
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
	if !strings.Contains(Default().String(), "auth.secret= ") {
		t.Errorf("a secret that is not set looks as if it were: %s", Default())
	}
}

func FuzzConfigFiles(f *testing.F) {
	f.Add("server: {addr: ':1', trusted_proxies: [1, ~]}", "CINECIRCLE_LOG_LEVEL=info")
	f.Add("auth:\n  secret: *hunter2\n", "CINECIRCLE_AUTH_SECRET='hunter2")
	f.Add("a: &a [*a]\n<<: *a\n", "A=${A}\nexport B")
	f.Add("limits:\n  read: {}\n  1: 2\n", "X=\"\\")
	f.Fuzz(func(t *testing.T, yaml, dotenv string) {
		dir := t.TempDir()
		c, err := Load(writeFile(t, dir, "c.yaml", yaml), nil, writeFile(t, dir, "env", dotenv))
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
