package media

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// partSuffix marks a file that is still being written. It follows the key, so that deleting the key
// also removes what a crash in the middle of Put left.
const partSuffix = ".part"

// Local is a [Store] in a folder of this machine. All access goes through an [os.Root], so neither
// a name nor a symbolic link leads out of the folder.
type Local struct {
	root   *os.Root
	prefix string
	room   func(folder string) (free, total uint64, ok bool)
}

// NewLocal opens dir, making it and its folders when they are missing. URLs are /media/<key>, behind
// publicURL when that is not empty.
func NewLocal(dir, publicURL string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make media folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	l := &Local{root: root, prefix: strings.TrimRight(publicURL, "/") + "/media/", room: room}
	if err := l.makeFolders(); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare media folder %s: %w", dir, err), root.Close())
	}
	return l, nil
}

// Close releases the folder.
func (l *Local) Close() error { return l.root.Close() }

// Put writes a file while there is room on the disk, beside its final name, flushes it, renames it and flushes the folder: after a
// crash the key holds everything or nothing.
func (l *Local) Put(ctx context.Context, key, _ string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	err := l.spare(len(data))
	if err == nil {
		err = l.replace(key, data)
	}
	if err != nil {
		return unavailable(ctx, "write", key, err)
	}
	return nil
}

// What images leave of their disk to what is written beside them, which is often the database: a part, and at most so
// many bytes.
const (
	sparePart  = 20
	spareBytes = 256 << 20
)

var errNoRoom = errors.New("what is left of the disk is not for images")

// spare keeps images from filling the disk for everybody: when there is little room, they are the first to get none.
func (l *Local) spare(bytes int) error {
	free, total, ok := l.room(l.root.Name())
	if ok && free < min(total/sparePart, spareBytes)+uint64(bytes) {
		return fmt.Errorf("%w: %d MB of %d are free", errNoRoom, free>>20, total>>20)
	}
	return nil
}

// Delete removes the file and what an interrupted Put left beside it.
func (l *Local) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := errors.Join(l.removeIfThere(key), l.removeIfThere(key+partSuffix))
	if err == nil {
		// Without this the file may be back after a power cut, and nothing would know it any more.
		err = l.syncFolder(path.Dir(key))
	}
	if err != nil {
		return unavailable(ctx, "delete", key, err)
	}
	return nil
}

// URL is where [Local.Serve] is mounted, followed by the key.
func (l *Local) URL(key string) string {
	if key == "" {
		return ""
	}
	return l.prefix + key
}

// Check writes and removes a small file.
func (l *Local) Check(ctx context.Context) error {
	err := errors.Join(l.root.WriteFile(checkName, []byte("ok"), 0o600), l.removeIfThere(checkName))
	if err != nil {
		return unavailable(ctx, "check", "media folder", err)
	}
	return nil
}

// Serve answers GET and HEAD of one stored image, with If-None-Match. Ranges are not served: the images
// are small, and RFC 9110 §14.2 allows to ignore them. Before anything is written it returns
// apperr.ErrNotFound for what is not a stored image.
func (l *Local) Serve(w http.ResponseWriter, r *http.Request, key string) error {
	if !keyPattern.MatchString(key) {
		return apperr.ErrNotFound
	}
	f, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return apperr.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("open image %s: %w", key, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("stat image %s: %w", key, err)
	}
	if !info.Mode().IsRegular() {
		return apperr.ErrNotFound
	}
	setImageHeaders(w.Header(), key)
	web.ServeWhole(w, r, info.ModTime(), f)
	return nil
}

// setImageHeaders makes the answer an image and nothing else: even bytes that a browser would take
// for a document run no script and load nothing.
func setImageHeaders(h http.Header, key string) {
	h.Set("Content-Type", contentTypes[path.Ext(key)])
	h.Set("Content-Disposition", "inline")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // front ends of other origins show them
	h.Set("Cache-Control", cacheControl)
	h.Set("ETag", `"`+key+`"`) // a key never changes its bytes
}
