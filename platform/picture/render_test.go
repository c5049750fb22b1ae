package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormatFollowsTheContentNotTheName(t *testing.T) {
	t.Parallel()
	img := quadrants(40, 20)
	for _, c := range []struct {
		name string
		data []byte
		ext  string
	}{
		{"a.jpg", jpegOf(t, img), ".jpg"},
		{"PHOTO.JPEG", jpegOf(t, img), ".jpg"},
		{"really-a-jpeg.png", jpegOf(t, img), ".jpg"},
		{"a.png", pngOf(t, img), ".png"},
		{"really-a-png.JPG", pngOf(t, img), ".png"},
		{"a.Gif", gifOf(t, image.Pt(40, 20), image.Rect(0, 0, 40, 20), color.White), ".png"},
		{"../../etc/cron.d/한글 이름.png", pngOf(t, img), ".png"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, out := mustDecode(t, c.name, c.data)
			if p.Ext() != c.ext {
				t.Errorf("the picture is %s, want %s", p.Ext(), c.ext)
			}
			if got := out.Bounds(); got != image.Rect(0, 0, 40, 20) {
				t.Errorf("the picture has bounds %v", got)
			}
		})
	}
}

// sides are, for each orientation, the sides of the scene where the first row and the first column of the file belong
// (EXIF 2.32, tag 0x0112).
var sides = []struct{ row, column string }{
	{"top", "left"},
	{"top", "right"},
	{"bottom", "right"},
	{"bottom", "left"},
	{"left", "top"},
	{"right", "top"},
	{"right", "bottom"},
	{"left", "bottom"},
}

// asStored returns the file of a scene whose first row and first column are at the given sides.
func asStored(upright image.Image, row, column string) image.Image {
	width, height := upright.Bounds().Dx(), upright.Bounds().Dy()
	size := image.Rect(0, 0, width, height)
	if row == "left" || row == "right" {
		size = image.Rect(0, 0, height, width)
	}
	img := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			at := map[string]int{row: y, column: x}
			px, fromLeft := at["left"]
			if !fromLeft {
				px = width - 1 - at["right"]
			}
			py, fromTop := at["top"]
			if !fromTop {
				py = height - 1 - at["bottom"]
			}
			img.Set(x, y, upright.At(px, py))
		}
	}
	return img
}

func TestEveryOrientationIsTurnedUpright(t *testing.T) {
	t.Parallel()
	want := quadrants(96, 48)
	for i, s := range sides {
		orientation := i + 1
		t.Run(strconv.Itoa(orientation), func(t *testing.T) {
			stored := asStored(want, s.row, s.column)
			tag := exif(binary.BigEndian, uint16(orientation), "")
			files := map[string][]byte{
				"a.jpg": withSegment(jpegOf(t, stored), jpegAPP1, "Exif\x00\x00"+tag),
				"a.png": withChunk(pngOf(t, stored), "eXIf", tag),
			}
			for name, data := range files {
				_, got := mustDecode(t, name, data)
				if got.Bounds() != want.Bounds() {
					t.Fatalf("%s has bounds %v", name, got.Bounds())
				}
				for _, p := range []image.Point{{10, 10}, {80, 10}, {10, 40}, {80, 40}} {
					if !near(got.At(p.X, p.Y), want.At(p.X, p.Y)) {
						t.Errorf("%s at %v is %v, want %v", name, p, got.At(p.X, p.Y), want.At(p.X, p.Y))
					}
				}
			}
		})
	}
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(file []byte, name, data string) []byte {
	const head = 8 + 25
	return bytes.Join([][]byte{file[:head], newPNGChunk(name, []byte(data)), file[head:]}, nil)
}

func TestMetadataAndTrailersAreRemoved(t *testing.T) {
	t.Parallel()
	const secret = "37.5665N 126.9780E"
	img := quadrants(64, 64)
	jpg := jpegOf(t, img)
	jpg = withSegment(jpg, jpegAPP1, "Exif\x00\x00"+exif(binary.LittleEndian, 1, secret))
	jpg = withSegment(jpg, jpegAPP1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>")
	jpg = withSegment(jpg, 0xe2, "ICC_PROFILE\x00\x01\x01"+secret)
	jpg = withSegment(jpg, 0xfe, secret)
	jpg = append(jpg, "<script>"+secret+"</script>"...)
	chunked := withChunk(withChunk(pngOf(t, img), "tEXt", "Comment\x00"+secret), "eXIf", exif(binary.LittleEndian, 1, secret))
	chunked = append(chunked, "<script>"+secret+"</script>"...)
	animated := append(gifOf(t, image.Pt(64, 64), image.Rect(0, 0, 64, 64), color.White), "<script>"+secret...)
	for name, data := range map[string][]byte{"a.jpg": jpg, "a.png": chunked, "a.gif": animated} {
		if !bytes.Contains(data, []byte(secret)) {
			t.Fatalf("%s does not contain what is to be removed", name)
		}
		p, _ := mustDecode(t, name, data)
		for _, s := range []string{secret, "script", "Exif", "eXIf", "ICC_PROFILE", "xap"} {
			if bytes.Contains(p.Bytes(), []byte(s)) {
				t.Errorf("the picture of %s contains %q", name, s)
			}
		}
	}
}

func TestLargeImagesAreScaledDownInProportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want image.Point }{
		{image.Pt(2048, 48), image.Pt(2048, 48)},
		{image.Pt(2049, 100), image.Pt(2048, 100)},
		{image.Pt(5000, 300), image.Pt(2048, 123)},
		{image.Pt(150, 4097), image.Pt(75, 2048)},
		{image.Pt(8193, 40), image.Pt(2048, 10)},
		{image.Pt(9000, 1), image.Pt(2048, 1)},
		{image.Pt(1, 9000), image.Pt(1, 2048)},
		{image.Pt(1, 1), image.Pt(1, 1)},
	} {
		got := shrink(image.NewGray(image.Rectangle{Max: c.in})).Bounds().Size()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: size (-want +got):\n%s", c.in, diff)
		}
	}
}

// A checkerboard of single pixels turns black, white or striped when pixels are skipped.
func TestScalingDownUsesEveryPixel(t *testing.T) {
	t.Parallel()
	for _, side := range []int{4096, 5000} {
		board := image.NewGray(image.Rect(0, 0, side, 64))
		for i := range board.Pix {
			board.Pix[i] = uint8((i%side+i/side)%2) * 255
		}
		small := shrink(board)
		for x := 8; x < MaxSide-8; x++ {
			if v, _, _, _ := small.At(x, small.Bounds().Dy()/2).RGBA(); v < 0x5000 || v > 0xb000 {
				t.Fatalf("from %d pixels: %#x at %d, want a middle grey", side, v, x)
			}
		}
	}
}

func TestFirstFrameOfAGIFStaysAtItsPlace(t *testing.T) {
	t.Parallel()
	red := color.RGBA{R: 255, A: 255}
	p, img := mustDecode(t, "a.gif", gifOf(t, image.Pt(30, 20), image.Rect(10, 5, 20, 15), red, color.White))
	if size := p.Size(); size != image.Pt(30, 20) {
		t.Errorf("the picture is %v, want the canvas, (30,20)", size)
	}
	if got := img.At(15, 10); !near(got, red) {
		t.Errorf("inside the frame is %v, want red", got)
	}
	if _, _, _, alpha := img.At(1, 1).RGBA(); alpha != 0 {
		t.Errorf("outside of the frame alpha is %d, want 0", alpha)
	}
}

func TestTransparencyIsKept(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 3000, 10))
	img.SetNRGBA(0, 0, color.NRGBA{R: 255, A: 255})
	_, out := mustDecode(t, "a.png", pngOf(t, img))
	if _, _, _, alpha := out.At(2000, 3).RGBA(); alpha != 0 {
		t.Errorf("alpha is %d, want 0", alpha)
	}
}

func TestErrorsHaveTextsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, e := range []struct{ code, en, ko string }{
		{ErrUnsupportedImage.Code, ErrUnsupportedImage.Text.EN, ErrUnsupportedImage.Text.KO},
		{ErrImageTooLarge.Code, ErrImageTooLarge.Text.EN, ErrImageTooLarge.Text.KO},
	} {
		if !strings.Contains("unsupported_image image_too_large", e.code) || e.en == "" || e.ko == "" {
			t.Errorf("%+v", e)
		}
	}
}
