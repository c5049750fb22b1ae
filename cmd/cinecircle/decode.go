package main

import (
	"context"
	"os"
	"runtime"

	"github.com/cinecircle/cinecircle/platform/picture"
)

// decodeImage is the command that serve runs in a subprocess for each large image.
const decodeImage = "decode-image"

// decodeImageCommand reads an upload from standard input and writes the picture to standard output, see
// [picture.Decoder.UseSubprocess]. It ignores signals sent to the whole process group: the request that waits for it is
// completed during shutdown.
func decodeImageCommand(_ context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return p.wrong("serve runs %s to decode an image; it takes the kind of the picture", decodeImage)
	}
	preferOOMKill()
	return picture.RunSubprocess(picture.Kind(args[0]), os.Stdin, p.out)
}

// preferOOMKill makes the kernel kill this process instead of the server when memory is short
// (proc_pid_oom_score_adj(5)). Where it cannot, the larger of the two is killed, which usually is this one.
func preferOOMKill() {
	if runtime.GOOS == "linux" {
		_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // best effort
	}
}

// ownPath returns the path of the running program. On Linux it stays valid when the file is replaced by a newer version.
func ownPath() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); runtime.GOOS == "linux" && err == nil {
		return self, nil
	}
	return os.Executable()
}
