package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/media/mediatest"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// redisVariable names a Redis; make test-servers starts one with databases enough for every home.
const redisVariable = "CINECIRCLE_TEST_REDIS"

var redisDatabases atomic.Int64 // tells the homes apart that share a Redis

// servers is what a home has outside of its folder; nothing on a machine without any.
type servers struct {
	dsn    string
	bucket *mediatest.Bucket
}

// newHomeOnServers is newHome on the servers that the environment names, of which each home has a schema, a
// bucket and a database of its own. Without them it is the embedded default: the same story runs on both.
func newHomeOnServers(t testing.TB, settings ...string) *home {
	t.Helper()
	h := newHome(t, settings...)
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		h.servers.dsn = testkit.FreshSchema(t, dsn).DSN
		h.env = append(
			h.env, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN="+h.servers.dsn,
			"CINECIRCLE_AUTH_SECRET=a secret of the tests, 32 bytes or more",
		)
	}
	if store := os.Getenv(mediatest.Variable); store != "" {
		b := mediatest.New(t, store)
		h.servers.bucket = b
		h.env = append(
			h.env, "CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT="+b.Endpoint, "CINECIRCLE_MEDIA_S3_BUCKET="+b.Name,
			"CINECIRCLE_MEDIA_S3_ACCESS_KEY="+b.AccessKey, "CINECIRCLE_MEDIA_S3_SECRET_KEY="+b.SecretKey, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
		)
	}
	if redis := os.Getenv(redisVariable); redis != "" {
		address := redis[:strings.LastIndex(redis, "/")]
		h.env = append(
			h.env, "CINECIRCLE_NOTIFY_BROKER=redis",
			fmt.Sprintf("CINECIRCLE_NOTIFY_REDIS_URL=%s/%d", address, 1+redisDatabases.Add(1)%1000),
		)
	}
	return h
}

// open opens the database that a program has left behind.
func (h *home) open() *database.DB {
	h.t.Helper()
	c := database.Config{Driver: database.SQLite, DSN: filepath.Join(h.dir, "data", "cinecircle.db")}
	if h.servers.dsn != "" {
		c = database.Config{Driver: database.MySQL, DSN: h.servers.dsn}
	}
	db, err := database.Open(h.t.Context(), c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return db
}

// kept returns the keys of what is stored and is not in the trash, in order. On SQLite a start empties the trash;
// elsewhere another instance may be uploading, and what a crash left has to wait there.
func (h *home) kept(db *database.DB) []string {
	h.t.Helper()
	if db.Driver() == database.SQLite {
		return h.files()
	}
	var trash, gone []string
	if err := db.Reader(h.t.Context()).Raw("SELECT storage_key FROM media_trash").Scan(&trash).Error; err != nil {
		h.t.Fatal(err)
	}
	for _, key := range trash {
		gone = append(gone, media.Files(key)...)
	}
	return slices.DeleteFunc(h.files(), func(key string) bool {
		return slices.Contains(gone, strings.TrimSuffix(key, ".part")) // a file that was being written goes with its image
	})
}

// files returns the keys of what is stored, in order.
func (h *home) files() []string {
	h.t.Helper()
	if h.servers.bucket != nil {
		keys, err := h.servers.bucket.Keys(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		return keys
	}
	var files []string
	err := fs.WalkDir(os.DirFS(filepath.Join(h.dir, "data", "media")), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.Sort(files)
	return files
}
