// Package backup copies a live SQLite database with its images and its secret into a new folder.
package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
)

// The names in a backup. They are those of the data folder with its default settings.
const (
	databaseName = "cinecircle.db"
	secretName   = "secret"
	mediaName    = "media"
)

// Source is what a backup copies.
type Source struct {
	Database func(ctx context.Context, file string) error // writes a consistent copy to file, which does not exist
	Image    func(key string) (io.ReadCloser, error)      // opens an image; nil if images are kept elsewhere
	Secret   string                                       // a file; nothing is copied if there is none
}

// Result says what a backup holds.
type Result struct {
	Folder  string   // the new folder
	Images  int      // files, copies in other sizes included
	Missing []string // keys of images that the database names and the store does not have
}

// attempts bounds how often members may delete images during one backup. Each attempt copies only what is new.
const attempts = 20

// Make writes a backup into a new folder in dir, which it creates if it is missing. The new folder is named after now and
// gets its name when it is complete and flushed to disk; only its owner may read it. An interrupted backup leaves a folder
// that ends in ".part", and an error leaves nothing.
//
// The backup is consistent: the database is copied first, then the images that the copy names. If an image was deleted in
// the meantime, the database is copied again. So an image is Missing only if the store lacks it before the copy of the
// database was made.
func Make(ctx context.Context, s Source, dir string, now time.Time) (Result, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Result{}, fmt.Errorf("backup: %w", err)
	}
	name := "cinecircle-" + now.UTC().Format("20060102T150405Z")
	part, err := os.MkdirTemp(dir, name+".*.part") // with mode 0700
	if err != nil {
		return Result{}, fmt.Errorf("backup: %w", err)
	}
	w := writer{Source: s, folder: part, copied: map[string]bool{}}
	result, err := w.fill(ctx)
	if err == nil {
		result.Folder, err = publish(part, filepath.Join(dir, name))
	}
	if err != nil {
		return Result{}, fmt.Errorf("backup into %s: %w", dir, errors.Join(err, os.RemoveAll(part)))
	}
	return result, nil
}

// writer fills one folder.
type writer struct {
	Source

	folder string
	copied map[string]bool // files of images

	// elsewhere has the files of images that are hidden, with where they are until they have been moved.
	elsewhere map[string]string
}

func (w *writer) fill(ctx context.Context) (Result, error) {
	missing, err := w.copyDatabaseAndImages(ctx)
	if err != nil {
		return Result{}, err
	}
	if w.Secret != "" {
		in, err := os.Open(w.Secret)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return Result{}, err
		default:
			if err := w.copyFile(in, secretName); err != nil {
				return Result{}, err
			}
		}
	}
	return Result{Images: len(w.copied), Missing: missing}, w.sync()
}

func (w *writer) copyDatabaseAndImages(ctx context.Context) (missing []string, err error) {
	file := filepath.Join(w.folder, databaseName)
	for range attempts {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := w.Database(ctx, file); err != nil {
			return nil, err
		}
		var keys []string
		if keys, w.elsewhere, err = imageKeys(ctx, file); err != nil || w.Image == nil {
			return nil, err
		}
		before := missing
		if missing, err = w.copyImages(ctx, keys); err != nil {
			return nil, err
		}
		// What was missing before this copy of the database was made is not deleted but lost.
		if !slices.ContainsFunc(missing, func(key string) bool { return !slices.Contains(before, key) }) {
			return missing, w.prune(keys)
		}
	}
	return nil, errors.New("images are deleted faster than they can be copied; try again")
}

// copyImages copies the images that are not copied yet, and returns the keys of those that do not exist.
func (w *writer) copyImages(ctx context.Context, keys []string) (missing []string, err error) {
	for _, key := range keys {
		for _, file := range media.Files(key) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if w.copied[file] {
				continue
			}
			in, err := w.image(file)
			if errors.Is(err, fs.ErrNotExist) || !filepath.IsLocal(filepath.FromSlash(file)) {
				missing = append(missing, file)
				continue
			}
			if err != nil {
				return nil, err
			}
			if err := w.copyFile(in, mediaName, filepath.FromSlash(file)); err != nil {
				return nil, err
			}
			w.copied[file] = true
		}
	}
	return missing, nil
}

// image opens an image wherever it is.
func (w *writer) image(file string) (io.ReadCloser, error) {
	in, err := w.Image(file)
	if other := w.elsewhere[file]; other != "" && errors.Is(err, fs.ErrNotExist) {
		return w.Image(other)
	}
	return in, err
}

// prune removes images that the last copy of the database does not name.
func (w *writer) prune(keys []string) error {
	named := map[string]bool{}
	for _, key := range keys {
		for _, file := range media.Files(key) {
			named[file] = true
		}
	}
	for _, file := range slices.Collect(maps.Keys(w.copied)) {
		if !named[file] {
			delete(w.copied, file)
			if err := os.Remove(filepath.Join(w.folder, mediaName, filepath.FromSlash(file))); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyFile copies in to a new file that only its owner may read, flushes it, and closes in.
func (w *writer) copyFile(in io.ReadCloser, path ...string) error {
	name := filepath.Join(append([]string{w.folder}, path...)...)
	err := os.MkdirAll(filepath.Dir(name), 0o700)
	if err == nil {
		err = writeFile(in, name)
	}
	return errors.Join(err, in.Close())
}

func writeFile(in io.Reader, name string) error {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// sync makes the names in the folder durable.
func (w *writer) sync() error {
	return filepath.WalkDir(w.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}

// publish renames the folder and returns its name. A second backup in the same second gets a number.
func publish(part, name string) (string, error) {
	for n := 1; ; n++ {
		final := name
		if n > 1 {
			final = fmt.Sprintf("%s-%d", name, n)
		}
		if _, err := os.Lstat(final); err == nil {
			continue
		}
		if err := os.Rename(part, final); err != nil {
			return "", err
		}
		return final, syncFolder(filepath.Dir(final))
	}
}

// syncFolder makes the names in a folder durable. Windows has no such call; its file system journals names.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// imageColumns are the columns that hold keys of images. A test compares them with the schema.
var imageColumns = []struct{ table, column string }{
	{"users", "profile_image"}, {"movies", "poster_image"}, {"reviews", "image"},
}

// imageKeys returns the keys below which the files of all images belong that the database in file names, and where else files
// of hidden images may be.
func imageKeys(ctx context.Context, file string) (keys []string, elsewhere map[string]string, err error) {
	db, err := database.OpenSnapshot(ctx, database.Config{Driver: database.SQLite, DSN: file})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, c := range imageColumns {
		query := strings.NewReplacer("column", c.column, "table", c.table).Replace("SELECT column FROM table WHERE column <> ''")
		found, err := readTable(ctx, db, c.table, query)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, found...)
	}
	hidden, err := readTable(ctx, db, "media_hidden", "SELECT storage_key || ' ' || hidden_key || ' ' || hidden FROM media_hidden")
	if err != nil {
		return nil, nil, err
	}
	elsewhere = map[string]string{}
	for _, row := range hidden {
		key, rest, _ := strings.Cut(row, " ")
		place, isHidden, _ := strings.Cut(rest, " ")
		to, from := key, place
		if isHidden == "1" {
			to, from = place, key
			if i := slices.Index(keys, key); i >= 0 {
				keys[i] = place
			}
		}
		other := media.Files(from)
		for i, file := range media.Files(to) {
			elsewhere[file] = other[i]
		}
	}
	return keys, elsewhere, nil
}

// readTable returns the one column of a query of a table, nothing when the database was migrated before the table was made.
func readTable(ctx context.Context, db *database.Snapshot, table, query string) ([]string, error) {
	tables, err := read(ctx, db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", table)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	return read(ctx, db, query)
}

// read returns the one column of a query.
func read(ctx context.Context, db *database.Snapshot, query string, args ...any) (values []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read the names of images: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var value sql.NullString
		if err := rows.Scan(&value); err != nil {
			return nil, fmt.Errorf("read the names of images: %w", err)
		}
		values = append(values, value.String)
	}
	return values, rows.Err()
}
