package database_test

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/cinecircle/cinecircle/platform/database"
)

// FuzzDSN opens unreachable databases and checks that no error contains the password.
func FuzzDSN(f *testing.F) {
	for _, seed := range []string{"u:hunter22@tcp(127.0.0.1:1)/x", "mysql:u:hunter22@tcp(127.0.0.1:1)/x", "u:hunter22@unix(/none)/x?y", "u:hunter22@/", "hunter22", "u:p/hunter22@tcp(/x)/y", "u:hunter22@tcp(127.0.0.1:1)/x?tls=hunter22"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		c := database.ParseDSN(dsn)
		if c.Driver != database.SQLite && c.Driver != database.MySQL {
			t.Fatalf("%q is for %q", dsn, c.Driver)
		}
		if c.Driver == database.SQLite {
			database.SQLitePath(c.DSN)
			return // Open would create a file
		}
		if parsed, err := mysql.ParseDSN(c.DSN); err == nil && (parsed.Net != "tcp" || parsed.Addr != "127.0.0.1:1") {
			return // do not dial other hosts
		}
		if _, err := database.Open(t.Context(), c); err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Fatalf("%q: %v", dsn, err)
		}
	})
}
