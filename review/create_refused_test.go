package review_test

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAnInvalidFormIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	movieID := id(s.film.ID)
	for name, c := range map[string]struct {
		form        []string
		field, code string
	}{
		"no film":             {[]string{"title", "a", "content", "b"}, "movie_id", "required"},
		"empty film":          {[]string{"movie_id", "", "title", "a", "content", "b"}, "movie_id", "type"},
		"film 0":              {[]string{"movie_id", "0", "title", "a", "content", "b"}, "movie_id", "type"},
		"film abc":            {[]string{"movie_id", "abc", "title", "a", "content", "b"}, "movie_id", "type"},
		"film -1":             {[]string{"movie_id", "-1", "title", "a", "content", "b"}, "movie_id", "type"},
		"film twice":          {[]string{"movie_id", movieID, "movie_id", movieID, "title", "a", "content", "b"}, "movie_id", "repeated"},
		"no title":            {[]string{"movie_id", movieID, "content", "b"}, "title", "required"},
		"blank title":         {[]string{"movie_id", movieID, "title", "   ", "content", "b"}, "title", "required"},
		"invisible title":     {[]string{"movie_id", movieID, "title", "\uFE0F\u0301", "content", "b"}, "title", "required"},
		"invisible content":   {[]string{"movie_id", movieID, "title", "a", "content", "\u00AD \u3000"}, "content", "required"},
		"no content":          {[]string{"movie_id", movieID, "title", "a"}, "content", "required"},
		"NUL":                 {[]string{"movie_id", movieID, "title", "a\x00", "content", "b"}, "title", "format"},
		"invalid UTF-8":       {[]string{"movie_id", movieID, "title", "a", "content", "\xff"}, "content", "format"},
		"unknown":             {[]string{"movie_id", movieID, "title", "a", "content", "b", "like_count", "9"}, "like_count", "unknown"},
		"somebody else":       {[]string{"movie_id", movieID, "title", "a", "content", "b", "user_id", "1"}, "user_id", "unknown"},
		"an image as text":    {[]string{"movie_id", movieID, "title", "a", "content", "b", "review_image", "x"}, "review_image", "type"},
		"all that is wrong 1": {[]string{"movie_id", "x", "title", "", "content", strings.Repeat("a", 10_001)}, "movie_id", "type"},
		"all that is wrong 2": {[]string{"movie_id", "x", "title", "", "content", strings.Repeat("a", 10_001)}, "title", "required"},
		"all that is wrong 3": {[]string{"movie_id", "x", "title", "", "content", strings.Repeat("a", 10_001)}, "content", "max"},
	} {
		t.Run(name, func(t *testing.T) {
			s.POST(t, "/reviews", s.As(t, s.bob.ID), testkit.Form(c.form...)).WantField(c.field, c.code)
		})
	}
	s.counts(t, s.film, 0, s.bob, 0)
}

func TestAnInvalidImageIsRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	big := append(testImage(t), make([]byte, picture.MaxBytes)...)
	wide := slices.Replace(testImage(t), 12, 33, header(20_000, 20_000)...)
	post := func(part testkit.Part) *testkit.Response {
		return s.POST(t, "/reviews", s.As(t, s.bob.ID), multipart(s.film.ID, part))
	}
	post(file("review_image", "a.png", []byte("no picture"))).WantProblem(422, "unsupported_image")
	post(file("review_image", "a.txt", testImage(t))).WantProblem(422, "unsupported_image")
	post(file("review_image", "a.png", testImage(t)[:40])).WantProblem(422, "unsupported_image")
	post(file("review_image", "a.png", wide)).WantProblem(422, "image_too_large")
	post(file("review_image", "a.png", big)).WantProblem(413, "too_large")
	post(file("image", "a.png", testImage(t))).WantField("image", "unknown")
	s.counts(t, s.film, 0, s.bob, 0)
	if n := s.tidy(t); n != 0 {
		t.Errorf("%d images, want none", n)
	}
}

// header returns the header chunk of a PNG of this size, without its length.
func header(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk))
}
