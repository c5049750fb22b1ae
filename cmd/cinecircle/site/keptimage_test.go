package site_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/cinecircle/cinecircle/platform/auth"
)

// The files of hidden images are kept from everybody. Who still sees the page is told why there is no image.
func TestHiddenImageIsReplacedByASentence(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, mod := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	mod.join("mod")
	if err := a.Users.SetRole(t.Context(), "mod", auth.RoleModerator); err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 60))); err != nil {
		t.Fatal(err)
	}
	const sentence = "The image cannot be seen while this is hidden."
	mina.upload("/films/new", picture.Bytes(), "title", "A", "plot", "p", "genre", "Drama", "playtime", "90").has(t, 200, "/media/")
	mina.upload("/film/1/review", picture.Bytes(), "title", "t", "content", "c").has(t, 200)
	pages := []string{"/review/1", "/film/1/review", "/film/1/edit"}
	for _, path := range pages {
		mina.get(path).has(t, 200, "/media/").hasNot(t, sentence)
	}

	mod.post("/moderate/hide/movie/1", "hidden", "true").has(t, 200) // and its review with it
	for _, path := range append(pages, "/film/1") {
		mina.get(path).has(t, 200, sentence).hasNot(t, "/media/")
	}
	mod.get("/review/1").has(t, 200, sentence).hasNot(t, "/media/")

	mod.post("/moderate/hide/movie/1", "hidden", "false").has(t, 200)
	mina.get("/review/1").has(t, 200, "/media/").hasNot(t, sentence)
}
