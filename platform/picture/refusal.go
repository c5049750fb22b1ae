package picture

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// unsupported is ErrUnsupportedImage with a text that says what is wrong. The cause is for the log and may be nil.
func unsupported(cause error, en, ko string) error {
	return withText(ErrUnsupportedImage, cause, apperr.Text{EN: en, KO: ko})
}

func withText(e *apperr.Error, cause error, text apperr.Text) error {
	refused := *e
	refused.Text = text
	if cause == nil {
		return &refused
	}
	return fmt.Errorf("%w: %w", &refused, cause)
}

// damaged refuses an upload whose pixels are not complete.
func damaged(kind string, cause error) error {
	return unsupported(cause,
		fmt.Sprintf("This %s file is damaged or incomplete. Please choose another file, or save the image again.", kind),
		fmt.Sprintf("%s 파일이 손상되었거나 일부가 빠져 있습니다. 이미지를 다시 저장하거나 다른 파일을 골라 주세요.", kind))
}

// notRead refuses a variant of a format that is not decoded here.
func notRead(kind string, cause error) error {
	return unsupported(cause,
		fmt.Sprintf("This kind of %s file is not supported. Please save the image as an ordinary JPEG or PNG file.", kind),
		fmt.Sprintf("지원하지 않는 방식의 %s 파일입니다. 이미지를 일반 JPEG나 PNG로 저장해서 올려 주세요.", kind))
}

// tooMuchMemory refuses a JPEG within MaxPixels that takes too much memory to decode.
func tooMuchMemory(cause error) error {
	return withText(ErrImageTooLarge, cause, apperr.Text{
		EN: "This progressive JPEG is too large to decode. Please reduce its size or save it as a baseline JPEG.",
		KO: "이미지가 너무 커서 프로그레시브 JPEG를 처리할 수 없습니다. 크기를 줄이거나 일반 JPEG로 저장해서 올려 주세요.",
	})
}

// tooManyBytes refuses a file of more than MaxBytes.
func tooManyBytes() error {
	return withText(ErrImageTooLarge, nil, apperr.Text{
		EN: "The image must have at most 5 MiB.", KO: "이미지는 5MiB 이하여야 합니다.",
	})
}

// extensions are those that the name of an upload may have, in any case; it may also have none. The content decides the
// format.
var extensions = []string{"", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp"}

// checkName refuses foreign extensions.
func checkName(name string) error {
	ext := extension(name)
	if slices.Contains(extensions, ext) {
		return nil
	}
	return unsupported(nil,
		fmt.Sprintf("Files with the extension %s are not accepted. Please choose a JPEG, PNG, GIF or WebP file.", printable(ext)),
		fmt.Sprintf("확장자가 %s인 파일은 올릴 수 없습니다. JPEG, PNG, GIF, WebP 파일을 골라 주세요.", printable(ext)))
}

// extension returns what follows the last dot of a name, with the dot, in lower case, without spaces around it.
func extension(name string) string {
	folder := strings.LastIndexByte(strings.TrimRight(name, "/"), '/')
	base := name[folder+1:]
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return ""
	}
	return "." + strings.ToLower(strings.TrimSpace(base[dot+1:]))
}

// printable shortens an extension and quotes what is not printable.
func printable(ext string) string {
	const most = 12
	if r := []rune(ext); len(r) > most {
		ext = string(r[:most]) + "…"
	}
	quoted := fmt.Sprintf("%q", ext)
	return quoted[1 : len(quoted)-1]
}

// foreignKinds are formats that people upload and that are not decoded here, by the bytes at an offset.
var foreignKinds = []struct {
	name   string
	offset int
	magic  string
}{
	{"AVIF", 4, "ftypavif"},
	{"AVIF", 4, "ftypavis"},
	{"HEIC", 4, "ftyphei"},
	{"HEIC", 4, "ftyphev"},
	{"HEIC", 4, "ftypmif1"},
	{"HEIC", 4, "ftypmsf1"},
	{"JPEG XL", 0, "\xff\x0a"},
	{"JPEG XL", 4, "JXL \r\n\x87\n"},
	{"JPEG 2000", 4, "jP  \r\n\x87\n"},
	{"JPEG 2000", 0, "\xff\x4f\xff\x51"},
	{"TIFF", 0, "II*\x00"},
	{"TIFF", 0, "MM\x00*"},
	{"BMP", 0, "BM"},
	{"Photoshop", 0, "8BPS"},
	{"PDF", 0, "%PDF-"},
	{"ICO", 0, "\x00\x00\x01\x00"},
	{"SVG", 0, "<svg"},
	{"MP4", 4, "ftyp"},
}

// foreign refuses data that does not begin like any format that is decoded here, and names its real kind where it can.
func foreign(data []byte) error {
	if len(data) == 0 {
		return unsupported(errors.New("no bytes"), "The file is empty.", "빈 파일입니다.")
	}
	kind := foreignKind(data)
	if kind == "" {
		return ErrUnsupportedImage
	}
	how := "Please convert it to JPEG or PNG first."
	cure := "JPEG나 PNG로 변환해서 올려 주세요."
	if kind == "HEIC" {
		how = "Please export it as JPEG; on an iPhone choose Settings › Camera › Formats › Most Compatible."
		cure = "JPEG로 내보내서 올려 주세요. 아이폰에서는 설정 › 카메라 › 포맷 › 높은 호환성을 선택하면 됩니다."
	}
	return unsupported(nil,
		fmt.Sprintf("%s files are not supported. %s", kind, how),
		fmt.Sprintf("%s 파일은 지원하지 않습니다. %s", kind, cure))
}

func foreignKind(data []byte) string {
	if bytes.HasPrefix(data, []byte("\x00\x00\x00")) && bytes.Contains(data[:min(len(data), 64)], []byte("avif")) {
		return "AVIF" // with a general brand first, and avif among the compatible ones
	}
	for _, k := range foreignKinds {
		if len(data) > k.offset && bytes.HasPrefix(data[k.offset:], []byte(k.magic)) {
			return k.name
		}
	}
	text := bytes.TrimLeft(data[:min(len(data), 512)], "\ufeff \t\r\n")
	if bytes.HasPrefix(text, []byte("<")) && bytes.Contains(text, []byte("<svg")) {
		return "SVG"
	}
	return ""
}
