package site

import (
	"fmt"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// shownImage is a stored image as a page shows it; the zero value means no image.
type shownImage struct {
	media.Shown
	Small string // for where it is shown small, and for browsers that do not choose among sizes
	Kept  bool   // there is one, but its files are kept from everybody while what it belongs to is hidden
}

// Usual widths of images, in pixels of a screen with two pixels per CSS pixel.
const (
	posterWidth = 320
	faceWidth   = 96
	imageWidth  = 640
)

func newShownImage(image media.Shown, width int) shownImage {
	return shownImage{Shown: image, Small: image.Fit(width)}
}

func (s *Site) poster(m movie.Movie) shownImage {
	shown := newShownImage(s.Movies.Poster(m), posterWidth)
	shown.Kept = m.Hidden && m.PosterImage != ""
	return shown
}

func (s *Site) avatar(f user.Face) shownImage { return newShownImage(s.Users.Image(f), faceWidth) }

func (s *Site) reviewImage(r review.Review) shownImage {
	shown := newShownImage(s.Reviews.Image(r), imageWidth)
	shown.Kept = r.Hidden != 0 && r.Image.String() != ""
	return shown
}

// Conditions for phones. Their screens have more pixels than one can tell apart from two per CSS pixel, so that a list
// states less than its width there and gets the file of 320 pixels, a quarter of the bytes of the next one.
const (
	sharpPhone    = "(max-width: 480px) and (min-resolution: 1.5dppx) "
	sharpestPhone = "(max-width: 480px) and (min-resolution: 2.1dppx) "
)

// posterSizes is the attribute sizes of a poster by where it stands, as the style sheet lays it out.
var posterSizes = map[string]string{
	"grid":   sharpestPhone + "80px, " + sharpPhone + "160px, (max-width: 640px) calc(50vw - 23px), 200px",
	"shelf":  sharpestPhone + "80px, (max-width: 880px) 132px, 176px",
	"review": sharpestPhone + "40px, 80px",
	"small":  "64px",
	"about":  "200px",
	"film":   "(max-width: 640px) calc(58vw - 19px), 300px",
}

func sizesIn(where string) (string, error) {
	sizes, ok := posterSizes[where]
	if !ok {
		return "", fmt.Errorf("no sizes for a poster in %q", where)
	}
	return sizes, nil
}

// Numbers of posters that a browser loads before it knows the layout: what the widest window shows at once.
const (
	eagerInGrid  = 6
	eagerOnShelf = 3 // on a phone; the wider the window, the faster its line
)

// atTop makes the first posters of the first list of a page load at once, and the very first before the others.
func atTop(cards []filmCard, eager int) {
	for i := range min(eager, len(cards)) {
		cards[i].Eager, cards[i].First = true, i == 0
	}
}
