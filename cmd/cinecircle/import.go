package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/movie"
)

// errBadRows makes the exit status 1 if a row was skipped. Every skipped row has been reported with its line.
var errBadRows = errors.New("some rows were not imported")

// importCommand adds the films of a file, also while the service runs.
func importCommand(ctx context.Context, p *program, args []string) error {
	if len(args) != 2 || args[0] != "movies" {
		return p.wrong("usage: import movies FILE")
	}
	file, format, err := openImport(args[1])
	if err != nil {
		return err
	}
	return errors.Join(p.withApp(ctx, func(a *app.App) error {
		return p.importMovies(ctx, a.Movies, file, format)
	}), file.Close())
}

func openImport(name string) (io.ReadCloser, movie.Format, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), movie.JSONLines, nil
	}
	format, ok := movie.FormatOf(name)
	if !ok {
		return nil, "", fmt.Errorf("%s: the name must end in .csv, .jsonl or .ndjson", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, "", fmt.Errorf("open the file: %w", err)
	}
	return file, format, nil
}

func (p *program) importMovies(ctx context.Context, into *movie.Service, r io.Reader, format movie.Format) error {
	start := time.Now()
	report := func(e movie.RowError) { fmt.Fprintln(p.err, printable(e.Error())) }
	progress := func(done movie.Progress) {
		rate := float64(done.Read) / max(time.Since(start).Seconds(), 0.001)
		fmt.Fprintf(p.err, "%d rows read, %d imported, %d bad, %.0f rows/s\n", done.Read, done.Imported, done.Bad, rate)
	}
	done, err := movie.Import(ctx, r, format, into, report, progress)
	fmt.Fprintf(p.out, "imported %d films, skipped %d bad rows\n", done.Imported, done.Bad)
	if err != nil {
		return fmt.Errorf("import stopped: %w", err)
	}
	if done.Bad > 0 {
		return errBadRows
	}
	return nil
}
