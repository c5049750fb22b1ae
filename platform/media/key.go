package media

import (
	"encoding/binary"
	"fmt"
	"image"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// keyPattern is the only shape of a key: whatever else is asked for cannot be ours. A smaller copy of
// an image has its key with -<width> behind the UUID.
var keyPattern = regexp.MustCompile(
	`^(?:users/profile_images|movies/poster_images|reviews/images)/` +
		`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-[1-9][0-9]{0,3})?\.(?:jpg|png)$`)

func checkKey(key string) error {
	if !keyPattern.MatchString(key) {
		return fmt.Errorf("media: %q is no key of a stored image", key)
	}
	return nil
}

// name is what the key of an image says about it, so that a page can show the image in sizes that
// fit without a look at the database or the store.
//
// The UUID of a key is of version 8 (RFC 9562, section 5.8), whose free bits are: 48 random ones; after
// the version 12 for the width; after the variant 1 that is 0, 1 for opaque, 12 for the height; 48
// random ones. Images of before there were smaller copies have version 4; of those only their format is
// known. The bit that is 0 is for the day when [copies] change: what is stored under it stays right.
type name struct {
	folder Folder
	id     uuid.UUID
	ext    string      // .jpg or .png
	size   image.Point // (0, 0) when it is not known
	opaque bool        // so that its copies are photographs, even those of a PNG
}

const (
	opaqueBit  = 1 << 12
	sizeBits   = 1<<12 - 1 // holds up to MaxSide
	otherwise  = 1 << 13   // 0 until copies are made otherwise
	versionTag = 8 << 12
	variantTag = 2 << 14
)

// newName names a new image. The random part makes it unguessable and never used again.
func newName(p *Picture) name {
	n := name{folder: p.folder, id: uuid.New(), ext: p.ext, size: image.Pt(p.width, p.height), opaque: p.opaque}
	height := variantTag | uint16(n.size.Y)
	if n.opaque {
		height |= opaqueBit
	}
	binary.BigEndian.PutUint16(n.id[6:], versionTag|uint16(n.size.X))
	binary.BigEndian.PutUint16(n.id[8:], height)
	return n
}

// readName is the reverse of key; ok is false for what is no key of a whole image.
func readName(key string) (n name, ok bool) {
	folder, file := path.Split(key)
	n.ext = path.Ext(file)
	id, err := uuid.Parse(strings.TrimSuffix(file, n.ext))
	if err != nil || len(file) != len(n.id.String())+len(n.ext) {
		return name{}, false
	}
	n.folder, n.id = Folder(strings.TrimSuffix(folder, "/")), id
	width, height := binary.BigEndian.Uint16(id[6:]), binary.BigEndian.Uint16(id[8:])
	if id.Version() == 8 && height&otherwise == 0 {
		n.size, n.opaque = image.Pt(int(width&sizeBits), int(height&sizeBits)), height&opaqueBit != 0
	}
	return n, true
}

func (n name) key() string { return string(n.folder) + "/" + n.id.String() + n.ext }

// copyKey is the key of a copy of the given width.
func (n name) copyKey(width int) string {
	return string(n.folder) + "/" + n.id.String() + "-" + strconv.Itoa(width) + copyExt(n.opaque)
}

// copyExt is what copies are stored as: JPEG wherever nothing shows through.
func copyExt(opaque bool) string {
	if opaque {
		return ".jpg"
	}
	return ".png"
}

// Files returns the keys of everything that is stored for an image, itself last; none for "".
func Files(key string) []string {
	if key == "" {
		return nil
	}
	n, ok := readName(key)
	if !ok {
		return []string{key}
	}
	var keys []string
	for _, size := range copySizes(n.folder, n.size) {
		keys = append(keys, n.copyKey(size.X))
	}
	return append(keys, key)
}
