package main

import (
	"context"
	"os"
	"runtime"

	"github.com/cinecircle/cinecircle/platform/media"
)

// decodeImage is the command that serve starts for itself, for each large image.
const decodeImage = "decode-image"

// decodeImageCommand reads an upload from standard input and writes the picture to standard output, as
// [media.Library.DecodeApart] wants it. It does not end by a signal that the whole group of processes gets: the request
// that waits for it is served to its end.
func decodeImageCommand(_ context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return p.wrong("%s is what serve starts to decode an image; it takes a folder", decodeImage)
	}
	volunteer()
	return media.RenderApart(media.Folder(args[0]), os.Stdin, p.out)
}

// volunteer makes this process the one that is killed where memory is short, instead of the one that serves
// (proc_pid_oom_score_adj(5)). Where it cannot, the larger of the two is, which is this one most of the time.
func volunteer() {
	if runtime.GOOS == "linux" {
		_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // best effort
	}
}

// ownPath is where this very program can be started from again. Linux finds it also after the file was replaced by one
// of a newer version.
func ownPath() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); runtime.GOOS == "linux" && err == nil {
		return self, nil
	}
	return os.Executable()
}
