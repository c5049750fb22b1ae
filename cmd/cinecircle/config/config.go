// Package config reads the settings of the program: the defaults, config.yaml, .env and the environment, each
// overriding the one before. The result is complete and valid.
package config

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/mail"
)

// The values of keys that accept a fixed set.
const (
	MediaLocal = "local"
	MediaS3    = "s3"

	English = "en"
	Korean  = "ko"

	BrokerMemory = "memory"
	BrokerRedis  = "redis"

	logAuto = "auto" // text on a terminal, JSON otherwise
	logText = "text"
	logJSON = "json"
)

// sampleSecret is the placeholder in config.yaml and .env.example. Validation rejects it.
const sampleSecret = "replace-me-with-32-or-more-random-bytes"

// Config holds every setting. The struct tags are the keys; docs/configuration.md describes each of them.
//
// Printing or logging a Config leaves out passwords and secrets.
type Config struct {
	Server    Server    `mapstructure:"server"`
	Timezone  string    `mapstructure:"timezone"` // a name that time.LoadLocation knows
	Community Community `mapstructure:"community"`

	Registration Registration `mapstructure:"registration"`

	Database Database `mapstructure:"database"`
	Auth     Auth     `mapstructure:"auth"`
	Media    Media    `mapstructure:"media"`
	Notify   Notify   `mapstructure:"notify"`
	Mail     Mail     `mapstructure:"mail"`
	Limits   Limits   `mapstructure:"limits"`
	Log      Log      `mapstructure:"log"`
	Metrics  Metrics  `mapstructure:"metrics"`
}

// Server is the section of the HTTP server.
type Server struct {
	Addr            string        `mapstructure:"addr"`
	PublicURL       string        `mapstructure:"public_url"`      // scheme://host[:port], "" when unknown
	TrustedProxies  []string      `mapstructure:"trusted_proxies"` // addresses and CIDRs
	AllowedOrigins  []string      `mapstructure:"allowed_origins"` // scheme://host[:port], as browsers send them
	ShutdownTimeout time.Duration `mapstructure:"shutdown_timeout"`
}

// Community is the section of what visitors see of the community.
type Community struct {
	Language    string `mapstructure:"language"` // English or Korean, for who asks for neither
	Name        string `mapstructure:"name"`
	Description string `mapstructure:"description"`
	Rules       string `mapstructure:"rules"`
	Contact     string `mapstructure:"contact"`
	Terms       string `mapstructure:"terms"`   // a file of Markdown
	Privacy     string `mapstructure:"privacy"` // a file of Markdown
}

// Registration is the section of who may become a member.
type Registration struct {
	Mode             string `mapstructure:"mode"` // one of RegistrationModes
	MinAge           int    `mapstructure:"min_age"`
	MembersMayInvite bool   `mapstructure:"members_may_invite"`

	ReservedNames []string `mapstructure:"reserved_names"`
}

// RegistrationModes returns what the mode of the registration may be.
func RegistrationModes() []string { return []string{"open", "invite", "approval", "closed"} }

// Database is the section of the database.
type Database struct {
	Driver string `mapstructure:"driver"` // database.SQLite or database.MySQL
	DSN    Masked `mapstructure:"dsn"`

	MaxOpenConns int `mapstructure:"max_open_conns"` // of MySQL
}

// Auth is the section of tokens and passwords.
type Auth struct {
	Secret       Secret        `mapstructure:"secret"` // "" only with SQLite: the first start generates one and keeps it
	AccessTTL    time.Duration `mapstructure:"access_ttl"`
	RefreshTTL   time.Duration `mapstructure:"refresh_ttl"`
	RefreshGrace time.Duration `mapstructure:"refresh_grace"`
	BcryptCost   int           `mapstructure:"bcrypt_cost"`
}

// Media is the section of image storage.
type Media struct {
	Driver string `mapstructure:"driver"` // MediaLocal or MediaS3
	Dir    string `mapstructure:"dir"`
	S3     S3     `mapstructure:"s3"`
}

// S3 is the section of an S3-compatible store.
type S3 struct {
	Endpoint  string `mapstructure:"endpoint"`
	Region    string `mapstructure:"region"`
	Bucket    string `mapstructure:"bucket"`
	AccessKey string `mapstructure:"access_key"`
	SecretKey Secret `mapstructure:"secret_key"`
	PathStyle bool   `mapstructure:"path_style"`
	PublicURL string `mapstructure:"public_url"`
}

// Notify is the section of notifications.
type Notify struct {
	Broker            string        `mapstructure:"broker"` // BrokerMemory or BrokerRedis
	Redis             Redis         `mapstructure:"redis"`
	MaxSocketsPerUser int           `mapstructure:"max_sockets_per_user"`
	SweepInterval     time.Duration `mapstructure:"sweep_interval"`
}

// Redis is the section of the Redis server that instances share.
type Redis struct {
	URL Masked `mapstructure:"url"`
}

// Mail is the section of the mail that is sent.
type Mail struct {
	From string `mapstructure:"from"`
	SMTP SMTP   `mapstructure:"smtp"`
}

// SMTP is the section of the server that takes the mail.
type SMTP struct {
	Host     string `mapstructure:"host"` // "" where no mail is sent
	Port     int    `mapstructure:"port"`
	Username string `mapstructure:"username"`
	Password Secret `mapstructure:"password"`
	TLS      string `mapstructure:"tls"` // one of package mail
}

// Limits is the section of request rates.
type Limits struct {
	Enabled       bool       `mapstructure:"enabled"` // applies to the rates below, not to ReviewContent
	Network       int        `mapstructure:"network"` // how many times the rates of an address an IPv6 /48 has; 0 for no limit
	Read          limit.Rate `mapstructure:"read"`
	Write         limit.Rate `mapstructure:"write"`
	Signup        limit.Rate `mapstructure:"signup"`
	SignupTotal   limit.Rate `mapstructure:"signup_total"`
	LoginAddress  limit.Rate `mapstructure:"login_address"`
	LoginAccount  limit.Rate `mapstructure:"login_account"`
	LoginFailures limit.Rate `mapstructure:"login_failures"`
	Upload        limit.Rate `mapstructure:"upload"`
	Socket        limit.Rate `mapstructure:"socket"`
	Toggle        limit.Rate `mapstructure:"toggle"`
	Export        limit.Rate `mapstructure:"export"`
	NewAccount    int        `mapstructure:"new_account_days"` // how long accounts have a fifth of Write and Upload
	ReviewContent int        `mapstructure:"review_content"`   // characters
}

// Log is the section of the log.
type Log struct {
	Level  string `mapstructure:"level"`  // debug, info, warn or error; slog.Level reads it
	Format string `mapstructure:"format"` // logAuto, logText or logJSON
}

// Metrics is the section of the metrics.
type Metrics struct {
	Addr string `mapstructure:"addr"` // "" means server.addr, if that is a loopback address
}

// Default returns the default settings.
func Default() Config {
	return Config{
		Server:    Server{Addr: ":8000", ShutdownTimeout: 20 * time.Second},
		Timezone:  "Asia/Seoul",
		Community: Community{Language: English, Name: "cinecircle"},

		Registration: Registration{Mode: "open", ReservedNames: reservedNames()},

		Database: Database{Driver: database.SQLite, DSN: "data/cinecircle.db", MaxOpenConns: database.DefaultConns},
		Auth: Auth{
			AccessTTL:    30 * time.Minute,
			RefreshTTL:   7 * 24 * time.Hour,
			RefreshGrace: 10 * time.Second,
			BcryptCost:   12,
		},
		Media:  Media{Driver: MediaLocal, Dir: "data/media"},
		Notify: Notify{Broker: BrokerMemory, MaxSocketsPerUser: 10, SweepInterval: time.Second},
		Mail:   Mail{SMTP: SMTP{Port: 587, TLS: mail.StartTLS}},
		Limits: defaultLimits(),
		Log:    Log{Level: "info", Format: logAuto},
	}
}

// reservedNames returns names that look as if somebody who runs the community had them.
func reservedNames() []string {
	return []string{"admin", "administrator", "moderator", "root", "system", "support", "cinecircle", "관리자", "운영자"}
}

// defaultLimits returns rates that only scripts exceed, not people.
func defaultLimits() Limits {
	return Limits{
		Enabled:       true,
		Network:       2,
		Read:          limit.Rate{Count: 100, Per: time.Second, Burst: 1000},
		Write:         limit.Rate{Count: 20, Per: time.Second, Burst: 200},
		Signup:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		SignupTotal:   limit.Rate{Count: 600, Per: time.Minute, Burst: 3000},
		LoginAddress:  limit.Rate{Count: 120, Per: time.Minute, Burst: 120},
		LoginAccount:  limit.Rate{Count: 10, Per: time.Minute, Burst: 10},
		LoginFailures: limit.Rate{Count: 600, Per: time.Minute, Burst: 1200},
		Upload:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		Socket:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		Toggle:        limit.Rate{Count: 5, Per: time.Minute, Burst: 5},
		Export:        limit.Rate{Count: 10, Per: time.Hour, Burst: 10},
		NewAccount:    3,
		ReviewContent: 10_000,
	}
}

// AsText reports whether the log is text instead of JSON. terminal says whether it goes to a terminal.
func (l Log) AsText(terminal bool) bool {
	return l.Format == logText || l.Format == logAuto && terminal
}
