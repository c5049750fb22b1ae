package testkit

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/uuid"

	"github.com/cinecircle/cinecircle/platform/database"
)

// FreshSchema makes an empty schema on the server of dsn and drops it when the test ends.
func FreshSchema(t testing.TB, dsn string) database.Config {
	t.Helper()
	server, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatalf("%s: %v", DSNVariable, err)
	}
	name := "cinecircle_test_" + uuid.NewString()[:8]
	plain := server.Clone() // the driver itself does not know the parameter
	delete(plain.Params, database.ServerVersionParam)
	plain.DBName = ""
	admin, err := sql.Open("mysql", plain.FormatDSN())
	if err != nil {
		t.Fatalf("open %s: %v", DSNVariable, err)
	}
	if _, err := admin.ExecContext(t.Context(), fmt.Sprintf("CREATE DATABASE `%s` CHARACTER SET utf8mb4", name)); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(fmt.Sprintf("DROP DATABASE `%s`", name)); err != nil { //nolint:noctx // the test's context has ended
			t.Errorf("drop schema: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	server.DBName = name
	return database.Config{Driver: database.MySQL, DSN: server.FormatDSN()}
}
