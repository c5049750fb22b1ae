package attack

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
)

// form returns a multipart body of texts and, unless data is nil, a file.
func form(texts map[string]string, field, file string, data []byte) (kind string, body []byte) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, text := range texts {
		_ = w.WriteField(name, text) // to memory
	}
	if data != nil {
		if part, err := w.CreateFormFile(field, file); err == nil {
			_, _ = part.Write(data) // to memory
		}
	}
	_ = w.Close() // of memory
	return w.FormDataContentType(), out.Bytes()
}

// picture returns a grey image that is accepted.
func picture(width, height int, shade uint8) []byte {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for k := range img.Pix {
		img.Pix[k] = shade
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // to memory
	return out.Bytes()
}
