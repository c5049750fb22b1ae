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

// MinSecretLen is how many bytes a secret has at least: as many as the HMAC has (RFC 7518, section 3.2).
const MinSecretLen = 32

const newSecretLen = 48

// LoadOrCreateSecret returns the secret that is kept in the file at path, as base64. When there is no
// such file it makes one that its owner alone may read; of several processes that do so at once, all
// get the same. A file that is too short or not base64 is refused and left alone.
func LoadOrCreateSecret(path string) ([]byte, error) {
	secret, err := loadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := createSecret(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create secret file %s: %w", path, err)
	}
	// Read it back even if it is ours: then there is one way in which a secret comes about.
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
		return nil, fmt.Errorf("secret file %s holds %d bytes, at least %d are needed", path, len(secret), MinSecretLen)
	}
	return secret, nil
}

// createSecret returns fs.ErrExist when the file came to be in the meantime. The file appears under its
// name only when it is complete and on the disk, and link, unlike rename, never replaces one.
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
		return nil // a directory cannot be flushed there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
