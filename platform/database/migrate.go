package database

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	goosedb "github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"github.com/cinecircle/cinecircle/platform/failpoint"
)

//go:embed migrations
var migrations embed.FS

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero when it is still to be applied
}

// MigrateUp applies every step that is missing and returns them in order. Several instances may
// call it at once.
func (d *DB) MigrateUp(ctx context.Context) ([]Migration, error) {
	p, end, err := d.provider()
	if err != nil {
		return nil, err
	}
	defer end()
	lock, err := d.lockMigrations()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate up: %w", err)
	}
	done := make([]Migration, 0, len(results))
	for _, r := range results {
		done = append(done, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: time.Now()})
	}
	return done, nil
}

// MigrateDown takes back the newest step. It returns nil when there is none.
func (d *DB) MigrateDown(ctx context.Context) (*Migration, error) {
	p, end, err := d.provider()
	if err != nil {
		return nil, err
	}
	defer end()
	lock, err := d.lockMigrations()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if version, err := p.GetDBVersion(ctx); err != nil {
		return nil, fmt.Errorf("read the schema version: %w", err)
	} else if version == 0 {
		return nil, nil
	}
	r, err := p.Down(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate down: %w", err)
	}
	return &Migration{Version: r.Source.Version, Name: r.Source.Path}, nil
}

// MigrationStatus returns all steps in order.
func (d *DB) MigrationStatus(ctx context.Context) ([]Migration, error) {
	p, end, err := d.provider()
	if err != nil {
		return nil, err
	}
	defer end()
	status, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	all := make([]Migration, 0, len(status))
	for _, s := range status {
		all = append(all, Migration{Version: s.Source.Version, Name: s.Source.Path, AppliedAt: s.AppliedAt})
	}
	return all, nil
}

// provider returns what migrates, and how to be done with it. A step may rebuild a large table, so on MySQL
// it has connections of its own, on which no answer comes too late.
func (d *DB) provider() (p *goose.Provider, end func(), err error) {
	files, err := fs.Sub(migrations, "migrations/"+d.driver)
	if err != nil {
		return nil, nil, fmt.Errorf("embedded migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithVerbose(true), goose.WithSlog(slog.New(statements{slog.DiscardHandler}))}
	dialect, pool, end := goose.DialectSQLite3, d.pools["writer"], func() {}
	if d.driver == MySQL {
		// A process that was killed leaves its lock behind, which the next one has to outwait.
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLeaseDuration(10*time.Second),
			lock.WithTableHeartbeatInterval(2*time.Second), lock.WithTableLockTimeout(time.Second, 300))
		if err != nil {
			return nil, nil, fmt.Errorf("migration lock: %w", err)
		}
		store, err := goosedb.NewStore(goosedb.DialectMySQL, goose.DefaultTablename)
		if err != nil {
			return nil, nil, fmt.Errorf("migration versions: %w", err)
		}
		if pool, err = d.patient(); err != nil {
			return nil, nil, err
		}
		options = append(options, goose.WithLocker(locker), goose.WithStore(versions{store}))
		dialect, end = goose.DialectCustom, func() { _ = pool.Close() } // what it did is committed, or failed already
	}
	p, err = goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		end()
		return nil, nil, fmt.Errorf("prepare migrations: %w", err)
	}
	return p, end, nil
}

// versions is goose's table of versions on MySQL, which commits a CREATE TABLE at once: who is killed before
// the row of version 0 leaves an empty table, at which goose by itself would fail for ever.
type versions struct{ goosedb.Store }

const mysqlNoSuchTable = 1146

// TableExists implements an option of [goosedb.Store]: an empty table is not there yet.
func (v versions) TableExists(ctx context.Context, db goosedb.DBTxConn) (bool, error) {
	_, err := v.GetMigration(ctx, db, 0)
	missing, ok := errors.AsType[*mysql.MySQLError](err)
	if errors.Is(err, goosedb.ErrVersionNotFound) || ok && missing.Number == mysqlNoSuchTable {
		return false, nil
	}
	return err == nil, err
}

// CreateVersionTable implements [goosedb.Store]. It leaves an empty table as it is.
func (v versions) CreateVersionTable(ctx context.Context, db goosedb.DBTxConn) error {
	if _, err := v.GetMigration(ctx, db, 0); errors.Is(err, goosedb.ErrVersionNotFound) {
		return nil
	}
	return v.Store.CreateVersionTable(ctx, db)
}

// statements is told of each statement before it runs, and says it to nobody.
type statements struct{ slog.Handler }

// Enabled implements [slog.Handler].
func (statements) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (statements) Handle(context.Context, slog.Record) error {
	failpoint.Reach("migration-statement")
	return nil
}
