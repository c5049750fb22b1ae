package picture

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	// inlinePixels is the largest image that is decoded in the serving process. Decoding takes up to 16 bytes a pixel, and
	// a subprocess costs some 20 ms.
	inlinePixels      = 2_000_000
	subprocessTimeout = 30 * time.Second
	// maxReply is far above what the largest picture and its copies take, encoded.
	maxReply = 64 << 20
)

// ErrCrashed means that the subprocess failed, so that it may fail at the image every time. It comes with apperr.ErrBusy.
var ErrCrashed = errors.New("the subprocess that decodes images failed")

// errNoSubprocess means that no process could be started, which says nothing about the image.
var errNoSubprocess = errors.New("cannot start a process to decode the image")

// reply is what the subprocess writes to standard output, encoded by gob: a picture, or the reason of the failure.
type reply struct {
	Refused *refused // when it is not nil, the other fields are zero
	Ext     string
	Data    []byte
	Size    image.Point
	Opaque  bool
	Copies  []Copy
}

// refused is a refusal on its way from the subprocess.
type refused struct {
	Code  string
	Text  apperr.Text
	Cause string // for the log
}

// RunSubprocess is what the command given to [Decoder.UseSubprocess] does: it reads an upload from in and writes the
// picture and its copies, or why the image is refused, to out. It returns errors of reading and writing only.
func RunSubprocess(kind Kind, in io.Reader, out io.Writer) error {
	data := bytes.NewBuffer(make([]byte, 0, MaxBytes+bytes.MinRead)) // memory is used where it is written
	if _, err := data.ReadFrom(io.LimitReader(in, MaxStored+1)); err != nil {
		return fmt.Errorf("read image: %w", err)
	}
	var p *Picture
	c, err := inspect(Upload{Data: data.Bytes()}) // the parent process has checked the name
	if err == nil {
		p, err = c.render(kind)
	}
	if err := gob.NewEncoder(out).Encode(newReply(p, err)); err != nil {
		return fmt.Errorf("write image: %w", err)
	}
	return nil
}

func newReply(p *Picture, err error) reply {
	if err != nil {
		r := &refused{Code: ErrUnsupportedImage.Code, Text: ErrUnsupportedImage.Text, Cause: err.Error()}
		if e, ok := errors.AsType[*apperr.Error](err); ok {
			r.Code, r.Text = e.Code, e.Text
		}
		return reply{Refused: r}
	}
	return reply{Ext: p.ext, Data: p.data, Size: p.size, Opaque: p.opaque, Copies: p.copies}
}

func (r reply) picture(kind Kind) (*Picture, error) {
	if r.Refused != nil {
		e := ErrUnsupportedImage
		if r.Refused.Code == ErrImageTooLarge.Code {
			e = ErrImageTooLarge
		}
		return nil, withText(e, fmt.Errorf("subprocess: %s", r.Refused.Cause), r.Refused.Text)
	}
	return &Picture{kind: kind, ext: r.Ext, data: r.Data, size: r.Size, opaque: r.Opaque, copies: r.Copies}, nil
}

// renderInSubprocess renders an image in a process that has neither the environment nor the open files of this one. The
// process ends with ctx, all of its memory goes back to the system at its end, and where memory is short the kernel kills
// it instead of the server. When it fails, the error matches ErrCrashed and apperr.ErrBusy; when it cannot be started,
// errNoSubprocess.
func (d *Decoder) renderInSubprocess(ctx context.Context, c *candidate, kind Kind) (*Picture, error) {
	bounded, cancel := context.WithTimeout(ctx, subprocessTimeout)
	defer cancel()
	args := append(slices.Clone(d.command[1:]), string(kind))
	cmd := exec.CommandContext(bounded, d.command[0], args...) //nolint:gosec // both are this program's own
	var stderr bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = []string{}, bytes.NewReader(c.data), &stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", errNoSubprocess, err)
	}
	var r reply
	if err == nil {
		if err = gob.NewDecoder(io.LimitReader(out, maxReply)).Decode(&r); err != nil {
			cancel() // it may still be writing
		}
		err = errors.Join(err, cmd.Wait())
	}
	switch {
	case err == nil:
		return r.picture(kind)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("decode image: %w", context.Cause(ctx))
	}
	d.log.Error("the subprocess that decodes an image failed", "error", err, "pixels", c.size.String(), "stderr", stderr.String())
	return nil, fmt.Errorf("%w: %w", ErrCrashed, apperr.ErrBusy.After(busyForAbout))
}
