package art

import (
	"bytes"
	"testing"

	"golang.org/x/image/font/gofont/gobold"
)

func TestPicturesAreDeterministic(t *testing.T) {
	t.Parallel()
	for _, scene := range Scenes() {
		p := Picture{Scene: scene, Palette: "dusk", Seed: 5, Title: "밤의 국숫집", Credit: "도라지"}
		if !bytes.Equal(p.Poster(60).Pix, p.Poster(60).Pix) {
			t.Errorf("%s: two pictures of the same seed differ", scene)
		}
	}
	if !bytes.Equal(Face(3, 40).Pix, Face(3, 40).Pix) || bytes.Equal(Face(3, 40).Pix, Face(4, 40).Pix) {
		t.Error("the same seed gives two faces, or two seeds give the same face")
	}
}

func TestScenesCoverTheCanvasInEveryProportion(t *testing.T) {
	t.Parallel()
	for _, scene := range Scenes() {
		for seed := range uint64(4) {
			p := Picture{Scene: scene, Palette: "tide", Seed: seed}
			poster, still := p.Poster(40), p.Still(64)
			if poster.Rect.Dy() != 60 || still.Rect.Dy() != 36 {
				t.Errorf("%s: %v and %v", scene, poster.Rect, still.Rect)
			}
			for _, pix := range [][]byte{poster.Pix, still.Pix} {
				for i := 3; i < len(pix); i += 4 {
					if pix[i] != 255 {
						t.Fatalf("%s has a hole at %d", scene, i/4)
					}
				}
			}
		}
	}
}

func TestEverySyllableFillsItsSquare(t *testing.T) {
	t.Parallel()
	for ch := rune(0xac00); ch <= 0xd7a3; ch++ {
		p := &path{}
		p.syllable(ch, 0, 0, 1, 0.1)
		if box := p.bounds(100); box.Min.X < -20 || box.Min.Y < -20 || box.Max.X > 120 || box.Max.Y > 120 || box.Empty() {
			t.Fatalf("%c fills %v of a square of 100", ch, box)
		}
	}
}

func TestTitlesFitTheirPoster(t *testing.T) {
	t.Parallel()
	l := lettering{loadFace(gobold.TTF), 0.1, 0.13}
	for _, title := range []string{"A", "종이배의 하루", "A Field Guide to Leaving", "Incomprehensibilities", "이름이 아주아주 긴 영화 한 편의 제목"} {
		lines, size := l.fit(title, 80, 150)
		if len(lines) == 0 || len(lines) > 3 {
			t.Errorf("%s in %d lines", title, len(lines))
		}
		for _, line := range lines {
			if wide := l.line(nil, line, 0, 0, size); wide > 80.01 {
				t.Errorf("%q is %.1f wide", line, wide)
			}
		}
	}
}

func BenchmarkPoster(b *testing.B) {
	for _, scene := range Scenes() {
		b.Run(scene, func(b *testing.B) {
			for b.Loop() {
				Picture{Scene: scene, Palette: "dusk", Seed: 5, Title: "The Lighthouse Hour"}.Poster(800)
			}
		})
	}
}
