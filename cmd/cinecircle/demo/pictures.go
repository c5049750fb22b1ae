package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo/art"
	"github.com/cinecircle/cinecircle/platform/picture"
)

// quality is the JPEG quality. It is high, because the upload is encoded again.
const quality = 90

// painting is an image that is drawn in the background.
type painting struct {
	draw func(width int) *image.RGBA
	done chan painted // receives the result once
}

type painted struct {
	data []byte
	err  error
}

func newPicture(draw func(width int) *image.RGBA) *painting {
	return &painting{draw: draw, done: make(chan painted, 1)}
}

func newPoster(f film, seed uint64) *painting {
	p := art.Picture{Scene: f.scene, Palette: f.palette, Seed: seed*7 + 3, Title: f.title, Credit: credit(f.cast)}
	return newPicture(p.Poster)
}

func newStill(f film, seed uint64) *painting {
	p := art.Picture{Scene: f.scene, Palette: f.palette, Seed: seed*11 + 5}
	return newPicture(func(width int) *image.RGBA { return p.Still(width * 4 / 3) })
}

func newFace(seed uint64) *painting {
	return newPicture(func(width int) *image.RGBA { return art.Face(seed, width*8/15) })
}

func (p *painting) paint(width int) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, p.draw(width), &jpeg.Options{Quality: quality})
	p.done <- painted{out.Bytes(), err}
}

// upload waits for the painting and returns it, nil for a nil painting.
func (p *painting) upload(ctx context.Context) (*picture.Upload, error) {
	if p == nil {
		return nil, nil //nolint:nilnil // reviews take nil for no picture
	}
	select {
	case got := <-p.done:
		if got.err != nil {
			return nil, fmt.Errorf("encode a picture: %w", got.err)
		}
		return &picture.Upload{Name: "demo.jpg", Data: got.data}, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
