package apptest

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
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

// redisVariable names the environment variable with the URL of a Redis. make test-servers starts one with enough databases
// for every instance.
const redisVariable = "CINECIRCLE_TEST_REDIS"

var redisDatabases atomic.Int64 // numbers the instances that share a Redis

// servers holds what an instance uses outside its folder.
type servers struct {
	dsn    string
	bucket *mediatest.Bucket
}

// OwnServer starts a server that only this test uses, ends it with the test, and returns its URL. kind is mariadb or redis.
// It returns "" without the server that make test-servers starts of that kind, because then none may be installed.
func OwnServer(t testing.TB, kind string) (address string) {
	t.Helper()
	variable := map[string]string{"mariadb": testkit.DSNVariable, "redis": redisVariable}[kind]
	if os.Getenv(variable) == "" {
		t.Logf("needs a server in %s", variable)
		return ""
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(root, "scripts", kind+".sh")
	folder := filepath.Join(t.TempDir(), kind)
	t.Cleanup(func() {
		if out, err := exec.Command(script, "clean", folder).CombinedOutput(); err != nil {
			t.Errorf("end the %s: %v: %s", kind, err, out)
		}
	})
	out, err := exec.Command(script, "start", folder).Output()
	if err != nil {
		t.Fatalf("start a %s: %v", kind, err)
	}
	return strings.TrimSpace(string(out))
}

// NewInstanceOnServers is NewInstance on the servers that the environment names. Each instance has its own schema,
// bucket and Redis database. Without these variables it uses SQLite and a folder, so the same story runs on both.
func NewInstanceOnServers(t testing.TB, settings ...string) *Instance {
	t.Helper()
	i := NewInstance(t, settings...)
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		i.servers.dsn = testkit.FreshSchema(t, dsn).DSN
		i.Env = append(
			i.Env, "CINECIRCLE_DATABASE_DRIVER=mysql", "CINECIRCLE_DATABASE_DSN="+i.servers.dsn,
			"CINECIRCLE_AUTH_SECRET="+Secret,
		)
	}
	if store := os.Getenv(mediatest.Variable); store != "" {
		b := mediatest.New(t, store)
		i.servers.bucket = b
		i.Env = append(
			i.Env, "CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT="+b.Endpoint, "CINECIRCLE_MEDIA_S3_BUCKET="+b.Name,
			"CINECIRCLE_MEDIA_S3_ACCESS_KEY="+b.AccessKey, "CINECIRCLE_MEDIA_S3_SECRET_KEY="+b.SecretKey, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
		)
	}
	if redis := os.Getenv(redisVariable); redis != "" {
		address := redis[:strings.LastIndex(redis, "/")]
		i.Env = append(
			i.Env, "CINECIRCLE_NOTIFY_BROKER=redis",
			fmt.Sprintf("CINECIRCLE_NOTIFY_REDIS_URL=%s/%d", address, 1+redisDatabases.Add(1)%1000),
		)
	}
	return i
}

// Open opens the database of an instance that is not running.
func (i *Instance) Open() *database.DB {
	i.t.Helper()
	c := database.Config{Driver: database.SQLite, DSN: filepath.Join(i.Dir, "data", "cinecircle.db")}
	if i.servers.dsn != "" {
		c = database.Config{Driver: database.MySQL, DSN: i.servers.dsn}
	}
	db, err := database.Open(i.t.Context(), c)
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			i.t.Error(err)
		}
	})
	return db
}

// Kept returns the keys of the stored files that are not in the trash, in order. With SQLite every start empties the
// trash. With MySQL it does not, because another instance may be uploading, so files from before a crash are still in it.
func (i *Instance) Kept(db *database.DB) []string {
	i.t.Helper()
	if db.Driver() == database.SQLite {
		return i.Files()
	}
	var trash, gone []string
	if err := db.Reader(i.t.Context()).Raw("SELECT storage_key FROM media_trash").Scan(&trash).Error; err != nil {
		i.t.Fatal(err)
	}
	for _, key := range trash {
		gone = append(gone, media.Files(key)...)
	}
	return slices.DeleteFunc(i.Files(), func(key string) bool {
		return slices.Contains(gone, strings.TrimSuffix(key, ".part")) // .part is a file that was being written
	})
}

// Files returns the keys of the stored files, in order.
func (i *Instance) Files() []string {
	i.t.Helper()
	if i.servers.bucket != nil {
		keys, err := i.servers.bucket.Keys(i.t.Context())
		if err != nil {
			i.t.Fatal(err)
		}
		return keys
	}
	var files []string
	err := fs.WalkDir(os.DirFS(filepath.Join(i.Dir, "data", "media")), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		i.t.Fatal(err)
	}
	slices.Sort(files)
	return files
}
