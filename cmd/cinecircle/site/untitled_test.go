package site_test

import (
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
)

// aReview is a review of Letterboxd: it has no title.
const aReview = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n" +
	"2024-03-02,The Lantern Ferry,2011,https://boxd.it/aaaa,4,,\"The lamp goes out twice, and twice it is not the wind.\",,2024-03-01\r\n"

func addFerry(t *testing.T, mina *browser) {
	t.Helper()
	mina.post("/films/new", "title", "The Lantern Ferry", "plot", "", "playtime", "90", "genre", "Drama", "release_date", "2011").has(t, 200)
}

// bringReview imports aReview for a member who has imported nothing yet.
func bringReview(t *testing.T, a *app.App, mina *browser) {
	t.Helper()
	mina.uploadFile("/settings/transfer", "file", "reviews.csv", []byte(aReview)).has(t, 200)
	work(t, a)
	mina.post("/settings/imports/1/confirm").has(t, 200)
	work(t, a)
}

func TestAReviewWithoutATitleIsFoundAndNamedOnEveryPage(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFerry(t, mina)
	bringReview(t, a, mina)

	got := mina.get("/member/1")
	got.has(t, 200, `href="/review/1"`, "The lamp goes out twice, and twice it is not the wind.", `aria-label="mina's review of The Lantern Ferry"`)
	got.hasNot(t, `"></a></h3>`, `aria-label=""`)
	opening := "The lamp goes out twice, and twice it is…"
	mina.get("/film/1").has(t, 200, "mina's review of The Lantern Ferry").hasNot(t, `"></a></h3>`)
	mina.get("/film/1/feed.atom").has(t, 200, "<title>"+opening+" — review of “The Lantern Ferry”</title>")
	mina.get("/review/1").has(t, 200, opening+" — review of “The Lantern Ferry” · cinecircle</title>", "Like the review “"+opening+"”").hasNot(t, "></h1>", `"name":""`)
	mina.get("/review/1/delete").has(t, 200, "Delete “"+opening+"”?")
}

func TestAReviewWithoutATitleIsEditedWithoutOne(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFerry(t, mina)
	bringReview(t, a, mina)

	mina.post("/film/1/review", "title", "", "content", "It is the wind.", "rating", "4", "comments", "everyone").has(t, 200, "It is the wind.")
	mina.post("/film/1/review", "title", "Wind", "content", "It is the wind.", "rating", "4", "comments", "everyone").has(t, 200, "Wind")
	mina.post("/film/1/review", "title", "", "content", "It is calm.", "rating", "4", "comments", "everyone").has(t, 422)
}

func TestOldReviewsOfAnImportComeAfterTheLatest(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, jun := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	addFerry(t, mina)
	jun.post("/film/1/review", "title", "Fog", "content", "I saw a boat.", "comments", "everyone").has(t, 200)
	bringReview(t, a, mina)

	for _, page := range []string{"/", "/latest"} {
		got := jun.get(page).has(t, 200, "I saw a boat.", "The lamp goes out twice")
		if strings.Index(got.body, "I saw a boat.") > strings.Index(got.body, "The lamp goes out twice") {
			t.Errorf("%s shows the old review first", page)
		}
	}
}
