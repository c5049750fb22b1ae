package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cinecircle/cinecircle/platform/database"
)

// How often the commands run, and how many films are imported.
const (
	commandRuns = 3
	importFilms = 20_000
)

// measureCommands measures the import of films and the demo, each on an empty database.
func (b *bench) measureCommands(ctx context.Context) error {
	films := filepath.Join(b.dir, "films.jsonl")
	if err := writeFilms(films, importFilms, b.seed); err != nil {
		return err
	}
	for _, c := range []struct {
		key  string
		args []string
		n    int // CPU is recorded for each of them
	}{
		{"ImportFilms", []string{"import", "movies", films}, importFilms},
		{"Demo", []string{"demo"}, 1},
	} {
		if !b.only.MatchString(c.key) {
			continue
		}
		for range commandRuns {
			took, cpu, err := b.timeCommand(ctx, c.args)
			if err != nil {
				return err
			}
			s := sample{name: c.key, n: c.n}
			s.add(float64(took)/float64(c.n), unitTime)
			s.add(float64(cpu)/float64(c.n), unitCPU)
			b.record.samples = append(b.record.samples, s)
			b.say("%s: %.1f s, %.1f s of CPU", c.key, took.Seconds(), cpu.Seconds())
		}
	}
	return nil
}

// timeCommand runs a command on an empty SQLite database and returns how long it took and its CPU time with that of its
// children.
func (b *bench) timeCommand(ctx context.Context, args []string) (took, cpu time.Duration, err error) {
	dir, err := os.MkdirTemp(b.dir, "command-")
	if err != nil {
		return 0, 0, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p := b.server.clone()
	p.use(database.Config{Driver: database.SQLite, DSN: filepath.Join(dir, "cinecircle.db")})
	p.Env = append(p.Env, "CINECIRCLE_MEDIA_DIR="+filepath.Join(dir, "media"))
	if err := p.Run(ctx, "migrate", "up"); err != nil {
		return 0, 0, err
	}
	cmd, began := p.Command(ctx, args...), time.Now()
	if output, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("cinecircle %v: %w\n%s", args, err, output)
	}
	return time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
