package database

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// DefaultConns is the maximum number of connections to a MySQL server unless [Config] sets another one.
const DefaultConns = 32

// ServerVersionParam is a DSN parameter that overrides the version of the server. Tests use it to talk to MariaDB
// as if it were MySQL 8.
const ServerVersionParam = "serverVersion"

// openMySQL connects to MySQL 8 or MariaDB 10.11 and later.
func openMySQL(ctx context.Context, c Config) (*DB, error) {
	cfg, err := mysqlConfig(c)
	if err != nil {
		return nil, err
	}
	version := cfg.Params[ServerVersionParam]
	delete(cfg.Params, ServerVersionParam)
	pool, limit, err := mysqlPool(cfg, cmp.Or(c.MaxOpenConns, DefaultConns), c.Logger)
	if err != nil {
		return nil, err
	}
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("connect to MySQL at %s: %w", cfg.Addr, err)
	}
	// GORM uses RETURNING on MariaDB only. Without it both servers get the same statements.
	dialect := func() mysqlDialector {
		return mysqlDialector{&mysql.Dialector{Config: &mysql.Config{
			Conn: pool, DisableWithReturning: true, ServerVersion: version, SkipInitializeWithVersion: version != "",
		}}}
	}
	reader, err := open(dialect(), c, true)
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open MySQL at %s: %w", cfg.Addr, err)
	}
	// Not prepared: database/sql would prepare each statement again in each transaction. See InterpolateParams.
	writer, err := open(dialect(), c, false)
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open MySQL at %s: %w", cfg.Addr, err)
	}
	return &DB{
		driver: MySQL, writer: writer, reader: reader, pools: map[string]*sql.DB{"mysql": pool},
		markers: &markers{pool: pool, log: c.Logger, timeout: doubtTimeout}, limit: limit,
		migrationPool: func() (*sql.DB, error) {
			cfg := cfg.Clone()
			cfg.ReadTimeout = 0
			pool, _, err := mysqlPool(cfg, cmp.Or(c.MaxOpenConns, DefaultConns), c.Logger)
			return pool, err
		},
	}, nil
}

// mysqlConfig parses the DSN and overrides the settings that the program relies on: UTC, parsed times, utf8mb4
// and strict mode.
func mysqlConfig(c Config) (*driver.Config, error) {
	cfg, err := parseMySQL(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("database.dsn is %w", err)
	}
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	cfg.MultiStatements = false
	cfg.InterpolateParams = true // an unprepared statement takes one round trip instead of two
	cfg.RejectReadOnly = true
	cfg.Logger = driverLog{c.Logger}
	cfg.Timeout = orDefault(cfg.Timeout, 5*time.Second)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, 10*time.Second)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, 10*time.Second)
	if err := cfg.Apply(driver.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("set the MySQL character set: %w", err)
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	// Shorter than ReadTimeout: Tx retries after a lock wait, but not after an outage.
	cfg.Params["innodb_lock_wait_timeout"] = "5"
	return cfg, nil
}

func mysqlPool(cfg *driver.Config, conns int, log *slog.Logger) (*sql.DB, *connLimit, error) {
	dialer := &mysqlDialer{timeout: cfg.Timeout}
	cfg.DialFunc = dialer.dial
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, nil, fmt.Errorf("database.dsn: %w", err)
	}
	dialer.Connector = connector
	pool := sql.OpenDB(dialer)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxLifetime(3 * time.Minute)
	dialer.limit = &connLimit{configured: conns, current: conns, pool: pool, log: log}
	dialer.closeIdle = dialer.limit.closeIdle
	return pool, dialer.limit, nil
}

// driverLog logs what the driver says about broken connections. The caller who used one gets the error.
type driverLog struct{ log *slog.Logger }

// Print implements [driver.Logger].
func (l driverLog) Print(v ...any) {
	l.log.Debug("MySQL driver message", "message", fmt.Sprint(v...))
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
