package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/backup"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/database"
)

// backupCommand copies a live SQLite database to a file, or with images and secret into a new folder.
func backupCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return p.wrong("usage: backup DIR/ or backup FILE, where DIR may exist and FILE must not")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if c.Database.Driver != database.SQLite {
		return fmt.Errorf("backup copies SQLite only, and database.driver is %s: see docs/operating.md for the tools to use", c.Database.Driver)
	}
	if err := needDatabase(c); err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Config{
		Driver: c.Database.Driver, DSN: string(c.Database.DSN), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	into := p.backupFile
	if info, err := os.Stat(args[0]); err == nil && info.IsDir() || os.IsPathSeparator(args[0][len(args[0])-1]) {
		into = p.backupFolder
	}
	return errors.Join(into(ctx, c, db, args[0]), db.Close())
}

func (p *program) backupFile(ctx context.Context, c config.Config, db *database.DB, file string) error {
	if err := db.Backup(ctx, file); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "copied the database to %s; images in %s are not included\n", file, c.Media.Dir)
	return nil
}

func (p *program) backupFolder(ctx context.Context, c config.Config, db *database.DB, dir string) (err error) {
	source := backup.Source{Database: db.Backup}
	secret := "auth.secret is in the settings"
	if c.Auth.Secret == "" {
		source.Secret, secret = app.SecretFile(c), "the secret"
	}
	images := "the images are in the bucket " + c.Media.S3.Bucket
	if c.Media.Driver == config.MediaLocal {
		root, err := os.OpenRoot(c.Media.Dir)
		if err != nil {
			return fmt.Errorf("media.dir: %w", err)
		}
		defer root.Close()
		source.Image = func(key string) (io.ReadCloser, error) { return root.Open(filepath.FromSlash(key)) }
	}
	made, err := backup.Make(ctx, source, dir, time.Now())
	if err != nil {
		return err
	}
	for _, key := range made.Missing {
		fmt.Fprintf(p.err, "%s is missing in %s\n", key, c.Media.Dir)
	}
	if source.Image != nil {
		images = fmt.Sprintf("%d image files", made.Images)
	}
	fmt.Fprintf(p.out, "%s: the database, %s, %s\n", made.Folder, images, secret)
	return nil
}

// needDatabase returns an error if the SQLite file does not exist. Otherwise a command that is run in the wrong folder
// would create an empty database and succeed.
func needDatabase(c config.Config) error {
	path := database.SQLitePath(string(c.Database.DSN))
	if c.Database.Driver != database.SQLite || path == "" {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("no database here: %w", err)
	}
	return nil
}
