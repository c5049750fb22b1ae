package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/uuid"

	"github.com/cinecircle/cinecircle/platform/database"
)

// FreshSchema makes an empty schema on the server of dsn and drops it when the test ends.
func FreshSchema(t testing.TB, dsn string) database.Config {
	t.Helper()
	config, _ := makeSchema(t, dsn)
	return config
}

// makeSchema is FreshSchema that also returns a pool of connections to the schema, which takes several statements
// at once.
func makeSchema(t testing.TB, dsn string) (database.Config, *sql.DB) {
	t.Helper()
	server, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatalf("%s: %v", DSNVariable, err)
	}
	name := "cinecircle_test_" + uuid.NewString()[:8]
	plain := server.Clone() // the driver itself does not know the parameter
	delete(plain.Params, database.ServerVersionParam)
	plain.DBName, plain.MultiStatements = "", true
	admin := openMySQL(t, plain)
	if _, err := admin.ExecContext(t.Context(), fmt.Sprintf("CREATE DATABASE `%s` CHARACTER SET utf8mb4", name)); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(fmt.Sprintf("DROP DATABASE `%s`", name)); err != nil { //nolint:noctx // the test's context has ended
			t.Errorf("drop schema: %v", err)
		}
	})
	plain.DBName, server.DBName = name, name
	return database.Config{Driver: database.MySQL, DSN: server.FormatDSN()}, openMySQL(t, plain)
}

func openMySQL(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	pool, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		t.Fatalf("open %s: %v", DSNVariable, err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return pool
}

// mysqlTemplate is the script that makes a migrated schema: the first test of a binary migrates one, the others
// run the script.
var mysqlTemplate struct {
	sync.Mutex
	script string
}

// clonedSchema returns a migrated schema that is dropped when the test ends.
func clonedSchema(t testing.TB, dsn string) database.Config {
	t.Helper()
	config, pool := makeSchema(t, dsn)
	mysqlTemplate.Lock()
	defer mysqlTemplate.Unlock()
	if mysqlTemplate.script != "" {
		if _, err := pool.ExecContext(t.Context(), mysqlTemplate.script); err != nil {
			t.Fatalf("clone the schema: %v", err)
		}
		return config
	}
	db, err := database.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	defer db.Close()
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	if mysqlTemplate.script, err = dumpSchema(t.Context(), pool); err != nil {
		t.Fatalf("dump the migrated schema: %v", err)
	}
	return config
}

// dumpSchema returns the statements that make the tables of a schema and their rows anew.
func dumpSchema(ctx context.Context, pool *sql.DB) (string, error) {
	tables, err := literals(ctx, pool, "SHOW TABLES")
	if err != nil {
		return "", err
	}
	var script strings.Builder
	script.WriteString("SET foreign_key_checks = 0;\n")
	for _, table := range tables {
		table = strings.Trim(table, "'")
		var name, definition string
		if err := pool.QueryRowContext(ctx, "SHOW CREATE TABLE `"+table+"`").Scan(&name, &definition); err != nil {
			return "", err
		}
		rows, err := literals(ctx, pool, "SELECT * FROM `"+table+"`")
		if err != nil {
			return "", err
		}
		script.WriteString(definition + ";\n")
		for _, row := range rows {
			fmt.Fprintf(&script, "INSERT INTO `%s` VALUES (%s);\n", table, row)
		}
	}
	script.WriteString("SET foreign_key_checks = 1")
	return script.String(), nil
}

// literals returns each row of a query as a list of literals in SQL. It is for the few rows that migrations write,
// in which there are no quotes.
func literals(ctx context.Context, pool *sql.DB, query string) (all []string, err error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			if row[i] = "NULL"; v.Valid {
				row[i] = "'" + v.String + "'"
			}
		}
		all = append(all, strings.Join(row, ", "))
	}
	return all, rows.Err()
}
