package media

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	// apartPixels is how many an image may have to be decoded in the process that serves. The decoders keep up to 16 bytes
	// for each, and a process of its own costs some 20 ms.
	apartPixels = 2_000_000
	apartWithin = 30 * time.Second
	// maxRendered is far above what the largest image and its copies take, encoded.
	maxRendered = 64 << 20
)

// errNoProcess says that none could be started, which says nothing about the image.
var errNoProcess = errors.New("no process to decode the image in")

// rendered is what the process that decodes tells the one that serves.
type rendered struct {
	Refused       string // why it is no image; then there is nothing else
	Ext           string
	Data          []byte
	Width, Height int
	Opaque        bool
	Copies        []renderedCopy
}

type renderedCopy struct {
	Width int
	Data  []byte
}

// RenderApart is what the command given to [Library.DecodeApart] does: it reads an upload, and writes the picture and
// its copies for a folder, or why it is none. The error is that of reading and writing.
func RenderApart(folder Folder, in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(in, MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read image: %w", err)
	}
	var p *Picture
	c, err := inspect(Upload{Name: ".png", Data: data}) // the name has been looked at
	if err == nil {
		p, err = c.render(folder)
	}
	if err := gob.NewEncoder(out).Encode(tell(p, err)); err != nil {
		return fmt.Errorf("write image: %w", err)
	}
	return nil
}

func tell(p *Picture, err error) rendered {
	if err != nil {
		return rendered{Refused: err.Error()}
	}
	r := rendered{Ext: p.ext, Data: p.data, Width: p.width, Height: p.height, Opaque: p.opaque}
	for _, c := range p.copies {
		r.Copies = append(r.Copies, renderedCopy{c.width, c.data})
	}
	return r
}

func (r rendered) picture(folder Folder) (*Picture, error) {
	if r.Refused != "" {
		return nil, fmt.Errorf("%w: apart: %s", ErrUnsupportedImage, r.Refused)
	}
	p := &Picture{folder: folder, ext: r.Ext, data: r.Data, width: r.Width, height: r.Height, opaque: r.Opaque}
	for _, c := range r.Copies {
		p.copies = append(p.copies, smaller{c.Width, c.Data})
	}
	return p, nil
}

// renderApart is render in a process of its own, which knows nothing of this one: no variables, no files. What it takes
// the system has back at its end, when ctx ends so does it, and where memory is short it is the one that is killed; then
// the error matches apperr.ErrBusy. It matches errNoProcess when there could be none.
func (l *Library) renderApart(ctx context.Context, c *candidate, folder Folder) (*Picture, error) {
	bounded, cancel := context.WithTimeout(ctx, apartWithin)
	defer cancel()
	args := append(slices.Clone(l.apart[1:]), string(folder))
	cmd := exec.CommandContext(bounded, l.apart[0], args...) //nolint:gosec // both are of this program
	var said bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = []string{}, bytes.NewReader(c.data), &said
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", errNoProcess, err)
	}
	var r rendered
	if err == nil {
		if err = gob.NewDecoder(io.LimitReader(out, maxRendered)).Decode(&r); err != nil {
			cancel() // it may be writing still
		}
		err = errors.Join(err, cmd.Wait())
	}
	switch {
	case err == nil:
		return r.picture(folder)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("decode image: %w", context.Cause(ctx))
	}
	l.log.Error("the process that decodes an image failed", "error", err, "pixels", c.size.String(), "said", said.String())
	return nil, apperr.ErrBusy.After(busyForAbout)
}
