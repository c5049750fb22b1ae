package config

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// Secret is a setting that is never printed. Convert it to a string to use it.
type Secret string

// String returns "[redacted]", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// GoString returns String, for %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText returns String, for JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Masked is a setting that may contain a password before an @: a MySQL data source or a URL.
// Convert it to a string to use it.
type Masked string

// String returns the setting without the password.
func (m Masked) String() string {
	at := strings.LastIndex(string(m), "@")
	if at < 0 {
		return string(m)
	}
	scheme, rest, ok := strings.Cut(string(m[:at]), "://")
	if !ok {
		scheme, rest = "", scheme
	} else {
		scheme += "://"
	}
	name, _, _ := strings.Cut(rest, ":")
	return scheme + name + ":[redacted]" + string(m[at:])
}

// GoString returns String, for %#v.
func (m Masked) GoString() string { return strconv.Quote(m.String()) }

// MarshalText returns String, for JSON.
func (m Masked) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// String returns every key with its value, without the secrets.
func (c Config) String() string {
	var b strings.Builder
	for i, s := range settingsOf(&c) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%v", s.key, s.field.Interface())
	}
	return b.String()
}

// LogValue returns a group of all keys, without the secrets.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range settingsOf(&c) {
		attrs = append(attrs, slog.String(s.key, fmt.Sprint(s.field.Interface())))
	}
	return slog.GroupValue(attrs...)
}
