package auth

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// MinSecretLen is the minimum length of a secret in bytes: the size of the HMAC (RFC 7518, section 3.2).
const MinSecretLen = 32

const newSecretLen = 48

// LoadOrCreateSecret returns the secret in the file at path, which contains it as base64. If there is no
// such file, it creates one that only its owner may read; several processes that do so at once
// get the same secret. A file that is too short or not base64 is an error and stays as it is.
func LoadOrCreateSecret(path string) ([]byte, error) {
	secret, err := loadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := createSecret(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create secret file %s: %w", path, err)
	}
	// Another process may have created it first.
	return loadSecret(path)
}

func loadSecret(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read secret file: %w", err)
	}
	secret, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(content))
	if err != nil {
		return nil, fmt.Errorf("secret file %s is not base64", path)
	}
	if len(secret) < MinSecretLen {
		return nil, fmt.Errorf("secret file %s must have at least %d bytes, got %d", path, MinSecretLen, len(secret))
	}
	return secret, nil
}

// createSecret returns fs.ErrExist if another process has created the file. The file gets its name
// when it is complete and synced; link, unlike rename, never replaces a file.
func createSecret(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())

	if err := writeSecret(temp); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func writeSecret(file *os.File) error {
	secret := make([]byte, newSecretLen)
	rand.Read(secret) // never fails
	_, err := file.WriteString(base64.StdEncoding.EncodeToString(secret) + "\n")
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
