package database

import (
	"errors"
	"strings"

	driver "github.com/go-sql-driver/mysql"
)

// ParseDSN guesses the driver of a DSN without database.driver. A prefix "sqlite:", "file:" or "mysql:" decides.
// Otherwise a DSN with "@" or ")/" belongs to MySQL (user:password@tcp(host:port)/name), and any other is the
// name of a SQLite file. ParseDSN does not validate the DSN; [Open] does.
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

// trimScheme removes the scheme and the two slashes of a URL: sqlite:///srv/a.db becomes /srv/a.db.
func trimScheme(text string) string {
	_, dsn, _ := strings.Cut(text, ":")
	return strings.TrimPrefix(dsn, "//")
}

// parseMySQL parses a MySQL DSN. Errors of the driver may quote a part of the DSN, which is the password when
// the punctuation is wrong, so only errors that quote nothing are passed on.
func parseMySQL(dsn string) (*driver.Config, error) {
	const wrong = "not a MySQL DSN (want user:password@tcp(host:port)/name)"
	cfg, err := driver.ParseDSN(dsn)
	if err == nil && cfg.Net != "tcp" && cfg.Net != "unix" {
		return nil, errors.New(wrong) // the dial error would quote the network, which may be a part of the password
	}
	if err == nil {
		return cfg, nil
	}
	if reason, ok := strings.CutPrefix(err.Error(), "invalid DSN: "); ok {
		return nil, errors.New(wrong + ": " + reason)
	}
	return nil, errors.New(wrong)
}
