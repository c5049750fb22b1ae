package main

import (
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/limit"
)

// What the keys that are a choice may be.
const (
	mediaLocal = "local"
	mediaS3    = "s3"

	brokerMemory = "memory"
	brokerRedis  = "redis"

	logAuto = "auto" // text on a terminal, JSON otherwise
	logText = "text"
	logJSON = "json"
)

// sampleSecret stands in config.yaml and .env.example to be replaced; who did not is refused.
const sampleSecret = "replace-me-with-32-or-more-random-bytes"

// Config is everything that can be set, as [loadConfig] returns it: complete and checked.
// Its tags are the keys; docs/configuration.md says what each of them does.
//
// It can be logged and printed as it is: passwords and secrets are left out.
type Config struct {
	Server   serverConfig   `mapstructure:"server"`
	Timezone string         `mapstructure:"timezone"` // a name that time.LoadLocation knows
	Database databaseConfig `mapstructure:"database"`
	Auth     authConfig     `mapstructure:"auth"`
	Media    mediaConfig    `mapstructure:"media"`
	Notify   notifyConfig   `mapstructure:"notify"`
	Limits   limitsConfig   `mapstructure:"limits"`
	Log      logConfig      `mapstructure:"log"`
	Metrics  metricsConfig  `mapstructure:"metrics"`
}

type serverConfig struct {
	Addr            string        `mapstructure:"addr"`
	PublicURL       string        `mapstructure:"public_url"`      // scheme://host[:port], "" when unknown
	TrustedProxies  []string      `mapstructure:"trusted_proxies"` // addresses and CIDRs
	AllowedOrigins  []string      `mapstructure:"allowed_origins"` // scheme://host[:port], as browsers send them
	ShutdownTimeout time.Duration `mapstructure:"shutdown_timeout"`
}

type databaseConfig struct {
	Driver string     `mapstructure:"driver"` // database.SQLite or database.MySQL
	DSN    maskedText `mapstructure:"dsn"`
}

type authConfig struct {
	Secret       secretText    `mapstructure:"secret"` // "" on SQLite only: one is made and kept
	AccessTTL    time.Duration `mapstructure:"access_ttl"`
	RefreshTTL   time.Duration `mapstructure:"refresh_ttl"`
	RefreshGrace time.Duration `mapstructure:"refresh_grace"`
	BcryptCost   int           `mapstructure:"bcrypt_cost"`
}

type mediaConfig struct {
	Driver string   `mapstructure:"driver"` // mediaLocal or mediaS3
	Dir    string   `mapstructure:"dir"`
	S3     s3Config `mapstructure:"s3"`
}

type s3Config struct {
	Endpoint  string     `mapstructure:"endpoint"`
	Region    string     `mapstructure:"region"`
	Bucket    string     `mapstructure:"bucket"`
	AccessKey string     `mapstructure:"access_key"`
	SecretKey secretText `mapstructure:"secret_key"`
	PathStyle bool       `mapstructure:"path_style"`
	PublicURL string     `mapstructure:"public_url"`
}

type notifyConfig struct {
	Broker            string        `mapstructure:"broker"` // brokerMemory or brokerRedis
	Redis             redisConfig   `mapstructure:"redis"`
	MaxSocketsPerUser int           `mapstructure:"max_sockets_per_user"`
	SweepInterval     time.Duration `mapstructure:"sweep_interval"`
}

type redisConfig struct {
	URL maskedText `mapstructure:"url"`
}

type limitsConfig struct {
	Enabled       bool       `mapstructure:"enabled"` // of the rates below
	Read          limit.Rate `mapstructure:"read"`
	Write         limit.Rate `mapstructure:"write"`
	Signup        limit.Rate `mapstructure:"signup"`
	LoginAddress  limit.Rate `mapstructure:"login_address"`
	LoginAccount  limit.Rate `mapstructure:"login_account"`
	Upload        limit.Rate `mapstructure:"upload"`
	Socket        limit.Rate `mapstructure:"socket"`
	Toggle        limit.Rate `mapstructure:"toggle"`
	ReviewContent int        `mapstructure:"review_content"` // characters; holds whether or not Enabled
}

type logConfig struct {
	Level  string `mapstructure:"level"`  // debug, info, warn or error; slog.Level reads it
	Format string `mapstructure:"format"` // logAuto, logText or logJSON
}

type metricsConfig struct {
	Addr string `mapstructure:"addr"` // "" for the main address, when that is a loopback one
}

// defaults is what holds where nothing was set.
func defaults() Config {
	return Config{
		Server:   serverConfig{Addr: ":8000", ShutdownTimeout: 20 * time.Second},
		Timezone: "Asia/Seoul",
		Database: databaseConfig{Driver: database.SQLite, DSN: "data/cinecircle.db"},
		Auth: authConfig{
			AccessTTL:    30 * time.Minute,
			RefreshTTL:   7 * 24 * time.Hour,
			RefreshGrace: 10 * time.Second,
			BcryptCost:   12,
		},
		Media:  mediaConfig{Driver: mediaLocal, Dir: "data/media"},
		Notify: notifyConfig{Broker: brokerMemory, MaxSocketsPerUser: 10, SweepInterval: time.Second},
		Limits: defaultLimits(),
		Log:    logConfig{Level: "info", Format: logAuto},
	}
}

// defaultLimits are generous to people and not to scripts.
func defaultLimits() limitsConfig {
	return limitsConfig{
		Enabled:       true,
		Read:          limit.Rate{Count: 100, Per: time.Second, Burst: 1000},
		Write:         limit.Rate{Count: 20, Per: time.Second, Burst: 200},
		Signup:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		LoginAddress:  limit.Rate{Count: 120, Per: time.Minute, Burst: 120},
		LoginAccount:  limit.Rate{Count: 10, Per: time.Minute, Burst: 10},
		Upload:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		Socket:        limit.Rate{Count: 60, Per: time.Minute, Burst: 120},
		Toggle:        limit.Rate{Count: 5, Per: time.Minute, Burst: 5},
		ReviewContent: 10_000,
	}
}
