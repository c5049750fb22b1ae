package site_test

import "testing"

func TestAModeratorMergesFilms(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	admin, mina := newBrowser(t, server), newBrowser(t, server)
	admin.join("boss")
	mina.join("mina")
	if err := a.Users.Grant(t.Context(), "boss"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		addFilm(t, a, 2, "소금빛 기차")
	}
	for _, film := range []string{"/film/1", "/film/2"} {
		mina.upload(film+"/review", nil, "title", "of "+film, "content", "yes").has(t, 200)
	}
	mina.get("/film/2").hasNot(t, "/film/2/merge")
	mina.get("/film/2/merge").has(t, 403)
	mina.post("/film/2/merge", "into", "1").has(t, 403)
	admin.get("/film/2").has(t, 200, "/film/2/merge")
	admin.get("/film/2/merge").has(t, 200, "Merge into “소금빛 기차”", "&into=1")
	admin.get("/film/2/merge?q=x&into=1").has(t, 200, `name="into" value="1"`)
	admin.post("/film/2/merge", "into", "1").has(t, 409, "Some members have reviewed both films.", `name="discard_older"`)
	admin.post("/film/2/merge", "into", "9").has(t, 404)
	admin.post("/film/2/merge", "into", "2").has(t, 422)
	p := admin.post("/film/2/merge", "into", "1", "discard_older", "1")
	p.has(t, 200, "Films merged.", "of /film/2")
	if p.path != "/film/1" {
		t.Errorf("led to %s", p.path)
	}
	if p := mina.get("/film/2"); p.path != "/film/1" {
		t.Errorf("/film/2 leads to %s", p.path)
	}
}
