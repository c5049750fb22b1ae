// Command cinecircle runs a film community: the service and the commands of its operators. Every command has a file here;
// package app is the program itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // for machines without time zone files

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/database"
)

// command is a subcommand.
type command struct {
	name, args, summary string
	run                 func(ctx context.Context, p *program, args []string) error
}

// program is what the commands share.
type program struct {
	out, err   io.Writer
	flush      func() // before the process ends; nil if err needs none
	configPath string
	environ    []string
	allowNewer bool // serve a database that a newer version has changed

	copyFrom, copyTo string // of the copy command
	demoSmall        bool   // of the demo command
	fix              bool   // of the recount command
}

var commands = []command{
	{"serve", "", "run the service (the default)", serveCommand},
	{"migrate", "up|down|status", "apply, revert or list schema migrations; serve applies them at its start", migrateCommand},
	{"admin", "grant|revoke|create|reset|totp-off|suspend|unsuspend USERNAME, new-id", "roles, accounts and lost passwords; give a copy an id of its own", adminCommand},
	{"moderation", "log", "print what moderators and operators did, newest first (--action, --actor, --target, --limit)", moderationCommand},
	{"import", "movies FILE…", "add films from CSV, JSON Lines and the files of other catalogues (- reads standard input)", importCommand},
	{"import", "member NAME FILE…", "bring a member's history from the files of other services", importCommand},
	{"export", "movies [FILE]", "write all films as JSON Lines that import takes back", exportCommand},
	{"demo", "[--small]", "fill an empty database with sample data", demoCommand},
	{"backup", "DIR/|FILE", "copy a live SQLite database with images and secret into DIR, or alone to FILE", backupCommand},
	{"copy", "--from DSN --to DSN", "copy all data into an empty database, such as from SQLite to MySQL", copyCommand},
	{"recount", "[--fix]", "compare all stored counters with what they count; exits with 1 if one is wrong, unless --fix corrects it", recountCommand},
	{"healthcheck", "", "check that the service is running; exits with 1 if it is not", healthcheckCommand},
	{"version", "", "print the version", versionCommand},
	{decodeImage, "KIND", "", decodeImageCommand}, // without a summary, so --help omits it
}

// The flag that is accepted before and after the name of a command.
const (
	allowNewer     = "allow-newer-schema"
	allowNewerHelp = "use a database that a newer version has changed"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup(1)
		signals = append(signals, syscall.SIGHUP)
	}
	first, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	ctx, shutDown := context.WithCancel(context.Background())
	context.AfterFunc(first, func() {
		signal.Ignore(syscall.SIGHUP) // a terminal that closes sends several
		stop()                        // a second signal of another kind ends the process at once
		shutDown()                    // last, so that whoever reads that it shuts down can send the second one
	})
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// errUsage is the error of a wrong command line, after a message was printed.
var errUsage = errors.New("usage")

// The exit statuses. A service manager tries again after statusFailed and not after statusMistake.
const (
	statusFailed  = 1
	statusMistake = 2
)

// mistakes are the errors that last until a person does something about them.
var mistakes = []error{errUsage, config.ErrInvalid, app.ErrUnfinishedCopy, database.ErrNewerSchema, database.ErrNotADatabase}

// run executes the command and returns the exit status.
func run(ctx context.Context, args, environ []string, out, err io.Writer) int {
	p := &program{out: out, err: err, environ: environ}
	defer func() {
		if p.flush != nil {
			p.flush()
		}
	}()
	failure := p.dispatch(ctx, args)
	if failure == nil || errors.Is(failure, flag.ErrHelp) {
		return 0
	}
	if !errors.Is(failure, errUsage) {
		fmt.Fprintln(p.err, "cinecircle: "+printableLines(explain(failure)))
	}
	if slices.ContainsFunc(mistakes, func(m error) bool { return errors.Is(failure, m) }) {
		return statusMistake
	}
	return statusFailed
}

// explain returns the text of an error for the command line. The errors of the domains are sentences for clients, and the
// one of an outage hides its cause.
func explain(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*apperr.Error](err); ok {
		if e.Kind == apperr.Unavailable {
			text = strings.ReplaceAll(text, e.Error()+": ", "")
		}
		text = strings.ReplaceAll(text, e.Error(), e.Text.EN)
	}
	if errors.Is(err, database.ErrNewerSchema) {
		text += ". Use that version; to return to this one, stop the service and run migrate down with the newer version." +
			" --" + allowNewer + " uses the database nevertheless"
	}
	return text
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("cinecircle", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.Usage = func() { p.usage(flags) }
	flags.StringVar(&p.configPath, "config", "", "read the configuration from `FILE` (default config.yaml, if it exists)")
	flags.BoolVar(&p.allowNewer, allowNewer, false, allowNewerHelp)
	version := flags.Bool("version", false, "print the version")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if *version {
		return versionCommand(ctx, p, nil)
	}
	if flags.NArg() == 0 {
		return serveCommand(ctx, p, nil)
	}
	for _, c := range commands {
		if c.name == flags.Arg(0) {
			return p.start(ctx, c, flags.Args()[1:])
		}
	}
	if flags.Arg(0) == "help" {
		p.usage(flags)
		return nil
	}
	fmt.Fprintf(p.err, "cinecircle: no command %q\n\n", flags.Arg(0))
	p.usage(flags)
	return errUsage
}

// start runs a command. It also accepts --config behind the name of the command.
func (p *program) start(ctx context.Context, c command, args []string) error {
	flags := flag.NewFlagSet("cinecircle "+c.name, flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.StringVar(&p.configPath, "config", p.configPath, "read the configuration from `FILE`")
	flags.BoolVar(&p.allowNewer, allowNewer, p.allowNewer, allowNewerHelp)
	flags.Usage = func() {
		fmt.Fprintf(p.err, "Usage: cinecircle %s %s\n\n%s\n\n", c.name, c.args, c.summary)
		switch c.name {
		case "admin":
			fmt.Fprintln(p.err, adminHelp)
		case "moderation":
			fmt.Fprintln(p.err, moderationHelp)
		}
		flags.PrintDefaults()
	}
	switch c.name { // the other commands have no additional flags
	case "copy":
		copyFlags(p, flags)
	case "demo":
		demoFlags(p, flags)
	case "recount":
		recountFlags(p, flags)
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	return c.run(ctx, p, flags.Args())
}

func (p *program) usage(flags *flag.FlagSet) {
	fmt.Fprintln(p.err, "cinecircle is a film community in one binary.\n\nUsage: cinecircle [--config FILE] [COMMAND]\n\nCommands:")
	for _, c := range commands {
		if c.summary != "" {
			fmt.Fprintf(p.err, "  %-28s %s\n", c.name+" "+c.args, c.summary)
		}
	}
	fmt.Fprintln(p.err, "\nFlags:")
	flags.PrintDefaults()
	fmt.Fprintln(p.err, "\nEvery setting has an environment variable: CINECIRCLE_DATABASE_DSN sets database.dsn.\nSee docs/configuration.md.")
}

// wrong prints what is wrong with the arguments and returns errUsage.
func (p *program) wrong(format string, args ...any) error {
	fmt.Fprintf(p.err, "cinecircle: "+format+"\n", args...)
	return errUsage
}

// config loads the configuration for a command.
func (p *program) config() (config.Config, error) {
	return config.Load(p.configPath, p.environ, ".env")
}
