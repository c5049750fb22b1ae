package history

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/stars"
)

func TestIMDbRatingsOf2026(t *testing.T) {
	t.Parallel()
	_, all := entries(t, "0f8c1a2e-1111-4222-8333-444455556666.csv", sample(t, "imdb/ratings-2026.csv"), Options{})
	if at := all[0].At.Format("2006-01-02"); at != "2026-06-19" {
		t.Errorf("rated at %s", at)
	}
	same(t, said(t, "ratings.csv", sample(t, "imdb/ratings-2026.csv"), Options{}),
		"rating The Lantern Ferry = 등불 나룻배 (2011) by Han Seo-yul imdb:tt9900001 4.5*",
		`rating Salt, Rust & "Gold" (1997) by Mira Dunlevy+Tomas Aakre imdb:tt9900002 0.5*`,
		"rating Harbour Lights: Pilot (2025) imdb:tt9900050 not a film: TV Episode 5*",
	)
}

func TestIMDbTypesAndTitlesOfOtherLanguages(t *testing.T) {
	t.Parallel()
	const file = "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n" +
		"tt9900001,7,2026-06-19,\"Il traghetto\",\"등불 나룻배\",https://www.imdb.com/title/tt9900001,Film,7.4,112,2011,\"Drama\",1834,\"2011-09-08\",\"\"\n" +
		"tt9900051,7,2026-06-19,\"Luci del porto\",\"Harbour Lights\",https://www.imdb.com/title/tt9900051,Serie TV,7.4,,2024,\"\",1,\"2024-01-01\",\"\"\n" +
		"tt9900052,7,2026-06-19,\"Qualcosa\",\"Something\",https://www.imdb.com/title/tt9900052,Cosa Sconosciuta,7.4,,2024,\"\",1,\"\",\"\"\n"
	same(t, said(t, "a.csv", []byte(file), Options{}),
		"rating Il traghetto = 등불 나룻배 (2011) imdb:tt9900001 3.5*",
		"rating Luci del porto = Harbour Lights (2024) imdb:tt9900051 not a film: Serie TV 3.5*",
		"rating Qualcosa = Something (2024) imdb:tt9900052 not a film: Cosa Sconosciuta 3.5*",
	)
}

const imdbList2024 = "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated\n" +
	"1,tt9900001,2024-03-01,2024-03-01,,\"The Lantern Ferry\",\"The Lantern Ferry\",https://www.imdb.com/title/tt9900001,Movie,7.4,112,2011,\"Drama\",1,\"2011-09-08\",\"Han Seo-yul\",,\n" +
	"2,tt9900002,2024-03-02,2024-03-02,DESCRIBED,\"Salt\",\"Salt\",https://www.imdb.com/title/tt9900002,Movie,8.0,,1997,\"\",1,\"\",\"\",9,2024-03-03\n"

// TestIMDbRatingOfAListStandsAtItsEnd also holds that an empty one is not a rating of 0, and that the rating of IMDb is not
// the member's.
func TestIMDbRatingOfAListStandsAtItsEnd(t *testing.T) {
	t.Parallel()
	same(t, said(t, "WATCHLIST.csv", []byte(strings.ReplaceAll(imdbList2024, "DESCRIBED", "")), Options{}),
		"watchlist The Lantern Ferry (2011) by Han Seo-yul imdb:tt9900001",
		"rating Salt (1997) imdb:tt9900002 4.5*",
		"watchlist Salt (1997) imdb:tt9900002",
	)
}

func TestIMDbListIsToldFromTheWatchlist(t *testing.T) {
	t.Parallel()
	const id = "0f8c1a2e-1111-4222-8333-444455556666.csv"
	plainList, described := strings.ReplaceAll(imdbList2024, "DESCRIBED", ""), strings.ReplaceAll(imdbList2024, "DESCRIBED", "a note")
	for _, c := range []struct {
		name, file, format, want string
	}{
		{id, plainList, "", "watchlist"},
		{id, described, "", "list"},
		{"Ferries.csv", plainList, "", "list"},
		{"watchlist (1).csv", described, "", "watchlist"},
		{"Ferries.csv", plainList, "imdb-watchlist", "watchlist"},
		{id, plainList, "IMDb-List", "list"},
	} {
		_, all := entries(t, "upload", []byte(c.file), Options{Filename: c.name, Format: c.format})
		if got := string(all[0].Kind); got != c.want {
			t.Errorf("%s as %q begins with %s, want %s", c.name, c.format, got, c.want)
		}
	}
	same(t, said(t, "upload", []byte(described), Options{Filename: "Ferries.csv"}),
		`list "Ferries"`,
		"list_item The Lantern Ferry (2011) by Han Seo-yul imdb:tt9900001 at 1",
		"rating Salt (1997) imdb:tt9900002 4.5*",
		`list_item Salt (1997) imdb:tt9900002 at 2 note "a note"`,
	)
}

func TestIMDbOf2019(t *testing.T) {
	t.Parallel()
	const header = "Const,Your Rating,Date Added,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
	file := append([]byte(header+"tt9900004,8,2017-05-06,"), 0xC9, 't', 0xE9, ' ', 0xE0)
	file = append(file, []byte(" Minuit,https://www.imdb.com/title/tt9900004/,movie,7.1,98,2004,\"Comedy, Romance\",100,2004-07-14,\"Anne Le Goff, Jo Bruun\"\n"+
		"tt9900051,8,2017-05-06,Harbour Lights,https://www.imdb.com/title/tt9900051/,tvSeries,7.1,98,2024,Drama,100,2024-07-14,\n"+
		"tt9900053,8,2017-05-06,Quay,https://www.imdb.com/title/tt9900053/,video,7.1,98,2001,Drama,100,2001-07-14,\n")...)
	s, all := entries(t, "ratings.csv", file, Options{})
	if s.Encoding != "cp1252" || !s.Guessed {
		t.Errorf("%s, guessed %v", s.Encoding, s.Guessed)
	}
	if at := all[0].At.Format("2006-01-02"); at != "2017-05-06" {
		t.Errorf("the column before 2018 says %s", at)
	}
	same(t, said(t, "ratings.csv", file, Options{}),
		"rating Été à Minuit (2004) by Anne Le Goff+Jo Bruun imdb:tt9900004 4*",
		"rating Harbour Lights (2024) imdb:tt9900051 not a film: tvSeries 4*",
		"rating Quay (2001) imdb:tt9900053 4*",
	)
}

func TestIMDbOf2015(t *testing.T) {
	t.Parallel()
	file := sample(t, "imdb/watchlist-2015.csv")
	_, all := entries(t, "WATCHLIST.csv", file, Options{})
	if at := all[1].At.Format("2006-01-02 15:04:05"); at != "2011-04-23 08:36:35" {
		t.Errorf("added at %s", at)
	}
	same(t, said(t, "WATCHLIST.csv", file, Options{}),
		"rating Il traghetto delle lanterne (2011) by Han Seo-yul imdb:tt9900001 4.5*",
		"watchlist Il traghetto delle lanterne (2011) by Han Seo-yul imdb:tt9900001",
		`watchlist Salt, Rust & "Gold" (1997) by Mira Dunlevy+Tomas Aakre imdb:tt9900002`,
		"watchlist Harbour Lights (2024) imdb:tt9900051 not a film: TV Series",
	)
	// The ratings of that time have the same header.
	if got := said(t, "ratings.csv", file, Options{}); got[0] != "rating Il traghetto delle lanterne (2011) by Han Seo-yul imdb:tt9900001 4.5*" ||
		got[1] != "rating kept: "+noRating.EN+` Salt, Rust & "Gold" (1997) by Mira Dunlevy+Tomas Aakre imdb:tt9900002` {
		t.Errorf("as ratings: %q", got)
	}
}

func TestIMDbSavedAnewInASpreadsheet(t *testing.T) {
	t.Parallel()
	const header = "Position,Const,Created,Modified,Description,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
	file := header + "1,tt9900001,10-09-20,10-09-20,,The Lantern Ferry,https://www.imdb.com/title/tt9900001/,movie,7.4,112,2011,Drama,1,08-09-11,Han Seo-yul\n" +
		strings.Repeat(",,,,,,,,,,,,,,\n", 470) + "2,shifted,,,,,,,,,,,,,\n"
	_, all := entries(t, "watchlist.csv", []byte(file), Options{})
	if len(all) != 2 || !all[0].At.IsZero() || all[1].Line != 473 || all[1].Failed != noID {
		t.Errorf("%d entries, the first of %s, the last is %q in line %d", len(all), all[0].At, all[1].Failed.EN, all[1].Line)
	}
}

func TestMovieLensNeedsOnePerson(t *testing.T) {
	t.Parallel()
	if _, err := open(t, "ratings.csv", sample(t, "movielens/ratings.csv"), Options{}); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "several people") {
		t.Errorf("a data set: %v", err)
	}
}

func TestMovieLensTakesIDsAndTitlesFromTheOtherFiles(t *testing.T) {
	t.Parallel()
	ratings := "userId,movieId,rating,timestamp\r\n1,1,4.5,1260759144\r\n1,2,0.5,1260759179\r\n1,3,3.0,1260759180\r\n1,77,2.0,1260759180\r\n"
	data := zipped(t, [2]string{"ml/movies.csv", string(sample(t, "movielens/movies.csv"))}, [2]string{"ml/links.csv", string(sample(t, "movielens/links.csv"))},
		[2]string{"ml/ratings.csv", ratings}, [2]string{"ml/README.txt", "hello"})
	s, all := entries(t, "ml.zip", data, Options{})
	if s.Format != MovieLens || all[0].At.Unix() != 1260759144 || all[0].File != "ratings.csv" || all[0].Line != 2 {
		t.Errorf("%v: %+v", s.Format, all[0])
	}
	same(t, said(t, "ml.zip", data, Options{}),
		"rating The Lantern Ferry = Deungbul narutbae (2011) imdb:tt9900001 tmdb:9900001 movielens:1 4.5*",
		`rating Salt, Rust & "Gold" (1997) imdb:tt0090002 movielens:2 0.5*`,
		"rating Harbour Lights (2024– ) movielens:3 not a film: (2024– ) 3*",
		"rating movielens:77 2*",
	)
}

func TestMovieLensAccount(t *testing.T) {
	t.Parallel()
	same(t, said(t, "movielens-ratings.csv", sample(t, "movielens/movielens-ratings-of-an-account.csv"), Options{}),
		"rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 movielens:1 4.5*",
		`rating Salt, Rust & "Gold" (1997) imdb:tt0090002 tmdb:9900002 movielens:2 0.5*`,
	)
}

func TestTraktArchive(t *testing.T) {
	t.Parallel()
	data := zippedFolder(t, "trakt/tree", "")
	_, all := entries(t, "trakt.zip", data, Options{})
	if at := all[0].At.UTC().Format("2006-01-02T15:04:05Z"); at != "2023-02-10T21:30:00Z" {
		t.Errorf("the first play is of %s", at)
	}
	same(t, said(t, "trakt.zip", data, Options{}),
		"viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2023-02-11", // 21:30 of the day before in UTC
		"viewing Harbour Lights (2024) not a film: episode on 2022-03-04",
		"viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2020-11-01",
		"rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 4.5*",
		`rating Salt, Rust & "Gold" (1997) imdb:tt9900002 tmdb:9900002 0.5*`,
		`review The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 "The lamp goes out **twice**. The dog did it." spoiler`,
		"watchlist Untitled Harbour Project tmdb:9900003",
		`list "Ferries, ranked" "All the boats." ranked private`,
		`list_item The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 at 1 note "still the \"best\""`,
	)
	for _, e := range all {
		if e.Kind == ListItem && e.ListKey != all[7].Key {
			t.Errorf("the item is of the list %s, not of %s", e.ListKey, all[7].Key)
		}
	}
}

// TestTraktSummaryIsReadWithoutTheHistoryOnly also holds that files in the folders of older tools are found.
func TestTraktSummaryIsReadWithoutTheHistoryOnly(t *testing.T) {
	t.Parallel()
	summary := [2]string{"watched/movies.json", string(sample(t, "trakt/tree/watched-movies.json"))}
	same(t, said(t, "t.zip", zipped(t, summary), Options{}), "watched The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001")
	history := [2]string{"watched/history-1.json", string(sample(t, "trakt/tree/watched-history-1.json"))}
	if got := said(t, "t.zip", zipped(t, summary, history), Options{}); len(got) != 3 || !strings.HasPrefix(got[0], "viewing") {
		t.Errorf("with the history: %q", got)
	}
}

func TestTraktPlaysOfUnknownDates(t *testing.T) {
	t.Parallel()
	const play = `[{"id":1,"watched_at":"1970-01-01T00:00:00.000Z","action":"watch","type":"movie","movie":{"title":"Quay","year":null,"ids":{"trakt":9,"imdb":null,"tmdb":77}}},
		{"id":2,"watched_at":null,"action":"watch","type":"movie","movie":{"title":"Quay","year":null,"ids":{"trakt":9,"imdb":null,"tmdb":77}}}]`
	same(t, said(t, "watched-history-1.json", []byte(play), Options{}), "watched Quay tmdb:77", "watched Quay tmdb:77")
}

func TestTraktSingleFiles(t *testing.T) {
	t.Parallel()
	watchlist := sample(t, "trakt/tree/lists-watchlist.json")
	same(t, said(t, "lists-watchlist.json", watchlist, Options{}), "watchlist Untitled Harbour Project tmdb:9900003")
	same(t, said(t, "lists-list-4242-ferries-ranked.json", sample(t, "trakt/tree/lists-list-4242-ferries-ranked.json"), Options{}),
		`list "ferries ranked"`, `list_item The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 at 1 note "still the \"best\""`)
	if _, err := open(t, "a.json", watchlist, Options{}); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "trakt-watchlist") {
		t.Errorf("a name that tells nothing: %v", err)
	}
	same(t, said(t, "a.json", watchlist, Options{Format: "trakt-watchlist"}), "watchlist Untitled Harbour Project tmdb:9900003")
}

func TestTraktTables(t *testing.T) {
	t.Parallel()
	same(t, said(t, "a.csv", sample(t, "trakt/ratings-export.csv"), Options{}), "rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 4.5*")
	const history = "id,watched_at,action,type,title,year,trakt_id,imdb_id,tmdb_id\n7,2020-10-31T15:30:00.000Z,watch,movie,The Lantern Ferry,2011,1,tt9900001,9900001\n" +
		"8,2020-10-31T15:30:00.000Z,watch,episode,Harbour Lights,2024,1,tt9900050,\n"
	same(t, said(t, "a.csv", []byte(history), Options{}), "viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2020-11-01", "viewing Harbour Lights (2024) not a film: episode on 2020-11-01")
}

func TestSIMKLBackup(t *testing.T) {
	t.Parallel()
	const backup = `{"shows":[{"status":"watching","user_rating":8,"last_watched_at":"2022-01-01T00:00:00Z","show":{"title":"Harbour Lights","year":2024,"ids":{"simkl":51,"tmdb":"51"}}}],
		"anime":[{"status":"completed","user_rating":7,"user_rated_at":"2024-05-01T10:00:00Z","last_watched_at":"2024-04-30T16:00:00Z","anime_type":"movie","show":{"title":"Paper Tide","year":2016,"ids":{"simkl":6,"tmdb":"600"}}},
		 {"status":"completed","user_rating":null,"last_watched_at":null,"anime_type":"tv","show":{"title":"Long Tide","year":2016,"ids":{"simkl":7}}}],
		"movies":[{"added_to_watchlist_at":"2023-01-01T00:00:00Z","last_watched_at":"2023-02-10T15:30:00Z","user_rated_at":"2023-02-11T00:00:00Z","user_rating":9,"status":"completed","movie":{"title":"The Lantern Ferry","year":2011,"ids":{"simkl":1,"imdb":"tt9900001","tmdb":"9900001"}},"memo":{"text":"dog"}},
		 {"last_watched_at":null,"user_rating":null,"status":"plantowatch","movie":{"title":"Quay","year":null,"ids":{"simkl":2}}},
		 {"last_watched_at":null,"user_rating":0,"status":"dropped","movie":{"title":"Quay Two","year":2001,"ids":{"simkl":3}}},
		 {"last_watched_at":null,"user_rating":null,"status":"completed","movie":{"title":"Quay Three","year":2001,"ids":{"simkl":4}}}]}`
	want := []string{
		"viewing Harbour Lights (2024) not a film: show",
		"rating Paper Tide (2016) tmdb:600 3.5*",
		"viewing Paper Tide (2016) tmdb:600 on 2024-05-01",
		"viewing Long Tide (2016) not a film: tv",
		"rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 4.5*",
		`viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2023-02-11 note "dog"`,
		"watchlist Quay",
		"viewing kept: " + unfinished.EN + " Quay Two (2001)",
		"watched Quay Three (2001)",
	}
	same(t, said(t, "SimklBackup.json", []byte(backup), Options{}), want...)
	same(t, said(t, "SimklBackup.zip", zipped(t, [2]string{"SimklBackup.json", strings.ReplaceAll(backup, "\n", "")}), Options{}), want...)
}

func TestSIMKLTable(t *testing.T) {
	t.Parallel()
	same(t, said(t, "SimklBackup.csv", sample(t, "simkl/SimklBackup.csv"), Options{}),
		"rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 4.5*",
		`viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2023-02-10 note "dog, lamp"`,
		`watchlist Salt, Rust & "Gold" (2019) imdb:tt9900003`,
	)
}

func TestTMDBAccount(t *testing.T) {
	t.Parallel()
	file := sample(t, "tmdb/account-ratings.csv")
	same(t, said(t, "ratings.csv", file, Options{}), "rating 등불 나룻배 (2011) imdb:tt9900001 tmdb:9900001 4.5*", "rating Harbour Lights S1E1 (2024) not a film: tv 4*")
	if got := said(t, "watchlist.csv", file, Options{}); got[0] != "watchlist 등불 나룻배 (2011) imdb:tt9900001 tmdb:9900001" {
		t.Errorf("as a watchlist: %q", got)
	}
	if got := said(t, "a.csv", file, Options{Format: "tmdb-favorites"}); got[0] != "reaction 등불 나룻배 (2011) imdb:tt9900001 tmdb:9900001" {
		t.Errorf("as favorites: %q", got)
	}
}

func TestMovary(t *testing.T) {
	t.Parallel()
	same(t, said(t, "history.csv", sample(t, "peers/movary-history.csv"), Options{}),
		`viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2020-11-01 note "The lamp goes out twice."`,
		"viewing The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 on 2023-02-10",
		`watched Salt, Rust & "Gold" (1997) tmdb:9900002`,
	)
	same(t, said(t, "ratings.csv", sample(t, "peers/movary-ratings.csv"), Options{}), "rating The Lantern Ferry (2011) imdb:tt9900001 tmdb:9900001 4.5*")
	same(t, said(t, "watchlist.csv", sample(t, "peers/movary-watchlist.csv"), Options{}), "watchlist Untitled Harbour Project tmdb:9900003")
}

func TestEqualPlaysAreViewingsOfTheirOwn(t *testing.T) {
	t.Parallel()
	const row = "Quay,2001,77,,2020-11-01,,\n"
	keys := func() (out []string) {
		_, all := entries(t, "history.csv", []byte("title,year,tmdbId,imdbId,watchedAt,comment,location\n"+row+row+row), Options{})
		for _, e := range all {
			out = append(out, e.Key)
		}
		return out
	}
	first, again := keys(), keys()
	if len(first) != 3 || first[0] == first[1] || first[1] == first[2] || first[0] == first[2] {
		t.Errorf("the keys are %q", first)
	}
	same(t, again, first...)
}

func TestYamtrack(t *testing.T) {
	t.Parallel()
	same(t, said(t, "yamtrack.csv", sample(t, "peers/yamtrack.csv"), Options{}),
		"rating The Lantern Ferry tmdb:9900001 4.5*",
		`viewing The Lantern Ferry tmdb:9900001 on 2023-02-10 note "dog, lamp"`,
		"viewing kept: "+noDays.EN+" The Lantern Ferry tmdb:9900001",
		"viewing Harbour Lights not a film: episode",
		"watchlist Untitled Harbour Project tmdb:9900003",
	)
	const later = `"media_id","source","media_type","title","image","season_number","episode_number","score","status","notes","start_date","end_date","progress","created_at","progressed_at"` + "\n" +
		`"5","manual","movie","Home Movie","","","","8.5","Completed","","","2023-02-10 22:00:00+00:00","1","",""` + "\n" +
		`"6","tmdb","movie","Quay","","","","","In progress","","","","","",""` + "\n"
	same(t, said(t, "yamtrack.csv", []byte(later), Options{}),
		"rating failed: "+badRating.EN+" Home Movie", // 8.5 of 10 is between two half-stars
		"viewing Home Movie on 2023-02-11",
		"viewing kept: "+unfinished.EN+" Quay tmdb:6",
	)
}

func TestNeoDB(t *testing.T) {
	t.Parallel()
	const tv = "title,info,links,timestamp,status,rating,comment,tags\r\nHarbour Lights,imdb:tt9900051 year:2024,https://neodb.example/tv/season/x,2023-02-10T22:11:00+08:00,complete,9,,\r\n"
	data := zipped(t, [2]string{"movie_mark.csv", string(sample(t, "peers/neodb/movie_mark.csv"))}, [2]string{"movie_review.csv", string(sample(t, "peers/neodb/movie_review.csv"))}, [2]string{"tv_mark.csv", tv})
	same(t, said(t, "neodb.zip", data, Options{}),
		"rating The Lantern Ferry (2011) by Han Seo-yul imdb:tt9900001 tmdb:9900001 4.5*",
		`viewing The Lantern Ferry (2011) by Han Seo-yul imdb:tt9900001 tmdb:9900001 on 2023-02-10 note "dog and lamp" #cinema#with Mette`,
		"viewing Harbour Lights (2024) not a film: tv",
		`review The Lantern Ferry (2011) imdb:tt9900001 "On lamps" "The lamp goes out **twice**.\n\n> Row."`,
	)
}

func TestRyot(t *testing.T) {
	t.Parallel()
	const file = `{"metadata":[
		{"lot":"movie","source_id":"The Lantern Ferry","identifier":"9900001","source":"tmdb","collections":["Watchlist","Boats",{"collection_name":"Completed"},{"collection_name":"Rivers"}],
		 "seen_history":[{"progress":"100","ended_on":"2023-02-10"},{"ended_on":"2020-10-31T15:30:00Z"},{"progress":"40"},{"progress":"100"}],
		 "reviews":[{"rating":"90","review":{"date":"2023-02-11T00:00:00Z","spoiler":true,"text":"Newest.","visibility":"public"}},{"rating":"85"},{"review":{"date":"2020-01-01T00:00:00Z","text":"Older."}},
		  {"review":{"date":"2019-01-01T00:00:00Z","text":"Mine.","visibility":"private"}}]},
		{"lot":"movie","source_id":"Quay","identifier":"77","source":"tmdb","collections":["Boats"],"seen_history":[],"reviews":[{"rating":"0"}]},
		{"lot":"show","source_id":"Harbour Lights","identifier":"51","source":"tmdb","collections":["Watchlist"],"seen_history":[],"reviews":[]}]}`
	same(t, said(t, "export.json", []byte(file), Options{}),
		"viewing The Lantern Ferry tmdb:9900001 on 2023-02-10",
		"viewing The Lantern Ferry tmdb:9900001 on 2020-11-01",
		"viewing kept: "+unfinished.EN+" The Lantern Ferry tmdb:9900001",
		"watched The Lantern Ferry tmdb:9900001",
		"rating The Lantern Ferry tmdb:9900001 4.5*",
		`review The Lantern Ferry tmdb:9900001 "Newest." spoiler`,
		"rating failed: "+badRating.EN+" The Lantern Ferry tmdb:9900001",
		`review The Lantern Ferry tmdb:9900001 "Older." earlier`,
		"review kept: "+notPublic.EN+` The Lantern Ferry tmdb:9900001 "Mine." earlier`,
		"watchlist The Lantern Ferry tmdb:9900001",
		`list "Boats"`, "list_item The Lantern Ferry tmdb:9900001",
		`list "Rivers"`, "list_item The Lantern Ferry tmdb:9900001",
		"list_item Quay tmdb:77",
		"viewing Harbour Lights not a film: show",
	)
}

func TestWatcharrHidesViewingsInItsActivity(t *testing.T) {
	t.Parallel()
	const file = `[{"id":1,"createdAt":"2023-02-10T10:00:00Z","status":"FINISHED","rating":9,"thoughts":"The dog.","content":{"tmdbId":9900001,"title":"The Lantern Ferry","type":"movie","release_date":"2011-09-08T00:00:00Z"},
		"activity":[{"type":"ADDED_WATCHED","data":"{\"status\":\"PLANNED\",\"rating\":0}","createdAt":"2020-01-01T00:00:00Z"},
		 {"type":"STATUS_CHANGED","data":"FINISHED","createdAt":"2020-10-31T15:30:00Z"},
		 {"type":"IMPORTED_WATCHED","data":"{\"status\":\"FINISHED\"}","createdAt":"2024-01-01T00:00:00Z"},
		 {"type":"IMPORTED_ADDED_WATCHED","data":"","createdAt":"2024-01-01T00:00:00Z","customDate":"2023-02-10T00:00:00Z"},
		 {"type":"RATING_CHANGED","data":"9","createdAt":"2023-02-11T00:00:00Z"}]},
		{"id":2,"status":"PLANNED","rating":0,"content":{"tmdbId":77,"title":"Quay","type":"movie"},"activity":[]},
		{"id":3,"status":"DROPPED","rating":2,"content":{"tmdbId":78,"title":"Quay Two","type":"movie"},"activity":[]},
		{"id":4,"status":"FINISHED","rating":0,"content":{"tmdbId":79,"title":"Quay Three","type":"movie"},"activity":null},
		{"id":5,"status":"FINISHED","rating":8,"content":{"tmdbId":51,"title":"Harbour Lights","type":"tv"},"activity":[]},
		{"id":6,"status":"FINISHED","rating":8,"game":{"name":"Boats"},"activity":[]}]`
	same(t, said(t, "watcharr.json", []byte(file), Options{}),
		"viewing The Lantern Ferry (2011) tmdb:9900001 on 2020-11-01",
		"viewing The Lantern Ferry (2011) tmdb:9900001 on 2023-02-10",
		"rating The Lantern Ferry (2011) tmdb:9900001 4.5*",
		`review The Lantern Ferry (2011) tmdb:9900001 "The dog."`,
		"watchlist Quay tmdb:77",
		"rating Quay Two tmdb:78 1*",
		"viewing kept: "+unfinished.EN+" Quay Two tmdb:78",
		"watched Quay Three tmdb:79",
		"viewing Harbour Lights not a film: tv",
		"viewing Boats not a film: game",
	)
}

func TestWatchaPedia(t *testing.T) {
	t.Parallel()
	file := sample(t, "watchapedia/watchapedia-user-watcha.csv")
	_, all := entries(t, "a.csv", file, Options{})
	if all[2].Viewing == "" || all[2].Viewing != all[1].Key {
		t.Errorf("the review is of the viewing %q, not of %q", all[2].Viewing, all[1].Key)
	}
	same(t, said(t, "a.csv", file, Options{}),
		"rating 등불 나룻배 (2011) by 한서율 4.5*",
		"viewing 등불 나룻배 (2011) by 한서율 on 2023-02-10",
		`review 등불 나룻배 (2011) by 한서율 "등불이 \"두 번\" 꺼진다.\n바람은 아니다."`,
		"rating 소금, 녹, 금 (1997) by 미라 던레비+토마스 오크레 0.5*",
		"viewing 소금, 녹, 금 (1997) by 미라 던레비+토마스 오크레 on 2019-03-02",
		"viewing 항구의 불빛 (2024) not a film: TV",
	)
}

func TestDouban(t *testing.T) {
	t.Parallel()
	const file = "\uFEFF封面,标题,个人评分,打分日期,我的短评,上映日期,制片国家,条目链接,\n" +
		"\"https://img.example/p1.jpg\",\"灯笼渡船/The Lantern Ferry/渡船(台)\",\"5\",\"2023/02/10\",\"灯灭了。\",\"2011-09-08(多伦多电影节)\",\"韩国\",\"https://movie.douban.example/subject/1/\",\n" +
		"\"https://img.example/p2.jpg\",\"码头\",\"\",\"2007/03/01\",\"\",\"2006/11/10\",\"美国\",\"https://movie.douban.example/subject/2/\",\n"
	same(t, said(t, "douban.csv", []byte(file), Options{}),
		"rating 灯笼渡船 = The Lantern Ferry (2011) 5*",
		"watched 灯笼渡船 = The Lantern Ferry (2011)",
		`review 灯笼渡船 = The Lantern Ferry (2011) "灯灭了。"`,
		"watched 码头 (2006)",
	)
}

func TestKinoriumIsUTF16(t *testing.T) {
	t.Parallel()
	const text = "\uFEFFDate\tTitle\tOriginal Title\tType\tYear\tMy rating\tComment\n2023-02-10 10:00:00\tПаром\tThe Lantern Ferry\tФильм\t2011\t9\tСобака.\n" +
		"2023-02-11\tОгни\tHarbour Lights\tСериал\t2024\t8\t\n2023-02-11\tМост\t\tМультфильм\t2001\t\t\n"
	var file []byte
	for _, r := range text {
		file = append(file, byte(r), byte(r>>8))
	}
	s, _ := entries(t, "votes.list", file, Options{})
	if s.Format != Kinorium || s.Encoding != "utf-16le" {
		t.Errorf("%v in %s", s.Format, s.Encoding)
	}
	same(t, said(t, "votes.list", file, Options{}),
		"rating Паром = The Lantern Ferry (2011) 4.5*",
		`review Паром = The Lantern Ferry (2011) "Собака."`,
		"rating Огни = Harbour Lights (2024) not a film: Сериал 4*",
		"rating kept: "+noRating.EN+" Мост (2001)",
	)
}

// TestDaysOfOtherCountries has days with the year at their end, which cannot be taken for others when points divide them.
func TestDaysOfOtherCountries(t *testing.T) {
	t.Parallel()
	s := &scope{Options: Options{Zone: time.UTC}}
	for text, want := range map[string]string{
		"10.02.2023": "2023-02-10 00:00", "10.02.2023 11:12": "2023-02-10 11:12", "10.02.2023 11:12:13": "2023-02-10 11:12", "2023.02.10": "2023-02-10 00:00",
		"2023. 2. 10.": "2023-02-10 00:00",
	} {
		if at, ok := s.instant(text); !ok || at.Format("2006-01-02 15:04") != want {
			t.Errorf("%q is %v (%t), want %s", text, at, ok, want)
		}
	}
	if at, ok := s.instant("10/02/2023"); ok {
		t.Errorf("a day that may be two is %v", at)
	}
}

func TestKinopoiskIsRefusedByName(t *testing.T) {
	t.Parallel()
	_, err := open(t, "kinopoisk.xls", []byte("<!DOCTYPE html>\n<html><table><tr><td>\xef\xf0\xe8\xe2\xe5\xf2</td></tr></table></html>"), Options{})
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "Kinopoisk") {
		t.Errorf("refused with %v", err)
	}
}

func TestRatingsAreConvertedExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most float64
		want stars.Stars
		bad  bool
	}{
		{"0.5", 5, 1, false},
		{"4.5", 5, 9, false},
		{"4,5", 5, 9, false},
		{"4,25", 5, 0, true},
		{"1,0,0", 10, 0, true},
		{"5", 5, 10, false},
		{"5.0", 5, 10, false},
		{"", 5, 0, false},
		{"0", 5, 0, false},
		{"0.25", 5, 0, true},
		{"5.5", 5, 0, true},
		{"-1", 5, 0, true},
		{"zero", 5, 0, true},
		{"NaN", 5, 0, true},
		{"Inf", 5, 0, true},
		{"1", 10, 1, false},
		{"9", 10, 9, false},
		{"10", 10, 10, false},
		{"7.0", 10, 7, false},
		{"8.5", 10, 0, true},
		{"11", 10, 0, true},
		{"10", 100, 1, false},
		{"90", 100, 9, false},
		{"100", 100, 10, false},
		{"85", 100, 0, true},
		{"0.0", 100, 0, false},
		{"70.00", 100, 7, false},
	} {
		got, failed := rating(c.text, c.most)
		if got != c.want || (failed != fine) != c.bad {
			t.Errorf("%q of %v is %v (%q), want %v", c.text, c.most, got, failed.EN, c.want)
		}
	}
}

// TestFormatsOfTheCatalogueAreNotThoseOfMembers opens the samples of movie/source.
func TestFormatsOfTheCatalogueAreNotThoseOfMembers(t *testing.T) {
	t.Parallel()
	also := map[string]bool{"imdb-ratings-2026.csv": true, "imdb-watchlist-2015.csv": true, "letterboxd-list-v5.csv": true, "letterboxd-list-v7.csv": true}
	folder := filepath.Join("..", "..", "movie", "source", "testdata")
	names, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range names {
		if d.IsDir() {
			continue
		}
		s, err := OpenFile(filepath.Join(folder, d.Name()), Options{})
		if also[d.Name()] != (err == nil) || err != nil && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", d.Name(), err)
		}
		if err == nil {
			_ = s.Close()
		}
	}
}
