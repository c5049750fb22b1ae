package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSectionsAndValuesAreDistinguished has YAML put one where the other belongs.
func TestSectionsAndValuesAreDistinguished(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ yaml, names string }{
		{"servr: {}", "servr"},
		{"limits: {raed: {}}", "limits.raed"},
		{"server: {addr: {}}", "server.addr"},
		{"auth: {secret: {}}", "auth.secret"},
		{"limits: {read: {count: 1}}", "limits.read"},
		{"server: 5", "server"},
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(c.yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(file, nil, "")
		if err == nil || !strings.Contains(err.Error(), c.names) || strings.HasPrefix(err.Error(), ":") || strings.Contains(err.Error(), "\n:") {
			t.Errorf("%s: %v", c.yaml, err)
		}
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("server:\nlimits: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(file, nil, ""); err != nil {
		t.Errorf("sections with everything commented out: %v", err)
	}
}
