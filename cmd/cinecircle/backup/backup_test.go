package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
)

// members is a database with accounts, and the images that they name.
type members struct {
	t      *testing.T
	db     *database.DB
	images map[string]bool
	opened func(key string) // called before an image is opened
}

func newMembers(t *testing.T, names ...string) *members {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Driver: database.SQLite, DSN: filepath.Join(t.TempDir(), "c.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := &members{t: t, db: db, images: map[string]bool{}, opened: func(string) {}}
	for _, name := range names {
		m.add(name)
	}
	return m
}

func (m *members) exec(statement string, args ...any) {
	m.t.Helper()
	if err := m.db.Tx(m.t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }); err != nil {
		m.t.Fatal(err)
	}
}

func (m *members) add(name string) {
	m.t.Helper()
	m.images[name] = true
	m.exec("INSERT INTO users (username, username_key, password_hash, age, gender, role, profile_image, follower_count, following_count, review_count, created_at, updated_at) "+
		"VALUES (?, ?, '', 20, 'male', 'member', ?, 0, 0, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00')", name, name, name)
}

func (m *members) remove(name string) {
	m.t.Helper()
	m.exec("UPDATE users SET profile_image = '' WHERE profile_image = ?", name)
	delete(m.images, name)
}

func (m *members) source() Source {
	return Source{Database: m.db.Backup, Image: func(key string) (io.ReadCloser, error) {
		m.opened(key)
		if !m.images[key] {
			return nil, fmt.Errorf("open %s: %w", key, fs.ErrNotExist)
		}
		return io.NopCloser(strings.NewReader("picture of " + key)), nil
	}}
}

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// files returns the files in a folder, and the modes of those that others than the owner may use.
func files(t *testing.T, folder string) (names, open []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			open = append(open, fmt.Sprint(path, " ", info.Mode()))
		}
		if !d.IsDir() {
			name, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, open
}

func TestABackupHasDatabaseImagesAndSecretForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "a", "b")
	dir := filepath.Join(t.TempDir(), "new", "backup")
	source := m.source()
	source.Secret = filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(source.Secret, []byte("hush"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"cinecircle-20261129T120000Z", "cinecircle-20261129T120000Z-2"} {
		made, err := Make(t.Context(), source, dir, noon)
		if err != nil || made.Folder != filepath.Join(dir, want) || made.Images != 2 || len(made.Missing) > 0 {
			t.Fatalf("%+v, %v", made, err)
		}
		names, open := files(t, made.Folder)
		if !slices.Equal(names, []string{"cinecircle.db", "media/a", "media/b", "secret"}) || len(open) > 0 {
			t.Errorf("files %v, readable to others %v", names, open)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("the folder has %v, %v", left, err)
	}
}

// TestAnImageThatIsDeletedDuringABackupIsInNeitherPart deletes one image while another one is copied, and adds a third.
func TestAnImageThatIsDeletedDuringABackupIsInNeitherPart(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "a", "b")
	m.opened = func(key string) {
		if key == "a" && m.images["b"] {
			m.remove("b")
			m.add("c")
		}
	}
	made, err := Make(t.Context(), m.source(), t.TempDir(), noon)
	if err != nil || len(made.Missing) > 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	keys, _, err := imageKeys(t.Context(), filepath.Join(made.Folder, databaseName))
	names, _ := files(t, filepath.Join(made.Folder, mediaName))
	if err != nil || !slices.Equal(names, keys) || !slices.Equal(keys, []string{"a", "c"}) {
		t.Errorf("rows name %v, files are %v, %v", keys, names, err)
	}
}

func TestAnImageThatIsReplacedAfterItWasCopiedIsLeftOut(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "a", "b")
	m.opened = func(key string) {
		if key == "b" && m.images["a"] {
			m.remove("a")
			m.remove("b")
		}
	}
	made, err := Make(t.Context(), m.source(), t.TempDir(), noon)
	names, _ := files(t, made.Folder)
	if err != nil || !slices.Equal(names, []string{"cinecircle.db"}) || made.Images != 0 {
		t.Errorf("%+v has %v, %v", made, names, err)
	}
}

// TestHiddenImagesAreBackedUpWhereTheyBelong has files of hidden images that are on their way there, or back.
func TestHiddenImagesAreBackedUpWhereTheyBelong(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "at-rest", "hiding", "restoring", "plain", "lost")
	for _, row := range []struct{ key, hidden, file string }{
		{"at-rest", "1", "place-of-at-rest"}, {"hiding", "1", "hiding"}, {"restoring", "0", "place-of-restoring"}, {"lost", "1", ""},
	} {
		m.exec("INSERT INTO media_hidden (storage_key, hidden_key, hidden) VALUES (?, ?, ?)", row.key, "place-of-"+row.key, row.hidden == "1")
		delete(m.images, row.key)
		m.images[row.file] = true
	}
	made, err := Make(t.Context(), m.source(), t.TempDir(), noon)
	names, _ := files(t, filepath.Join(made.Folder, mediaName))
	if err != nil || !slices.Equal(names, []string{"place-of-at-rest", "place-of-hiding", "plain", "restoring"}) {
		t.Errorf("%v, %v", names, err)
	}
	if !slices.Equal(made.Missing, []string{"place-of-lost"}) {
		t.Errorf("missing %v", made.Missing)
	}
}

func TestAnImageThatIsLostIsReported(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "a", "b")
	delete(m.images, "b")
	made, err := Make(t.Context(), m.source(), t.TempDir(), noon)
	if err != nil || !slices.Equal(made.Missing, []string{"b"}) || made.Images != 1 {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestAFailedBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	m := newMembers(t, "a")
	dir := t.TempDir()
	source := m.source()
	source.Image = func(string) (io.ReadCloser, error) { return nil, errors.New("the disk is broken") }
	if made, err := Make(t.Context(), source, dir, noon); err == nil {
		t.Errorf("%+v", made)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m.opened = func(string) { cancel() }
	m.add("b")
	if made, err := Make(ctx, m.source(), dir, noon); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", made, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestEveryColumnWithImagesIsBackedUp compares the list of columns with the schema.
func TestEveryColumnWithImagesIsBackedUp(t *testing.T) {
	t.Parallel()
	m := newMembers(t)
	var got []string
	err := m.db.Reader(t.Context()).Raw("SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c " +
		"WHERE m.type = 'table' AND c.name LIKE '%image%' ORDER BY 1").Scan(&got).Error
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, c := range imageColumns {
		want = append(want, c.table+"."+c.column)
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the schema has %v, and backups copy %v", got, want)
	}
}
