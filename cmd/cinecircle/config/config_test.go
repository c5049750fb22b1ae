package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testSecret = "0123456789abcdef0123456789abcdef"

// otherThanDefault has a good value for every key, as text, and what else that value needs.
var otherThanDefault = map[string]struct {
	value string
	needs []string
}{
	"server.addr":                     {value: "127.0.0.1:9000"},
	"server.public_url":               {value: "https://film.example"},
	"server.trusted_proxies":          {value: "10.0.0.0/8,::1"},
	"server.allowed_origins":          {value: "http://localhost:3000,https://app.film.example"},
	"server.shutdown_timeout":         {value: "5s"},
	"timezone":                        {value: "America/St_Johns"},
	"community.language":              {value: "ko"},
	"community.name":                  {value: "영화 모임"},
	"community.description":           {value: "매주 모여 영화를 봅니다."},
	"community.rules":                 {value: "서로 존중해 주세요."},
	"community.contact":               {value: "hello@film.example"},
	"community.terms":                 {value: "terms.md"},
	"community.privacy":               {value: "privacy.md"},
	"mail.from":                       {value: "Film circle <mail@film.example>", needs: []string{"CINECIRCLE_MAIL_SMTP_HOST=smtp.film.example", "CINECIRCLE_SERVER_PUBLIC_URL=https://film.example"}},
	"mail.smtp.host":                  {value: "smtp.film.example", needs: []string{"CINECIRCLE_MAIL_FROM=mail@film.example", "CINECIRCLE_SERVER_PUBLIC_URL=https://film.example"}},
	"mail.smtp.port":                  {value: "465"},
	"mail.smtp.username":              {value: "mailer", needs: []string{"CINECIRCLE_MAIL_SMTP_PASSWORD=m4il"}},
	"mail.smtp.password":              {value: "m4il", needs: []string{"CINECIRCLE_MAIL_SMTP_USERNAME=mailer"}},
	"mail.smtp.tls":                   {value: "tls"},
	"limits.new_account_days":         {value: "7"},
	"registration.mode":               {value: "approval"},
	"registration.min_age":            {value: "14"},
	"registration.members_may_invite": {value: "true"},
	"registration.reserved_names":     {value: "owner,staff"},
	"database.driver":                 {value: "mysql", needs: []string{"CINECIRCLE_DATABASE_DSN=u:p@tcp(db)/c", "CINECIRCLE_AUTH_SECRET=" + testSecret}},
	"database.dsn":                    {value: "elsewhere/film.db"},
	"auth.secret":                     {value: testSecret},
	"auth.access_ttl":                 {value: "1h"},
	"auth.refresh_ttl":                {value: "24h"},
	"auth.refresh_grace":              {value: "0s"},
	"database.max_open_conns":         {value: "7"},
	"auth.bcrypt_cost":                {value: "4"},
	"media.driver":                    {value: "s3", needs: []string{"CINECIRCLE_MEDIA_S3_BUCKET=b", "CINECIRCLE_MEDIA_S3_REGION=r"}},
	"media.dir":                       {value: "elsewhere/media"},
	"media.s3.endpoint":               {value: "http://minio:9000"},
	"media.s3.region":                 {value: "ap-northeast-2"},
	"media.s3.bucket":                 {value: "films"},
	"media.s3.access_key":             {value: "AKIA"},
	"media.s3.secret_key":             {value: "s3cret"},
	"media.s3.path_style":             {value: "true"},
	"media.s3.public_url":             {value: "https://cdn.film.example/films"},
	"notify.broker":                   {value: "redis", needs: []string{"CINECIRCLE_NOTIFY_REDIS_URL=redis://localhost:6379"}},
	"notify.redis.url":                {value: "redis://:p@redis:6379/1"},
	"notify.max_sockets_per_user":     {value: "3"},
	"notify.sweep_interval":           {value: "250ms"},
	"limits.enabled":                  {value: "false"},
	"limits.network":                  {value: "3"},
	"limits.read":                     {value: "off"},
	"limits.write":                    {value: "1/1s"},
	"limits.signup":                   {value: "2/1m burst 5"},
	"limits.signup_total":             {value: "8/1m burst 9"},
	"limits.login_address":            {value: "3/1m"},
	"limits.login_account":            {value: "4/1m"},
	"limits.login_failures":           {value: "9/1m"},
	"limits.upload":                   {value: "5/1m"},
	"limits.socket":                   {value: "6/1m"},
	"limits.toggle":                   {value: "7/1m"},
	"limits.export":                   {value: "2/1h"},
	"limits.review_content":           {value: "140"},
	"log.level":                       {value: "debug"},
	"log.format":                      {value: "json"},
	"metrics.addr":                    {value: "127.0.0.1:9090"},
}

func TestEveryConfigKeyCanBeSetByVariableDotenvAndFile(t *testing.T) {
	for _, s := range settingsOf(new(Config)) {
		t.Run(s.key, func(t *testing.T) {
			sample, ok := otherThanDefault[s.key]
			if !ok {
				t.Fatal("otherThanDefault has no value for it")
			}
			dir := emptyFolder(t)
			byVariable := valueOf(t, s.key, "", append(sample.needs, s.variable()+"="+sample.value), "")
			byDotenv := valueOf(t, s.key, "", sample.needs, writeFile(t, dir, "env", s.variable()+"='"+sample.value+"'"))
			byFile := valueOf(t, s.key, writeFile(t, dir, "c.yaml", asYAML(s.key, sample.value)), sample.needs, "")

			if diff := cmp.Diff(byVariable, byFile); diff != "" {
				t.Errorf("variable and file differ (-variable +file):\n%s", diff)
			}
			if diff := cmp.Diff(byVariable, byDotenv); diff != "" {
				t.Errorf("variable and .env differ (-variable +.env):\n%s", diff)
			}
			if cmp.Equal(byVariable, fieldOf(Default(), s.key)) {
				t.Errorf("still the default, %v", byVariable)
			}
			if got := asText(byVariable); got != sample.value {
				t.Errorf("got %s, want %s", got, sample.value)
			}
		})
	}
}

func TestSettingOneConfigKeyKeepsTheOthers(t *testing.T) {
	emptyFolder(t)
	for key, sample := range otherThanDefault {
		if len(sample.needs) > 0 {
			continue
		}
		c := mustLoad(t, "", []string{setting{key: key}.variable() + "=" + sample.value}, "")
		for _, s := range settingsOf(&c) {
			if s.key != key && !cmp.Equal(s.field.Interface(), fieldOf(Default(), s.key)) {
				t.Errorf("setting %s changed %s to %v", key, s.key, s.field)
			}
		}
	}
}

func TestConfigVariablesAreDistinct(t *testing.T) {
	keys := map[string]string{}
	for _, s := range settingsOf(new(Config)) {
		if other, ok := keys[s.variable()]; ok {
			t.Errorf("%s and %s are both %s", s.key, other, s.variable())
		}
		keys[s.variable()] = s.key
	}
	if len(keys) != len(otherThanDefault) {
		t.Errorf("%d keys, but %d in otherThanDefault", len(keys), len(otherThanDefault))
	}
}

func TestConfigWithoutAnySourceIsTheDefaults(t *testing.T) {
	emptyFolder(t)
	c := mustLoad(t, "", nil, ".env")
	if diff := cmp.Diff(Default(), c); diff != "" {
		t.Errorf("(-defaults +loaded):\n%s", diff)
	}
}

func TestConfigSourcesOverrideInOrder(t *testing.T) {
	dir := emptyFolder(t)
	env := []string{"CINECIRCLE_TIMEZONE=UTC", "HOME=/root", "NOTAVARIABLE"}
	dotenv := writeFile(t, dir, ".env", "CINECIRCLE_TIMEZONE=Asia/Tokyo\nexport CINECIRCLE_LOG_LEVEL=warn # loud\nOTHER=1\n")
	writeFile(t, dir, "config.yaml", "timezone: Asia/Manila\nlog: {level: error, format: json}\n")

	c := mustLoad(t, "", env, dotenv)
	got := []string{c.Timezone, c.Log.Level, c.Log.Format, c.Media.Dir}
	want := []string{"UTC", "warn", "json", "data/media"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment, .env, config.yaml, default (-want +got):\n%s", diff)
	}
	if _, leaked := os.LookupEnv("CINECIRCLE_LOG_LEVEL"); leaked {
		t.Error("the .env file leaked into the environment of the process")
	}
}

func TestEmptyConfigVariablesAreNotSet(t *testing.T) {
	dir := emptyFolder(t)
	dotenv := writeFile(t, dir, ".env", "CINECIRCLE_TIMEZONE=UTC\nCINECIRCLE_LOG_LEVEL=\n")
	writeFile(t, dir, "config.yaml", "log:\n  level: warn\nserver:\nmedia:\n  dir:\n")

	c := mustLoad(t, "", []string{"CINECIRCLE_TIMEZONE=", "CINECIRCLE_LOG_LEVEL="}, dotenv)
	if c.Timezone != "UTC" || c.Log.Level != "warn" || c.Media.Dir != "data/media" || c.Server.Addr != ":8000" {
		t.Errorf("an empty variable or key counted: %v", c)
	}
	_, err := Load("", []string{
		"CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN=u:p@tcp(db)/c", "CINECIRCLE_AUTH_SECRET=",
	}, "")
	wantError(t, err, "auth.secret: required when database.driver is mysql")
}

func TestConfigFileGivenByPathMustExist(t *testing.T) {
	dir := emptyFolder(t)
	_, err := Load(filepath.Join(dir, "missing.yaml"), nil, "")
	wantError(t, err, "missing.yaml")

	named := writeFile(t, dir, "named.yaml", "timezone: UTC\n")
	writeFile(t, dir, "config.yaml", "timezone: Asia/Tokyo\n")
	if c := mustLoad(t, named, nil, ""); c.Timezone != "UTC" {
		t.Errorf("config.yaml was read beside the file that was named: %s", c.Timezone)
	}
}

func emptyFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustLoad(t *testing.T, path string, environ []string, dotenv string) Config {
	t.Helper()
	c, err := Load(path, environ, dotenv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func valueOf(t *testing.T, key, path string, environ []string, dotenv string) any {
	t.Helper()
	return fieldOf(mustLoad(t, path, environ, dotenv), key)
}

// fieldOf returns the value of key, and panics when there is no such key.
func fieldOf(c Config, key string) any {
	settings := settingsOf(&c)
	i := slices.IndexFunc(settings, func(s setting) bool { return s.key == key })
	return settings[i].field.Interface()
}

// asText writes a value as a person would set it.
func asText(value any) string {
	switch v := value.(type) {
	case Secret:
		return string(v)
	case Masked:
		return string(v)
	case []string:
		return strings.Join(v, ",")
	case time.Duration: // not 1h0m0s
		text := strings.Replace(v.String(), "m0s", "m", 1)
		return strings.Replace(text, "h0m", "h", 1)
	}
	return fmt.Sprint(value)
}

// asYAML nests the key; the list is one of YAML's, everything else as it stands.
func asYAML(key, value string) string {
	var b strings.Builder
	parts := strings.Split(key, ".")
	for depth, part := range parts {
		fmt.Fprintf(&b, "%s%s:", strings.Repeat("  ", depth), part)
		if depth < len(parts)-1 {
			b.WriteString("\n")
		}
	}
	if strings.Contains(value, ",") {
		value = "[" + strings.ReplaceAll(value, "::1", `"::1"`) + "]"
	}
	return b.String() + " " + value + "\n"
}
