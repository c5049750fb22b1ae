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

	"github.com/cinecircle/cinecircle/platform/picture"
)

// folders are the first part of a key, by what its picture is used for. keyPattern lists the same ones.
var folders = map[picture.Kind]string{
	picture.Profile: "users/profile_images",
	picture.Poster:  "movies/poster_images",
	picture.Review:  "reviews/images",
}

// kinds is the reverse of folders.
var kinds = map[string]picture.Kind{
	"users/profile_images": picture.Profile,
	"movies/poster_images": picture.Poster,
	"reviews/images":       picture.Review,
}

// contentTypes are by the extension of a key.
var contentTypes = map[string]string{".jpg": "image/jpeg", ".png": "image/png"}

// keyPattern is the only form of a key. The key of a copy has -<width> after the UUID.
var keyPattern = regexp.MustCompile(
	`^(?:users/profile_images|movies/poster_images|reviews/images)/` +
		`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-[1-9][0-9]{0,3})?\.(?:jpg|png)$`)

func checkKey(key string) error {
	if !keyPattern.MatchString(key) {
		return fmt.Errorf("media: %q is not the key of a stored image", key)
	}
	return nil
}

// name is the content of a key. It tells a page the sizes of an image without a query to the database or the store.
//
// The UUID of a key has version 8 (RFC 9562, section 5.8), whose free bits are: 48 random ones; after the version 12 for
// the width; after the variant 1 that is 0, 1 for opaque, 12 for the height; 48 random ones. Images stored before there
// were copies have version 4; only their format is known. The bit that is 0 is reserved for a change of
// [picture.Kind.CopySizes]: the keys of already stored images keep their meaning.
type name struct {
	kind   picture.Kind
	id     uuid.UUID
	ext    string      // .jpg or .png
	size   image.Point // (0, 0) when it is not known
	opaque bool        // decides the format of the copies
}

const (
	opaqueBit   = 1 << 12
	sizeBits    = 1<<12 - 1 // holds up to picture.MaxSide
	reservedBit = 1 << 13
	versionTag  = 8 << 12
	variantTag  = 2 << 14
)

// newName names a new image. Its 96 random bits make it unguessable and unique.
func newName(p *picture.Picture) name {
	return randomName(p.Kind(), p.Ext(), p.Size(), p.Opaque())
}

func randomName(kind picture.Kind, ext string, size image.Point, opaque bool) name {
	n := name{kind: kind, id: uuid.New(), ext: ext, size: size, opaque: opaque}
	height := variantTag | uint16(size.Y)
	if opaque {
		height |= opaqueBit
	}
	binary.BigEndian.PutUint16(n.id[6:], versionTag|uint16(size.X))
	binary.BigEndian.PutUint16(n.id[8:], height)
	return n
}

// readName is the reverse of name.key; ok is false when key is not the key of an image, as that of a copy is not.
func readName(key string) (n name, ok bool) {
	folder, file := path.Split(key)
	n.ext = path.Ext(file)
	id, err := uuid.Parse(strings.TrimSuffix(file, n.ext))
	if err != nil || len(file) != len(n.id.String())+len(n.ext) {
		return name{}, false
	}
	n.kind, ok = kinds[strings.TrimSuffix(folder, "/")]
	n.id = id
	width, height := binary.BigEndian.Uint16(id[6:]), binary.BigEndian.Uint16(id[8:])
	if id.Version() == 8 && height&reservedBit == 0 {
		n.size, n.opaque = image.Pt(int(width&sizeBits), int(height&sizeBits)), height&opaqueBit != 0
	}
	return n, ok
}

func (n name) key() string { return folders[n.kind] + "/" + n.id.String() + n.ext }

// copyKey returns the key of the copy with the given width.
func (n name) copyKey(width int) string {
	return folders[n.kind] + "/" + n.id.String() + "-" + strconv.Itoa(width) + picture.CopyExt(n.opaque)
}

// Files returns the keys of all files of an image: its copies by ascending width, then the image itself; none for "".
func Files(key string) []string {
	if key == "" {
		return nil
	}
	n, ok := readName(key)
	if !ok {
		return []string{key}
	}
	var keys []string
	for _, size := range n.kind.CopySizes(n.size) {
		keys = append(keys, n.copyKey(size.X))
	}
	return append(keys, key)
}
