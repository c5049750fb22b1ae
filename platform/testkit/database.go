package testkit

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cinecircle/cinecircle/platform/database"
)

// DSNVariable names the environment variable that moves the tests to a MySQL server.
const DSNVariable = "CINECIRCLE_TEST_DSN"

// FileVariable names the environment variable that moves the tests from SQLite in memory to SQLite in files.
// In memory all share one connection; in a file, as in service, some connections read and the writers share
// commits.
const FileVariable = "CINECIRCLE_TEST_SQLITE_FILE"

// DB returns a migrated database that only the test uses: SQLite in memory (or in a file, see [FileVariable]),
// or a schema on the MySQL server that [DSNVariable] names. It is a copy of a database that was migrated once
// for the test binary.
func DB(t testing.TB) *database.DB {
	t.Helper()
	return open(t, Migrated(t))
}

// Migrated returns where such a database is. One in memory lives until the end of the test.
func Migrated(t testing.TB) database.Config {
	t.Helper()
	if dsn := os.Getenv(DSNVariable); dsn != "" {
		return clonedSchema(t, dsn)
	}
	if os.Getenv(FileVariable) != "" {
		return MigratedFile(t)
	}
	return clonedMemory(t)
}

// EmptyDB is DB without a table.
func EmptyDB(t testing.TB) *database.DB {
	t.Helper()
	return open(t, Fresh(t))
}

// Fresh returns where an empty database is that only the test uses, of the kind that [DB] says.
func Fresh(t testing.TB) database.Config {
	t.Helper()
	if dsn := os.Getenv(DSNVariable); dsn != "" {
		return FreshSchema(t, dsn)
	}
	if os.Getenv(FileVariable) != "" {
		return database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "test.db")}
	}
	return database.Config{Driver: database.SQLite, DSN: ":memory:"}
}

func open(t testing.TB, config database.Config) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// migrate opens and migrates a database that outlives the test.
func migrate(config database.Config) (*database.DB, error) {
	db, err := database.Open(context.Background(), config)
	if err != nil {
		return nil, err
	}
	if _, err := db.MigrateUp(context.Background()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// memoryTemplate is a connection to a migrated database in memory, which lives as long as the connection. It is not
// a pool, whose goroutine would look like a leak to the tests that search for them.
type memoryTemplate struct {
	sync.Mutex // a driver.Conn is for one goroutine at a time
	conn       driver.ExecerContext
	driver     driver.Driver
}

var openMemoryTemplate = sync.OnceValues(func() (*memoryTemplate, error) {
	const dsn = "file:/testkit-template?vfs=memdb"
	db, err := migrate(database.Config{Driver: database.SQLite, DSN: dsn})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	m := &memoryTemplate{driver: db.Pools()["writer"].Driver()}
	conn, err := m.driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	m.conn = conn.(driver.ExecerContext)
	return m, nil
})

// copyTo writes the template to the empty database that dsn names.
func (m *memoryTemplate) copyTo(ctx context.Context, dsn string) error {
	m.Lock()
	defer m.Unlock()
	_, err := m.conn.ExecContext(ctx, "VACUUM INTO ?", []driver.NamedValue{{Ordinal: 1, Value: dsn}})
	return err
}

var memoryClones atomic.Int64 // numbers their names

// clonedMemory makes a copy of the template and keeps it alive until the test ends. The copy has a name, by which the
// template finds it.
func clonedMemory(t testing.TB) database.Config {
	t.Helper()
	template, err := openMemoryTemplate()
	if err != nil {
		t.Fatalf("migrate the template of the databases: %v", err)
	}
	config := database.Config{Driver: database.SQLite, DSN: fmt.Sprintf("file:/testkit-%d?vfs=memdb", memoryClones.Add(1))}
	keeper, err := template.driver.Open(config.DSN)
	if err != nil {
		t.Fatalf("open the clone of the database: %v", err)
	}
	t.Cleanup(func() {
		if err := keeper.Close(); err != nil {
			t.Errorf("close the clone of the database: %v", err)
		}
	})
	if err := template.copyTo(t.Context(), config.DSN); err != nil {
		t.Fatalf("clone the database: %v", err)
	}
	return config
}

// fileTemplate is the content of a migrated database file.
var fileTemplate = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "testkit")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	db, err := migrate(database.Config{Driver: database.SQLite, DSN: path})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // moves what is in the write-ahead log to the file
		return nil, err
	}
	return os.ReadFile(path)
})

// MigratedFile returns where a migrated SQLite file is that only the test uses, whatever database the tests run on.
func MigratedFile(t testing.TB) database.Config {
	t.Helper()
	content, err := fileTemplate()
	if err != nil {
		t.Fatalf("migrate the template of the databases: %v", err)
	}
	config := database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "test.db")}
	if err := os.WriteFile(config.DSN, content, 0o600); err != nil {
		t.Fatalf("clone the database: %v", err)
	}
	return config
}
