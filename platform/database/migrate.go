package database

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
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
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
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
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
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
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
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

func (d *DB) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+d.driver)
	if err != nil {
		return nil, fmt.Errorf("embedded migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithSlog(slog.New(slog.DiscardHandler))}
	dialect, pool := goose.DialectSQLite3, d.pools["writer"]
	if d.driver == MySQL {
		dialect, pool = goose.DialectMySQL, d.pools["mysql"]
		// A process that was killed leaves its lock behind, which the next one has to outwait.
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLeaseDuration(10*time.Second),
			lock.WithTableHeartbeatInterval(2*time.Second), lock.WithTableLockTimeout(time.Second, 300))
		if err != nil {
			return nil, fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	p, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare migrations: %w", err)
	}
	return p, nil
}
