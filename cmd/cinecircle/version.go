package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/cinecircle/cinecircle/platform/ops"
)

// version and commit are set by the linker. Without commit, the build information may contain it.
var version, commit string

// versionCommand prints the version.
func versionCommand(_ context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return p.wrong("version takes no arguments, got %q", args[0])
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

// readBuild returns the build information in the binary.
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
