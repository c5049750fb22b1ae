package main

import (
	"errors"
	"fmt"
	"net"
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
)

// maxReviewContent keeps a review, at four bytes a character, below the limit of a form's body.
const maxReviewContent = 100_000

// validate returns everything that is wrong with c in one error, a line and a key each.
func (c Config) validate() error {
	_, zoneErr := time.LoadLocation(c.Timezone)
	return errors.Join(
		c.Server.validate(),
		need(zoneErr == nil && c.Timezone != "", "timezone", "%q is not a known time zone, such as Asia/Seoul", c.Timezone),
		c.Database.validate(),
		c.Auth.validate(c.Database.Driver),
		c.Media.validate(),
		c.Notify.validate(),
		need(c.Limits.ReviewContent >= 1 && c.Limits.ReviewContent <= maxReviewContent,
			"limits.review_content", "%d is not between 1 and %d characters", c.Limits.ReviewContent, maxReviewContent),
		oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error"),
		oneOf("log.format", c.Log.Format, logAuto, logText, logJSON),
		c.Metrics.validate(c.Server.Addr),
	)
}

func (s serverConfig) validate() error {
	problems := []error{
		need(isListenAddr(s.Addr), "server.addr", "%q is not an address such as :8000 or 127.0.0.1:8000", s.Addr),
		need(s.PublicURL == "" || isOrigin(s.PublicURL), "server.public_url",
			"%q is not of the form https://film.example, without a path or a slash at its end", s.PublicURL),
		need(s.ShutdownTimeout > 0, "server.shutdown_timeout", "%v is not longer than nothing", s.ShutdownTimeout),
	}
	for _, p := range s.TrustedProxies {
		problems = append(problems, need(isNetwork(p), "server.trusted_proxies", "%q is neither an IP address nor a CIDR such as 10.0.0.0/8", p))
	}
	for _, o := range s.AllowedOrigins {
		problems = append(problems, need(isOrigin(o), "server.allowed_origins",
			"%q is not an origin as browsers send it, such as https://film.example or http://localhost:3000", o))
	}
	return errors.Join(problems...)
}

func (d databaseConfig) validate() error {
	dsn := string(d.DSN)
	switch d.Driver {
	case database.SQLite:
		// A MySQL data source would become the name of a file, password and all.
		return need(dsn != "" && !strings.Contains(dsn, "@tcp("), "database.dsn",
			"it does not name a file, as it must with database.driver sqlite")
	case database.MySQL:
		parsed, err := mysql.ParseDSN(dsn)
		return need(err == nil && parsed.DBName != "", "database.dsn",
			"it is not of the form user:password@tcp(host:3306)/cinecircle, as it must be with database.driver mysql")
	}
	return oneOf("database.driver", d.Driver, database.SQLite, database.MySQL)
}

func (a authConfig) validate(driver string) error {
	return errors.Join(
		need(a.Secret != "" || driver != database.MySQL, "auth.secret",
			"it is required with database.driver mysql: %d random bytes or more, the same on every instance", auth.MinSecretLen),
		need(a.Secret == "" || len(a.Secret) >= auth.MinSecretLen, "auth.secret", "it is shorter than %d bytes", auth.MinSecretLen),
		need(a.Secret != sampleSecret, "auth.secret", "it is the sample from the documentation; make one of your own"),
		need(a.AccessTTL >= time.Second, "auth.access_ttl", "%v is shorter than a second", a.AccessTTL),
		need(a.RefreshTTL >= a.AccessTTL, "auth.refresh_ttl", "%v is shorter than auth.access_ttl, %v", a.RefreshTTL, a.AccessTTL),
		need(a.RefreshGrace >= 0 && a.RefreshGrace <= time.Minute, "auth.refresh_grace", "%v is not between 0s and 1m", a.RefreshGrace),
		need(a.BcryptCost >= bcrypt.MinCost && a.BcryptCost <= bcrypt.MaxCost, "auth.bcrypt_cost",
			"%d is not between %d and %d", a.BcryptCost, bcrypt.MinCost, bcrypt.MaxCost),
	)
}

func (m mediaConfig) validate() error {
	switch m.Driver {
	case mediaLocal:
		return need(m.Dir != "", "media.dir", "it is required with media.driver local")
	case mediaS3:
		return m.S3.validate()
	}
	return oneOf("media.driver", m.Driver, mediaLocal, mediaS3)
}

func (s s3Config) validate() error {
	return errors.Join(
		need(s.Bucket != "", "media.s3.bucket", "it is required with media.driver s3"),
		need(s.Region != "" || s.Endpoint != "", "media.s3.region", "it is required unless there is a media.s3.endpoint"),
		need(s.Endpoint == "" || isWebURL(s.Endpoint), "media.s3.endpoint", "%q is not a URL such as http://minio:9000", s.Endpoint),
		need(s.PublicURL == "" || isWebURL(s.PublicURL), "media.s3.public_url",
			"%q is not a URL such as https://cdn.film.example, without a slash at its end", s.PublicURL),
		need((s.AccessKey == "") == (s.SecretKey == ""), "media.s3.secret_key", "it and media.s3.access_key are needed both or neither"),
	)
}

func (n notifyConfig) validate() error {
	_, redisErr := redis.ParseURL(string(n.Redis.URL))
	return errors.Join(
		oneOf("notify.broker", n.Broker, brokerMemory, brokerRedis),
		need(n.Redis.URL != "" || n.Broker != brokerRedis, "notify.redis.url", "it is required with notify.broker redis"),
		need(n.Redis.URL == "" || redisErr == nil, "notify.redis.url", "it is not of the form redis://:password@host:6379/0"),
		need(n.MaxSocketsPerUser >= 1, "notify.max_sockets_per_user", "%d is less than 1", n.MaxSocketsPerUser),
		need(n.SweepInterval >= 10*time.Millisecond && n.SweepInterval <= time.Minute, "notify.sweep_interval",
			"%v is not between 10ms and 1m", n.SweepInterval),
	)
}

func (m metricsConfig) validate(serverAddr string) error {
	return errors.Join(
		need(m.Addr == "" || isListenAddr(m.Addr), "metrics.addr", "%q is not an address such as 127.0.0.1:9090", m.Addr),
		need(m.Addr == "" || m.Addr != serverAddr, "metrics.addr", "%q is server.addr already", m.Addr),
	)
}

// need returns nil when ok, and else what is wrong with key.
func need(ok bool, key, sentence string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: "+sentence, append([]any{key}, args...)...)
}

func oneOf(key, value string, allowed ...string) error {
	return need(slices.Contains(allowed, value), key, "%q is not one of %s", value, strings.Join(allowed, ", "))
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

// isOrigin reports whether s is written exactly as a browser writes an origin (RFC 6454, section
// 6.2): anything else would never match one.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !isWebURL(s) || s != u.Scheme+"://"+strings.ToLower(u.Host) {
		return false
	}
	defaultPort := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return u.Port() != defaultPort
}

// isWebURL reports whether s is an absolute http or https URL to which a path can be appended.
func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(s, "?#* ") && !strings.HasSuffix(s, "/") && !strings.HasSuffix(u.Host, ":")
}
