package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// uploadEvery is how often a member changes the profile image.
const uploadEvery = 500 * time.Millisecond

// imageLedger keeps the acknowledged profile images. Only one goroutine writes it.
type imageLedger struct {
	acknowledged map[int64]string // key of each member's last image
	uploads      int
	refused      []failure
}

// uploadImages changes the profile images of members, one at a time, until done.
func (t *trial) uploadImages(ctx context.Context, done <-chan struct{}) error {
	t.images.acknowledged = map[int64]string{}
	r := rand.New(rand.NewPCG(t.seed, 4))
	for {
		select {
		case <-done:
			return nil
		case <-time.After(uploadEvery):
		}
		if err := t.upload(ctx, t.members[r.IntN(len(t.members))], uint8(r.UintN(256))); err != nil {
			return err
		}
	}
}

// upload tries once. A refusal is recorded; the change may have happened all the same.
func (t *trial) upload(ctx context.Context, m *member, shade uint8) error {
	kind, body, err := picture(shade)
	if err != nil {
		return err
	}
	from := time.Now()
	a := t.api.Try(ctx, harness.Call{Method: http.MethodPost, Path: "/users/me/profile_image", Token: m.token, Kind: kind, Body: body})
	if a.Status != http.StatusOK {
		t.images.refused = append(t.images.refused, failure{"upload", a.Status, from, time.Now()})
		delete(t.images.acknowledged, m.id) // either one may be stored
		return nil
	}
	var user struct {
		Image string `json:"profile_image_url"`
	}
	if err := json.Unmarshal(a.Body, &user); err != nil {
		return fmt.Errorf("read the answer to an upload: %w", err)
	}
	t.images.uploads++
	t.images.acknowledged[m.id] = withoutSignature(user.Image)
	return nil
}

func picture(shade uint8) (kind string, body []byte, err error) {
	img := image.NewGray(image.Rect(0, 0, 32, 32))
	for k := range img.Pix {
		img.Pix[k] = shade
	}
	img.SetGray(1, 1, color.Gray{Y: ^shade})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("image", "me.png")
	if err != nil {
		return "", nil, err
	}
	if err := errors.Join(png.Encode(part, img), w.Close()); err != nil {
		return "", nil, err
	}
	return w.FormDataContentType(), form.Bytes(), nil
}

// withoutSignature returns the part of a URL that names the file; the rest changes every hour.
func withoutSignature(address string) string {
	bare, _, _ := strings.Cut(address, "?")
	return bare
}

// imageFindings counts the profile images at the end.
type imageFindings struct {
	uploads, refusedInCalm int
	rows, dangling, wrong  int // rows with an image, those whose file is missing, those that name another one
}

// countImages requests the profile image of every member.
func (t *trial) countImages(ctx context.Context) (imageFindings, error) {
	f := imageFindings{uploads: t.images.uploads}
	for _, x := range t.images.refused {
		if t.windows.during(x.from, x.to) == "" {
			f.refusedInCalm++
		}
	}
	for _, m := range t.members {
		var user struct {
			Image string `json:"profile_image_url"`
		}
		if _, err := t.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: fmt.Sprintf("/users/%d", m.id)}, &user); err != nil {
			return f, err
		}
		if want := t.images.acknowledged[m.id]; want != "" && want != withoutSignature(user.Image) {
			f.wrong++
		}
		if user.Image == "" {
			continue
		}
		f.rows++
		if !t.fetched(ctx, user.Image) {
			f.dangling++
		}
	}
	return f, nil
}

// fetched reports whether there is an image at a URL of the API.
func (t *trial) fetched(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return false
	}
	res, err := t.api.HTTP.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _, err = image.Decode(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode == http.StatusOK && err == nil
}
