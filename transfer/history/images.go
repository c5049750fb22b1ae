package history

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/tabular"
	"github.com/cinecircle/cinecircle/transfer/own"
)

var (
	noImage    = apperr.Text{EN: "The archive does not have this image.", KO: "압축 파일에 이 이미지가 없습니다."}
	twiceImage = apperr.Text{EN: "Another line of the file has this image already.", KO: "파일의 다른 줄에서 이미 쓴 이미지입니다."}
)

// attached reports whether a file in an archive is an image of an own export.
func attached(name string) bool {
	base, inside := strings.CutPrefix(name, own.ImageFolder)
	return inside && base != "" && !strings.Contains(base, "/")
}

// TextKey is the same for the same title and text of a review.
func TextKey(title, content string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(title) + "\n" + strings.TrimSpace(content)))
	return hex.EncodeToString(sum[:16])
}

// images are those of an own export: what its lines name, and the files of the archive.
type images struct {
	files map[string]*tabular.File
	named []Entry // in the order of the lines
	used  map[string]bool
}

// imageKinds are the kinds of the images of entries that can have one.
var imageKinds = map[Kind]Kind{Review: ReviewImage, Profile: ProfileImage}

// note remembers the image that an entry names. Without any image in the archive none is missed: its owner has left them out.
func (i *images) note(e Entry, name string) {
	if name == "" || len(i.files) == 0 || e.Failed != fine {
		return
	}
	image := Entry{Kind: imageKinds[e.Kind], Key: e.Key, Film: e.Film, Image: name}
	if e.Kind == Review {
		image.Of = TextKey(e.Title, e.Content)
	} else {
		image.Title = e.Title
	}
	switch key := strings.ToLower(name); {
	case i.files[key] == nil:
		image.Failed = noImage
	case i.used[key]:
		image.Failed = twiceImage
	default:
		i.used[key] = true
	}
	i.named = append(i.named, image)
}

// next returns the next image, or io.EOF.
func (i *images) next() (Entry, error) {
	if len(i.named) == 0 {
		return Entry{}, io.EOF
	}
	e := i.named[0]
	i.named = i.named[1:]
	return e, nil
}

// Image returns the bytes of an image of the archive by its name in [Entry], which are whatever the archive has there. The
// errors are those of package tabular, and tabular.ErrNothing if there is none of the name.
func (s *Source) Image(name string) ([]byte, error) {
	f := s.scope.images.files[strings.ToLower(name)]
	switch {
	case f == nil:
		return nil, tabular.ErrNothing
	case f.Size > picture.MaxStored:
		return nil, tabular.ErrTooLarge
	}
	return f.Bytes()
}
