package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
)

// picture is a multipart form with a JPEG.
type picture struct{ kind, body string }

// newPicture paints 640 × 480 pixels with gradients and noise, so that it compresses like a photograph.
func newPicture(seed uint64) picture {
	draw := rand.New(rand.NewPCG(seed, 2))
	canvas := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			wave := 90 + 60*math.Sin(float64(x)/70) + 60*math.Cos(float64(y)/50)
			canvas.SetRGBA(x, y, color.RGBA{shade(wave, draw), shade(wave*0.8, draw), shade(210-wave, draw), 255})
		}
	}
	var photo, form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("image", "me.jpg")
	if err == nil {
		err = jpeg.Encode(&photo, canvas, nil)
	}
	if err == nil {
		_, err = part.Write(photo.Bytes())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("bench: write to memory: " + err.Error()) // does not happen
	}
	return picture{w.FormDataContentType(), form.String()}
}

func shade(v float64, draw *rand.Rand) uint8 {
	return uint8(min(max(v+float64(draw.IntN(13))-6, 0), 255))
}

func (p picture) upload(m *member) request {
	return request{method: http.MethodPost, path: "/users/me/profile_image", kind: p.kind, body: p.body, member: m}
}
