package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
	"golang.org/x/crypto/bcrypt"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	outbox "github.com/cinecircle/cinecircle/platform/mail"
	"github.com/cinecircle/cinecircle/platform/web"
)

// maxNetwork is the number of /64s in a /48, with which the limit of the /48 has no effect.
const maxNetwork = 65_536

// maxMinAge is the highest age that a member can have.
const maxMinAge = 150

// maxReviewContent keeps a review, at four bytes per character, below the body limit of forms.
const maxReviewContent = 100_000

// validate returns one error that lists every problem of c, one per line, each with its key.
func (c Config) validate() error {
	_, zoneErr := time.LoadLocation(c.Timezone)
	return errors.Join(
		c.Server.validate(),
		need(zoneErr == nil && c.Timezone != "", "timezone", "must be a known time zone such as Asia/Seoul, got %q", c.Timezone),
		oneOf("community.language", c.Community.Language, English, Korean),
		need(c.Community.Name != "", "community.name", "must not be empty"),
		oneOf("registration.mode", c.Registration.Mode, RegistrationModes()...),
		need(c.Registration.MinAge >= 0 && c.Registration.MinAge <= maxMinAge,
			"registration.min_age", "must be between 0 and %d, got %d", maxMinAge, c.Registration.MinAge),
		c.Database.validate(),
		c.Auth.validate(c.Database.Driver),
		c.Media.validate(),
		c.Notify.validate(),
		c.Mail.validate(c.Server.PublicURL),
		need(c.Limits.Network >= 0 && c.Limits.Network <= maxNetwork, "limits.network", "must be between 0 and %d, got %d", maxNetwork, c.Limits.Network),
		need(c.Limits.NewAccount >= 0 && c.Limits.NewAccount <= 365, "limits.new_account_days", "must be between 0 and 365, got %d", c.Limits.NewAccount),
		need(c.Limits.ReviewContent >= 1 && c.Limits.ReviewContent <= maxReviewContent,
			"limits.review_content", "must be between 1 and %d characters, got %d", maxReviewContent, c.Limits.ReviewContent),
		oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error"),
		oneOf("log.format", c.Log.Format, logAuto, logText, logJSON),
		c.Metrics.validate(c.Server.Addr),
	)
}

func (s Server) validate() error {
	problems := []error{
		need(isListenAddr(s.Addr), "server.addr", "must be an address such as :8000 or 127.0.0.1:8000, got %q", s.Addr),
		checkPublicURL(s.PublicURL),
		need(s.ShutdownTimeout > 0, "server.shutdown_timeout", "must be positive, got %v", s.ShutdownTimeout),
	}
	for _, p := range s.TrustedProxies {
		problems = append(problems, need(isNetwork(p), "server.trusted_proxies", "must be an IP address or a CIDR such as 10.0.0.0/8, got %q", p))
	}
	for _, o := range s.AllowedOrigins {
		problems = append(problems, checkOrigin("server.allowed_origins", o,
			"must be an origin as browsers send it, such as https://film.example or http://localhost:3000"))
	}
	return errors.Join(problems...)
}

func (d Database) validate() error {
	dsn := string(d.DSN)
	switch d.Driver {
	case database.SQLite:
		// A MySQL DSN would become the name of a file, with the password in it.
		return need(dsn != "" && !strings.Contains(dsn, "@tcp("), "database.dsn",
			"must name a file when database.driver is sqlite")
	case database.MySQL:
		parsed, err := mysql.ParseDSN(dsn)
		return errors.Join(need(err == nil && parsed.DBName != "", "database.dsn",
			"must be of the form user:password@tcp(host:3306)/cinecircle when database.driver is mysql"),
			need(d.MaxOpenConns >= 2 && d.MaxOpenConns <= 10_000, "database.max_open_conns",
				"must be between 2 and 10000, got %d", d.MaxOpenConns))
	}
	return oneOf("database.driver", d.Driver, database.SQLite, database.MySQL)
}

func (a Auth) validate(driver string) error {
	return errors.Join(
		need(a.Secret != "" || driver != database.MySQL, "auth.secret",
			"required when database.driver is mysql: at least %d random bytes, the same on every instance", auth.MinSecretLen),
		need(a.Secret == "" || len(a.Secret) >= auth.MinSecretLen, "auth.secret", "must have at least %d bytes", auth.MinSecretLen),
		need(a.Secret != sampleSecret, "auth.secret", "must not be the sample from the documentation; generate your own"),
		need(a.AccessTTL >= time.Second, "auth.access_ttl", "must be at least 1s, got %v", a.AccessTTL),
		need(a.RefreshTTL >= a.AccessTTL, "auth.refresh_ttl", "must be at least auth.access_ttl (%v), got %v", a.AccessTTL, a.RefreshTTL),
		need(a.RefreshGrace >= 0 && a.RefreshGrace <= time.Minute, "auth.refresh_grace", "must be between 0s and 1m, got %v", a.RefreshGrace),
		need(a.BcryptCost >= bcrypt.MinCost && a.BcryptCost <= bcrypt.MaxCost, "auth.bcrypt_cost",
			"must be between %d and %d, got %d", bcrypt.MinCost, bcrypt.MaxCost, a.BcryptCost),
	)
}

func (m Media) validate() error {
	switch m.Driver {
	case MediaLocal:
		return need(m.Dir != "", "media.dir", "required when media.driver is local")
	case MediaS3:
		return m.S3.validate()
	}
	return oneOf("media.driver", m.Driver, MediaLocal, MediaS3)
}

func (m Mail) validate(publicURL string) error {
	s := m.SMTP
	from, err := mail.ParseAddress(m.From)
	return errors.Join(
		need((m.From == "") == (s.Host == ""), "mail.from", "set both mail.from and mail.smtp.host, or neither"),
		need(m.From == "" || err == nil && !strings.ContainsAny(m.From, "\r\n") && from.Address != "", "mail.from",
			"must be an address such as cinecircle@film.example or Film circle <cinecircle@film.example>, got %q", m.From),
		need(s.Host == "" || publicURL != "", "server.public_url", "required with mail.smtp.host, for the links in mail"),
		need(s.Port > 0 && s.Port <= 65535, "mail.smtp.port", "must be between 1 and 65535, got %d", s.Port),
		need((s.Username == "") == (s.Password == ""), "mail.smtp.password", "set both mail.smtp.username and mail.smtp.password, or neither"),
		oneOf("mail.smtp.tls", s.TLS, outbox.StartTLS, outbox.TLS, outbox.NoTLS),
		need(s.TLS != outbox.NoTLS || s.Username == "" || isLoopbackHost(s.Host), "mail.smtp.tls",
			"must not be none with a password, unless the server is on this machine"),
	)
}

func isLoopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s S3) validate() error {
	return errors.Join(
		need(s.Bucket != "", "media.s3.bucket", "required when media.driver is s3"),
		need(s.Region != "" || s.Endpoint != "", "media.s3.region", "required unless media.s3.endpoint is set"),
		need(s.Endpoint == "" || isWebURL(s.Endpoint), "media.s3.endpoint", "must be a URL such as http://minio:9000, got %q", s.Endpoint),
		need(s.PublicURL == "" || isWebURL(s.PublicURL), "media.s3.public_url",
			"must be a URL such as https://cdn.film.example, without a trailing slash, got %q", s.PublicURL),
		need((s.AccessKey == "") == (s.SecretKey == ""), "media.s3.secret_key", "set both media.s3.access_key and media.s3.secret_key, or neither"),
	)
}

func (n Notify) validate() error {
	_, redisErr := redis.ParseURL(string(n.Redis.URL))
	return errors.Join(
		oneOf("notify.broker", n.Broker, BrokerMemory, BrokerRedis),
		need(n.Redis.URL != "" || n.Broker != BrokerRedis, "notify.redis.url", "required when notify.broker is redis"),
		need(n.Redis.URL == "" || redisErr == nil, "notify.redis.url", "must be of the form redis://:password@host:6379/0"),
		need(n.MaxSocketsPerUser >= 1, "notify.max_sockets_per_user", "must be at least 1, got %d", n.MaxSocketsPerUser),
		need(n.SweepInterval >= 10*time.Millisecond && n.SweepInterval <= time.Minute, "notify.sweep_interval",
			"must be between 10ms and 1m, got %v", n.SweepInterval),
	)
}

func (m Metrics) validate(serverAddr string) error {
	return errors.Join(
		need(m.Addr == "" || isListenAddr(m.Addr), "metrics.addr", "must be an address such as 127.0.0.1:9090, got %q", m.Addr),
		need(m.Addr == "" || m.Addr != serverAddr, "metrics.addr", "must differ from server.addr, got %q", m.Addr),
	)
}

// need returns nil if ok, and an error about key otherwise.
func need(ok bool, key, sentence string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: "+sentence, append([]any{key}, args...)...)
}

func oneOf(key, value string, allowed ...string) error {
	return need(slices.Contains(allowed, value), key, "must be one of %s, got %q", strings.Join(allowed, ", "), value)
}

func isListenAddr(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isNetwork(s string) bool {
	if strings.Contains(s, "/") {
		_, err := netip.ParsePrefix(s)
		return err == nil
	}
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Zone() == ""
}

func checkPublicURL(s string) error {
	const key, sentence = "server.public_url", "must be of the form https://film.example, without a path or a trailing slash"
	if s == "" {
		return nil
	}
	scheme, _, _ := strings.Cut(strings.ToLower(s), "://")
	return cmp.Or(
		need(scheme == "http" || scheme == "https", key, sentence+", got %q", s),
		checkOrigin(key, s, sentence),
	)
}

// checkOrigin returns an error unless s is exactly in the form in which browsers send origins: any other form would never
// match. The error names the right spelling, if there is one.
func checkOrigin(key, s, sentence string) error {
	canonical, err := web.CanonicalOrigin(s)
	if err != nil {
		return fmt.Errorf("%s: %s, got %q: %w", key, sentence, s, err)
	}
	return need(s == canonical, key, sentence+", got %q: write %q", s, canonical)
}

// isWebURL reports whether s is an absolute http or https URL to which a path can be appended.
func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(s, "?#* ") && !strings.HasSuffix(s, "/") && !strings.HasSuffix(u.Host, ":")
}
