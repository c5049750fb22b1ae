package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/platform/web"
)

// contentTypes replaces package mime, whose table depends on the machine.
var contentTypes = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".txt": "text/plain; charset=utf-8",
}

// asset is one file that the pages load, or the licence of one.
type asset struct {
	name  string // without .gz
	sum   string // of the stored bytes
	gz    []byte // nil if it is stored uncompressed
	plain func() ([]byte, error)
}

// loadAssets returns all embedded files but the pages, by name.
func loadAssets() (map[string]*asset, error) {
	assets := make(map[string]*asset)
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) == ".html" {
			return err
		}
		stored, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		a := newAsset(path.Base(file), stored)
		assets[a.name] = a
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the documentation's assets: %w", err)
	}
	return assets, nil
}

func newAsset(file string, stored []byte) *asset {
	name, compressed := strings.CutSuffix(file, ".gz")
	a := &asset{name: name, sum: digest(stored)}
	if !compressed {
		a.plain = func() ([]byte, error) { return stored, nil }
		return a
	}
	a.gz = stored
	// Nearly all clients accept gzip, so the plain form is created on its first request.
	a.plain = sync.OnceValues(func() ([]byte, error) { return decompress(stored) })
	return a
}

// public returns the asset's name in a URL: with its hash, so that clients load a new release. Licence
// texts keep their names, because the scripts refer to them.
func (a *asset) public() string {
	if !a.hashed() {
		return a.name
	}
	ext := path.Ext(a.name)
	return strings.TrimSuffix(a.name, ext) + "." + a.sum + ext
}

func (a *asset) hashed() bool { return path.Ext(a.name) != ".txt" }

func (a *asset) serve(w http.ResponseWriter, r *http.Request) error {
	body, tag, encoding := a.gz, a.sum+"-gz", "gzip"
	if a.gz == nil || !web.AcceptsGzip(r.Header) {
		plain, err := a.plain()
		if err != nil {
			return fmt.Errorf("decompress %s: %w", a.name, err)
		}
		body, tag, encoding = plain, a.sum, ""
	}
	a.describe(w.Header(), tag, encoding, len(body))
	web.ServeWhole(w, r, time.Time{}, bytes.NewReader(body))
	return nil
}

// describe sets the headers. The two encodings are different representations, so their tags differ
// (RFC 9110 §8.8.3).
func (a *asset) describe(h http.Header, tag, encoding string, size int) {
	h.Set("Content-Type", contentTypes[path.Ext(a.name)])
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", "no-cache")
	if a.hashed() {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if a.gz != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		// ServeContent leaves the length of encoded content to its caller.
		h.Set("Content-Length", strconv.Itoa(size))
	}
}

func decompress(gz []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// digest returns 16 hexadecimal digits that change with the content.
func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}
