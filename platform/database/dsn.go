package database

import (
	"errors"
	"strings"

	driver "github.com/go-sql-driver/mysql"
)

// ParseDSN tells the databases apart where no database.driver stands beside the DSN: what has an @ or a
// ")/" in it is MySQL's (user:password@tcp(host:port)/name), everything else is a SQLite file, and a prefix
// "sqlite:", "file:" or "mysql:" decides before that. Open tells whether the DSN is any good.
func ParseDSN(text string) Config {
	switch {
	case strings.HasPrefix(text, "sqlite:"):
		return Config{Driver: SQLite, DSN: trimScheme(text)}
	case strings.HasPrefix(text, "mysql:"):
		return Config{Driver: MySQL, DSN: trimScheme(text)}
	case strings.HasPrefix(text, "file:"):
		return Config{Driver: SQLite, DSN: text}
	case strings.Contains(text, "@"), strings.Contains(text, ")/"):
		return Config{Driver: MySQL, DSN: text}
	}
	return Config{Driver: SQLite, DSN: text}
}

// trimScheme also takes the two slashes that URLs have: sqlite:///srv/a.db is /srv/a.db.
func trimScheme(text string) string {
	_, dsn, _ := strings.Cut(text, ":")
	return strings.TrimPrefix(dsn, "//")
}

// parseMySQL reads a MySQL DSN. The driver's own errors may quote any part of it, and where its
// punctuation is not what it should be that part is the password: only those pass that quote nothing.
func parseMySQL(dsn string) (*driver.Config, error) {
	const wrong = "not a MySQL DSN (want user:password@tcp(host:port)/name)"
	cfg, err := driver.ParseDSN(dsn)
	if err == nil && cfg.Net != "tcp" && cfg.Net != "unix" {
		return nil, errors.New(wrong) // dialling would quote the network, which may be half of a password
	}
	if err == nil {
		return cfg, nil
	}
	if reason, ok := strings.CutPrefix(err.Error(), "invalid DSN: "); ok {
		return nil, errors.New(wrong + ": " + reason)
	}
	return nil, errors.New(wrong)
}
