package auth

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func mustSecret(t *testing.T, path string) []byte {
	t.Helper()
	secret, err := LoadOrCreateSecret(path)
	if err != nil {
		t.Fatalf("LoadOrCreateSecret failed: %v", err)
	}
	return secret
}

// wantOnly fails unless dir has just the one file: no temporary ones are left.
func wantOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the folder has %v (%v), want just %s", entries, err, name)
	}
}

func TestTheSecretIsCreatedOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	path := filepath.Join(dir, "secret")
	first := mustSecret(t, path)
	if len(first) != 48 || bytes.Equal(first, make([]byte, 48)) {
		t.Errorf("the secret is %x, want 48 random bytes", first)
	}
	if again := mustSecret(t, path); !bytes.Equal(first, again) {
		t.Error("the second start has another secret")
	}
	if other := mustSecret(t, filepath.Join(t.TempDir(), "secret")); bytes.Equal(first, other) {
		t.Error("two installations have the same secret")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the file's mode is %v (%v), want 0600", info.Mode(), err)
	}
	content, err := os.ReadFile(path)
	if want := base64.StdEncoding.EncodeToString(first) + "\n"; string(content) != want || err != nil {
		t.Errorf("the file holds %q (%v), want base64 text and a line end", content, err)
	}
	wantOnly(t, dir, "secret")
}

func TestConcurrentStartsShareOneSecret(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := t.TempDir()
		secrets := make([][]byte, 8)
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range secrets {
			wg.Go(func() {
				<-start
				secret, err := LoadOrCreateSecret(filepath.Join(dir, "secret"))
				if err != nil {
					t.Errorf("LoadOrCreateSecret failed: %v", err)
				}
				secrets[i] = secret
			})
		}
		close(start)
		wg.Wait()
		for _, secret := range secrets {
			if !bytes.Equal(secret, secrets[0]) {
				t.Fatalf("two secrets at once: %x, %x", secrets[0], secret)
			}
		}
		wantOnly(t, dir, "secret")
	}
}

func TestASecondCreatorDoesNotReplaceTheSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	first := mustSecret(t, path)
	// As if the file had appeared between looking for it and making it.
	if err := createSecret(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("createSecret over a file: %v, want fs.ErrExist", err)
	}
	if !bytes.Equal(mustSecret(t, path), first) {
		t.Error("the secret was replaced")
	}
	wantOnly(t, filepath.Dir(path), "secret")
}

func TestAnInvalidSecretFileIsAnErrorAndUnchanged(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	tests := map[string]string{
		"empty":      "",
		"blank":      "\n",
		"31 bytes":   encode(make([]byte, 31)),
		"not base64": strings.Repeat("가", 48),
		"cut off":    encode(make([]byte, 48))[:62],
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			secret, err := LoadOrCreateSecret(path)
			if err == nil || secret != nil || !strings.Contains(err.Error(), path) {
				t.Errorf("LoadOrCreateSecret = %x, %v; want an error that names the file", secret, err)
			}
			if after, _ := os.ReadFile(path); string(after) != content {
				t.Errorf("the file was changed to %q", after)
			}
		})
	}
}

func TestWhiteSpaceAroundTheSecretIsIgnored(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	want := bytes.Repeat([]byte{7}, MinSecretLen)
	content := "\n " + base64.StdEncoding.EncodeToString(want) + "\r\n\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := mustSecret(t, path); !bytes.Equal(got, want) {
		t.Errorf("the secret is %x, want %x", got, want)
	}
}

func TestAnInvalidPathOfTheSecretIsAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tooLong := filepath.Join(t.TempDir(), "missing", strings.Repeat("a", 256))
	for _, path := range []string{filepath.Join(file, "secret"), t.TempDir(), filepath.Join(tooLong, "secret")} {
		if secret, err := LoadOrCreateSecret(path); err == nil || secret != nil {
			t.Errorf("LoadOrCreateSecret(%s) = %x, %v; want an error", path, secret, err)
		}
	}
}
