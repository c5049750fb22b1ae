package history

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The tests below have files as the programs write them that export from a service, or that their users have written for it.

// The parts of an account of Trakt, as its API answers them.
const (
	traktHistoryJSON = `[{"id":901,"watched_at":"2024-03-01T15:30:00.000Z","action":"watch","type":"movie","movie":{"title":"Quay","year":2013,"ids":{"trakt":1,"imdb":"tt9900016","tmdb":9916}}},` +
		`{"id":903,"watched_at":"2024-03-02T01:00:00.000Z","action":"watch","type":"episode","episode":{"season":1,"number":1,"title":"Pilot","ids":{"trakt":2}},"show":{"title":"Quay","year":2020,"ids":{"trakt":3}}}]`
	traktRatingsJSON   = `[{"rated_at":"2024-03-01T15:31:00.000Z","rating":9,"type":"movie","movie":{"title":"Quay","year":2013,"ids":{"trakt":1,"imdb":"tt9900016","tmdb":9916}}}]`
	traktWatchedJSON   = `[{"plays":1,"last_watched_at":"2024-03-01T15:30:00.000Z","movie":{"title":"Quay","year":2013,"ids":{"trakt":1,"imdb":"tt9900016"}}}]`
	traktWatchlistJSON = `[{"rank":1,"id":33,"listed_at":"2024-04-01T10:00:00.000Z","notes":null,"type":"movie","movie":{"title":"Salt","year":1997,"ids":{"trakt":5,"tmdb":9902}}}]`
	traktCommentsJSON  = `[{"type":"movie","movie":{"title":"Quay","year":2013,"ids":{"trakt":1}},"comment":{"id":7,"parent_id":0,"created_at":"2024-03-02T00:00:00.000Z","comment":"A pier","spoiler":false}}]`
	traktListsJSON     = `[{"name":"Piers: all","description":"d","privacy":"private","item_count":1,"display_numbers":true,"created_at":"2024-01-01T00:00:00.000Z","ids":{"trakt":4242,"slug":"piers"}}]`
	traktListItemJSON  = `[{"rank":1,"id":101,"listed_at":"2024-01-01T00:00:00.000Z","notes":"n","type":"movie","movie":{"title":"Quay","year":2013,"ids":{"trakt":1,"tmdb":9916}}}]`
)

func TestTraktAccountsThatToolsWriteAsOneObject(t *testing.T) {
	t.Parallel()
	full := `{"type":"full","username":"u","followers":[{"followed_at":"2020-01-01T00:00:00.000Z","user":{"username":"` + strings.Repeat("v", 70_000) + `"}}],"likes":[{"liked_at":"2020-01-01T00:00:00.000Z","type":"list"}],` +
		`"comments":` + traktCommentsJSON + `,"lists":` + traktListsJSON + `,"ratings":` + traktRatingsJSON + `,"watchlist":` + traktWatchlistJSON + `,"watched":` + traktWatchedJSON +
		`,"collection":[{"collected_at":"2020-01-01T00:00:00.000Z","movie":{"title":"Salt"}}],"stats":{"movies":{"plays":2}},"history":` + traktHistoryJSON + `}`
	want := []string{
		"viewing Quay (2013) imdb:tt9900016 tmdb:9916 on 2024-03-02",
		"viewing Quay (2020) not a film: episode on 2024-03-02",
		"rating Quay (2013) imdb:tt9900016 tmdb:9916 4.5*",
		`review Quay (2013) "A pier"`,
		"watchlist Salt (1997) tmdb:9902",
	}
	s, _ := entries(t, "full.json", []byte(full), Options{})
	slices.Sort(s.Ignored)
	if got := strings.Join(s.Ignored, " "); got != "collection followers likes lists" {
		t.Errorf("left alone are %s", got)
	}
	got := said(t, "full.json", []byte(full), Options{})
	slices.Sort(got)
	slices.Sort(want)
	same(t, got, want...)
	// Without the history the summary counts.
	same(t, said(t, "a.json", []byte(`{"watched":`+traktWatchedJSON+`}`), Options{}), "watched Quay (2013) imdb:tt9900016")
}

// TestTraktBackupOfPowerShell has an array of one element as that element, which ConvertTo-Json of PowerShell makes of it.
func TestTraktBackupOfPowerShell(t *testing.T) {
	t.Parallel()
	one := func(array string) string {
		return "\ufeff" + strings.TrimSuffix(strings.TrimPrefix(array, "["), "]") + "\r\n"
	}
	s, all := entries(t, "trakt_backup.zip", zipped(t,
		[2]string{"account_settings.json", one(`[{"user":{"username":"u","email":"a@example.com"}}]`)},
		[2]string{"user_comments.json", one(traktCommentsJSON)}, [2]string{"watchlist_movies.json", one(traktWatchlistJSON)},
		[2]string{"ratings_movies.json", one(traktRatingsJSON)}, [2]string{"watched_movies.json", one(traktWatchedJSON)},
		[2]string{"history_movies.json", "\ufeff" + traktHistoryJSON}, [2]string{"likes_lists.json", one(`[{"liked_at":"2020-01-01T00:00:00.000Z","type":"list","list":{"name":"x"}}]`)},
		[2]string{"custom_lists.json", one(traktListsJSON)}, [2]string{"list_items_Piers_ all.json", one(traktListItemJSON)},
		[2]string{"list_items_My watchlist of old.json", one(traktListItemJSON)},
	), Options{})
	var got []string
	for _, e := range all {
		got = append(got, e.say())
	}
	same(t, got,
		"viewing Quay (2013) imdb:tt9900016 tmdb:9916 on 2024-03-02",
		"viewing Quay (2020) not a film: episode on 2024-03-02",
		"rating Quay (2013) imdb:tt9900016 tmdb:9916 4.5*",
		`review Quay (2013) "A pier"`,
		"watchlist Salt (1997) tmdb:9902",
		`list "Piers: all" "d" ranked private`,
		`list_item Quay (2013) tmdb:9916 at 1 note "n"`,
		`list "My watchlist of old"`,
		`list_item Quay (2013) tmdb:9916 at 1 note "n"`,
	)
	if all[5].Key != all[6].ListKey || all[7].Key != all[8].ListKey {
		t.Error("the items are not of the lists that the files are called by")
	}
	same(t, s.Unread, "account_settings.json")
}

func TestRyotIsKnownBehindManyPeople(t *testing.T) {
	t.Parallel()
	people := strings.Repeat(`{"name":"Someone","source":"tmdb","identifier":"1","reviews":[],"collections":[]},`, 1000)
	file := `{"people":[` + strings.TrimSuffix(people, ",") + `],"workouts":[],"metadata":[{"lot":"movie","source":"tmdb","identifier":"9916","source_id":"Quay","seen_history":[{"progress":"100","ended_on":"2024-01-05"}],"reviews":[],"collections":[]}]}`
	same(t, said(t, "ryot.json", []byte(file), Options{}), "viewing Quay tmdb:9916 on 2024-01-05")
}

func TestYamtrackOf2023HasNoSource(t *testing.T) {
	t.Parallel()
	const file = `"media_id","media_type","title","image","score","progress","status","start_date","end_date","notes","season_number","episode_number","watch_date"` + "\r\n" +
		`"9916","movie","Quay","http://i","7.0","1","Completed","","2023-09-01","note","","",""` + "\r\n" + `"77","anime","Harbour Lights","","9","26","Completed","","2020-01-01","","","",""` + "\r\n"
	same(t, said(t, "yamtrack.csv", []byte(file), Options{}),
		"rating Quay tmdb:9916 3.5*",
		`viewing Quay tmdb:9916 on 2023-09-01 note "note"`,
		"viewing Harbour Lights not a film: anime",
	)
}

// TestFloppyWritesListsIntoTheTableOfYamtrack: an item of a list was not watched.
func TestFloppyWritesListsIntoTheTableOfYamtrack(t *testing.T) {
	t.Parallel()
	const file = "row_type,media_id,source,media_type,title,score,status,end_date,list_id,list_name,list_description,list_visibility,list_item_date_added,tags\r\n" +
		"media,9916,tmdb,movie,Quay,8.0,Completed,2024-06-01 15:30:00+00:00,,,,,,\"[\"\"pier\"\"]\"\r\n" +
		"list,,,,,,,,7,Piers,d,private,,\r\nlist_item,tt9900002,imdb,movie,Salt,,,,7,Piers,,,2024-01-01T00:00:00+00:00,[]\r\n" +
		"list_item,77,tmdb,tv,Harbour Lights,,,,7,Piers,,,2024-01-01T00:00:00+00:00,[]\r\ncollection,9916,tmdb,movie,Quay,,,,,,,,,\r\n"
	same(t, said(t, "floppy.csv", []byte(file), Options{}),
		"rating Quay tmdb:9916 4*",
		"viewing Quay tmdb:9916 on 2024-06-02 #pier",
		`list "Piers" "d" private`,
		"list_item Salt imdb:tt9900002",
		"list_item Harbour Lights not a film: tv",
		"viewing kept: "+noPlace.EN+" Quay tmdb:9916",
	)
}

func TestMovaryOf2023LeavesTheYearOutOfItsWatchlist(t *testing.T) {
	t.Parallel()
	const file = "title,year,tmdbId,imdbId,addedAt\nQuay,9916,tt9900016,\"2024-05-03 10:11:12\"\n\"Salt, Rust\",9902,,\"2024-05-03 10:11:12\"\n"
	same(t, said(t, "export-watchlist-1-1700000000.csv", []byte(file), Options{}),
		"watchlist Quay imdb:tt9900016 tmdb:9916",
		"watchlist Salt, Rust tmdb:9902",
	)
}

func TestWatcharrSaysWhichActivitiesArePlays(t *testing.T) {
	t.Parallel()
	const file = `[{"id":1,"createdAt":"2024-01-01T00:00:00Z","status":"FINISHED","rating":8,"thoughts":"","pinned":false,` +
		`"content":{"id":1,"tmdbId":9916,"title":"Quay","type":"movie","release_date":"2013-08-01T00:00:00Z","imdb_id":"tt9900016"},"tags":[{"id":1,"name":"pier, old"}],` +
		`"activity":[{"type":"ADDED_WATCHED","data":"{\"status\":\"FINISHED\"}","createdAt":"2024-01-01T16:00:00Z","countAsPlay":true},` +
		`{"type":"STATUS_CHANGED","data":"FINISHED","createdAt":"2024-02-01T00:00:00Z","countAsPlay":false},{"type":"RATING_CHANGED","data":"8","createdAt":"2024-02-01T00:00:00Z","countAsPlay":false}]},` +
		`{"id":2,"status":"FINISHED","rating":9,"book":{"title":"Salt"},"activity":[]}]`
	same(t, said(t, "watcharr-export.json", []byte(file), Options{}),
		"viewing Quay (2013) imdb:tt9900016 tmdb:9916 on 2024-01-02 #pier, old",
		"rating Quay (2013) imdb:tt9900016 tmdb:9916 4*",
		"viewing Salt not a film: book",
	)
}

func TestOtherToolsForWatchaPediaKeepOnlyRatings(t *testing.T) {
	t.Parallel()
	same(t, said(t, "watcha.csv", []byte("\ufefftype,title,year,rating,genres,countries,content_code\r\n\"movie\",\"부두\",\"2013\",\"4.5\",\"드라마|SF\",\"한국\",\"m5mYj6B\"\r\n\"series\",\"등불\",\"2020\",\"3\",\"SF\",\"미국\",\"tEabcde\""), Options{}),
		"rating 부두 (2013) 4.5*",
		"rating 등불 (2020) not a film: series 3*",
	)
	_, all := entries(t, "watcha_ratings.csv", []byte("\ufeffTitle,Year,Rating,RatedAt\n\"부두\",2013,5,\"2021-03-04\"\n\"소금\",1997,1.5,\"\""), Options{})
	if len(all) != 2 || all[0].say() != "rating 부두 (2013) 5*" || all[0].At.Format("2006-01-02") != "2021-03-04" || !all[1].At.IsZero() {
		t.Errorf("%d entries, the first is %s of %s", len(all), all[0].say(), all[0].At)
	}
}

// TestATypeBesideTheColumnsOfLetterboxdTellsSeries: tools add one, and a series is no film because its row has a rating.
func TestATypeBesideTheColumnsOfLetterboxdTellsSeries(t *testing.T) {
	t.Parallel()
	s, all := entries(t, "mine.csv", []byte("Title,Year,Type,Rating10,WatchedDate\nQuay,2013,movie,8,2024-01-05\nQuay,2020,series,8,2024-01-05\nSalt,1997,,7,\n"), Options{})
	var got []string
	for _, e := range all {
		got = append(got, e.say())
	}
	same(t, got,
		"viewing Quay (2013) on 2024-01-05 4*",
		"viewing Quay (2020) not a film: series on 2024-01-05 4*",
		"rating Salt (1997) 3.5*",
	)
	if len(s.Ignored) > 0 {
		t.Errorf("left alone are %q", s.Ignored)
	}
}

func TestLetterboxdImportSaysWhenAnEntryWasWritten(t *testing.T) {
	t.Parallel()
	s, all := entries(t, "a.csv", []byte("Title,Year,WatchedDate,CreatedDate,Rating,Review\nQuay,2013,2023-05-06,2023-05-07T10:00:00.000Z,4,good\n"), Options{})
	if len(s.Ignored) > 0 || len(all) != 2 {
		t.Fatalf("%d entries, left alone are %q", len(all), s.Ignored)
	}
	for _, e := range all {
		if at := e.At.Format("2006-01-02 15:04"); at != "2023-05-07 19:00" {
			t.Errorf("%s is of %s", e.say(), at)
		}
	}
}

// TestFilesOfCrossWatchForOtherServices has a watchlist for SIMKL whose films are not watched, files of nothing but ids, and the
// instants of Trakt where Letterboxd has days.
func TestFilesOfCrossWatchForOtherServices(t *testing.T) {
	t.Parallel()
	same(t, said(t, "tmdb_simklv1_watchlist.csv", []byte("SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB\n"+
		"1,Quay,Movie,2013,1,,,,,,9916,tt9900016\n2,Salt,Movie,1997,resting,,,8,,,9902,\n"), Options{}),
		"watchlist Quay (2013) imdb:tt9900016 tmdb:9916",
		"rating Salt (1997) tmdb:9902 4*",
		"viewing kept: "+noStatus.EN+" Salt (1997) tmdb:9902",
	)
	same(t, said(t, "imdb_watchlist_trakt.csv", []byte("const\ntt9900016\n"), Options{}), "watchlist imdb:tt9900016")
	same(t, said(t, "Piers.csv", []byte("Const,Title\ntt9900016,Quay\n"), Options{}), `list "Piers"`, "list_item Quay imdb:tt9900016")
	same(t, said(t, "justwatch_watchlist.csv", []byte("tmdbID,imdbID,Title,Year,Type\n9916,,Quay,2013,movie\n77,,Quay,2020,show\n"), Options{}),
		"watchlist Quay (2013) tmdb:9916",
		"watchlist Quay (2020) tmdb:77 not a film: show",
	)
	same(t, said(t, "letterboxd_history.csv", []byte("imdbID,tmdbID,Title,Year,WatchedDate\ntt9900016,9916,Quay,2013,2024-03-01T15:30:00.000Z\n"), Options{}),
		"viewing Quay (2013) imdb:tt9900016 tmdb:9916 on 2024-03-02")
}

func TestSpreadsheetsOfDouban(t *testing.T) {
	t.Parallel()
	same(t, said(t, "db.csv", []byte("\ufeff标题,豆瓣条目 ID,个人评分,标记日期,收藏状态,标签,短评/备注,简介/出版信息,豆瓣链接\n"+
		"码头 / Quay,3025375,4,2021-03-04,看过,火车,不错,2013-08-01(韩国) / 宋,https://movie.douban.com/subject/3025375/\n盐 / Salt,3,,2021-03-04,想看,,,1997(美国),https://movie.douban.com/subject/3/\n"), Options{}),
		"rating 码头 = Quay (2013) 4*",
		"watched 码头 = Quay (2013)",
		`review 码头 = Quay (2013) "不错"`,
		"watchlist 盐 = Salt (1997)",
	)
	const sheet = "标题,简介,豆瓣评分,链接,创建时间,我的评分,标签,评论,可见性\n码头,2013 / 韩国 / 动作 / 宋,7.4,https://movie.douban.com/subject/3025375/,2021-03-04 10:00:00,4,火车,不错,private\n"
	same(t, said(t, "看过.csv", []byte(sheet), Options{}), "rating 码头 (2013) 4*", "watched 码头 (2013)", "review kept: "+notPublic.EN+` 码头 (2013) "不错"`)
	same(t, said(t, "想看.csv", []byte(strings.Replace(sheet, ",4,火车,不错,private", ",,,,public", 1)), Options{}), "watchlist 码头 (2013)")
}

// TestStatusesOfAllTrackersAreKnown has the words that the exporters write.
func TestStatusesOfAllTrackersAreKnown(t *testing.T) {
	t.Parallel()
	s := &scope{}
	for kind, words := range map[Kind]string{
		Watchlist: "plantowatch|plan to watch|Planning|PLANNED|wishlist|想看|wish",
		Viewing:   "watching|hold|on hold|HOLD|Paused|dropped|In progress|progress|notinteresting|在看|do",
		Watched:   "completed|Completed|complete|FINISHED|Repeating|watched|看过|collect|",
	} {
		for word := range strings.SplitSeq(words, "|") {
			out := s.status(item{film: Film{Title: "Quay"}, status: word})
			if len(out) != 1 || out[0].Kind != kind || kind == Viewing && out[0].Kept != unfinished {
				t.Errorf("%q is %s", word, out[0].say())
			}
		}
	}
}

func TestNotesOfNeoDBAreNoReviews(t *testing.T) {
	t.Parallel()
	const mark = "title,info,links,timestamp,status,rating,comment,tags\r\nQuay,imdb:tt9900016 year:2013,https://neodb.social/movie/a,2024-02-01T16:00:00+00:00,complete,9,,\r\n"
	const note = "title,info,links,timestamp,progress,title,content\r\nQuay,imdb:tt9900016 year:2013,https://neodb.social/movie/a,2024-02-01T16:00:00+00:00,,Half,So far\r\n"
	s, all := entries(t, "neodb.zip", zipped(t, [2]string{"movie_mark.csv", mark}, [2]string{"movie_note.csv", note}), Options{})
	if len(all) != 2 || len(s.Unread) != 1 || s.Unread[0] != "movie_note.csv" {
		t.Errorf("%d entries, not read are %q", len(all), s.Unread)
	}
}

func TestFilesOfOtherServicesAreRefusedByNameWithWhatHelps(t *testing.T) {
	t.Parallel()
	for service, file := range map[string][2]string{
		"MyAnimeList":  {"a.xml", `<?xml version="1.0" encoding="UTF-8" ?><myanimelist><anime><series_title>x</series_title></anime></myanimelist>`},
		"Kodi":         {"movie.nfo", `<?xml version="1.0"?><movie><title>x</title><uniqueid type="imdb">tt9900016</uniqueid></movie>`},
		"Criticker":    {"a.csv", "Score, Film Name, Year, Date Rated, Mini Review, URL, Imdb ID, Type, TCI\n90,Quay,2013,,,,tt9900016,film,85\n"},
		"Jellyfin":     {"a.json", `{"Items":[{"Name":"Quay","ProviderIds":{"Imdb":"tt9900016"}}]}`},
		"Tautulli":     {"a.json", `{"response":{"data":{"data":[{"title":"Quay","watched_status":1}]}}}`},
		"iCheckMovies": {"a.csv", "rank,title,aka,year,official toplists,imdburl\n1,Quay,,2013,10,https://www.imdb.com/title/tt9900016/\n"},
		"TV Time":      {"a.zip", string(zipped(t, [2]string{"tracking-prod-records.csv", "type,movie_name\nwatch,Quay\n"}, [2]string{"user.csv", "id,mail\n1,a@example.com\n"}))},
		"NeoDB":        {"a.zip", string(zipped(t, [2]string{"journal.ndjson", `{"neodb_version":"1"}`}, [2]string{"catalog.ndjson", "{}"}))},
	} {
		_, err := open(t, file[0], []byte(file[1]), Options{})
		if service == "NeoDB" { // no file of its archive is of interest: the transfer says what they are called
			err = UnknownNames([]string{"journal.ndjson", "catalog.ndjson"}, "")
		}
		if got := sentence(err); !strings.Contains(got, service) || !strings.Contains(got, "CSV") {
			t.Errorf("%s: %q", service, got)
		}
	}
	_, err := open(t, "a.zip", zipped(t, [2]string{"one.csv", "id,mail\n1,a@example.com\n"}, [2]string{"two.csv", "a,b\n1,2\n"}), Options{})
	if got := sentence(err); !strings.Contains(got, "one.csv, two.csv") || !strings.Contains(got, "WatchedDate") {
		t.Errorf("an archive of unknown files: %q", got)
	}
}

// sentence returns what an error says in English.
func sentence(err error) string {
	if e, ok := errors.AsType[*apperr.Error](err); ok {
		return e.Text.EN
	}
	return ""
}

func TestShortFilmsAreFilmsInOtherLanguages(t *testing.T) {
	t.Parallel()
	const header = "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors\n"
	for _, kind := range []string{"短編映画", "Короткометражный фильм", "Krótkometrażowy", "Film telewizyjny", "Kısa Metraj", "लघु फ़िल्म"} {
		_, all := entries(t, "ratings.csv", []byte(header+"tt9900016,8,2024-01-05,x,Quay,,"+kind+",,28,2013,,,,\n"), Options{})
		if all[0].Film.NotFilm != "" {
			t.Errorf("%s is no film", kind)
		}
	}
	for _, kind := range []string{"テレビシリーズ", "Телесериал", "Serial TV", "TV Dizisi", "टीवी सीरीज़", "Videospiel"} {
		_, all := entries(t, "ratings.csv", []byte(header+"tt9900016,8,2024-01-05,x,Quay,,"+kind+",,28,2013,,,,\n"), Options{})
		if all[0].Film.NotFilm == "" {
			t.Errorf("%s is a film", kind)
		}
	}
}
