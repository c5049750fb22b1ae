package media

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

// What this test program does instead of testing, as the process that decodes.
const (
	decodesApart = "decodes-apart"
	diesApart    = "dies-apart"
	hangsApart   = "hangs-apart"
	floodsApart  = "floods-apart"
	failsApart   = "fails-apart"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		apart(os.Args[1], os.Args[2])
	}
	os.Exit(m.Run())
}

func apart(how, what string) {
	switch how {
	case decodesApart:
		if len(os.Environ()) > 0 {
			fmt.Fprintln(os.Stderr, "what is in the environment may be a secret")
			os.Exit(1)
		}
		if err := RenderApart(Folder(what), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case diesApart:
		fmt.Fprintln(os.Stderr, "out of memory")
		os.Exit(2)
	case floodsApart:
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("no image ", 1000)); err != nil {
				os.Exit(1)
			}
		}
	case failsApart:
		_ = RenderApart(Folder(what), os.Stdin, os.Stdout) // it is the end that counts
		os.Exit(2)
	case hangsApart:
		if err := os.WriteFile(what, nil, 0o600); err != nil {
			os.Exit(1)
		}
		<-time.After(time.Hour)
	}
}

func newApart(t *testing.T, log *bytes.Buffer, command ...string) *Library {
	t.Helper()
	l := NewLibrary(nil, nil, time.Now, slog.New(slog.NewTextHandler(log, nil)))
	l.DecodeApart(command...)
	l.here = few
	return l
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// few pixels are decoded here, instead of two million.
const few = 800 * 100

// samples are a line more than what is decoded here.
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

func TestAnImageIsTheSameWhereverItIsDecoded(t *testing.T) {
	var log bytes.Buffer
	l := newApart(t, &log, self(t), decodesApart)
	for name, data := range samples(t) {
		here, _ := mustDecode(t, name, data)
		there, err := l.Decode(t.Context(), ReviewImages, Upload{Name: name, Data: data})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same := bytes.Equal(here.data, there.data) && here.folder == there.folder && here.ext == there.ext && here.opaque == there.opaque &&
			here.width == there.width && here.height == there.height
		if !same || len(here.copies) == 0 ||
			!slices.EqualFunc(here.copies, there.copies, func(a, b smaller) bool { return a.width == b.width && bytes.Equal(a.data, b.data) }) {
			t.Errorf("%s is another image when it is decoded apart", name)
		}
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestWhatIsNoImageApartIsNoneHere(t *testing.T) {
	var log bytes.Buffer
	l := newApart(t, &log, self(t), decodesApart)
	for name, data := range samples(t) {
		p, err := l.Decode(t.Context(), ReviewImages, Upload{Name: name, Data: data[:len(data)/2]})
		if !errors.Is(err, ErrUnsupportedImage) || p != nil {
			t.Errorf("half of %s: %v, want unsupported_image", name, err)
		}
	}
	if got := l.Stats(); got.Refused != 3 || got.Busy != 0 {
		t.Errorf("counted %+v", got)
	}
}

func TestOnlyLargeImagesAreDecodedApart(t *testing.T) {
	l := newApart(t, &bytes.Buffer{}, self(t), diesApart)
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 800, 100)))
	if _, err := l.Decode(t.Context(), ReviewImages, Upload{Name: "a.png", Data: data}); err != nil {
		t.Errorf("few pixels: %v", err)
	}
}

func TestADeadDecoderIsBusyAndSaidInTheLog(t *testing.T) {
	var log bytes.Buffer
	l := newApart(t, &log, self(t), diesApart)
	for name, data := range samples(t) {
		_, err := l.Decode(t.Context(), ReviewImages, Upload{Name: name, Data: data})
		if !errors.Is(err, apperr.ErrBusy) {
			t.Errorf("%s: %v, want busy", name, err)
		}
	}
	if got := l.Stats(); got.Refused != 0 || got.Busy != 3 {
		t.Errorf("counted %+v", got)
	}
	if !strings.Contains(log.String(), "out of memory") {
		t.Errorf("the log does not say why: %s", &log)
	}
}

func TestADecoderThatTalksNonsenseIsEnded(t *testing.T) {
	l := newApart(t, &bytes.Buffer{}, self(t), floodsApart)
	ctx, cancel := context.WithTimeout(t.Context(), apartWithin/2)
	defer cancel()
	if _, err := l.Decode(ctx, ReviewImages, Upload{Name: "a.png", Data: samples(t)["a.png"]}); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy long before its time is up", err)
	}
}

// Whoever dies may have said something wrong before.
func TestADecoderThatDiesAtItsEndIsNotBelieved(t *testing.T) {
	l := newApart(t, &bytes.Buffer{}, self(t), failsApart)
	if _, err := l.Decode(t.Context(), ReviewImages, Upload{Name: "a.png", Data: samples(t)["a.png"]}); !errors.Is(err, apperr.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
}

func TestWhoGoesAwayTakesTheDecoderAlong(t *testing.T) {
	begun := filepath.Join(t.TempDir(), "begun")
	var log bytes.Buffer
	l := newApart(t, &log, self(t), hangsApart, begun)
	gone := errors.New("the client is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error)
	upload := Upload{Name: "a.png", Data: samples(t)["a.png"]}
	go func() {
		_, err := l.Decode(ctx, ReviewImages, upload)
		ended <- err
	}()
	for _, err := os.Stat(begun); err != nil; _, err = os.Stat(begun) {
		if t.Context().Err() != nil {
			t.Fatal("no process began")
		}
		<-time.After(time.Millisecond) // polls: it is another process
	}
	cancel(gone)
	if err := <-ended; !errors.Is(err, gone) || errors.Is(err, apperr.ErrBusy) {
		t.Errorf("while it is decoded: got %v, want %v", err, gone)
	}
	if _, err := l.Decode(ctx, ReviewImages, upload); !errors.Is(err, gone) {
		t.Errorf("before it is decoded: got %v, want %v", err, gone)
	}
	if log.Len() > 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestWithoutAProcessImagesAreDecodedHere(t *testing.T) {
	var log bytes.Buffer
	l := newApart(t, &log, "/there/is/no/such/program")
	for name, data := range samples(t) {
		if _, err := l.Decode(t.Context(), ReviewImages, Upload{Name: name, Data: data}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("nobody is told: %s", &log)
	}
}
