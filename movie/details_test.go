package movie_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// full returns every optional field of a film, as it is sent and shown.
func full() object {
	return object{
		"original_title": `"Parasite" ,"aliases":[]`, "aliases": []any{"Gisaengchung", `,"genres":`, "패러사이트"},
		"release_date": "2019-05-30", "production_year": 2018.0, "genres": []any{"Drama", "Thriller", "Comedy"},
		"directors": []any{"봉준호"}, "countries": []any{"KR", "US"}, "languages": []any{"ko", "en", "jje"}, "age_grade": "15",
		"external_ids": object{
			"imdb": "tt6751668", "tmdb": 496243.0, "kobis": "20183782", "kmdb": "K18345", "wikidata": "Q61448040", "letterboxd": "hTha", "movielens": 202439.0,
		},
	}
}

// pick returns the named fields of an object.
func pick(from object, names object) object {
	out := object{}
	for name := range names {
		out[name] = from[name]
	}
	return out
}

func TestDetailsAreStoredAndChanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	want := full()
	path := s.add(t, adder, want)
	got := s.GET(t, path).Want(http.StatusOK).Map()
	if diff := cmp.Diff(want, pick(got, want)); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if got["year"] != 2019.0 || got["genre"] != "Drama" {
		t.Errorf("year %v, genre %v", got["year"], got["genre"])
	}
	if diff := cmp.Diff(want, pick(s.GET(t, "/movies").List()[0], want)); diff != "" {
		t.Errorf("in a list (-want +got):\n%s", diff)
	}
	for field, c := range map[string]struct{ sent, want any }{
		"original_title":  {nil, nil},
		"aliases":         {[]any{}, []any{}},
		"release_date":    {"2020", "2020"},
		"production_year": {nil, nil},
		"directors":       {[]any{"a", "b"}, []any{"a", "b"}},
		"countries":       {[]any{"FR"}, []any{"FR"}},
		"languages":       {[]any{}, []any{}},
		"age_grade":       {"restricted", "restricted"},
		"external_ids":    {object{"imdb": "tt0000001"}, object{"imdb": "tt0000001"}},
		"genres":          {[]any{"War"}, []any{"War"}},
	} {
		res := s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{field: c.sent})).Want(http.StatusOK)
		want[field] = c.want
		if diff := cmp.Diff(want, pick(res.Map(), want)); diff != "" {
			t.Errorf("patch %s (-want +got):\n%s", field, diff)
		}
	}
	if got := s.GET(t, path).Map(); got["year"] != 2020.0 || got["genre"] != "War" {
		t.Errorf("year %v, genre %v", got["year"], got["genre"])
	}
	got = s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"release_date": nil, "genres": []any{}})).Want(http.StatusOK).Map()
	if got["release_date"] != nil || got["year"] != nil || got["genre"] != nil || !cmp.Equal(got["genres"], []any{}) {
		t.Errorf("cleared: %v", got)
	}
	got = s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"genre": "SF", "genres": []any{"SF", "War"}})).Want(http.StatusOK).Map()
	if got["genre"] != "SF" || !cmp.Equal(got["genres"], []any{"SF", "War"}) {
		t.Errorf("genre %v, genres %v", got["genre"], got["genres"])
	}
	got = s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"genre": "Drama"})).Want(http.StatusOK).Map()
	if !cmp.Equal(got["genres"], []any{"Drama"}) {
		t.Errorf("after genre alone: %v", got["genres"])
	}
}

func TestInvalidDetailsAreRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := s.add(t, adder, nil)
	ahead := time.Now().UTC().Year() + 10
	many := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprint("n", i))
		}
		return list
	}
	for _, c := range []struct {
		field string
		value any
		at    string // "" for field
		code  string
	}{
		{"original_title", "", "", "required"},
		{"original_title", long(256), "", "max"},
		{"original_title", 1, "", "type"},
		{"aliases", many(21), "", "max"},
		{"aliases", []any{"a", "b", "a "}, "", "repeated"},
		{"aliases", []any{"a", " "}, "aliases[1]", "required"},
		{"aliases", []any{long(256)}, "aliases[0]", "max"},
		{"aliases", []any{nil}, "aliases[0]", "type"},
		{"release_date", "2019-02-29", "", "format"},
		{"release_date", "2019-13", "", "format"},
		{"release_date", "2019-5", "", "format"},
		{"release_date", "20190530", "", "format"},
		{"release_date", "", "", "format"},
		{"release_date", "1869-12-31", "", "min"},
		{"release_date", fmt.Sprint(ahead + 1), "", "max"},
		{"production_year", 1869, "", "min"},
		{"production_year", ahead + 1, "", "max"},
		{"production_year", "2018", "", "type"},
		{"genres", []any{"Drama", "drama"}, "genres[1]", "enum"},
		{"genres", []any{"Drama", "Drama"}, "", "repeated"},
		{"genres", []any{"Drama", "SF", "War", "Action", "Crime", "Music"}, "", "max"},
		{"genres", []any{"SF"}, "genre", "invalid"},
		{"directors", many(11), "", "max"},
		{"directors", []any{long(101)}, "directors[0]", "max"},
		{"directors", []any{"a", "a"}, "", "repeated"},
		{"countries", []any{"KR", "kr"}, "countries[1]", "enum"},
		{"countries", []any{"XX"}, "countries[0]", "enum"},
		{"countries", []any{"EU"}, "countries[0]", "enum"},
		{"countries", []any{"KR", "KR"}, "", "repeated"},
		{"languages", []any{"kor"}, "languages[0]", "enum"},
		{"languages", []any{"KO"}, "languages[0]", "enum"},
		{"languages", []any{"iw"}, "languages[0]", "enum"},
		{"languages", []any{"qqq"}, "languages[0]", "enum"},
		{"languages", []any{""}, "languages[0]", "enum"},
		{"age_grade", "18", "", "enum"},
		{"age_grade", 15, "", "type"},
		{"external_ids", object{"imdb": "6751668"}, "external_ids.imdb", "format"},
		{"external_ids", object{"imdb": ""}, "external_ids.imdb", "format"},
		{"external_ids", object{"tmdb": 0}, "external_ids.tmdb", "min"},
		{"external_ids", object{"tmdb": "496243"}, "external_ids.tmdb", "type"},
		{"external_ids", object{"kobis": "2018378a"}, "external_ids.kobis", "format"},
		{"external_ids", object{"kmdb": "K1834"}, "external_ids.kmdb", "format"},
		{"external_ids", object{"wikidata": "61448040"}, "external_ids.wikidata", "format"},
		{"external_ids", object{"letterboxd": "parasite-2019"}, "external_ids.letterboxd", "format"},
		{"external_ids", object{"movielens": -1}, "external_ids.movielens", "min"},
		{"external_ids", object{"imdb": nil}, "external_ids.imdb", "type"},
		{"external_ids", object{"netflix": "1"}, "external_ids.netflix", "unknown"},
		{"external_ids", []any{}, "", "type"},
		{"year", 2019, "", "unknown"},
	} {
		at := c.at
		if at == "" {
			at = c.field
		}
		body := film(nil)
		body[c.field] = c.value
		s.POST(t, "/movies", s.As(t, adder), testkit.JSON(body)).WantField(at, c.code)
		s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{c.field: c.value, "genre": "Drama"})).WantField(at, c.code)
	}
	for _, field := range []string{"aliases", "genres", "directors", "countries", "languages", "external_ids", "genre", "playtime", "cast", "title"} {
		s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{field: nil})).WantField(field, "type")
	}
	for _, changes := range []object{{"genre": nil}, {"genre": nil, "genres": []any{}}} {
		body := film(changes)
		delete(body, "genre")
		s.POST(t, "/movies", s.As(t, adder), testkit.JSON(body)).WantField("genre", "required")
	}
	body := film(object{"genre": nil})
	body["genres"] = []any{"War", "SF"}
	for _, field := range []string{"original_title", "release_date", "production_year", "age_grade"} {
		body[field] = nil
	}
	if got := s.POST(t, "/movies", s.As(t, adder), testkit.JSON(body)).Want(http.StatusCreated).Map(); got["genre"] != "War" {
		t.Errorf("genre is %v", got["genre"])
	}
	for _, date := range []string{"1870", "1870-01-01", "2020-02-29", "2019-05", fmt.Sprintf("%d-12-31", ahead)} {
		s.PATCH(t, path, s.As(t, adder), testkit.JSON(object{"release_date": date})).Want(http.StatusOK)
	}
}

func TestAnExternalIDBelongsToOneFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.add(t, adder, object{"external_ids": object{"imdb": "tt6751668", "tmdb": 7}})
	second := s.add(t, adder, object{"external_ids": object{"movielens": 7}})
	refused := func(res *testkit.Response) {
		t.Helper()
		res.WantProblem(http.StatusConflict, "external_id_taken")
		if got := res.Map()["movie_id"]; got != 1.0 {
			t.Errorf("movie_id is %v", got)
		}
	}
	refused(s.POST(t, "/movies", s.As(t, adder), testkit.JSON(film(object{"external_ids": object{"imdb": "tt6751668"}}))))
	refused(s.PATCH(t, second, s.As(t, adder), testkit.JSON(object{"external_ids": object{"movielens": 7, "tmdb": 7}})))
	if n := s.rows(t); n != 2 {
		t.Errorf("%d films", n)
	}
	s.PATCH(t, first, s.As(t, adder), testkit.JSON(object{"external_ids": object{"imdb": "tt6751668"}})).Want(http.StatusOK)
	s.PATCH(t, second, s.As(t, adder), testkit.JSON(object{"external_ids": object{"tmdb": 7}})).Want(http.StatusOK)
	s.DELETE(t, first, s.As(t, adder)).Want(http.StatusNoContent)
	s.add(t, adder, object{"external_ids": object{"imdb": "tt6751668"}})
}

func TestImportsTakeDetailsAndFindFilmsByTheirIDs(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.add(t, adder, object{"external_ids": object{"imdb": "tt0000001"}})
	var bad []string
	load := func(format movie.Format, file string) {
		t.Helper()
		_, err := movie.Import(t.Context(), strings.NewReader(file), format, s.movies, func(e movie.RowError) { bad = append(bad, e.Error()) }, func(movie.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
	}
	load(movie.CSV, "title,plot,cast,playtime,genres,release_date,external_ids,aliases,production_year\n"+
		`a,,,90,"[""SF"",""War""]",2019-05,"{""tmdb"":5}","[""b""]",2018`+"\n"+
		`c,,,90,"[""SF""]",,"{""imdb"":""tt0000001""}",,`+"\n"+
		`d,,,90,"[""SF""]",,"{""tmdb"":5}",,`+"\n"+
		`e,,,90,"[""SF""]",,,,`+"\n"+
		`f,,,90,"[""SF"",""SF""]",2019-5,x,,`+"\n")
	want := []string{
		"line 6: external_ids: This must be of type object. genres: A value may appear only once. release_date: This value has the wrong format.",
	}
	if diff := cmp.Diff(want, bad); diff != "" {
		t.Errorf("bad rows (-want +got):\n%s", diff)
	}
	shown := s.GET(t, "/movies?title=b").List()
	if len(shown) != 1 || shown[0]["title"] != "a" || !cmp.Equal(shown[0]["genres"], []any{"SF", "War"}) || shown[0]["year"] != 2019.0 {
		t.Errorf("imported: %v", shown)
	}
	bad = nil
	load(movie.JSONLines, encode(t, film(full())))
	if len(bad) != 0 {
		t.Errorf("JSON lines: %q", bad)
	}
}

func TestFilmsAreFilteredByTheirDetails(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	role := "x"
	for i, d := range []movie.Draft{
		{Title: "기생충", ReleaseDate: "2019-05-30", Details: movie.Details{OriginalTitle: "Parasite", Aliases: []string{"Gisaengchung"}, Genres: []string{"Drama", "Thriller"}, Directors: []string{"Bong Joon Ho"}, ExternalIDs: movie.ExternalIDs{IMDb: "tt6751668"}}},
		{Title: "Okja", ReleaseDate: "2017", Genre: "SF", Details: movie.Details{Directors: []string{"BONG JOON HO"}}},
		{Title: "Love", ReleaseDate: "2019", Details: movie.Details{Genres: []string{"Romance", "Drama"}}, Cast: []movie.CastMember{{Name: "bong joon ho", Role: &role}, {Name: "Straße"}}},
		{Title: "No date", Genre: "Drama"},
		{Title: "Another", ReleaseDate: "2019-05", Genre: "SF", Details: movie.Details{OriginalTitle: "Parasite Returns"}},
		{Title: "Neither", Genre: "SF"},
	} {
		m := s.addDirectly(t, d)
		s.count(t, m.ID, movie.Counts{Likes: int64(i % 3)})
	}
	check := func() {
		t.Helper()
		for query, want := range map[string]string{
			"genre=Thriller":                                 "기생충",
			"genre=Drama":                                    "기생충|Love|No date",
			"genre=Drama&sort=-id":                           "No date|Love|기생충",
			"genre=Drama&sort=-like_count":                   "Love|No date|기생충",
			"genre=Drama&sort=title":                         "Love|No date|기생충",
			"genre=Drama&sort=release_date":                  "Love|기생충|No date",
			"genre=Drama&sort=-release_date":                 "기생충|Love|No date",
			"year=2019":                                      "기생충|Love|Another",
			"year=2019&sort=-like_count":                     "Love|Another|기생충",
			"year=2019&sort=title":                           "Another|Love|기생충",
			"year=2019&sort=release_date":                    "Love|Another|기생충",
			"year=2019&sort=-release_date":                   "기생충|Another|Love",
			"year=2019&genre=Drama&sort=-id":                 "Love|기생충",
			"year=2019&genre=Drama&title=ove":                "Love",
			"year=2018":                                      "",
			"sort=release_date":                              "Okja|Love|Another|기생충|No date|Neither",
			"sort=-release_date":                             "기생충|Another|Love|Okja|Neither|No date",
			"person=bong+joon+HO":                            "기생충|Okja|Love",
			"person=bong+joon+ho&sort=-id":                   "Love|Okja|기생충",
			"person=bong+joon+ho&sort=title":                 "Love|Okja|기생충",
			"person=bong+joon+ho&sort=release_date":          "Okja|Love|기생충",
			"person=bong+joon+ho&year=2019&genre=Drama":      "기생충|Love",
			"person=bong+joon+ho&title=para":                 "기생충",
			"person=bong":                                    "",
			"person=STRASSE":                                 "Love",
			"external_id=imdb:tt6751668":                     "기생충",
			"external_id=imdb:tt6751668&genre=SF":            "",
			"external_id=imdb:tt6751668&genre=Thriller":      "기생충",
			"external_id=imdb:tt6751668&person=Bong+Joon+Ho": "기생충",
			"external_id=imdb:tt6751668&year=2019&title=gis": "기생충",
			"external_id=imdb:tt6751668&year=2018":           "",
			"external_id=imdb:tt6751668&sort=release_date":   "기생충",
			"external_id=tmdb:1":                             "",
			"title=parasite&sort=id":                         "기생충|Another",
			"title=parasite&sort=-release_date":              "기생충|Another",
			"title=parasite&sort=release_date":               "Another|기생충",
			"title=gisaeng":                                  "기생충",
			"title=parasite&genre=SF":                        "Another",
			"title=parasite&year=2019&sort=title":            "Another|기생충",
			"title=o&sort=release_date":                      "Okja|Love|Another|No date",
			"title=" + url.QueryEscape("기생") + "&sort=title": "기생충",
		} {
			for _, limit := range []int{1, 2, 50} {
				var got []string
				for _, page := range s.walk(t, fmt.Sprintf("/movies?limit=%d&%s", limit, query)) {
					got = append(got, page...)
				}
				if strings.Join(got, "|") != want {
					t.Errorf("%s, %d a page: %s, want %s", query, limit, strings.Join(got, "|"), want)
				}
			}
		}
	}
	check()
	if err := movie.IndexAll(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	check()
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE movie_gram_builds SET next_id = 1").Error })
	s.movies = movie.New(movie.Deps{DB: s.DB, Pictures: s.Pictures, Media: s.Media, Clock: s.Clock.Now}) // as if restarted
	s.API = s.Kit.API(roles{})
	s.movies.Routes(s.Router, s.Zone)
	check()
	for query, want := range map[string][2]string{
		"year=1869":              {"year", "min"},
		"year=x":                 {"year", "type"},
		"person=":                {"person", "min"},
		"external_id=":           {"external_id", "min"},
		"external_id=tt6751668":  {"external_id", "format"},
		"external_id=imdb:1":     {"external_id", "format"},
		"external_id=netflix:1":  {"external_id", "format"},
		"sort=year":              {"sort", "enum"},
		"external_id=tmdb:007":   {"external_id", "format"},
		"year=2019&year=2018":    {"year", "repeated"},
		"production_year=2019":   {"production_year", "unknown"},
		"person=" + long(256):    {"person", "max"},
		"external_id=imdb:tt%FF": {"external_id", "format"},
	} {
		s.GET(t, "/movies?"+query).WantField(want[0], want[1])
	}
}
