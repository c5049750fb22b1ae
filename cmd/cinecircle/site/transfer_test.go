package site_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/transfer"
)

// ratings is the shape in which Letterboxd exports ratings.
const ratings = "Date,Name,Year,Letterboxd URI,Rating\r\n" +
	"2024-03-01,The Lantern Ferry,2011,https://boxd.it/aaaa,4.5\r\n" +
	"2024-03-02,Unknown Harbour,1999,https://boxd.it/bbbb,3\r\n"

// work does what the background workers of imports have to do.
func work(t *testing.T, a *app.App) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = a.Transfers.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMembersBringTheirHistoryWithPreviewAndUndo(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, jun := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	jun.join("jun")
	mina.upload("/films/new", nil, "title", "The Lantern Ferry", "plot", "", "genre", "Drama", "playtime", "90", "release_date", "2011-05-05").has(t, 200)
	mina.upload("/films/new", nil, "title", "Harbour of Rain", "plot", "", "genre", "Drama", "playtime", "90", "release_date", "2003-05-05").has(t, 200)

	mina.get("/settings/transfer").has(t, 200, "Bring your history", "/users/me/export")
	mina.uploadFile("/settings/transfer", "file", "ratings.csv", []byte("")).has(t, 422)
	mina.uploadFile("/settings/transfer", "file", "notes.txt", []byte("hello")).has(t, 422)
	mina.uploadFile("/settings/transfer", "file", "ratings.csv", []byte(ratings)).has(t, 200, "letterboxd", "ratings.csv", "Reading the file")
	work(t, a)
	ready := mina.get("/settings/imports/1")
	ready.has(t, 200, "Nothing has been stored yet.", "The Lantern Ferry", "Unknown Harbour", "/settings/imports/1/rows/2")
	ready.has(t, 200, "line 2", "line 3", "Download what is left out")
	mina.get("/settings/imports/1/report").has(t, 200, ",3,rating,Unknown Harbour,")
	mina.get("/settings/imports/1?outcome=needs_review").has(t, 200, "Unknown Harbour").hasNot(t, "The Lantern Ferry")
	mina.get("/settings/transfer").has(t, 200, "ratings.csv", "Waiting for your confirmation", "2 rows")
	jun.get("/settings/imports/1").has(t, 404)
	jun.post("/settings/imports/1/confirm").has(t, 404)
	mina.get("/member/1/ratings").hasNot(t, "The Lantern Ferry")

	mina.get("/settings/imports/1/rows/2?q=Harbour").has(t, 200, "Harbour of Rain")
	mina.post("/settings/imports/1/rows/2", "movie_id", "2").has(t, 200, "The film was chosen.")
	mina.post("/settings/imports/1/confirm").has(t, 200)
	work(t, a)
	mina.get("/settings/imports/1").has(t, 200, "Done", "2 entries were brought.")
	mina.get("/member/1/ratings").has(t, 200, "The Lantern Ferry", "Harbour of Rain")
	if got := mina.get("/settings/imports/1/report"); got.status != 200 || !strings.Contains(got.body, "file,line,kind,title,year,outcome,column,reason\n") {
		t.Errorf("the report: %d %q", got.status, got.body)
	}

	mina.post("/settings/imports/1/remove").has(t, 200, "It is being undone.")
	work(t, a)
	mina.get("/settings/imports/1").has(t, 200, "Undone")
	mina.get("/settings/transfer").has(t, 200, "ratings.csv", "Undone", "2 rows")
	mina.get("/member/1/ratings").hasNot(t, "The Lantern Ferry")
}

func TestAHistoryMayBeLargerThanOtherFiles(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	large := "Date,Name,Year,Letterboxd URI,Review\r\n2024-03-01,The Lantern Ferry,2011,https://boxd.it/aaaa," +
		strings.Repeat("a", 7<<20) + "\r\n"
	for _, path := range []string{"/settings/imports/1", "/settings/imports/2"} { // the second one is not kept out by the first
		mina.uploadFile("/settings/transfer", "file", "reviews.csv", []byte(large)).has(t, 200, "reviews.csv", "Reading the file")
		work(t, a)
		mina.post(path+"/remove").has(t, 200)
	}
}

// TestThePreviewNamesWhatIsNotUsed has a column and a file of an archive that nobody knows.
func TestThePreviewNamesWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for name, text := range map[string]string{
		"watched.csv": "Date,Name,Year,Letterboxd URI,My <Mood>\r\n2024-03-01,Salt,1997,https://boxd.it/aaaa,x\r\n", "notes.csv": "a,b\r\n1,2\r\n",
	} {
		file, err := w.Create(name)
		if err == nil {
			_, err = file.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	mina.uploadFile("/settings/transfer", "file", "a.zip", data.Bytes()).has(t, 200)
	work(t, a)
	mina.get("/settings/imports/1").has(t, 200, "Columns not used", "My <Mood>", "Files not used", "notes.csv")
}

// TestMembersSayWhatAFileIsWhoseContentDoesNot also holds that an import with nothing new has nothing to confirm.
func TestMembersSayWhatAFileIsWhoseContentDoesNot(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	mina.upload("/films/new", nil, "title", "등불", "plot", "", "genre", "Drama", "playtime", "90", "release_date", "2011-05-05").has(t, 200)
	const films = "Date,Name,Year,Letterboxd URI\r\n2024-03-01,\xb5\xee\xba\xd2,2011,https://boxd.it/aaaa\r\n" // in CP949
	mina.get("/settings/transfer").has(t, 200, `<option>letterboxd-watchlist</option>`, `<option>cp949</option>`)
	mina.uploadFile("/settings/transfer", "file", "films (1).txt", []byte(films), "encoding", "cp949", "format", "imdb").
		has(t, 422, "This is no file of the format imdb.", `<option selected>imdb</option>`, `<option selected>cp949</option>`, "<details open>")
	bring := func(path string) seen {
		mina.uploadFile("/settings/transfer", "file", "a.txt", []byte(films), "encoding", "cp949", "format", "letterboxd-watchlist").has(t, 200)
		work(t, a)
		return mina.get(path)
	}
	bring("/settings/imports/1").has(t, 200, "Watchlist", "등불", "Bring 1 entry", "cp949")
	mina.post("/settings/imports/1/confirm").has(t, 200)
	work(t, a)
	mina.get("/member/1/watchlist").has(t, 200, "등불")
	bring("/settings/imports/2").has(t, 200, "There is nothing new in the file.", "Discard").hasNot(t, "/confirm")
}

// twoRows are of two films, of which only the first is unclear when the catalogue has it twice.
const twoRows = "Date,Name,Year,Letterboxd URI,Rating\r\n2024-03-01,Kite Season,1969,https://boxd.it/aaaa,4.5\r\n" +
	"2024-03-02,Harbour of Rain,2003,https://boxd.it/bbbb,3\r\n"

// readTwoRows returns a member whose import with twoRows is ready.
func readTwoRows(t *testing.T) (*browser, *app.App) {
	t.Helper()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	for _, film := range [][]string{
		{"title", "Kite Season", "genre", "Drama", "release_date", "1969", "directors", "Noor Castellan"},
		{"title", "Kite Season", "genre", "Horror", "release_date", "1969"},
		{"title", "Harbour of Rain", "genre", "Drama", "release_date", "2003"},
	} {
		mina.upload("/films/new", nil, append(film, "plot", "", "playtime", "90")...).has(t, 200)
	}
	mina.uploadFile("/settings/transfer", "file", "ratings.csv", []byte(twoRows)).has(t, 200)
	work(t, a)
	return mina, a
}

func TestFilmsWithTheSameTitleAndYearAreToldApartInAnImport(t *testing.T) {
	t.Parallel()
	mina, _ := readTwoRows(t)
	mina.get("/settings/imports/1").has(t, 200, "Kite Season 1969 · Noor Castellan", "Kite Season 1969 · Horror")
}

func TestAChoiceInAnImportCanBeChanged(t *testing.T) {
	t.Parallel()
	mina, a := readTwoRows(t)
	mina.post("/settings/imports/1/rows/1", "skip", "1").has(t, 200, "It is left out.", "Left as it is", "You left it out.", `href="/settings/imports/1/rows/1"`)
	mina.get("/settings/imports/1/rows/1").has(t, 200, "Kite Season").hasNot(t, "Leave out")
	mina.post("/settings/imports/1/rows/1", "movie_id", "2").has(t, 200, `href="/film/2"`, `href="/settings/imports/1/rows/1"`).hasNot(t, "You left it out.")
	mina.get("/settings/imports/1/rows/1").has(t, 200, "Leave out")
	mina.post("/settings/imports/1/confirm").has(t, 200)
	work(t, a)
	mina.get("/settings/imports/1").has(t, 200, "Done").hasNot(t, "/settings/imports/1/rows/1")
	mina.get("/member/1/ratings").has(t, 200, `href="/film/2"`).hasNot(t, `href="/film/1"`)
}

func TestALatePressOnAnImportShowsHowItIs(t *testing.T) {
	t.Parallel()
	mina, a := readTwoRows(t)
	mina.post("/settings/imports/1/confirm").has(t, 200, "Working on it")
	mina.post("/settings/imports/1/remove").has(t, 200, "Working on it")
	work(t, a)
	mina.post("/settings/imports/1/confirm").has(t, 200, "Done")
	mina.post("/settings/imports/1/rows/1", "movie_id", "1").has(t, 200, "Done").hasNot(t, "The film was chosen.")
}

func TestAFileThatCannotBeReadIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	_, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	send := func(name, data string) seen { return mina.uploadFile("/settings/transfer", "file", name, []byte(data)) }
	send("empty.csv", "").has(t, 422, "The file is empty.")
	mina.uploadFile("/settings/transfer", "file", "", nil).has(t, 422, "Please choose a file.")
	send("photo.jpg", "\xff\xd8\xff\xe0"+strings.Repeat("\x00\x01\x02\xfe", 500)).has(t, 422, "a picture or the like. Choose the ZIP, CSV or JSON")
	send("large.csv", strings.Repeat("a", transfer.MaxFile+1)).has(t, 413, `id="file-error"`, "The file must be at most 32 MB.")
}
