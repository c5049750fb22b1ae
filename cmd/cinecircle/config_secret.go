package main

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// secretText is a setting that is never printed. Convert it to a string to use it.
type secretText string

// String tells only whether there is a secret.
func (s secretText) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// GoString is String, for %#v.
func (s secretText) GoString() string { return strconv.Quote(s.String()) }

// MarshalText is String, for JSON.
func (s secretText) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// maskedText is a setting that may hold a password before an @: a MySQL data source or a URL.
// Convert it to a string to use it.
type maskedText string

// String returns it without the password.
func (m maskedText) String() string {
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

// GoString is String, for %#v.
func (m maskedText) GoString() string { return strconv.Quote(m.String()) }

// MarshalText is String, for JSON.
func (m maskedText) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

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

// LogValue is the group of all keys, without the secrets.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range settingsOf(&c) {
		attrs = append(attrs, slog.String(s.key, fmt.Sprint(s.field.Interface())))
	}
	return slog.GroupValue(attrs...)
}
