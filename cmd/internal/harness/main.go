package harness

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// ErrReported is an error that has already been printed.
var ErrReported = errors.New("reported already")

// Main is the main function of a program. It cancels ctx at SIGINT and SIGTERM. It prints an error to standard error,
// after the name of the program, and exits with 1.
func Main(name string, run func(ctx context.Context, args []string, out, progress io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	if !errors.Is(err, ErrReported) {
		fmt.Fprintln(os.Stderr, name+": "+err.Error())
	}
	os.Exit(1)
}
