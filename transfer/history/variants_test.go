package history

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/korean"
	uni "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/tabular"
)

// The tests below have files that were saved, packed or called anew on their way from a service to here.

// TestLetterboxdExportInOtherArchives also holds that what was deleted is read from no archive.
func TestLetterboxdExportInOtherArchives(t *testing.T) {
	t.Parallel()
	want := said(t, "a.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	for about, data := range map[string][]byte{
		"two folders around it": zippedFolder(t, "letterboxd/tree", "Downloads/letterboxd-rivermoth-2026-01-21-11-20-utc/"),
		"a folder of a Korean":  zippedFolder(t, "letterboxd/tree", string(mustEncode(t, "내 기록/"))),
	} {
		same(t, said(t, "a.zip", data, Options{}), want...)
		if t.Failed() {
			t.Fatal(about)
		}
	}
	deleted := sample(t, "letterboxd/tree/deleted/diary.csv")
	if _, err := open(t, "deleted.zip", zipped(t, [2]string{"deleted/diary.csv", string(deleted)}), Options{}); !errors.Is(err, tabular.ErrNothing) {
		t.Errorf("an archive of what was deleted: %v", err)
	}
	beside := zipped(t, [2]string{"desktop.ini", "[x]"}, [2]string{"me/watched.csv", "Date,Name,Year,Letterboxd URI\n2019-03-02,Salt,1997,https://boxd.it/Zf2B\n"})
	same(t, said(t, "a.zip", beside, Options{}), "watched Salt (1997) letterboxd:Zf2B")
}

func mustEncode(t testing.TB, text string) []byte {
	t.Helper()
	b, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestAListIsTheSameWhoeverPacksIt has a list that only its name identifies, from Windows and from a Mac.
func TestAListIsTheSameWhoeverPacksIt(t *testing.T) {
	t.Parallel()
	const items = "Title,Year,Review\nSalt,1997,\n"
	keys := map[string]string{}
	for about, name := range map[string]string{
		"as it was exported": "lists/001-등불-1.csv", "macOS": norm.NFD.String("lists/001-등불-1.csv"), "Korean Windows": string(mustEncode(t, "lists/001-등불-1.csv")),
	} {
		_, all := entries(t, "a.zip", zipped(t, [2]string{name, items}), Options{})
		if all[0].Kind != List || all[0].Title != "등불" {
			t.Errorf("%s: the %s %q", about, all[0].Kind, all[0].Title)
		}
		keys[all[0].Key] = about
	}
	if len(keys) != 1 {
		t.Errorf("the list has several keys: %v", keys)
	}
}

// TestLetterboxdSavedAnewInASpreadsheet has the forms of days that can be one day only. Those that may be two are no days.
func TestLetterboxdSavedAnewInASpreadsheet(t *testing.T) {
	t.Parallel()
	const header = "Date;Name;Year;Letterboxd URI;Rating;Rewatch;Tags;Watched Date\r\n"
	file := header
	for i, day := range []string{"2020-11-04", "2020/11/4", "2020. 11. 4.", "2020년 11월 4일", "2020.11.04", "20201104", "2020-11-04 00:00:00", "25/12/2020", "12/25/2020"} {
		file += day + ";Salt;1997;https://boxd.it/Ze" + string(rune('a'+i)) + ";4,5;TRUE;;" + day + "\r\n"
	}
	file += "11/4/2020;Salt;1997;https://boxd.it/Zez;4;;;11/4/2020\r\n"
	for about, data := range map[string][]byte{
		"UTF-8": []byte(file), "a mark": []byte("\uFEFF" + file), "a line for Excel": []byte("sep=;\r\n" + file), "CP949": mustEncode(t, file),
		"UTF-16": utf16Of(t, file),
	} {
		got := said(t, "diary.csv", data, Options{})
		if want := 10; len(got) != want {
			t.Fatalf("%s: %d entries, want %d", about, len(got), want)
		}
		for _, e := range got[:7] {
			if e != "viewing Salt (1997) on 2020-11-04 first 4.5*" {
				t.Errorf("%s: %s", about, e)
			}
		}
		for _, e := range got[7:9] {
			if e != "viewing Salt (1997) on 2020-12-25 first 4.5*" {
				t.Errorf("%s: %s", about, e)
			}
		}
		if !strings.Contains(got[9], "failed: "+badDay.EN) {
			t.Errorf("%s: a day that may be two: %s", about, got[9])
		}
	}
}

func utf16Of(t testing.TB, text string) []byte {
	t.Helper()
	b, err := uni.UTF16(uni.BigEndian, uni.UseBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDaysInOtherFormsAreTheSameViewing imports the same file for Letterboxd before and after a spreadsheet has saved it.
func TestDaysInOtherFormsAreTheSameViewing(t *testing.T) {
	t.Parallel()
	_, before := entries(t, "a.csv", []byte("Title,Year,WatchedDate\nSalt,1997,2020-11-04\n"), Options{})
	_, after := entries(t, "a.csv", []byte("Title,Year,WatchedDate\nSalt,1997,2020. 11. 4.\n"), Options{})
	if before[0].Day != after[0].Day || before[0].Key != after[0].Key {
		t.Errorf("on %s with the key %s, and on %s with %s", before[0].Day, before[0].Key, after[0].Day, after[0].Key)
	}
}

func TestListsOfLetterboxdWithSemicolons(t *testing.T) {
	t.Parallel()
	const file = "Letterboxd list export v7\r\nDate;Name;Tags;URL;Description\r\n2023-05-06;Ferries, ranked;;https://boxd.it/Zl1;\r\n\r\n" +
		"Position;Name;Year;URL;Description\r\n1;Salt;1997;https://boxd.it/Zf2B;a note\r\n"
	same(t, said(t, "ferries.csv", []byte(file), Options{}), `list "Ferries, ranked"`, `list_item Salt (1997) letterboxd:Zf2B at 1 note "a note"`)
}

// TestAnUndatedReviewStaysOne has the file of an export from here with a review, and a viewing with a note of its own.
func TestAnUndatedReviewStaysOne(t *testing.T) {
	t.Parallel()
	const film = "LetterboxdURI,tmdbID,imdbID,Title,Year,Directors"
	data := zipped(t,
		[2]string{"diary-1.csv", film + ",Rating,WatchedDate,Rewatch,Tags,Review\n,,tt9900002,Salt,1997,,4,2020-01-02,false,,a note\n"},
		[2]string{"films-1.csv", film + ",Rating,Review\n,,tt9900002,Salt,1997,,,the review\n"})
	same(t, said(t, "a.zip", data, Options{}),
		`viewing Salt (1997) imdb:tt9900002 on 2020-01-02 first 4* note "a note"`, `review Salt (1997) imdb:tt9900002 "the review"`)
}

func TestIMDbListsOfPeopleAreNoFilms(t *testing.T) {
	t.Parallel()
	const file = "Position,Const,Created,Modified,Description,Name,Known For,Birth Date\n1,nm0000122,2020-01-01,2020-01-01,,Charles Chaplin,City Lights,1889-04-16\n"
	s, _ := entries(t, "Directors.csv", []byte(file), Options{})
	if len(s.Ignored) > 0 {
		t.Errorf("columns that are not known: %q", s.Ignored)
	}
	same(t, said(t, "Directors.csv", []byte(file), Options{}), `list "Directors"`, "list_item Charles Chaplin not a film: person at 1")
}

func TestIMDbDaysOfSpreadsheets(t *testing.T) {
	t.Parallel()
	const file = "Const,Your Rating,Date Rated,Title,Title Type,Year\ntt9900001,9,2026. 6. 19.,Lantern,Movie,2011\ntt9900002,9,6/9/2026,Salt,Movie,1997\n"
	_, all := entries(t, "ratings (1).csv", []byte(file), Options{})
	if at := all[0].At.Format("2006-01-02"); at != "2026-06-19" || !all[1].At.IsZero() {
		t.Errorf("rated at %s and %s", at, all[1].At)
	}
}

// TestTraktDaysThatCannotBeReadAreBad does not let a viewing become a mark without its day.
func TestTraktDaysThatCannotBeReadAreBad(t *testing.T) {
	t.Parallel()
	const file = "id,watched_at,action,type,title,year,trakt_id\n1,8/9/2015,watch,movie,Salt,1997,2\n2,8/20/2015,watch,movie,Salt,1997,2\n3,,watch,movie,Salt,1997,2\n"
	same(t, said(t, "history.csv", []byte(file), Options{}),
		"viewing failed: "+badDay.EN+" Salt (1997)", "viewing Salt (1997) on 2015-08-20", "watched Salt (1997)")
}

func TestWatchlistsWithoutRatings(t *testing.T) {
	t.Parallel()
	const tmdb = "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating\n9900001,tt9900001,movie,Lantern,2011-09-08T00:00:00Z,,,7.4\n"
	same(t, said(t, "watchlist.csv", []byte(tmdb), Options{}), "watchlist Lantern (2011) imdb:tt9900001 tmdb:9900001")
	same(t, said(t, "favorites.csv", []byte(tmdb), Options{}), "reaction Lantern (2011) imdb:tt9900001 tmdb:9900001")
	if _, err := open(t, "a.csv", []byte(tmdb), Options{}); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "tmdb-watchlist") {
		t.Errorf("a file that its name does not tell: %v", err)
	}
	const lens = "movie_id,imdb_id,tmdb_id,average_rating,title\n1,9900001,9900001,3.9,\"Lantern Ferry, The (2011)\"\n"
	same(t, said(t, "movielens-wishlist.csv", []byte(lens), Options{}), "watchlist The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 movielens:1")
}

// TestIDsThatToolsAddToLetterboxdAreUsed also holds that the mark, the rating and the item are the same as without them.
func TestIDsThatToolsAddToLetterboxdAreUsed(t *testing.T) {
	t.Parallel()
	const salt = "2019-03-02,Sal,1997,https://boxd.it/Zf2B"
	for name, columns := range map[string]string{"watched.csv": "", "watchlist.csv": "", "ratings.csv": ",Rating"} {
		value := strings.Replace(columns, "Rating", "4", 1)
		_, without := entries(t, name, []byte("Date,Name,Year,Letterboxd URI"+columns+"\n"+salt+value+"\n"), Options{})
		s, with := entries(t, name, []byte("Date,Name,Year,Letterboxd URI"+columns+",imdbID,tmdbID\n"+salt+value+",tt9900002,9900002\n"), Options{})
		if with[0].Film.IDs.IMDb != "tt9900002" || with[0].Film.IDs.TMDB != 9900002 || with[0].Key != without[0].Key || len(s.Ignored) > 0 {
			t.Errorf("%s: %s with the key %s, without ids %s, ignored %q", name, with[0].say(), with[0].Key, without[0].Key, s.Ignored)
		}
	}
	const diary = "Date,Name,Year,Letterboxd URI,Watched Date,IMDb ID\n2020-11-05,Salt,1997,https://boxd.it/Ze1,2020-11-04,tt9900002\n"
	same(t, said(t, "diary.csv", []byte(diary), Options{}), "viewing Salt (1997) imdb:tt9900002 on 2020-11-04 first")
}

// TestAViewingWithAnInvalidRatingIsStored has ratings of other scales, which are bad rows of their own.
func TestAViewingWithAnInvalidRatingIsStored(t *testing.T) {
	t.Parallel()
	bad := "rating failed: " + badRating.EN + " Salt (1997)"
	const diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2020-11-05,Salt,1997,https://boxd.it/Ze1,4.3,,,2020-11-04\n"
	same(t, said(t, "diary.csv", []byte(diary), Options{}), "viewing Salt (1997) on 2020-11-04 first", bad)
	same(t, said(t, "a.csv", []byte("Title,Year,Rating,WatchedDate,Review\nSalt,1997,8,2020-11-04,r\n"), Options{}),
		"viewing Salt (1997) on 2020-11-04", bad, `review Salt (1997) "r"`)
	const reviews = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n2020-11-05,Salt,1997,https://boxd.it/Ze1,4.3,,r,,2020-11-04\n"
	same(t, said(t, "reviews.csv", []byte(reviews), Options{}), "viewing Salt (1997) on 2020-11-04 first", bad, `review Salt (1997) "r"`)
}
