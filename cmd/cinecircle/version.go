package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/cinecircle/cinecircle/platform/ops"
)

// version and commit are stamped by the linker; where commit is not, the toolchain may know it.
var version, commit string

// versionCommand says which build this is.
func versionCommand(_ context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("version takes no argument, got %q", args[0])
	}
	b := readBuild()
	fmt.Fprintf(p.out, "cinecircle %s (commit %s, %s %s/%s)\n", b.Version, orUnknown(b.Commit), b.Go, runtime.GOOS, runtime.GOARCH)
	return nil
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// readBuild returns what the toolchain and the linker wrote into the binary.
func readBuild() ops.Build {
	b := ops.Build{Version: version, Commit: commit, Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = s.Value
		}
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	return b
}
