package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cinecircle/cinecircle/cmd/bench/dataset"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
)

// cached returns a SQLite file with the community. It is built unless the cache has one of this size, seed and schema,
// and must not be changed.
func (b *bench) cached(ctx context.Context) (string, error) {
	if err := os.MkdirAll(b.cache, 0o750); err != nil {
		return "", fmt.Errorf("make the cache: %w", err)
	}
	dir, err := os.MkdirTemp(b.cache, "building-")
	if err != nil {
		return "", fmt.Errorf("make a folder in the cache: %w", err)
	}
	file, err := b.lookUp(ctx, dir)
	return file, errors.Join(err, os.RemoveAll(dir))
}

func (b *bench) lookUp(ctx context.Context, dir string) (string, error) {
	fresh := filepath.Join(dir, "fresh.db")
	builder := b.server.clone()
	builder.use(database.Config{Driver: database.SQLite, DSN: fresh})
	if err := builder.Run(ctx, "migrate", "up"); err != nil {
		return "", err
	}
	schema, err := digestSchema(ctx, fresh)
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.cache, fmt.Sprintf("films%d-users%d-seed%d-cost%d-v%d-%.10s.db", b.size.Films, b.size.Users, b.seed, b.cost, dataset.Version, schema))
	if _, err := os.Stat(file); err == nil && !b.fresh {
		b.say("using %s", file)
		return file, nil
	}
	if err := b.build(ctx, builder, fresh, dir); err != nil {
		return "", fmt.Errorf("build the community: %w", err)
	}
	return file, os.Rename(fresh, file)
}

// digestSchema returns a hash of the schema.
func digestSchema(ctx context.Context, file string) (string, error) {
	db, err := database.Open(ctx, database.Config{Driver: database.SQLite, DSN: file})
	if err != nil {
		return "", err
	}
	var schema string
	err = db.Row(ctx, "SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name)").Scan(&schema)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(schema))), errors.Join(err, db.Close())
}

// build fills a migrated file. The program imports the films; everything else is written directly.
func (b *bench) build(ctx context.Context, builder *program, file, dir string) error {
	b.say("importing %d films", b.size.Films)
	films := filepath.Join(dir, "films.jsonl")
	if err := writeFilms(films, b.size.Films, b.seed); err != nil {
		return err
	}
	if err := builder.Run(ctx, "import", "movies", films); err != nil {
		return err
	}
	hash, err := auth.NewHasher(b.cost).Hash(ctx, "", password)
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Config{Driver: database.SQLite, DSN: file})
	if err != nil {
		return err
	}
	err = dataset.Load(ctx, db, b.size, b.seed, hash, b.say)
	if err == nil && b.verify {
		b.say("checking the counters")
		err = dataset.Check(ctx, db)
	}
	return errors.Join(err, db.Close())
}

func writeFilms(file string, n int, seed uint64) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the films: %w", err)
	}
	w := bufio.NewWriter(f)
	return errors.Join(dataset.WriteFilms(w, n, seed), w.Flush(), f.Close())
}

// copyFile copies a database that is not in use.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
