package picture

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"testing"
)

// mustRender renders an upload, and decodes each copy.
func mustRender(t testing.TB, kind Kind, u Upload) (*Picture, []image.Image) {
	t.Helper()
	c, err := inspect(u)
	if err != nil {
		t.Fatalf("inspect: %v", err)
	}
	p, err := c.render(kind)
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	var copies []image.Image
	for _, c := range p.copies {
		img, _, err := image.Decode(bytes.NewReader(c.Data))
		if err != nil {
			t.Fatalf("decode the copy of %d: %v", c.Width, err)
		}
		copies = append(copies, img)
	}
	return p, copies
}

func TestCopiesShowTheWholeImage(t *testing.T) {
	t.Parallel()
	img := quadrants(1500, 1000)
	for name, data := range map[string][]byte{"a.jpg": jpegOf(t, img), "a.png": pngOf(t, img)} {
		for _, kind := range []Kind{Poster, Review} {
			p, copies := mustRender(t, kind, Upload{Name: name, Data: data})
			sizes := kind.CopySizes(img.Rect.Size())
			if len(copies) != len(sizes) || len(sizes) == 0 {
				t.Fatalf("%s as %s: %d copies, want %d", name, kind, len(copies), len(sizes))
			}
			for i, got := range copies {
				w, h := sizes[i].X, sizes[i].Y
				if got.Bounds().Size() != sizes[i] || p.copies[i].Width != w {
					t.Errorf("copy of %v has width %d, want %v", got.Bounds().Size(), p.copies[i].Width, sizes[i])
				}
				for _, at := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
					if want := img.At(at.X*1500/w, at.Y*1000/h); !near(got.At(at.X, at.Y), want) {
						t.Errorf("%s at %v of %d is %v, want %v", name, at, w, got.At(at.X, at.Y), want)
					}
				}
				if !bytes.HasPrefix(p.copies[i].Data, []byte("\xff\xd8\xff")) {
					t.Errorf("the copy of an opaque %s is not a JPEG", name)
				}
			}
		}
	}
}

func TestCopiesKeepTheShapeOfTheirImage(t *testing.T) {
	t.Parallel()
	for size, want := range map[image.Point][]image.Point{
		{1500, 1000}: {{160, 107}, {320, 213}, {640, 427}},
		{1000, 1500}: {{160, 240}, {320, 480}, {640, 960}},
		{2000, 1}:    {{160, 1}, {320, 1}, {640, 1}},
	} {
		if got := Poster.CopySizes(size); !slices.Equal(got, want) {
			t.Errorf("of %v: copies of %v, want %v", size, got, want)
		}
	}
}

func TestProfileCopiesAreCroppedToTheCentre(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{900, 300}, {300, 900}, {299, 90}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		short := min(size.X, size.Y)
		corner := image.Pt((size.X-short)/2, (size.Y-short)/2)
		middle := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(short, short))}
		for y := middle.Min.Y; y < middle.Max.Y; y++ {
			for x := middle.Min.X; x < middle.Max.X; x++ {
				img.SetRGBA(x, y, color.RGBA{R: 255, A: 255})
			}
		}
		_, copies := mustRender(t, Profile, Upload{Name: "a.png", Data: pngOf(t, img)})
		for _, c := range copies {
			b := c.Bounds()
			if b.Dx() != b.Dy() || b.Dx() > short {
				t.Errorf("of %v: a copy of %v is not a square that fits", size, b)
			}
			for _, at := range []image.Point{{2, 2}, {b.Dx() - 3, 2}, {2, b.Dy() - 3}, {b.Dx() / 2, b.Dy() / 2}} {
				if !near(c.At(at.X, at.Y), color.RGBA{R: 255, A: 255}) {
					t.Errorf("of %v: %v of %v is %v, want red", size, at, b, c.At(at.X, at.Y))
				}
			}
		}
		if len(copies) == 0 {
			t.Errorf("of %v: no copies", size)
		}
	}
}

func TestCopiesOfTransparentPicturesStayTransparent(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 1300, 20))
	img.SetNRGBA(0, 0, color.NRGBA{R: 255, A: 255})
	p, copies := mustRender(t, Review, Upload{Name: "a.png", Data: pngOf(t, img)})
	for i, c := range copies {
		if _, _, _, alpha := c.At(300, 5).RGBA(); alpha != 0 || !bytes.HasPrefix(p.copies[i].Data, []byte("\x89PNG")) {
			t.Errorf("copy of %d: alpha is %d, want 0", p.copies[i].Width, alpha)
		}
	}
	if len(copies) != 2 {
		t.Errorf("%d copies, want 2", len(copies))
	}
}

func TestThinPicturesHaveCopies(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 2048, 1))
	_, copies := mustRender(t, Poster, Upload{Name: "a.png", Data: pngOf(t, img)})
	for i, w := range []int{160, 320, 640} {
		if got := copies[i].Bounds().Size(); got != image.Pt(w, 1) {
			t.Errorf("copy of %v, want %d × 1", got, w)
		}
	}
}

// scene is smooth with some noise, about as hard to compress as a photograph.
func scene(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			n := r.IntN(24)
			img.SetRGBA(x, y, color.RGBA{R: uint8(x*200/width + n), G: uint8(y*200/height + n), B: uint8((x+y)%160 + n), A: 255})
		}
	}
	return img
}

// BenchmarkUpload measures what the copies add to an upload: the empty kind has none.
func BenchmarkUpload(b *testing.B) {
	for _, c := range []struct {
		name string
		size image.Point
		kind Kind
	}{
		{"poster 800×1200", image.Pt(800, 1200), Poster},
		{"review 2048×1536", image.Pt(2048, 1536), Review},
		{"review 4000×3000", image.Pt(4000, 3000), Review},
		{"face 1000×1000", image.Pt(1000, 1000), Profile},
	} {
		data := jpegOf(b, scene(c.size.X, c.size.Y))
		for what, kind := range map[string]Kind{"image": "", "image and copies": c.kind} {
			b.Run(c.name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					c, err := inspect(Upload{Name: "a.jpg", Data: data})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := c.render(kind); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
