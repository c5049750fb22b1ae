package history

import (
	"errors"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// TestAnExportThatIsPackedAgainIsRead has the ZIP of an export among other things. An export beside a copy of itself is refused,
// because the viewings of both would count.
func TestAnExportThatIsPackedAgainIsRead(t *testing.T) {
	t.Parallel()
	const diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n2020-01-05,Salt,1997,https://boxd.it/e1,4.5,,,2020-01-04\r\n"
	inner := string(zipped(t, [2]string{"diary.csv", diary}, [2]string{"profile.csv", "Date Joined,Username,Email Address\r\n2020-01-01,me,me@example.com\r\n"},
		[2]string{"deleted/diary.csv", diary}))
	for name, files := range map[string][][2]string{
		"among others": {{"Backup/letterboxd-me-2026-01-21.zip", inner}, {"Backup/photo.jpg", "x"}, {"Backup/notes.txt", "hello"}},
		"and a table":  {{"letterboxd.zip", inner}, {"budget.csv", "month,sum\n1,2\n"}},
		"alone":        {{"letterboxd.zip", inner}},
	} {
		s, all := entries(t, "backup.zip", zipped(t, files...), Options{})
		if len(all) != 1 || all[0].Kind != Viewing || all[0].File != "diary.csv" || s.Format != Letterboxd {
			t.Errorf("%s: %+v", name, all)
		}
		if name == "and a table" && strings.Join(s.Unread, " ") != "budget.csv" {
			t.Errorf("unread: %q", s.Unread)
		}
	}
	for name, files := range map[string][][2]string{
		"two":        {{"a.zip", inner}, {"b.zip", inner}},
		"and a copy": {{"letterboxd.zip", inner}, {"diary.csv", diary}},
	} {
		_, err := open(t, "backup.zip", zipped(t, files...), Options{})
		e, ok := errors.AsType[*apperr.Error](err)
		if !errors.Is(err, ErrUnknown) || !ok || !strings.Contains(e.Text.EN, ".zip, and both have files") || !strings.Contains(e.Text.KO, ".zip)") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestXMLIsCalledSo does not show a file of one line as the heading of a column.
func TestXMLIsCalledSo(t *testing.T) {
	t.Parallel()
	_, err := open(t, "movie.nfo", []byte("<?xml version=\"1.0\"?>\n<movie><title>Salt</title></movie>\n"), Options{})
	e, ok := errors.AsType[*apperr.Error](err)
	if !errors.Is(err, ErrUnknown) || !ok || !strings.Contains(e.Text.EN, "It is XML.") || !strings.Contains(e.Text.KO, "XML 파일입니다.") {
		t.Errorf("%v", err)
	}
}

// TestTheWatchlistOfOlderToolsForTraktIsRead has folders for each kind.
func TestTheWatchlistOfOlderToolsForTraktIsRead(t *testing.T) {
	t.Parallel()
	_, all := entries(t, "trakt.zip", zipped(t, [2]string{"me/history/history-1.json", "[]"}, [2]string{
		"me/watchlist/movies.json",
		`[{"listed_at":"2024-01-01T00:00:00.000Z","type":"movie","movie":{"title":"Salt","year":1997,"ids":{"imdb":"tt9900002"}}}]`,
	}), Options{})
	if len(all) != 1 || all[0].Kind != Watchlist || all[0].File != "watchlist/movies.json" {
		t.Errorf("%+v", all)
	}
}

// TestOldRatingsOfMovieLensAreRefusedByName has the files without a header.
func TestOldRatingsOfMovieLensAreRefusedByName(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"u.data": "196\t242\t3\t881250949\n186\t302\t3\t891717742\n", "ratings.dat": "1::1193::5::978300760\n", "of ml-10m": "1::122::4.5::838985046\r\n",
	} {
		_, err := open(t, "u.data", []byte(text), Options{})
		e, ok := errors.AsType[*apperr.Error](err)
		if !errors.Is(err, ErrUnknown) || !ok || !strings.Contains(e.Text.EN, "MovieLens that only has numbers") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
