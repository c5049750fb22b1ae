package picture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// What this test binary does, as the subprocess, instead of running tests.
const (
	subDecodes = "sub-decodes"
	subDies    = "sub-dies"
	subHangs   = "sub-hangs"
	subFloods  = "sub-floods"
	subFails   = "sub-fails"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		subprocess(os.Args[1], os.Args[2])
	}
	os.Exit(m.Run())
}

func subprocess(mode, arg string) {
	switch mode {
	case subDecodes:
		if len(os.Environ()) > 0 {
			fmt.Fprintln(os.Stderr, "the environment is not empty and may hold a secret")
			os.Exit(1)
		}
		if err := RunSubprocess(Kind(arg), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case subDies:
		fmt.Fprintln(os.Stderr, "out of memory")
		os.Exit(2)
	case subFloods:
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("not an image ", 1000)); err != nil {
				os.Exit(1)
			}
		}
	case subFails:
		_ = RunSubprocess(Kind(arg), os.Stdin, os.Stdout) // only the exit status matters
		os.Exit(2)
	case subHangs:
		if err := os.WriteFile(arg, nil, 0o600); err != nil {
			os.Exit(1)
		}
		<-time.After(time.Hour)
	}
}

// newSubDecoder returns a decoder that runs a command for every image of samples.
func newSubDecoder(log *bytes.Buffer, command ...string) *Decoder {
	d := NewDecoder(slog.New(slog.NewTextHandler(log, nil)))
	d.UseSubprocess(command...)
	d.inline = fewPixels
	return d
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// fewPixels stands for the two million that are decoded in the serving process.
const fewPixels = 800 * 100

// samples have one line more than fewPixels.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	const width, height = 800, 101
	img := quadrants(width, height)
	return map[string][]byte{
		"a.jpg": jpegOf(t, img),
		"a.png": pngOf(t, img),
		"a.gif": gifOf(t, image.Pt(width, height), image.Rect(5, 5, 70, 50), color.White),
	}
}

func TestSubprocessMakesTheSamePicture(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := newSubDecoder(&log, self(t), subDecodes)
	for name, data := range samples(t) {
		want, _ := mustDecode(t, name, data)
		got, err := d.Decode(t.Context(), Review, Upload{Name: name, Data: data})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same := bytes.Equal(want.data, got.data) && want.kind == got.kind && want.ext == got.ext &&
			want.opaque == got.opaque && want.size == got.size
		sameCopy := func(a, b Copy) bool { return a.Width == b.Width && bytes.Equal(a.Data, b.Data) }
		if !same || len(want.copies) == 0 || !slices.EqualFunc(want.copies, got.copies, sameCopy) {
			t.Errorf("%s: the subprocess makes another picture", name)
		}
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestSubprocessRefusesBrokenImages(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := newSubDecoder(&log, self(t), subDecodes)
	for name, data := range samples(t) {
		p, err := d.Decode(t.Context(), Review, Upload{Name: name, Data: data[:len(data)/2]})
		if !errors.Is(err, ErrUnsupportedImage) || p != nil {
			t.Errorf("half of %s: %v, want unsupported_image", name, err)
		}
	}
	if got := d.Stats(); got.Refused != 3 || got.Busy != 0 {
		t.Errorf("counted %+v", got)
	}
}

func TestSmallImagesAreDecodedInTheServingProcess(t *testing.T) {
	t.Parallel()
	d := newSubDecoder(&bytes.Buffer{}, self(t), subDies)
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 800, 100)))
	if _, err := d.Decode(t.Context(), Review, Upload{Name: "a.png", Data: data}); err != nil {
		t.Errorf("small image: %v", err)
	}
}

func TestDeadSubprocessIsBusyAndLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := newSubDecoder(&log, self(t), subDies)
	for name, data := range samples(t) {
		_, err := d.Decode(t.Context(), Review, Upload{Name: name, Data: data})
		if !errors.Is(err, apperr.ErrBusy) {
			t.Errorf("%s: %v, want busy", name, err)
		}
	}
	if got := d.Stats(); got.Refused != 0 || got.Busy != 3 {
		t.Errorf("counted %+v", got)
	}
	if !strings.Contains(log.String(), "out of memory") {
		t.Errorf("the log does not give the reason: %s", &log)
	}
}

func TestSubprocessThatWritesNonsenseIsEnded(t *testing.T) {
	t.Parallel()
	d := newSubDecoder(&bytes.Buffer{}, self(t), subFloods)
	ctx, cancel := context.WithTimeout(t.Context(), subprocessTimeout/2)
	defer cancel()
	if _, err := d.Decode(ctx, Review, Upload{Name: "a.png", Data: samples(t)["a.png"]}); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy long before the timeout", err)
	}
}

// A process that fails may have written something wrong before.
func TestReplyOfAFailedSubprocessIsIgnored(t *testing.T) {
	t.Parallel()
	d := newSubDecoder(&bytes.Buffer{}, self(t), subFails)
	if _, err := d.Decode(t.Context(), Review, Upload{Name: "a.png", Data: samples(t)["a.png"]}); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
}

func TestCancelledUploadEndsTheSubprocess(t *testing.T) {
	t.Parallel()
	started := filepath.Join(t.TempDir(), "started")
	var log bytes.Buffer
	d := newSubDecoder(&log, self(t), subHangs, started)
	gone := errors.New("the client is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error)
	upload := Upload{Name: "a.png", Data: samples(t)["a.png"]}
	go func() {
		_, err := d.Decode(ctx, Review, upload)
		ended <- err
	}()
	for _, err := os.Stat(started); err != nil; _, err = os.Stat(started) {
		if t.Context().Err() != nil {
			t.Fatal("the subprocess did not start")
		}
		<-time.After(time.Millisecond) // polls: it is another process
	}
	cancel(gone)
	if err := <-ended; !errors.Is(err, gone) || errors.Is(err, apperr.ErrBusy) {
		t.Errorf("cancelled while decoding: got %v, want %v", err, gone)
	}
	if _, err := d.Decode(ctx, Review, upload); !errors.Is(err, gone) {
		t.Errorf("cancelled before decoding: got %v, want %v", err, gone)
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestImagesAreDecodedInTheServingProcessWhenNoneCanBeStarted(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := newSubDecoder(&log, "/there/is/no/such/program")
	for name, data := range samples(t) {
		if _, err := d.Decode(t.Context(), Review, Upload{Name: name, Data: data}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("no warning in the log: %s", &log)
	}
}
