package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"testing"
)

// photograph has gradients, edges, fine stripes and noise.
func photograph(width, height int) *image.RGBA {
	img := scene(width, height)
	for y := range height {
		for x := range width {
			switch {
			case (x-width/3)*(x-width/3)+(y-height/2)*(y-height/2) < height*height/16:
				img.SetRGBA(x, y, color.RGBA{R: 220, G: 60, B: uint8(40 + x%32), A: 255})
			case x > width*3/4:
				img.SetRGBA(x, y, color.RGBA{R: uint8(120 + 60*math.Sin(float64(x)/9)), G: 110, B: uint8(y * 255 / height), A: 255})
			}
		}
	}
	return img
}

// subsampled returns img as planes in which a sample of colour is the mean of the pixels that it covers.
func subsampled(img *image.RGBA, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	dst := image.NewYCbCr(img.Rect, ratio)
	sums, counts := make([][2]int, len(dst.Cb)), make([]int, len(dst.Cb))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := img.RGBAAt(x, y)
			luma, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			i := dst.COffset(x, y)
			dst.Y[dst.YOffset(x, y)], sums[i][0], sums[i][1] = luma, sums[i][0]+int(cb), sums[i][1]+int(cr)
			counts[i]++
		}
	}
	for i, n := range counts {
		if n > 0 {
			dst.Cb[i], dst.Cr[i] = uint8(sums[i][0]/n), uint8(sums[i][1]/n)
		}
	}
	return dst
}

// psnr is the ratio of signal and noise between two images in decibels. Nobody sees a difference above 40, and one pixel
// of displacement is far below 30.
func psnr(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds() != b.Bounds() {
		t.Fatalf("bounds are %v and %v", a.Bounds(), b.Bounds())
	}
	left, right := flat(a), flat(b)
	sum := 0.0
	for i := range left.Pix {
		d := float64(left.Pix[i]) - float64(right.Pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(left.Pix))/max(sum, 1))
}

func flat(img image.Image) *image.RGBA {
	dst := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(dst, dst.Rect, img, img.Bounds().Min, draw.Src)
	return dst
}

// encoded returns img as a JPEG shows it.
func encoded(t *testing.T, img image.Image) image.Image {
	t.Helper()
	data, err := encode(img, ".jpg", 95)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func TestScalingPlanesLooksLikeScalingPixels(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{600, 450}, {601, 453}} {
		for _, ratio := range []image.YCbCrSubsampleRatio{
			image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
			image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
		} {
			img := subsampled(photograph(size.X, size.Y), ratio)
			part := image.Rect(31, 50, 431, 450).Intersect(img.Rect)
			for _, c := range []struct {
				part image.Rectangle
				goal image.Point
			}{
				{img.Rect, image.Pt(350, 262)},
				{img.Rect, image.Pt(201, 151)},
				{img.Rect, image.Pt(120, 90)},
				{part, part.Size()},
				{part, image.Pt(160, 160)},
			} {
				got, want := scale(img, c.part, c.goal), scaleRGBA(img, c.part, c.goal)
				if db := psnr(t, encoded(t, got), encoded(t, want)); db < 35 {
					t.Errorf("%v of %v, %v to %v: %.1f dB", ratio, size, c.part, c.goal, db)
				}
			}
		}
	}
}

func TestScalingGrayLooksLikeScalingPixels(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 1201, 903))
	draw.Draw(img, img.Rect, photograph(1201, 903), image.Point{}, draw.Src)
	for _, goal := range []image.Point{{700, 526}, {160, 120}, {1, 1}} {
		got := scale(img, img.Rect, goal)
		if _, ok := got.(*image.Gray); !ok {
			t.Errorf("a gray image becomes a %T", got)
		}
		if db := psnr(t, got, scaleRGBA(img, img.Rect, goal)); db < 40 {
			t.Errorf("to %v: %.1f dB", goal, db)
		}
	}
}

func TestPlanesAreTurnedAsPixelsAre(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{120, 80}, {120, 81}, {121, 80}} {
		img := subsampled(photograph(size.X, size.Y), image.YCbCrSubsampleRatio420)
		for orientation := 1; orientation <= 8; orientation++ {
			if got, want := upright(img, orientation), upright(asRGBA(img), orientation); !bytes.Equal(flat(got).Pix, flat(want).Pix) {
				t.Errorf("%v at orientation %d is another image", size, orientation)
			}
		}
	}
}

func TestPhotographsStayPlanes(t *testing.T) {
	t.Parallel()
	data := jpegOf(t, photograph(2600, 1952))
	for _, orientation := range []uint16{1, 6} {
		file := withSegment(data, jpegAPP1, "Exif\x00\x00"+exif(binary.BigEndian, orientation, ""))
		img, _, err := decodeJPEG(file)
		if err != nil {
			t.Fatal(err)
		}
		img = upright(shrink(img), int(orientation))
		if got := fmt.Sprintf("%T", img); got != "*image.YCbCr" {
			t.Errorf("at orientation %d a photograph is encoded from %s", orientation, got)
		}
	}
}
