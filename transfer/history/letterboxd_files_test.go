package history

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

const letterboxdFilms = "Date,Name,Year,Letterboxd URI\r\n2024-02-29,Quay,2001,https://boxd.it/Zq1\r\n"

func TestLetterboxdFilesThatAreAlikeAreToldByTheirNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Kind{
		"watched.csv": Watched, "Watched (1).csv": Watched, "watchlist.csv": Watchlist, "watchlist-rivermoth.csv": Watchlist,
		"films.csv": Reaction, "likes.csv": Reaction,
	} {
		_, all := entries(t, "upload-123", []byte(letterboxdFilms), Options{Filename: name})
		if len(all) != 1 || all[0].Kind != want {
			t.Errorf("%s: %+v", name, all)
		}
	}
	for format, want := range map[string]Kind{"letterboxd-watched": Watched, "letterboxd-watchlist": Watchlist, "letterboxd-likes": Reaction} {
		_, all := entries(t, "upload-123", []byte(letterboxdFilms), Options{Filename: "export.csv", Format: format})
		if len(all) != 1 || all[0].Kind != want {
			t.Errorf("%s: %+v", format, all)
		}
	}
	_, err := open(t, "upload-123", []byte(letterboxdFilms), Options{Filename: "export.csv"})
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "letterboxd-watchlist") {
		t.Errorf("a name that tells nothing: %v", err)
	}
}

func TestLetterboxdExportZippedAnewOnAMac(t *testing.T) {
	t.Parallel()
	want := said(t, "a.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	files := [][2]string{{"letterboxd-rivermoth/", ""}, {"letterboxd-rivermoth/.DS_Store", "\x00\x00\x00\x01"}, {"__MACOSX/letterboxd-rivermoth/._diary.csv", strings.Repeat("\x00", 300)}}
	for _, name := range []string{"watched.csv", "ratings.csv", "diary.csv", "reviews.csv", "likes/films.csv", "watchlist.csv", "lists/empty-list.csv", "lists/ferries-ranked.csv"} {
		files = append(files, [2]string{"letterboxd-rivermoth/" + name, string(sample(t, "letterboxd/tree/"+name))})
	}
	same(t, said(t, "a.zip", zipped(t, files...), Options{}), want...)
}

// TestLetterboxdPersonIsNotRead looks for the address, for what was deleted, and for what has no place.
func TestLetterboxdPersonIsNotRead(t *testing.T) {
	t.Parallel()
	s, all := entries(t, "a.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	for _, e := range all {
		whole := e.say() + e.Text + e.File
		for _, never := range []string{"ines@", "example.org", "Okafor", "took this back", "Old list", "Since Removed", "deleted/", "orphaned/", "Zr77", "Zl88", "Lovely list"} {
			if strings.Contains(whole, never) {
				t.Errorf("%q is in %s of %s", never, e.Kind, e.File)
			}
		}
	}
	if len(s.Unread) > 0 {
		t.Errorf("not known are %q", s.Unread)
	}
	_, err := open(t, "profile.csv", sample(t, "letterboxd/tree/profile.csv"), Options{})
	if !errors.Is(err, ErrUnknown) || strings.Contains(err.Error(), "ines@") {
		t.Errorf("the profile alone: %v", err)
	}
}

func TestLetterboxdFileOfNULsIsRefused(t *testing.T) {
	t.Parallel()
	data := zipped(t, [2]string{"watched.csv", letterboxdFilms}, [2]string{"ratings.csv", strings.Repeat("\x00", 208)})
	if _, err := open(t, "a.zip", data, Options{}); !errors.Is(err, tabular.ErrNULs) {
		t.Errorf("refused with %v", err)
	}
}

func TestLetterboxdEntriesTellTheirRows(t *testing.T) {
	t.Parallel()
	_, all := entries(t, "a.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Kind == Review })
	if e := all[i]; e.File != "reviews.csv" || e.Line != 6 || !strings.HasPrefix(e.Text, "2023-02-11,The Lantern Ferry,2011,") {
		t.Errorf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	if at := all[i].At.Format("2006-01-02 15:04 -0700"); at != "2023-02-11 00:00 +0900" {
		t.Errorf("written at %s", at)
	}
}

// TestLetterboxdReviewBelongsToItsViewing also holds that a viewing of the diary and its review are one viewing.
func TestLetterboxdReviewBelongsToItsViewing(t *testing.T) {
	t.Parallel()
	_, all := entries(t, "a.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	keys, viewings := map[string]Entry{}, 0
	for _, e := range all {
		if other, has := keys[e.Key]; has {
			t.Errorf("%s and %s have one key", e.say(), other.say())
		}
		if len(e.Key) != 32 {
			t.Errorf("the key is %q", e.Key)
		}
		keys[e.Key] = e
		if e.Kind == Viewing {
			viewings++
		}
		if e.Kind == Review && e.Viewing != "" && keys[e.Viewing].Note != "" {
			t.Errorf("%s is there twice", e.say())
		}
		if e.Kind == Review && strings.HasPrefix(e.Content, "Second") && keys[e.Viewing].Day.String() != "2023-02-10" {
			t.Errorf("the review is of %s", keys[e.Viewing].say())
		}
	}
	if viewings != 5 {
		t.Errorf("%d viewings", viewings)
	}
	_, again := entries(t, "later.zip", zippedFolder(t, "letterboxd/tree", "x/"), Options{})
	for i, e := range again {
		if e.Key != all[i].Key {
			t.Errorf("the key of %s is another one", e.say())
		}
	}
}

func TestOfSeveralReviewsTheNewestStaysOne(t *testing.T) {
	t.Parallel()
	const header = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n"
	file := header +
		"2023-01-02,Quay,2001,https://boxd.it/Ze2,,Yes,Second.,,2023-01-01\r\n" +
		"2024-01-02,Quay,2001,https://boxd.it/Ze3,,Yes,Third.,,2024-01-01\r\n" +
		"2020-01-02,Quay,2001,https://boxd.it/Ze0,,,Undated.,,\r\n" +
		"2022-01-02,Quay,2001,https://boxd.it/Ze1,,,First.,,2022-01-01\r\n" +
		"2022-01-02,Quay,2002,https://boxd.it/Ze9,,,Another film.,,2022-01-01\r\n"
	same(t, said(t, "reviews.csv", []byte(file), Options{}),
		`viewing Quay (2001) on 2023-01-01 again note "Second."`,
		"viewing Quay (2001) on 2024-01-01 again",
		`review Quay (2001) "Third."`,
		`review Quay (2001) "Undated." earlier`,
		`viewing Quay (2001) on 2022-01-01 first note "First."`,
		"viewing Quay (2002) on 2022-01-01 first",
		`review Quay (2002) "Another film."`,
	)
}

// TestTwoFilmsOfATitleAndAYear is about "Lost Country", of which 2023 had two.
func TestTwoFilmsOfATitleAndAYear(t *testing.T) {
	t.Parallel()
	data := zipped(
		t, [2]string{"watched.csv", "Date,Name,Year,Letterboxd URI\r\n2024-01-01,Quay,2001,https://boxd.it/Zf1\r\n2024-01-01,Quay,2001,https://boxd.it/Zf2\r\n"},
		[2]string{"reviews.csv", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n2024-01-01,Quay,2001,https://boxd.it/Ze1,,,One.,,2024-01-01\r\n2024-01-02,Quay,2001,https://boxd.it/Ze2,,,Two.,,2024-01-02\r\n"},
	)
	same(t, said(t, "a.zip", data, Options{}),
		"watched Quay (2001) letterboxd:Zf1", "watched Quay (2001) letterboxd:Zf2",
		"viewing Quay (2001) on 2024-01-01 first", `review Quay (2001) "One."`,
		"viewing Quay (2001) on 2024-01-02 first", `review Quay (2001) "Two."`,
	)
}

func TestLetterboxdLists(t *testing.T) {
	t.Parallel()
	same(t, said(t, "list.csv", sample(t, "letterboxd/list-v5-without-banner.csv"), Options{}),
		`list "MyRiverList" "A list"`, "list_item The Lantern Ferry (2011) letterboxd:Zf1A at 1")
	_, all := entries(t, "ferries-ranked.csv", sample(t, "letterboxd/tree/lists/ferries-ranked.csv"), Options{})
	for _, e := range all[1:] {
		if e.ListKey != all[0].Key {
			t.Errorf("%s is of another list", e.say())
		}
	}
}

func TestLetterboxdImportHasAnyColumnsInAnyOrder(t *testing.T) {
	t.Parallel()
	const file = "Review,Title,WatchedDate,Rewatch,Rating10,tmdbID,imdbID,Tags,Year,Directors,Mood\n" +
		"First <i>time</i>.,Quay,2020-11-01,false,7,77,tt0000077,\"cinema, rain\",2001,\"Jo Bruun, Mira Dunlevy\",x\n" +
		"Again.,Quay,2023-02-10,true,9,77,tt0000077,,2001,,\n" +
		"Undated.,Salt,,,3,78,,lost,1997,,\n" +
		",Tide,,,,79,,,1997,,\n"
	s, all := entries(t, "import.csv", []byte(file), Options{})
	if s.Format != LetterboxdImport || !slices.Equal(s.Ignored, []string{"Mood"}) {
		t.Errorf("%v, ignored %q", s.Format, s.Ignored)
	}
	if all[2].Viewing != all[1].Key {
		t.Error("the review is not of its viewing")
	}
	same(t, said(t, "import.csv", []byte(file), Options{}),
		`viewing Quay (2001) by Jo Bruun+Mira Dunlevy imdb:tt0000077 tmdb:77 on 2020-11-01 first 3.5* note "First time." #cinema#rain`,
		"viewing Quay (2001) imdb:tt0000077 tmdb:77 on 2023-02-10 again 4.5*",
		`review Quay (2001) imdb:tt0000077 tmdb:77 "Again."`,
		"rating Salt (1997) tmdb:78 1.5*",
		`review Salt (1997) tmdb:78 "Undated."`,
		"watched Tide (1997) tmdb:79",
	)
	same(t, said(t, "import.csv", []byte("LetterboxdURI,Rating\nhttps://boxd.it/Zq1,4.5\n"), Options{}), "rating letterboxd:Zq1 4.5*")
}

func TestOneBadRowCostsItself(t *testing.T) {
	t.Parallel()
	const file = "Date,Name,Year,Letterboxd URI,Rating\r\n2024-01-01,Quay,2001,https://boxd.it/Zf1,4\r\n2024-01-01,\"Broken,2001,https://boxd.it/Zf2,4\r\n" +
		"2024-01-01,Salt,1997,https://boxd.it/Zf3,7\r\n2024-01-01,,1997,,3\r\n2024-01-01,Tide,1998,https://boxd.it/Zf4,3.5\r\n"
	_, all := entries(t, "ratings.csv", []byte(file), Options{})
	var got []string
	for _, e := range all {
		got = append(got, e.say())
	}
	same(t, got, "rating Quay (2001) letterboxd:Zf1 4*", "rating failed: "+badRow.EN, "rating failed: "+badRating.EN+" Salt (1997) letterboxd:Zf3",
		"rating failed: "+noFilm.EN+" (1997) 3*", "rating Tide (1998) letterboxd:Zf4 3.5*")
	if all[1].Line != 3 || !strings.HasPrefix(all[1].Text, "2024-01-01,\"Broken") {
		t.Errorf("line %d: %s", all[1].Line, all[1].Text)
	}
}

func TestSpreadsheetsOfOtherCountries(t *testing.T) {
	t.Parallel()
	const file = "\uFEFFsep=;\r\nDATE; Name ;Year;Letterboxd URI;Rating;\r\n2024-01-01;Quay;2001;https://boxd.it/Zf1;4;\r\n;;;;;\r\n"
	same(t, said(t, "ratings.csv", []byte(file), Options{}), "rating Quay (2001) letterboxd:Zf1 4*")
}

func TestLimitsOfMembers(t *testing.T) {
	t.Parallel()
	const header = "Date,Name,Year,Letterboxd URI\r\n"
	s, err := open(t, "watched.csv", []byte(header+strings.Repeat("2024-01-01,Quay,2001,https://boxd.it/Zf1\r\n", MaxRows+1)), Options{})
	read := -1
	for ; err == nil; read++ {
		_, err = s.Next()
	}
	if read != MaxRows || !errors.Is(err, ErrTooManyRows) {
		t.Errorf("%d rows, then %v", read, err)
	}
	_, all := entries(t, "watched.csv", []byte(header+"2024-01-01,"+strings.Repeat("x", tabular.MaxRow)+",2001,\r\n2024-01-01,Quay,2001,https://boxd.it/Zf1\r\n"), Options{})
	if len(all) != 2 || all[0].Failed != longRow || all[1].Film.Title != "Quay" {
		t.Errorf("a row over the limit: %+v", all)
	}
	if _, err := open(t, "a.zip", zipped(t, [2]string{"watched.csv", header + strings.Repeat("x", 1<<20)}), Options{}); !errors.Is(err, tabular.ErrRatio) {
		t.Errorf("over the ratio: %v", err)
	}
	if _, err := open(t, "watched.csv", []byte(header+strings.Repeat("2024-01-01,x\n", 5<<20)), Options{}); !errors.Is(err, tabular.ErrTooLarge) {
		t.Errorf("over the size: %v", err)
	}
}

func TestFilesOfSeveralFormatsAreRefused(t *testing.T) {
	t.Parallel()
	data := zipped(t, [2]string{"watched.csv", letterboxdFilms}, [2]string{"imdb.csv", string(sample(t, "imdb/ratings-2026.csv"))})
	if _, err := open(t, "a.zip", data, Options{}); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "several formats") {
		t.Errorf("refused with %v", err)
	}
}

// TestAnExportForLetterboxdIsNoDiaryThroughout holds that the watchlist of an export from here is not watched, and that the
// notes of a list are no reviews.
func TestAnExportForLetterboxdIsNoDiaryThroughout(t *testing.T) {
	t.Parallel()
	const film, salt = "LetterboxdURI,tmdbID,imdbID,Title,Year,Directors", ",,,Salt,1997,"
	data := zipped(t,
		[2]string{"diary-1.csv", film + ",Rating,WatchedDate,Rewatch,Tags,Review\n" + salt + ",4,2020-01-02,false,,seen\n"},
		[2]string{"watchlist-1.csv", film + "\n,,,Quay,2001,\n"},
		[2]string{"lists/001-Sea films-1.csv", film + ",Review\n" + salt + ",a note\n"},
		[2]string{"lists/001-Sea films-2.csv", film + ",Review\n,,,Quay,2001,,\n"},
		[2]string{"lists/001-Sea films.txt", "Sea films\n\nAll of them\n"})
	same(t, said(t, "a.zip", data, Options{}),
		`viewing Salt (1997) on 2020-01-02 first 4*`, `review Salt (1997) "seen"`,
		`watchlist Quay (2001)`,
		`list "Sea films"`, `list_item Salt (1997) note "a note"`, `list_item Quay (2001)`,
	)
	same(t, said(t, "watchlist.csv", []byte(film+"\n"+salt+"\n"), Options{}), "watchlist Salt (1997)")
	same(t, said(t, "films.csv", []byte("Title,Year,Review\nSalt,1997,r\n"), Options{}), `review Salt (1997) "r"`)
}

// TestListsKeepTheCapitalsOfTheirFiles has lists whose titles are the names of files, single ones and in archives.
func TestListsKeepTheCapitalsOfTheirFiles(t *testing.T) {
	t.Parallel()
	const trakt = "rank,listed_at,type,title,year,trakt_id,notes\n1,2023-02-10T15:30:00.000Z,movie,Salt,1997,1,\n"
	items := sample(t, "trakt/tree/lists-list-4242-ferries-ranked.json")
	imdb := strings.ReplaceAll(imdbList2024, "DESCRIBED", "")
	for name, c := range map[string]struct {
		data []byte
		o    Options
	}{
		"a single list for Letterboxd": {[]byte("Title,Year,Review\nSalt,1997,\n"), Options{Filename: "lists/001-Sea Films-1.CSV"}},
		"a list of Trakt":              {[]byte(trakt), Options{Filename: "Sea Films.csv", Format: "trakt-list"}},
		"a JSON list of Trakt":         {items, Options{Filename: "lists-list-7-Sea-Films.json"}},
		"a list of IMDb":               {[]byte(imdb), Options{Filename: "Sea Films.csv.gz"}},
		"a list of IMDb in an archive": {zipped(t, [2]string{"me/Sea Films.csv", imdb}), Options{}},
	} {
		if _, all := entries(t, "upload", c.data, c.o); all[0].Kind != List || all[0].Title != "Sea Films" {
			t.Errorf("%s begins with the %s %q", name, all[0].Kind, all[0].Title)
		}
	}
}

// TestFilesOfFilmsOnlyAreMarks has files that tell of films and of nothing else, and files without dates.
func TestFilesOfFilmsOnlyAreMarks(t *testing.T) {
	t.Parallel()
	same(t, said(t, "import.csv", []byte("imdbID\ntt0000077\n"), Options{}), "watched imdb:tt0000077")
	same(t, said(t, "import.csv", []byte("Title,Year,Directors\nSalt,1997,Jo Bruun\n"), Options{}), "watched Salt (1997) by Jo Bruun")
	same(t, said(t, "Watchlist.csv", []byte("tmdbID,Title\n77,Salt\n"), Options{}), "watchlist Salt tmdb:77")
	same(t, said(t, "ratings.csv", []byte("Name,Year,Letterboxd URI,Rating\nSalt,1997,,4\n"), Options{}), "rating Salt (1997) 4*")
	if _, err := open(t, "a.csv", []byte("Title,Year,Mood\nSalt,1997,x\n"), Options{}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a table of another format: %v", err)
	}
}

func TestNamesOfFormats(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Format{"letterboxd": Letterboxd, "IMDb": IMDb, "imdb-watchlist": IMDb, "trakt-list": Trakt, "letterboxd-import": LetterboxdImport} {
		if got, err := ParseFormat(name); got != want || err != nil {
			t.Errorf("%s is %v, %v", name, got, err)
		}
	}
	if _, err := ParseFormat("netflix"); !errors.Is(err, ErrUnknown) {
		t.Errorf("netflix: %v", err)
	}
	if _, err := open(t, "a.csv", []byte(letterboxdFilms), Options{Format: "imdb"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("a file of another format: %v", err)
	}
}

func TestTheSentencesAboutUnknownFilesAreWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("x,", 14) + "y\n"
	for _, c := range []struct{ data, format, en, ko string }{
		{"a,b\n1,2\n", "", "The format of this file is not known. It has the columns a, b. Files of cinecircle, Letterboxd, ", "알 수 없는 형식의 파일입니다. 파일의 열 이름은 a, b입니다. cinecircle, Letterboxd, "},
		{many, "", "x, x, x and 3 more. Files", "x, x, x 외 3개입니다. cinecircle"},
		{`{"a":1,"b":2}`, "", "It has the keys of JSON a, b. Files", "파일의 JSON 키는 a, b입니다. cinecircle"},
		{"", "", "It is empty. Files", "빈 파일입니다. cinecircle"},
		{" \n\n", "", "It is empty. Files", "빈 파일입니다. cinecircle"},
		{"[]", "", "It is empty. Files", "빈 파일입니다. cinecircle"},
		{"a,b\n1,2\n", "Kinopoisk", "such as the .xls of Kinopoisk, which is not read.", "키노포이스크의 .xls처럼"},
		{"a,b\n1,2\n", "imdb", "This is no file of the format imdb. It has the columns a, b.", "imdb 형식의 파일이 아닙니다. 파일의 열 이름은 a, b입니다."},
		{"a,b\n1,2\n", "netflix", "There is no format netflix. The formats are cinecircle, letterboxd, ", "netflix 형식은 없습니다. 형식 이름은 cinecircle, letterboxd, "},
	} {
		_, err := open(t, "a.csv", []byte(c.data), Options{Format: c.format})
		e, ok := errors.AsType[*apperr.Error](err)
		if !ok || !errors.Is(err, ErrUnknown) || !strings.Contains(e.Text.EN, c.en) || !strings.Contains(e.Text.KO, c.ko) {
			t.Errorf("%q as %q: %+v", c.data, c.format, err)
		}
	}
}

func TestReviewsInHTMLBecomePlainText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "5 < 6 & so on": "5 < 6 & so on", "<b>a</b> <i>b</i>": "a b", "a<br>b<br/>c": "a\nb\nc", "a &amp; b &lt;i&gt;": "a & b <i>",
		"a\r\n\r\n<blockquote>b</blockquote>c": "a\n\nb\nc", "<p>a</p><p>b</p>": "a\nb", `<a href="https://example.org">See</a> also`: "See also",
		"I <sigh> liked it": "I <sigh> liked it", "a <y and then": "a <y and then", "x<script>alert(1)</script>y": "xy", "<ul><li>a<li>b</ul>": "a\nb",
		"<!-- no -->a": "a", "&#x1F3AC;": "🎬", "e\u0301t\u00e9": "été", "a\x00b": "ab", "a\xffb": "a\uFFFDb", "<3": "<3", "": "", "<i></i>": "",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestNewerReviewOfALaterExportHasTheKeyOfTheOlder lets it take the place of that.
func TestNewerReviewOfALaterExportHasTheKeyOfTheOlder(t *testing.T) {
	t.Parallel()
	const header = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n"
	const first = "2022-01-02,Quay,2001,https://boxd.it/Ze1,,,First.,,2022-01-01\r\n"
	_, before := entries(t, "reviews.csv", []byte(header+first), Options{})
	_, after := entries(t, "reviews.csv", []byte(header+first+"2023-01-02,Quay,2001,https://boxd.it/Ze2,,Yes,Second.,,2023-01-01\r\n"), Options{})
	if before[0].Key != after[0].Key || before[0].Note != "" || after[0].Note != "First." {
		t.Errorf("the viewing was %s and is %s", before[0].say(), after[0].say())
	}
	if before[1].Key != after[2].Key || before[1].Content != "First." || after[2].Content != "Second." {
		t.Errorf("the review was %s and is %s", before[1].say(), after[2].say())
	}
}
