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

// partSuffix marks a file that is being written. It follows the key, so that Delete also removes what a crash during Put
// left.
const partSuffix = ".part"

// Local is a [Store] in a folder of this machine. All access goes through an [os.Root], so neither a name nor a symbolic
// link leads out of the folder.
type Local struct {
	root   *os.Root
	prefix string
	space  func(folder string) (free, total uint64, ok bool)
}

// NewLocal opens dir and creates it and its folders when they are missing. URLs are /media/<key>, after publicURL when
// that is not empty.
func NewLocal(dir, publicURL string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make media folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	l := &Local{root: root, prefix: strings.TrimRight(publicURL, "/") + "/media/", space: diskSpace}
	if err := l.makeFolders(); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare media folder %s: %w", dir, err), root.Close())
	}
	return l, nil
}

// Close releases the folder.
func (l *Local) Close() error { return l.root.Close() }

// Put writes a temporary file, syncs it, renames it and syncs the folder: after a crash the key holds everything or
// nothing. It fails when the disk is nearly full.
func (l *Local) Put(ctx context.Context, key, _ string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	err := l.checkSpace(len(data))
	if err == nil {
		err = l.replace(key, data)
	}
	if err != nil {
		return unavailable(ctx, "write", key, err)
	}
	return nil
}

// Images leave this much of the disk to other files, often the database: one part in reservedPart, but not more than
// reservedBytes.
const (
	reservedPart  = 20
	reservedBytes = 256 << 20
)

var errDiskFull = errors.New("the rest of the disk is reserved")

// checkSpace fails when a file of so many bytes would use the reserve.
func (l *Local) checkSpace(bytes int) error {
	free, total, ok := l.space(l.root.Name())
	if ok && free < min(total/reservedPart, reservedBytes)+uint64(bytes) {
		return fmt.Errorf("%w: %d of %d MB are free", errDiskFull, free>>20, total>>20)
	}
	return nil
}

// Delete removes the file and what an interrupted Put left.
func (l *Local) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := errors.Join(l.removeIfExists(key), l.removeIfExists(key+partSuffix))
	if err == nil {
		// Without this the file may reappear after a power cut, when no row names it any longer.
		err = l.syncFolder(path.Dir(key))
	}
	if err != nil {
		return unavailable(ctx, "delete", key, err)
	}
	return nil
}

// Move renames the file and syncs both folders.
func (l *Local) Move(ctx context.Context, from, to string) error {
	if err := errors.Join(checkKey(from), checkKey(to)); err != nil {
		return err
	}
	err := l.root.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, folder := range []string{path.Dir(to), path.Dir(from)} {
		if err == nil {
			err = l.syncFolder(folder)
		}
	}
	if err != nil {
		return unavailable(ctx, "move", from, err)
	}
	return nil
}

// URL returns the path of [Local.Routes] with the key, after the public URL.
func (l *Local) URL(key string) string {
	if key == "" {
		return ""
	}
	return l.prefix + key
}

// Check writes and removes a small file.
func (l *Local) Check(ctx context.Context) error {
	err := errors.Join(l.root.WriteFile(probeName, []byte("ok"), 0o600), l.removeIfExists(probeName))
	if err != nil {
		return unavailable(ctx, "check", "media folder", err)
	}
	return nil
}

// Serve answers GET and HEAD of one stored file, with If-None-Match. It ignores ranges, as RFC 9110 §14.2 allows: the
// files are small. It returns apperr.ErrNotFound, and writes nothing, when key is not a stored file.
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

// setImageHeaders makes browsers treat the response as an image only: even bytes that look like a document run no script
// and load nothing.
func setImageHeaders(h http.Header, key string) {
	h.Set("Content-Type", contentTypes[path.Ext(key)])
	h.Set("Content-Disposition", "inline")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // front ends on other origins show images
	h.Set("Cache-Control", cacheControl)
	h.Set("ETag", `"`+key+`"`) // the bytes of a key never change
}
