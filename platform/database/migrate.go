package database

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	goosedb "github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"github.com/cinecircle/cinecircle/platform/failpoint"
)

//go:embed migrations
var migrations embed.FS

// ErrNewerSchema is the error of a database that has steps of a newer version of the program.
var ErrNewerSchema = errors.New("a newer version of cinecircle has changed this database")

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero when it is pending
	Unknown   bool      // it belongs to a newer version of the program
}

// Migrations returns all steps that this program knows, in order, as a new database has them: pending.
func Migrations(driver string) ([]Migration, error) {
	entries, err := migrations.ReadDir("migrations/" + driver)
	if err != nil {
		return nil, fmt.Errorf("embedded migrations: %w", err)
	}
	all := make([]Migration, 0, len(entries))
	for _, e := range entries { // sorted by name, which begins with the version
		version, err := goose.NumericComponent(e.Name())
		if err != nil {
			return nil, fmt.Errorf("embedded migration %s: %w", e.Name(), err)
		}
		all = append(all, Migration{Version: version, Name: e.Name()})
	}
	return all, nil
}

// MigrateUp applies all pending steps and returns them in order. Several instances may call it at the same time. It
// applies nothing and returns ErrNewerSchema when the database has steps that this program does not know.
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
	if err := d.checkVersion(ctx); err != nil {
		return nil, err
	}
	if err := d.BuildDeferred(ctx); err != nil { // steps may change the indexes
		return nil, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate up: %w", err)
	}
	if err := d.checkVersion(ctx); err != nil { // it may have waited for a newer version of the program
		return nil, err
	}
	if d.markers != nil {
		d.markers.sweep(ctx)
	}
	done := make([]Migration, 0, len(results))
	for _, r := range results {
		done = append(done, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: time.Now()})
	}
	return done, nil
}

// MigrateDown reverts the newest applied step and returns it, or nil when no step is applied. It returns
// ErrNewerSchema when that step belongs to a newer version of the program.
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
	if err := d.checkVersion(ctx); err != nil {
		return nil, err
	}
	if version, err := p.GetDBVersion(ctx); err != nil {
		return nil, fmt.Errorf("read the schema version: %w", err)
	} else if version == 0 {
		return nil, nil
	}
	if err := d.BuildDeferred(ctx); err != nil {
		return nil, err
	}
	r, err := p.Down(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate down: %w", err)
	}
	return &Migration{Version: r.Source.Version, Name: r.Source.Path}, nil
}

// MigrationStatus returns all steps in order, those of newer versions of the program too. It changes nothing.
func (d *DB) MigrationStatus(ctx context.Context) ([]Migration, error) {
	all, err := Migrations(d.driver)
	if err != nil {
		return nil, err
	}
	// Not by Migrator().HasTable, which takes an error for an answer.
	tables := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if d.driver == MySQL {
		tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
	}
	var found int
	if err := d.reader.WithContext(ctx).Raw(tables, goose.DefaultTablename).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("look for the migrations: %w", err)
	}
	if found == 0 {
		return all, nil
	}
	var applied []struct {
		VersionID int64
		Tstamp    time.Time
	}
	// Version 0 marks an empty schema. A step that was reverted has no row.
	err = d.reader.WithContext(ctx).Table(goose.DefaultTablename).Select("version_id", "tstamp").
		Where("version_id > 0 AND is_applied").Order("version_id").Scan(&applied).Error
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	for _, a := range applied {
		i := slices.IndexFunc(all, func(m Migration) bool { return m.Version == a.VersionID })
		if i < 0 {
			i = len(all)
			all = append(all, Migration{Version: a.VersionID, Name: fmt.Sprintf("%05d", a.VersionID), Unknown: true})
		}
		all[i].AppliedAt = a.Tstamp
	}
	slices.SortFunc(all, func(a, b Migration) int { return cmp.Compare(a.Version, b.Version) })
	return all, nil
}

// checkVersion returns ErrNewerSchema, with the newest step, when the database has steps that this program does not
// know.
func (d *DB) checkVersion(ctx context.Context) error {
	all, err := d.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	known, newest := int64(0), int64(0)
	for _, m := range all {
		if m.Unknown {
			newest = m.Version
		} else {
			known = m.Version
		}
	}
	if newest == 0 {
		return nil
	}
	return fmt.Errorf("%w: it has schema step %d, and this version knows steps up to %d", ErrNewerSchema, newest, known)
}

// checkServer tests whether a MySQL server accepts writes, by one that changes nothing. A server that is read-only refuses
// it.
func (d *DB) checkServer(ctx context.Context) error {
	_, err := d.pools["mysql"].ExecContext(ctx, "UPDATE "+goose.DefaultTablename+" SET is_applied = is_applied WHERE version_id < 0")
	if missing, ok := errors.AsType[*mysql.MySQLError](err); ok && missing.Number == mysqlNoSuchTable { // not migrated yet
		return nil
	}
	if err != nil {
		return fmt.Errorf("write to the database: %w", errors.Join(err, d.checkReadOnly(ctx)))
	}
	return nil
}

// checkReadOnly returns an error if a MySQL server is read-only. The driver hides that behind a broken connection, so that
// the next attempt may find another server after a failover.
func (d *DB) checkReadOnly(ctx context.Context) error {
	var readOnly bool
	if err := d.pools["mysql"].QueryRowContext(ctx, "SELECT @@global.read_only").Scan(&readOnly); err != nil || !readOnly {
		return nil //nolint:nilerr // there is another error already
	}
	return errors.New("the server is read-only")
}

// provider returns the goose provider and a function that releases it. A step may rebuild a large table, so on
// MySQL the provider has its own connections, without a read timeout.
func (d *DB) provider() (p *goose.Provider, end func(), err error) {
	files, err := fs.Sub(migrations, "migrations/"+d.driver)
	if err != nil {
		return nil, nil, fmt.Errorf("embedded migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithVerbose(true), goose.WithSlog(slog.New(statementHook{slog.DiscardHandler}))}
	dialect, pool, end := goose.DialectSQLite3, d.pools["writer"], func() {}
	if d.driver == MySQL {
		// A killed process leaves its lock behind, and the next one waits until the lease ends.
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLeaseDuration(10*time.Second),
			lock.WithTableHeartbeatInterval(2*time.Second), lock.WithTableLockTimeout(time.Second, 300))
		if err != nil {
			return nil, nil, fmt.Errorf("migration lock: %w", err)
		}
		store, err := goosedb.NewStore(goosedb.DialectMySQL, goose.DefaultTablename)
		if err != nil {
			return nil, nil, fmt.Errorf("migration versions: %w", err)
		}
		if pool, err = d.migrationPool(); err != nil {
			return nil, nil, err
		}
		options = append(options, goose.WithLocker(locker), goose.WithStore(versionTable{store}))
		dialect, end = goose.DialectCustom, func() { _ = pool.Close() } // the work is committed or has failed by now
	}
	p, err = goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		end()
		return nil, nil, fmt.Errorf("prepare migrations: %w", err)
	}
	return p, end, nil
}

// versionTable treats an empty version table as a missing one. MySQL commits CREATE TABLE immediately, so a
// process that is killed before it inserts version 0 leaves an empty table, on which goose fails forever.
type versionTable struct{ goosedb.Store }

const mysqlNoSuchTable = 1146

// TableExists implements an optional method of [goosedb.Store]. It returns false for an empty table.
func (v versionTable) TableExists(ctx context.Context, db goosedb.DBTxConn) (bool, error) {
	_, err := v.GetMigration(ctx, db, 0)
	missing, ok := errors.AsType[*mysql.MySQLError](err)
	if errors.Is(err, goosedb.ErrVersionNotFound) || ok && missing.Number == mysqlNoSuchTable {
		return false, nil
	}
	return err == nil, err
}

// CreateVersionTable implements [goosedb.Store]. It keeps an empty table.
func (v versionTable) CreateVersionTable(ctx context.Context, db goosedb.DBTxConn) error {
	if _, err := v.GetMigration(ctx, db, 0); errors.Is(err, goosedb.ErrVersionNotFound) {
		return nil
	}
	return v.Store.CreateVersionTable(ctx, db)
}

// statementHook receives goose's log record of each statement before the statement runs. Tests kill the
// process there.
type statementHook struct{ slog.Handler }

// Enabled implements [slog.Handler].
func (statementHook) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (statementHook) Handle(context.Context, slog.Record) error {
	failpoint.Reach("migration-statement")
	return nil
}
