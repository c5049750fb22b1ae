// Command cinecircle is a film community in one program: this package reads the configuration, wires
// the domains together, and runs what the command line says. No rule of the community is made here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the zone of the community, on machines that have no zone files
)

// command is one thing that the program can be told to do.
type command struct {
	name, args, summary string
	run                 func(ctx context.Context, p *program, args []string) error
}

// program is what commands share: where to write, and which configuration to load.
type program struct {
	out, err   io.Writer
	configPath string
	environ    []string

	copyFrom, copyTo string // of the copy command
	demoSmall        bool   // of the demo command
}

var commands = []command{
	{"serve", "", "run the service (the default)", serveCommand},
	{"migrate", "up|down|status", "change the schema of the database, or show it; serve does up by itself", migrateCommand},
	{"admin", "grant|revoke USERNAME", "make a member an administrator, or take it back", adminCommand},
	{"import", "movies FILE", "add films from a CSV or JSON Lines file (- reads JSON Lines from standard input)", importCommand},
	{"demo", "[--small]", "fill an empty database with an invented community", demoCommand},
	{"backup", "FILE", "copy a live SQLite database to FILE", backupCommand},
	{"copy", "--from DSN --to DSN", "move everything to another, empty database, such as from SQLite to MySQL", copyCommand},
	{"healthcheck", "", "ask a running service whether it lives; exits with 1 when it does not", healthcheckCommand},
	{"version", "", "say which build this is", versionCommand},
	{decodeImage, "FOLDER", "", decodeImageCommand}, // without a summary: for itself
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// errUsage says that the command line makes no sense; what is wrong has been said.
var errUsage = errors.New("usage")

// run does what args say and returns the exit status: 0, 1 for a failure, 2 for a wrong command line.
func run(ctx context.Context, args, environ []string, out, err io.Writer) int {
	p := &program{out: out, err: err, environ: environ}
	switch failure := p.dispatch(ctx, args); {
	case failure == nil, errors.Is(failure, flag.ErrHelp):
		return 0
	case errors.Is(failure, errUsage):
		return 2
	default:
		fmt.Fprintln(err, "cinecircle: "+failure.Error())
		return 1
	}
}

func (p *program) dispatch(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("cinecircle", flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.Usage = func() { p.usage(flags) }
	flags.StringVar(&p.configPath, "config", "", "read the configuration from `FILE` (default config.yaml, if there is one)")
	version := flags.Bool("version", false, "say which build this is")
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
	fmt.Fprintf(p.err, "cinecircle: there is no command %q\n\n", flags.Arg(0))
	p.usage(flags)
	return errUsage
}

// start lets --config stand behind the command as well as before it.
func (p *program) start(ctx context.Context, c command, args []string) error {
	flags := flag.NewFlagSet("cinecircle "+c.name, flag.ContinueOnError)
	flags.SetOutput(p.err)
	flags.StringVar(&p.configPath, "config", p.configPath, "read the configuration from `FILE`")
	flags.Usage = func() {
		fmt.Fprintf(p.err, "Usage: cinecircle %s %s\n\n%s\n\n", c.name, c.args, c.summary)
		flags.PrintDefaults()
	}
	switch c.name { // no other command has flags of its own
	case "copy":
		copyFlags(p, flags)
	case "demo":
		demoFlags(p, flags)
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
	fmt.Fprintln(p.err, "cinecircle is a film community in one program.\n\nUsage: cinecircle [--config FILE] [COMMAND]\n\nCommands:")
	for _, c := range commands {
		if c.summary != "" {
			fmt.Fprintf(p.err, "  %-28s %s\n", c.name+" "+c.args, c.summary)
		}
	}
	fmt.Fprintln(p.err, "\nFlags:")
	flags.PrintDefaults()
	fmt.Fprintln(p.err, "\nEvery setting is also an environment variable: CINECIRCLE_DATABASE_DSN sets database.dsn.\nSee docs/configuration.md.")
}

// wrong says what is wrong with the arguments of a command.
func (p *program) wrong(format string, args ...any) error {
	fmt.Fprintf(p.err, "cinecircle: "+format+"\n", args...)
	return errUsage
}

// config loads the configuration for a command.
func (p *program) config() (Config, error) {
	return loadConfig(p.configPath, p.environ, ".env")
}
