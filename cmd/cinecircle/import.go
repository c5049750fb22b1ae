package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/movie/source"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/memory"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// errBadRows makes the exit status 1 if a row needs a person. Every such row has been reported with its line.
var errBadRows = errors.New("some rows were not imported")

const importUsage = "usage: import movies FILE… [--format F] [--dry-run] [--map title=HEADING] [--encoding E] [--update] [--report FILE]"

// importOptions are the flags of import movies.
type importOptions struct {
	source   source.Options
	encoding tabular.Encoding
	dryRun   bool
	update   bool
	report   string
}

// importCommand adds the films of files, or the history of a member, also while the service runs.
func importCommand(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 && args[0] == "member" {
		return p.importMember(ctx, args[1:])
	}
	if len(args) < 1 || args[0] != "movies" {
		return p.wrong(importUsage + ", or " + strings.TrimPrefix(importMemberUsage, "usage: "))
	}
	options, names, err := p.importFlags(args[1:])
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return p.wrong(importUsage)
	}
	defer memory.Bound()()
	opened, err := openFiles(names, options.encoding)
	if err != nil {
		return err
	}
	var files []*tabular.File
	var closers []error
	for _, o := range opened {
		files = append(files, o.List...)
	}
	err = p.importFiles(ctx, files, options)
	for _, o := range opened {
		closers = append(closers, o.Close())
	}
	return errors.Join(append([]error{err}, closers...)...)
}

// importFlags parses the flags, also behind and between the names of files.
func (p *program) importFlags(args []string) (o importOptions, names []string, err error) {
	flags := flag.NewFlagSet("cinecircle import movies", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.Usage = func() {
		fmt.Fprint(p.err, importUsage+"\n\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&p.configPath, "config", p.configPath, "read the configuration from `FILE`")
	flags.BoolVar(&p.allowNewer, allowNewer, p.allowNewer, allowNewerHelp)
	flags.Func("format", "the `format` of the files, which is otherwise told by their content", func(name string) error {
		f, err := source.ParseFormat(name)
		o.source.Format = &f
		return err
	})
	flags.Func("map", "take `field=heading`: a field of cinecircle from a column of another name; may be repeated", func(pair string) error {
		field, name, ok := strings.Cut(pair, "=")
		if !ok || !slices.Contains(movie.ColumnNames(), field) {
			return fmt.Errorf("want one of %s, then = and a heading", strings.Join(movie.ColumnNames(), ", "))
		}
		if o.source.Map == nil {
			o.source.Map = map[string]string{}
		}
		o.source.Map[strings.ToLower(strings.TrimSpace(name))] = field
		return nil
	})
	flags.Func("encoding", "the `encoding` of the files, which is otherwise guessed: utf-8, utf-16le, cp949, cp1252, …", func(name string) (err error) {
		o.encoding, err = tabular.ParseEncoding(name)
		return err
	})
	flags.BoolVar(&o.dryRun, "dry-run", false, "only say what would happen")
	flags.BoolVar(&o.update, "update", false, "change films also where the source differs, and not only where they have nothing")
	flags.StringVar(&o.report, "report", "", "write every row to mend, with its line and the reason, into `FILE`")
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return o, nil, err
			}
			return o, nil, errUsage
		}
		args = flags.Args()
		for len(args) > 0 && (args[0] == "-" || !strings.HasPrefix(args[0], "-")) {
			names, args = append(names, args[0]), args[1:]
		}
	}
	return o, names, nil
}

// openFiles opens and inspects all files before anything is stored.
func openFiles(names []string, encoding tabular.Encoding) (opened []*tabular.Files, err error) {
	for _, name := range names {
		o := tabular.Options{Encoding: encoding, Known: source.Known, Own: source.Folders}
		var files *tabular.Files
		if name == "-" {
			files, err = tabular.OpenStream(os.Stdin, o)
		} else {
			files, err = tabular.Open(name, o)
		}
		if err != nil {
			for _, o := range opened {
				_ = o.Close() // the reason to fail is err
			}
			return nil, fmt.Errorf("import: %w", err)
		}
		opened = append(opened, files)
	}
	return opened, nil
}

func (p *program) importFiles(ctx context.Context, files []*tabular.File, o importOptions) error {
	meter := newImportMeter(p.err, files)
	sources, err := source.Open(files, o.source, meter.read)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer func() {
		for _, s := range sources {
			_ = s.Close() // they were only read
		}
	}()
	p.announce(files, sources)
	report, err := newImportReport(o.report)
	if err != nil {
		return err
	}
	c, err := p.config()
	if err != nil {
		return errors.Join(err, report.close())
	}
	var total movie.Progress
	err = p.withApp(ctx, func(a *app.App) error {
		for _, s := range sources {
			options := movie.LoadOptions{
				Format: s.Format.Name, Own: s.Format == source.Own, Update: o.update, DryRun: o.dryRun,
				Serving: func() bool { return serving(lockable(c)) },
			}
			report.begin(s)
			done, err := a.Movies.Load(ctx, s, options, func(r movie.Result) { report.add(p, r) }, meter.show(total))
			total = sum(total, done)
			if err != nil {
				return err
			}
		}
		return nil
	})
	meter.end()
	err = errors.Join(err, report.close())
	p.conclude(total, report, o)
	if err != nil {
		return fmt.Errorf("import stopped: %w", err)
	}
	if total.Bad+total.Review > 0 {
		return errBadRows
	}
	return nil
}

// serving reports whether a service uses the SQLite file of dsn. MySQL lets several write at the same time.
func serving(dsn string) bool {
	lock, err := database.LockOut(dsn)
	if err != nil {
		return true
	}
	return lock.Close() != nil
}

func sum(a, b movie.Progress) movie.Progress {
	return movie.Progress{
		Read: a.Read + b.Read, Imported: a.Imported + b.Imported, Updated: a.Updated + b.Updated, Unchanged: a.Unchanged + b.Unchanged,
		Review: a.Review + b.Review, NotFilms: a.NotFilms + b.NotFilms, Bad: a.Bad + b.Bad,
	}
}

// announce says what was recognised, before anything is written.
func (p *program) announce(files []*tabular.File, sources []*source.Source) {
	for _, f := range files {
		if f.Guessed {
			fmt.Fprintf(p.err, "%sthe encoding looks like %s; --encoding overrules that\n", printable(nameBefore(f.Name)), f.Encoding)
		}
	}
	for _, s := range sources {
		fmt.Fprintf(p.err, "%sformat %s (%s), encoding %s\n", printable(nameBefore(s.File.Name)), s.Format.Name, s.Format.Title, s.File.Encoding)
		if len(s.Ignored) > 0 {
			fmt.Fprintf(p.err, "%scolumns that are left alone: %s\n", printable(nameBefore(s.File.Name)), printable(strings.Join(s.Ignored, ", ")))
		}
	}
}

// count returns a number with its noun.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func nameBefore(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

// conclude prints the sums, and examples of each reason.
func (p *program) conclude(total movie.Progress, report *importReport, o importOptions) {
	would := ""
	if o.dryRun {
		would = "would have "
	}
	fmt.Fprintf(p.out, "%simported %s, skipped %s\n", would, count(total.Imported, "film", "films"), count(total.Bad, "bad row", "bad rows"))
	fmt.Fprintf(p.out, "updated %d, unchanged %d, needs review %d, not a film %d\n", total.Updated, total.Unchanged, total.Review, total.NotFilms)
	report.print(p.out)
}
