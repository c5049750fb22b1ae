package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/transfer"
)

const importMemberUsage = "usage: import member NAME FILE… [--format F] [--encoding E] [--visibility private|public] [--dry-run]"

// memberImport is what import member is asked for.
type memberImport struct {
	transfer.Options
	dryRun bool
	name   string // of the member
	files  []string
}

// importMember brings the files of other services to a member, also while the service runs.
func (p *program) importMember(ctx context.Context, args []string) error {
	m, err := p.memberFlags(args)
	if err != nil {
		return err
	}
	person := false // has to look at some rows
	err = p.withApp(ctx, func(a *app.App) error {
		u, err := a.Users.Named(ctx, m.name)
		if err != nil {
			return err
		}
		files, err := a.Transfers.Open(m.files, m.Options)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.err, "format %s, encoding %s\n", printable(files.Format.Name), files.Encoding)
		if files.Guessed {
			fmt.Fprintln(p.err, "the encoding is a guess; --encoding overrules it")
		}
		if len(files.Ignored) > 0 {
			fmt.Fprintf(p.err, "columns that are left alone: %s\n", printable(strings.Join(files.Ignored, ", ")))
		}
		if len(files.Unread) > 0 {
			fmt.Fprintf(p.err, "files that are left alone: %s\n", printable(strings.Join(files.Unread, ", ")))
		}
		err = a.Transfers.Load(ctx, u.ID, files, m.Options, m.dryRun, func(i transfer.Import) error {
			person = i.Status == transfer.Failed || i.Counts.NeedsReview+i.Counts.Bad > 0
			if i.Status == transfer.Ready && !m.dryRun {
				fmt.Fprintf(p.err, "%s read\n", count(i.Rows, "row", "rows"))
				return nil
			}
			return p.concludeMember(ctx, a, i, m.dryRun)
		})
		return errors.Join(err, files.Close())
	})
	if err != nil {
		return fmt.Errorf("import: %w", sentenceOf(err))
	}
	if person {
		return errBadRows
	}
	return nil
}

// sentenceOf returns the sentence of an error for people where it has one.
func sentenceOf(err error) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok && len(e.Fields) > 0 {
		return fmt.Errorf("%s: %s", e.Fields[0].Name, e.Fields[0].Text.EN) //nolint:err113 // the sentence for the terminal
	} else if ok {
		return errors.New(e.Text.EN) //nolint:err113 // the sentence for the terminal
	}
	return err
}

// memberFlags parses the flags, also behind and between the names.
func (p *program) memberFlags(args []string) (m memberImport, err error) {
	flags := flag.NewFlagSet("cinecircle import member", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.Usage = func() {
		fmt.Fprint(p.err, importMemberUsage+"\n\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&p.configPath, "config", p.configPath, "read the configuration from `FILE`")
	flags.BoolVar(&p.allowNewer, allowNewer, p.allowNewer, allowNewerHelp)
	flags.StringVar(&m.Format, "format", "", "the `format` of the files, which is otherwise told by their content")
	flags.StringVar(&m.Encoding, "encoding", "", "the `encoding` of the files, which is otherwise guessed: utf-8, utf-16le, cp949, cp1252, …")
	flags.StringVar(&m.Visibility, "visibility", "", "who sees the lists: `private` (the default) or public")
	flags.BoolVar(&m.dryRun, "dry-run", false, "only say what would happen")
	var names []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return m, err
			}
			return m, errUsage
		}
		args = flags.Args()
		for len(args) > 0 && (args[0] == "-" || !strings.HasPrefix(args[0], "-")) {
			names, args = append(names, args[0]), args[1:]
		}
	}
	if len(names) < 2 || slices.Contains(names, "-") || !slices.Contains([]string{"", "private", "public"}, m.Visibility) {
		return m, p.wrong(importMemberUsage)
	}
	m.name, m.files = names[0], names[1:]
	return m, nil
}

// concludeMember prints the sums, and examples of each reason.
func (p *program) concludeMember(ctx context.Context, a *app.App, i transfer.Import, dryRun bool) error {
	if i.Status == transfer.Failed {
		return errors.New(i.Why().EN) //nolint:err113 // the sentence for the terminal
	}
	would := ""
	if dryRun {
		would = "would have "
	}
	c := i.Counts
	fmt.Fprintf(p.out, "%screated %d, unchanged %d, kept %d, needs review %d, not a film %d, bad %d\n",
		would, c.Created, c.Unchanged, c.Kept, c.NeedsReview, c.NotAFilm, c.Bad)
	reasons := map[string]*reasonCount{}
	for _, outcome := range transfer.Outcomes {
		if err := eachRow(ctx, a, i, outcome, func(r transfer.Shown) { countRow(reasons, r) }); err != nil {
			return err
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		n := reasons[reason]
		fmt.Fprintf(p.out, "%d × %s\n", n.n, printable(reason))
		for _, example := range n.examples {
			fmt.Fprintf(p.out, "    %s\n", printable(example))
		}
		if more := n.n - int64(len(n.examples)); more > 0 {
			fmt.Fprintf(p.out, "    and %d more\n", more)
		}
	}
	return nil
}

func eachRow(ctx context.Context, a *app.App, i transfer.Import, outcome transfer.Outcome, do func(transfer.Shown)) error {
	for at := (page.Page{Limit: page.MaxLimit}); ; {
		rows, next, err := a.Transfers.Rows(ctx, i.UserID, i.ID, outcome, at)
		if err != nil {
			return err
		}
		for _, r := range rows {
			do(r)
		}
		if next == nil {
			return nil
		}
		at.After = next
	}
}

// countRow counts a row whose outcome has a reason.
func countRow(reasons map[string]*reasonCount, r transfer.Shown) {
	if r.Why == (apperr.Text{}) {
		return
	}
	reason := strings.ReplaceAll(string(r.Outcome), "_", " ") + ": " + r.Why.EN
	c := reasons[reason]
	if c == nil {
		if len(reasons) >= maxReasons {
			return
		}
		c = &reasonCount{}
		reasons[reason] = c
	}
	if c.n++; len(c.examples) >= maxExamples {
		return
	}
	example := fmt.Sprintf("%s, %s: %s", place(r), r.Kind, r.Title)
	if r.Year != 0 {
		example += fmt.Sprintf(" (%d)", r.Year)
	}
	if r.Heading != "" {
		example += ", column " + r.Heading
	}
	c.examples = append(c.examples, example)
}

// place says where a row stands: in which file and on which line.
func place(r transfer.Shown) string {
	if r.Line == 0 {
		return fmt.Sprintf("row %d", r.N)
	}
	return fmt.Sprintf("%sline %d", nameBefore(r.File), r.Line)
}
