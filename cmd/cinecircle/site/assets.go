package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// assetTypes is a table of our own because package mime asks the machine it runs on.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

// smallest is how many bytes are worth compressing.
const smallest = 512

// asset is a file that the pages load.
type asset struct {
	kind      string
	plain, gz []byte
}

// assets are the files by the names that they are asked for by, which change with their content.
type assets struct {
	byAddress map[string]asset
	addresses map[string]string
	writers   sync.Pool // of *gzip.Writer
}

func loadAssets() (*assets, error) {
	a := &assets{byAddress: map[string]asset{}, addresses: map[string]string{}}
	a.writers.New = func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level exists
		return w
	}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	for _, entry := range entries {
		body, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("load assets: %w", err)
		}
		if err := a.keep(entry.Name(), body); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *assets) keep(name string, body []byte) error {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("compress %s: %w", name, err)
	}
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	public := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.byAddress[public] = asset{kind: assetTypes[ext], plain: body, gz: packed.Bytes()}
	a.addresses[name] = "/site/" + public
	return nil
}

// address returns where an asset is served.
func (a *assets) address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return address, nil
}

// asset serves a file for ever: another content has another name.
func (s *Site) asset(v *visit) error {
	a, ok := s.assets.byAddress[v.Param("name")]
	if !ok {
		return errUnknown
	}
	h := v.Writer.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	body := a.plain
	if acceptsGzip(v.Request) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(a.gz)))
		body = a.gz
	}
	http.ServeContent(v.Writer, v.Request, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// compressed writes a body, gzipped where that is welcome and pays.
func (a *assets) compressed(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= smallest && acceptsGzip(r) {
		if packed, err := a.pack(body); err == nil {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who went away does not read it
	}
}

func (a *assets) pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := a.writers.Get().(*gzip.Writer)
	defer a.writers.Put(w)
	w.Reset(&packed)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("compress a page: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress a page: %w", err)
	}
	return packed.Bytes(), nil
}

// acceptsGzip reads the header as browsers write it; whoever weighs encodings gets the plain form.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		if strings.TrimSpace(coding) == "gzip" {
			return true
		}
	}
	return false
}
