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

// openMySQL connects to MySQL 8 or MariaDB 10.11 and later. What the program relies on is set
// here and cannot be changed by the DSN: UTC, parsed times, utf8mb4, strict mode.
func openMySQL(ctx context.Context, c Config) (*DB, error) {
	cfg, err := parseMySQL(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("database.dsn is %w", err)
	}
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	cfg.MultiStatements = false
	cfg.RejectReadOnly = true
	cfg.Logger = driverLog{c.Logger}
	cfg.Timeout = orDefault(cfg.Timeout, 5*time.Second)
	cfg.ReadTimeout = orDefault(cfg.ReadTimeout, 30*time.Second)
	cfg.WriteTimeout = orDefault(cfg.WriteTimeout, 30*time.Second)
	if err := cfg.Apply(driver.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return nil, fmt.Errorf("set the MySQL character set: %w", err)
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	connector, err := driver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("database.dsn: %w", err)
	}
	pool := sql.OpenDB(mysqlConnector{connector})
	pool.SetMaxOpenConns(32)
	pool.SetMaxIdleConns(32)
	pool.SetConnMaxLifetime(3 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("connect to MySQL at %s: %w", cfg.Addr, err)
	}
	// Without RETURNING, which GORM uses on MariaDB only, both servers are spoken to as MySQL 8 is.
	dialector := mysqlDialector{&mysql.Dialector{Config: &mysql.Config{Conn: pool, DisableWithReturning: true}}}
	g, err := open(dialector, c)
	if err != nil {
		_ = pool.Close() // the reason to fail is err
		return nil, fmt.Errorf("open MySQL at %s: %w", cfg.Addr, err)
	}
	return &DB{
		driver: MySQL, writer: g, reader: g, pools: map[string]*sql.DB{"mysql": pool},
		// Rows that decide something are locked by name; the gap locks of the default level would only
		// have strangers wait for each other.
		options: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
	}, nil
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
