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

	"github.com/cinecircle/cinecircle/platform/web"
)

//go:embed assets
var assetFiles embed.FS

// assetTypes are the content types of the assets. Package mime would depend on the machine.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".ico": "image/x-icon",
	".png": "image/png",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",

	".webmanifest": "application/manifest+json",
}

// minCompressed is the smallest body that is compressed, in bytes.
const minCompressed = 512

// asset is a file that the pages load, plain and compressed. It is compressed for its first reader.
type asset struct {
	kind  string
	plain []byte
	gz    func() ([]byte, error)
}

// assets are the files that the pages load. A public name contains a hash of the content.
type assets struct {
	byAddress map[string]asset
	addresses map[string]string
}

func loadAssets() (*assets, error) {
	a := &assets{byAddress: map[string]asset{}, addresses: map[string]string{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	for _, entry := range entries {
		body, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("load assets: %w", err)
		}
		a.add(entry.Name(), body)
	}
	return a, nil
}

func (a *assets) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	public := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.byAddress[public] = asset{kind: assetTypes[ext], plain: body, gz: sync.OnceValues(func() ([]byte, error) { return pack(body) })}
	a.addresses[name] = "/site/" + public
}

// pack returns a body compressed as much as possible.
func pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress an asset: %w", err)
	}
	return packed.Bytes(), nil
}

// address returns the path of an asset.
func (a *assets) address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return address, nil
}

// asset serves a file that may be cached for ever, because its name changes with its content. While instances of two
// versions run, the file of the other version is answered with the one that is here, which is better than a page
// without a style.
func (s *Site) asset(c *pageContext) error {
	name := c.Param("name")
	a, ok := s.assets.byAddress[name]
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if !ok {
		if a, ok = s.assets.ofAnotherVersion(name); !ok {
			h.Del("Cache-Control")
			return errNotFound
		}
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Content-Type", a.kind)
	h.Add("Vary", "Accept-Encoding")
	body := a.plain
	if web.AcceptsGzip(c.Request.Header) {
		packed, err := a.gz()
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(packed)))
		body = packed
	}
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// ofAnotherVersion returns the file whose public name has another hash.
func (a *assets) ofAnotherVersion(public string) (asset, bool) {
	ext := path.Ext(public)
	name, hash, found := strings.Cut(strings.TrimSuffix(public, ext), ".")
	address, ok := a.addresses[name+ext]
	if !ok || !found || !isHex(hash) {
		return asset{}, false
	}
	return a.byAddress[path.Base(address)], true
}

// icon serves a file at the path where browsers look for it without having read a page.
func (s *Site) icon(name string) handler {
	return func(c *pageContext) error {
		address, err := s.assets.address(name)
		if err != nil {
			return err
		}
		a := s.assets.byAddress[path.Base(address)]
		h := c.Writer.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=86400")
		h.Set("ETag", strconv.Quote(path.Base(address)))
		web.ServeWhole(c.Writer, c.Request, time.Time{}, bytes.NewReader(a.plain))
		return nil
	}
}

// conditional writes a body as compressed does, with a weak ETag: the plain and the gzipped body have the same. It
// answers with 304 if the client has the body (RFC 9110 §13.2.2).
func (a *assets) conditional(w http.ResponseWriter, r *http.Request, kind string, body []byte, modified time.Time) {
	h := w.Header()
	sum := sha256.Sum256(body)
	h.Set("ETag", `W/"`+hex.EncodeToString(sum[:12])+`"`)
	h.Set("Content-Type", kind)
	body = a.encode(h, r, body)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	web.ServeWhole(w, r, modified, bytes.NewReader(body))
}

// compressed writes a body, gzipped if the client accepts that and the body is not small.
func (a *assets) compressed(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	body = a.encode(h, r, body)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have gone
	}
}

// encode returns the body gzipped if the client accepts that and the body is not small, and sets the headers about that.
func (a *assets) encode(h http.Header, r *http.Request, body []byte) []byte {
	h.Add("Vary", "Accept-Encoding")
	if len(body) < minCompressed || !web.AcceptsGzip(r.Header) {
		return body
	}
	h.Set("Content-Encoding", "gzip")
	return web.Gzip(body)
}
