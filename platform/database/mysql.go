package database

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// mysqlConns is how many connections there are at most.
const mysqlConns = 32

// ServerVersionParam is a parameter of a DSN that says what version the server is to be taken for. It is for
// tests, which speak to MariaDB as to MySQL 8 by it.
const ServerVersionParam = "serverVersion"

// openMySQL connects to MySQL 8 or MariaDB 10.11 and later.
func openMySQL(ctx context.Context, c Config) (*DB, error) {
	cfg, err := mysqlConfig(c)
	if err != nil {
		return nil, err
	}
	version := cfg.Params[ServerVersionParam]
	delete(cfg.Params, ServerVersionParam)
	pool, err := mysqlPool(cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("connect to MySQL at %s: %w", cfg.Addr, err)
	}
	// Without RETURNING, which GORM uses on MariaDB only, both servers are spoken to as MySQL 8 is.
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
	// A transaction would prepare each statement anew: database/sql does not keep what a connection has prepared
	// for it. See InterpolateParams.
	writer, err := open(dialect(), c, false)
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open MySQL at %s: %w", cfg.Addr, err)
	}
	return &DB{
		driver: MySQL, writer: writer, reader: reader, pools: map[string]*sql.DB{"mysql": pool},
		// Rows that decide something are locked by name; the gap locks of the default level would only
		// have strangers wait for each other.
		options: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		patient: func() (*sql.DB, error) {
			cfg := cfg.Clone()
			cfg.ReadTimeout = 0
			return mysqlPool(cfg)
		},
	}, nil
}

// mysqlConfig is what the DSN says. What the program relies on is set here and cannot be changed by
// it: UTC, parsed times, utf8mb4, strict mode.
func mysqlConfig(c Config) (*driver.Config, error) {
	cfg, err := parseMySQL(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("database.dsn is %w", err)
	}
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	cfg.MultiStatements = false
	cfg.InterpolateParams = true // a statement that is not prepared takes one round trip instead of two
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
	// Below the time after which a statement counts as unanswered: a lock wait is tried again, an outage is not.
	cfg.Params["innodb_lock_wait_timeout"] = "5"
	return cfg, nil
}

func mysqlPool(cfg *driver.Config) (*sql.DB, error) {
	server := &mysqlServer{timeout: cfg.Timeout}
	cfg.DialFunc = server.dial
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("database.dsn: %w", err)
	}
	server.Connector = connector
	pool := sql.OpenDB(server)
	pool.SetMaxOpenConns(mysqlConns)
	pool.SetMaxIdleConns(mysqlConns)
	pool.SetConnMaxLifetime(3 * time.Minute)
	server.forgetIdle = func() {
		pool.SetMaxIdleConns(-1) // closes them
		pool.SetMaxIdleConns(mysqlConns)
	}
	return pool, nil
}

// driverLog takes what the driver says of connections that broke. Who used one has the error.
type driverLog struct{ log *slog.Logger }

// Print implements [driver.Logger].
func (l driverLog) Print(v ...any) {
	l.log.Debug("the MySQL driver noticed", "message", fmt.Sprint(v...))
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
