package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
)

// exportCommand writes the catalogue, also while the service runs.
func exportCommand(ctx context.Context, p *program, args []string) error {
	if len(args) < 1 || len(args) > 2 || args[0] != "movies" {
		return p.wrong("usage: export movies [FILE]")
	}
	if len(args) == 1 || args[1] == "-" {
		return p.withApp(ctx, func(a *app.App) error { return p.exportMovies(ctx, a, p.out) })
	}
	file, err := os.OpenFile(args[1], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create the file: %w", err)
	}
	err = p.withApp(ctx, func(a *app.App) error { return p.exportMovies(ctx, a, file) })
	return errors.Join(err, file.Close())
}

func (p *program) exportMovies(ctx context.Context, a *app.App, w io.Writer) error {
	films, err := a.Movies.Export(ctx, w)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.err, "exported %s\n", count(films, "film", "films"))
	return nil
}
