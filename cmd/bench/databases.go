package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/cinecircle/cinecircle/platform/database"
)

// databases are the databases of the server and of the yardstick: a SQLite file each, or one MySQL schema for both,
// which close drops.
type databases struct {
	server, yardstick database.Config
	admin             *sql.DB // nil with SQLite
	name              string
}

// fill copies the cached file into the databases.
func (b *bench) fill(ctx context.Context, file string) (*databases, error) {
	if b.driver == database.MySQL {
		return b.fillMySQL(ctx, file)
	}
	b.say("copying the database")
	d := &databases{
		server:    database.Config{Driver: database.SQLite, DSN: filepath.Join(b.dir, "cinecircle.db")},
		yardstick: database.Config{Driver: database.SQLite, DSN: filepath.Join(b.dir, "yardstick.db")},
	}
	return d, errors.Join(copyFile(file, d.server.DSN), copyFile(file, d.yardstick.DSN))
}

// fillMySQL copies the file into a new schema with the program's copy command.
func (b *bench) fillMySQL(ctx context.Context, file string) (*databases, error) {
	server, err := mysql.ParseDSN(b.dsn)
	if err != nil {
		return nil, fmt.Errorf("-dsn must be root@tcp(HOST:PORT)/: %w", err)
	}
	d := &databases{name: "cinecircle_bench_" + strconv.Itoa(os.Getpid())}
	server.DBName = ""
	if d.admin, err = sql.Open("mysql", server.FormatDSN()); err != nil {
		return nil, fmt.Errorf("-dsn: %w", err)
	}
	if _, err := d.admin.ExecContext(ctx, "CREATE DATABASE "+d.name+" CHARACTER SET utf8mb4"); err != nil {
		return d, fmt.Errorf("make a schema: %w", err)
	}
	server.DBName = d.name
	d.server = database.Config{Driver: database.MySQL, DSN: server.FormatDSN()}
	d.yardstick = d.server
	b.server.use(d.server)
	b.say("copying the database into MySQL")
	return d, b.copyInto(ctx, d, file)
}

// copyInto copies the file while MySQL does not sync its log at every commit, which would take long.
func (b *bench) copyInto(ctx context.Context, d *databases, file string) error {
	working := filepath.Join(b.dir, "source.db")
	if err := copyFile(file, working); err != nil {
		return err
	}
	var flush int
	if err := d.admin.QueryRowContext(ctx, "SELECT @@GLOBAL.innodb_flush_log_at_trx_commit").Scan(&flush); err != nil {
		return fmt.Errorf("read how MySQL flushes: %w", err)
	}
	const set = "SET GLOBAL innodb_flush_log_at_trx_commit = %d"
	_, err := d.admin.ExecContext(ctx, fmt.Sprintf(set, 0))
	err = errors.Join(err, b.server.Run(ctx, "copy", "--from", working, "--to", d.server.DSN))
	_, restored := d.admin.ExecContext(ctx, fmt.Sprintf(set, flush))
	return errors.Join(err, restored, os.Remove(working))
}

// describe returns the kind of the database and how it syncs.
func (d *databases) describe(ctx context.Context) string {
	if d.admin == nil {
		return "SQLite, WAL, synchronous=FULL"
	}
	var version string
	var flush int
	err := d.admin.QueryRowContext(ctx, "SELECT version(), @@GLOBAL.innodb_flush_log_at_trx_commit").Scan(&version, &flush)
	if err != nil {
		return "MySQL"
	}
	return fmt.Sprintf("MySQL protocol, %s, innodb_flush_log_at_trx_commit=%d", version, flush)
}

// close drops the schema. It may be called on nil.
func (d *databases) close(ctx context.Context) error {
	if d == nil || d.admin == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := d.admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+d.name)
	return errors.Join(err, d.admin.Close())
}

// enginePID returns the process id of a MySQL server on this machine, 0 when there is none.
func enginePID(ctx context.Context, db *database.DB) (int, error) {
	if db.Driver() != database.MySQL {
		return 0, nil
	}
	var file string
	if err := db.Row(ctx, "SELECT @@pid_file").Scan(&file); err != nil {
		return 0, fmt.Errorf("find the process of MySQL: %w", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, nil //nolint:nilerr // it runs on another machine or as another user
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// engineCPU returns the CPU time of the database server so far, 0 when it cannot be read.
func (b *bench) engineCPU() time.Duration {
	if b.enginePID == 0 {
		return 0
	}
	used, err := processCPU(b.enginePID)
	if err != nil {
		return 0
	}
	return used
}
