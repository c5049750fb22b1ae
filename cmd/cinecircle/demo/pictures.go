package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/demo/art"
	"github.com/cinecircle/cinecircle/platform/media"
)

// quality is high, because what is stored is encoded once more.
const quality = 94

// picture is one that is painted in the background.
type picture struct {
	draw func(width int) *image.RGBA
	done chan painted // gets the result, once
}

type painted struct {
	data []byte
	err  error
}

func newPicture(draw func(width int) *image.RGBA) *picture {
	return &picture{draw: draw, done: make(chan painted, 1)}
}

func newPoster(f film, seed uint64) *picture {
	p := art.Picture{Scene: f.scene, Palette: f.palette, Seed: seed*7 + 3, Title: f.title, Credit: credit(f.cast)}
	return newPicture(p.Poster)
}

func newStill(f film, seed uint64) *picture {
	p := art.Picture{Scene: f.scene, Palette: f.palette, Seed: seed*11 + 5}
	return newPicture(func(width int) *image.RGBA { return p.Still(width * 8 / 5) })
}

func newFace(seed uint64) *picture {
	return newPicture(func(width int) *image.RGBA { return art.Face(seed, width/2) })
}

func (p *picture) paint(width int) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, p.draw(width), &jpeg.Options{Quality: quality})
	p.done <- painted{out.Bytes(), err}
}

// upload waits for the picture. It is nil for a nil picture.
func (p *picture) upload(ctx context.Context) (*media.Upload, error) {
	if p == nil {
		return nil, nil //nolint:nilnil // no picture is not an error, and reviews take nil for it
	}
	select {
	case got := <-p.done:
		if got.err != nil {
			return nil, fmt.Errorf("encode a picture: %w", got.err)
		}
		return &media.Upload{Name: "demo.jpg", Data: got.data}, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
