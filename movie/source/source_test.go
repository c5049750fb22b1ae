package source

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/korean"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/tabular"
)

// files writes files and opens them. A name that ends in .zip holds all that follow.
func files(t testing.TB, contents ...[2]string) []*tabular.File {
	t.Helper()
	folder := t.TempDir()
	var all []*tabular.File
	for i, c := range contents {
		name := filepath.Join(folder, c[0])
		data := []byte(c[1])
		if strings.HasSuffix(c[0], ".zip") {
			data = archive(t, contents[i+1:])
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := tabular.Open(name, tabular.Options{Known: Known, Own: Folders})
		if err != nil {
			t.Fatalf("%s: %v", c[0], err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		all = append(all, opened.List...)
		if strings.HasSuffix(c[0], ".zip") {
			break
		}
	}
	return all
}

func archive(t testing.TB, contents [][2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, c := range contents {
		entry, err := w.Create(c[0])
		if err == nil {
			_, err = io.WriteString(entry, c[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the items of files, each as one line, and the names of their formats.
func read(t testing.TB, o Options, all []*tabular.File) (formats, items []string) {
	t.Helper()
	sources, err := Open(all, o, nil)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	for _, s := range sources {
		formats = append(formats, s.Format.Name)
		for {
			item, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("read: %v", err)
			}
			items = append(items, describe(t, item))
		}
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	return formats, items
}

// describe returns what an item says, but for what it does not tell.
func describe(t testing.TB, item movie.Item) string {
	t.Helper()
	switch {
	case item.Failed != nil:
		return fmt.Sprintf("%d: bad: %s", item.Line, item.Failed.Reason())
	case item.NotFilm != "":
		return fmt.Sprintf("%d: %s is no film: %s", item.Line, item.Draft.Title, item.NotFilm)
	}
	d := item.Draft
	text := fmt.Sprintf("%d: %s", item.Line, d.Title)
	add := func(name string, value any) {
		if encoded, err := json.Marshal(value); err != nil {
			t.Fatal(err)
		} else if s := string(encoded); s != "null" && s != `""` && s != "0" && s != "{}" && s != "[]" && s != "false" {
			text += " " + name + s
		}
	}
	add("(", d.ReleaseDate)
	add("produced ", d.ProductionYear)
	add("original ", d.OriginalTitle)
	add("aliases ", d.Aliases)
	add("min ", d.Playtime)
	add("genres ", d.Genres)
	add("by ", d.Directors)
	add("in ", d.Countries)
	add("speaks ", d.Languages)
	add("grade ", d.AgeGrade)
	add("ids ", d.ExternalIDs)
	add("plot ", d.Plot)
	add("cast ", d.Cast)
	add("dropped ", item.Dropped)
	add("adds ", item.Adds)
	return text
}

// sample returns a file of testdata.
func sample(t testing.TB, name string) [2]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return [2]string{filepath.Base(name), string(data)}
}

func TestFormatsAreToldAndRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		files  [][2]string
		format string
		want   []string
	}{
		{"IMDb ratings of 2026", [][2]string{sample(t, "imdb-ratings-2026.csv")}, "imdb", []string{
			`2: The Lantern Ferry ("2011-09-08" original "등불 나룻배" min 112 genres ["Drama","Mystery"] by ["Han Seo-yul"] ids {"imdb":"tt9900001"}`,
			`3: Salt, Rust & "Gold" ("1997-12-05" genres ["SF","Crime","Noir"] by ["Mira Dunlevy","Tomas Aakre"] ids {"imdb":"tt9900002"}`,
			`4: Harbour Lights: Pilot is no film: TV Episode`,
		}},
		{"IMDb watchlist of 2015", [][2]string{sample(t, "imdb-watchlist-2015.csv")}, "imdb", []string{
			`2: Il traghetto delle lanterne ("2011-09-08" min 112 genres ["Drama","Mystery"] by ["Han Seo-yul"] ids {"imdb":"tt9900001"}`,
			`3: Salt, Rust & "Gold" ("1997-12" min 133 genres ["Crime","SF","Noir"] by ["Mira Dunlevy","Tomas Aakre"] ids {"imdb":"tt9900002"}`,
			`4: Harbour Lights is no film: TV Series`,
		}},
		{"IMDb datasets with directors", [][2]string{
			sample(t, "title.basics.tsv"), sample(t, "title.crew.tsv"),
			{"name.basics.tsv", "nconst\tprimaryName\tbirthYear\nnm9900001\tHan Seo-yul\t1970\nnm9900002\tNobody\t\\N\n"},
			{"title.ratings.tsv", "tconst\taverageRating\tnumVotes\ntt9900001\t7.4\t1834\n"},
		}, "imdb-datasets", []string{
			`2: The Lantern Ferry ("2011" original "등불 나룻배" min 112 genres ["Drama","Mystery"] by ["Han Seo-yul"] ids {"imdb":"tt9900001"}`,
			`3: "Quiet" Is a Verb ("1964" ids {"imdb":"tt9900070"}`,
			`4: The 12" Single ("1984" min 88 genres ["Noir","SF","Sport"] ids {"imdb":"tt9900071"}`,
			`5: Reality-TV is no film: tvEpisode`,
			`6: After Hours, Adults ("1999" min 70 ids {"imdb":"tt9900073"} dropped ["Adult"]`,
		}},
		{"MovieLens with links", [][2]string{sample(t, "movies.csv"), sample(t, "links.csv"), {"ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.5,1260759144\n"}}, "movielens", []string{
			`2: The Lantern Ferry ("2011" original "Deungbul narutbae" genres ["Drama","Mystery"] ids {"imdb":"tt9900001","tmdb":9900001,"movielens":1}`,
			`3: Salt, Rust & "Gold" ("1997" genres ["Crime","Noir","SF"] ids {"imdb":"tt0090002","movielens":2}`,
			`4: Harbour Lights (2024– ) is no film: (2024– )`,
			`5: 2049 ("1998" genres ["Family","Musical"] ids {"imdb":"tt0012345","tmdb":9900012,"movielens":4} dropped ["IMAX"]`,
			`6: Été à Minuit ("2004" aliases ["Midnight Summer"] genres ["Comedy","Romance"] ids {"movielens":5}`,
			`7: Hamlet of the Docks genres ["Drama"] ids {"movielens":6}`,
		}},
		{"MovieLens export of an account", [][2]string{{"mine.csv", "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n1,9900001,9900001,4.5,3.9,\"Lantern Ferry, The (2011)\"\n"}}, "movielens", []string{
			`2: The Lantern Ferry ("2011" ids {"imdb":"tt9900001","tmdb":9900001,"movielens":1}`,
		}},
		{"TMDB 5000 with credits", [][2]string{
			{"credits.csv", "movie_id,title,cast,crew\n9900001,The Lantern Ferry,\"[{\"\"name\"\": \"\"Baek Ju-won\"\", \"\"character\"\": \"\"Ferryman\"\"}]\",\"[{\"\"name\"\": \"\"Han Seo-yul\"\", \"\"job\"\": \"\"Director\"\"}, {\"\"name\"\": \"\"X\"\", \"\"job\"\": \"\"Editor\"\"}]\"\n"},
			sample(t, "tmdb_5000_movies.csv"),
		}, "tmdb,tmdb-credits", []string{
			`2: The Lantern Ferry ("2011-09-08" original "등불 나룻배" min 112 genres ["Drama","Mystery"] in ["KR"] speaks ["ko"] ids {"tmdb":9900001} plot "A ferryman, a \"lamp\", and a debt."`,
			`3: Salt, Rust & "Gold" ("1997-12-05" genres ["SF","Crime"] speaks ["en"] ids {"tmdb":9900002} plot "First line.\n\nSecond paragraph."`,
			`6: Nothing Known ids {"tmdb":9900090}`,
			`2: The Lantern Ferry by ["Han Seo-yul"] ids {"tmdb":9900001} cast [{"name":"Baek Ju-won","role":"Ferryman"}] adds true`,
		}},
		{"films of TMDB with commas between names", [][2]string{sample(t, "tmdb-names-with-commas.csv")}, "tmdb", []string{
			`2: The Lantern Ferry ("2011-09-08" original "등불 나룻배" min 112 genres ["Drama","Mystery","SF"] in ["KR","US"] speaks ["ko"] ids {"imdb":"tt9900001","tmdb":9900001} plot "Cobb, a thief."`,
			`3: Velvet Tram ("2014-11-05" genres ["Adventure","Drama"] in ["GB"] speaks ["en"] ids {"imdb":"tt9900077","tmdb":9900077}`,
		}},
		{"films of TMDB with lines between names, and no other title", [][2]string{sample(t, "tmdb-names-with-lines.csv")}, "tmdb", []string{
			`2: Quay World ("2015" min 124 genres ["Action","Adventure","SF","Thriller"] by ["Colin Trevor","Ann Two"] ids {"imdb":"tt9900078","tmdb":9900078} plot "Twenty-two years after." cast [{"name":"Chris Pratt"},{"name":"Bryce Dallas Howard"}]`,
		}},
		{"The Movies Dataset, whose credits are literals of Python", [][2]string{
			{"all.zip", ""},
			sample(t, "movies_metadata.csv"), sample(t, "credits.csv"),
			{"keywords.csv", "id,keywords\n9900001,\"[{'id': 931, 'name': 'lamp'}]\"\n"},
			sample(t, "links.csv"),
			{"links_small.csv", "movieId,imdbId,tmdbId\n1,9900001,9900001\n"},
			{"ratings_small.csv", "userId,movieId,rating,timestamp\n1,110,1.0,1425941529\n"},
		}, "movies-metadata,tmdb-credits", []string{
			`2: The Lantern Ferry ("2011-09-08" original "등불 나룻배" min 112 genres ["Drama","Mystery"] in ["KR"] speaks ["ko"] ids {"imdb":"tt9900001","tmdb":9900001} plot "It's dark."`,
			`3: bad: This row has a different number of columns than the header.`,
			`4: bad: This row has a different number of columns than the header.`,
			`5: Été ("2004-07-14" genres ["Comedy"] in ["FR"] speaks ["fr"] ids {"tmdb":9900004}`,
			`2:  by ["Han 'H' Seo-yul"] ids {"tmdb":9900001} cast [{"name":"Baek Ju-won","role":"Woody's (voice)"}] adds true`,
		}},
		{"MovieLens until ml-10m", [][2]string{{"ml-1m.zip", ""}, {"ml-1m/README", "hello"}, {"ml-1m/movies.dat", sample(t, "movies.dat")[1]}, {"ml-1m/ratings.dat", "1::1193::5::978300760\n"}}, "movielens", []string{
			`1: Toy Story ("1995" genres ["Animation","Family","Comedy"] ids {"movielens":1}`,
			`2: Les Misérables ("1995" genres ["Drama"] ids {"movielens":2}`,
			`3: Star Wars: Episode IV ("1977" genres ["Action"] ids {"movielens":3}`,
			`4: bad: This row has a different number of columns than the header.`,
			`5: Lois & Clark (1993-1997) is no film: (1993-1997)`,
		}},
		{"KOBIS box office with ids, below titles", [][2]string{sample(t, "kobis-office-with-codes.csv")}, "kobis-boxoffice", []string{
			`5: 등불나룻배 ("2011-09-08" in ["KR"] ids {"kobis":"20119901"}`,
			`6: 파도 콘서트 ("2024-07-27" in ["KR"] ids {"kobis":"20249901"}`,
		}},
		{"KOBIS list with numbers of a spreadsheet", [][2]string{{"a.csv", "movieCd,movieNm,prdtYear,openDt\n20119901.0,등불 나룻배,2010.0,20110908.0\n"}}, "kobis", []string{
			`2: 등불 나룻배 ("2011-09-08" produced 2010 ids {"kobis":"20119901"}`,
		}},
		{"own JSON, an array with a film on each line", [][2]string{{"films.json", "[\n" + `{"title":"a","plot":"","cast":[],"playtime":90,"genres":["Drama"]},` + "\n" + `{"title":"b","plot":"","cast":[],"playtime":null,"genres":[]}` + "\n]"}}, "own", []string{
			`2: a min 90 genres ["Drama"]`,
			`3: b`,
		}},
		{"own JSON, a film on several lines", [][2]string{{"films.json", "{\n \"title\": \"a\", \"plot\": \"\", \"cast\": [],\n \"playtime\": 90, \"genres\": []\n}\n"}}, "own", []string{
			`1: a min 90`,
		}},
		{"movies_metadata", [][2]string{sample(t, "movies_metadata.csv")}, "movies-metadata", []string{
			`2: The Lantern Ferry ("2011-09-08" original "등불 나룻배" min 112 genres ["Drama","Mystery"] in ["KR"] speaks ["ko"] ids {"imdb":"tt9900001","tmdb":9900001} plot "It's dark."`,
			`3: bad: This row has a different number of columns than the header.`,
			`4: bad: This row has a different number of columns than the header.`,
			`5: Été ("2004-07-14" genres ["Comedy"] in ["FR"] speaks ["fr"] ids {"tmdb":9900004}`,
		}},
		{"KOBIS list", [][2]string{sample(t, "kobis-movie-list.csv")}, "kobis", []string{
			`2: 등불 나룻배 ("2011-09-08" produced 2010 original "The Lantern Ferry" genres ["Drama","Mystery"] in ["KR"] ids {"kobis":"20119901"}`,
			`3: 밤의 열차 genres ["Horror","Romance"] in ["KR","FR"] ids {"kobis":"2024A603"}`,
			`4: 파도 콘서트 ("2024-07-27" produced 2024 original "WAVE CONCERT" genres ["Documentary"] in ["KR"] ids {"kobis":"20249901"} dropped ["공연"]`,
		}},
		{"KOBIS film", [][2]string{sample(t, "kobis-searchMovieInfo.json")}, "kobis", []string{
			`1: 등불 나룻배 ("2011-09-08" produced 2010 original "The Lantern Ferry" min 112 genres ["Drama","Mystery"] by ["한서율"] in ["KR"] grade "15" ids {"kobis":"20119901"} cast [{"name":"백주원","role":"뱃사공"},{"name":"오하린"}]`,
		}},
		{"KOBIS lists, an answer on each line", [][2]string{{"all.jsonl", `{"movieListResult":{"totCnt":2,"movieList":[{"movieCd":"20119901","movieNm":"등불` + "\\t" + `나룻배","movieNmEn":"The Lantern Ferry","prdtYear":"2010","openDt":"","genreAlt":"성인물(에로)","nationAlt":"한국","directors":[{"peopleNm":"한서율"}]}]}}` + "\n" + `{"movieListResult":{"movieList":[{"movieCd":"2024A603","movieNm":"밤의 열차","prdtYear":""},{"movieNm":"x"}]}}`}}, "kobis", []string{
			`1: 등불 나룻배 produced 2010 original "The Lantern Ferry" by ["한서율"] in ["KR"] ids {"kobis":"20119901"} dropped ["성인물(에로)"]`,
			`2: 밤의 열차 ids {"kobis":"2024A603"}`,
			`2: bad: This is not an object of JSON with the fields of its format.`,
		}},
		{"KOBIS box office", [][2]string{sample(t, "kobis-yearly-boxoffice.csv")}, "kobis-boxoffice", []string{
			`2: 등불 나룻배 ("2011-09-08" genres ["Drama","Mystery"] by ["한서율"] in ["KR"] grade "15"`,
			`3: 소금, 녹, 금 ("1998-03-14" genres ["SF","Crime"] by ["미라 던레비","토마스 오크레"] in ["GB"] grade "adult"`,
		}},
		{"KMDb", [][2]string{sample(t, "kmdb-search.json")}, "kmdb", []string{
			`5: 등불 나룻배 ("2011-09-08" produced 2010 original "The Lantern Ferry" aliases ["Lantern Ferry","등불배"] min 112 genres ["Drama","Comedy"] by ["한서율"] in ["KR"] grade "15" ids {"kmdb":"K99001"} plot "뱃사공과 빚." cast [{"name":"백주원"}]`,
			`6: 항구의 불빛 is no film: TV드라마`,
		}},
		{"Wikidata", [][2]string{sample(t, "wikidata-query.csv")}, "wikidata", []string{
			`2: The Lantern Ferry ("2011-09-08" min 112 genres ["Drama","Mystery"] by ["Han Seo-yul"] ids {"imdb":"tt9900001","tmdb":9900001,"wikidata":"Q990000001"}`,
			`4: bad: This row has no title.`,
		}},
		{"Letterboxd list without a banner", [][2]string{sample(t, "letterboxd-list-v5.csv")}, "letterboxd", []string{`6: The Lantern Ferry ("2011" ids {"letterboxd":"Zf1A"}`}},
		{"Letterboxd list with blank lines in its description", [][2]string{sample(t, "letterboxd-list-v7.csv")}, "letterboxd", []string{
			`9: The Lantern Ferry ("2011" ids {"letterboxd":"Zf1A"}`, `10: Salt, Rust & "Gold" ("2019" ids {"letterboxd":"Zf3C"}`, `13: Untitled Harbour Project ids {"letterboxd":"Zf5N"}`,
		}},
		{"Letterboxd import", [][2]string{{"import.csv", "tmdbID,imdbID,Title,Year,Directors,Rating10,WatchedDate\n9900001,tt9900001,The Lantern Ferry,2011,Han Seo-yul,9,2020-11-01\n,,+1 More,2013,,,\n"}}, "letterboxd-import", []string{
			`2: The Lantern Ferry ("2011" by ["Han Seo-yul"] ids {"imdb":"tt9900001","tmdb":9900001}`, `3: +1 More ("2013"`,
		}},
		{"own CSV of a spreadsheet", [][2]string{{"films.csv", "\uFEFFsep=;\r\n Title ;plot;cast;playtime;GENRE\r\n\"소금; 녹; 금\";\"두 줄\r\n끝\";;133;Crime\r\n"}}, "own", []string{`3: 소금; 녹; 금 min 133 plot "두 줄\n끝"`}},
		{"own JSON Lines with what films may lack", [][2]string{{"films.jsonl", `{"title":"a","plot":"","cast":[],"playtime":null,"genres":[]}` + "\n" + `{"title":"b"}`}}, "own", []string{
			`1: a`, `2: bad: plot: This field is required. cast: This field is required. playtime: This field is required. genre: This field is required.`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			formats, items := read(t, Options{}, files(t, c.files...))
			if got := strings.Join(formats, ","); got != c.format {
				t.Errorf("format %s, want %s", got, c.format)
			}
			if diff := cmp.Diff(c.want, items); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestKOBISSpreadsheetsAreReadInCP949(t *testing.T) {
	t.Parallel()
	text := strings.TrimPrefix(sample(t, "kobis-yearly-boxoffice.csv")[1], "\uFEFF")
	data, err := korean.EUCKR.NewEncoder().String("연도별 박스오피스,,\n\n" + strings.Replace(text, "등불 나룻배", "똠방 나룻배", 1) + ",,,,,,,,,,,,,,,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	_, items := read(t, Options{}, files(t, [2]string{"kobis.csv", data}))
	if len(items) != 2 || !strings.HasPrefix(items[0], "4: 똠방 나룻배 (") {
		t.Errorf("got %q", items)
	}
}

func TestArchivesOfLetterboxdAreReadWithoutWhatIsNoFilm(t *testing.T) {
	t.Parallel()
	const header = "Date,Name,Year,Letterboxd URI"
	formats, items := read(t, Options{}, files(t, [2]string{"export.zip", ""},
		[2]string{"top/watched.csv", header + "\n2019-03-02,The Lantern Ferry,2011,https://boxd.it/Zf1A\n"},
		[2]string{"top/diary.csv", header + ",Rating,Rewatch,Tags,Watched Date\n2020-11-04,The Lantern Ferry,2011,https://boxd.it/Ze1aaa,4,,,2020-11-01\n"},
		[2]string{"top/deleted/diary.csv", header + "\n2019-03-02,Deleted,2011,https://boxd.it/Zx\n"},
		[2]string{"top/profile.csv", "Date Joined,Username,Email Address\n2019-03-02,rivermoth,ines@example.org\n"},
		[2]string{"top/likes/films.csv", header + "\n2021-07-20,Liked,2019,https://boxd.it/Zf3C\n"},
		[2]string{"top/lists/a.csv", "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n2020-01-02,List,,https://boxd.it/Zl9,\n\nPosition,Name,Year,URL,Description\n1,Listed,2001,https://boxd.it/Zf9,\n"},
		[2]string{"__MACOSX/top/._watched.csv", "x"}))
	if got := strings.Join(formats, ","); got != "letterboxd,letterboxd,letterboxd" {
		t.Errorf("formats %s", got)
	}
	text := strings.Join(items, "\n")
	for _, title := range []string{"Lantern", "Liked", "Listed"} {
		if !strings.Contains(text, title) {
			t.Errorf("%s is missing in\n%s", title, text)
		}
	}
	if len(items) != 3 || strings.Contains(text, "example.org") {
		t.Errorf("got\n%s", text)
	}
}

// TestEntriesOfDiariesAreNoIDsOfFilms: their addresses are those of entries.
func TestEntriesOfDiariesAreNoIDsOfFilms(t *testing.T) {
	t.Parallel()
	_, items := read(t, Options{}, files(t, [2]string{"diary.csv", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2020-11-04,The Lantern Ferry,2011,https://boxd.it/Ze1aaa,4,,,2020-11-01\n"}))
	if diff := cmp.Diff([]string{`2: The Lantern Ferry ("2011"`}, items); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTypesOfIMDbInOtherLanguages(t *testing.T) {
	t.Parallel()
	file := "Const,Title,Title Type,Year\n"
	for i, kind := range []string{"Film", "Movie", "영화", "Película", "Serie TV", "Mini serie TV", "TV 시리즈", "Video Game", "Podcast Series", "Фильм"} {
		file += fmt.Sprintf("tt990000%d,Film %d,%s,2001\n", i, i, kind)
	}
	file += "tt9900077,Span,,2001–2004\n,,,\n"
	_, items := read(t, Options{}, files(t, [2]string{"list.csv", file}))
	films := 0
	for _, item := range items {
		if !strings.Contains(item, "is no film") {
			films++
		}
	}
	if films != 5 || len(items) != 11 {
		t.Errorf("%d films in %q", films, items)
	}
}

func TestRowsOfSpreadsheetsWithCommasOnly(t *testing.T) {
	t.Parallel()
	file := "Const,Title,Title Type,Year,\n,,,,\n" + strings.Repeat(",,,,\n", 470) + "tt9900001,Ferry,Movie,2011,\ntt9900002,Salt,Movie,1997\n"
	_, items := read(t, Options{}, files(t, [2]string{"list.csv", file}))
	if len(items) != 2 {
		t.Errorf("got %q", items)
	}
}

func TestTitlesOfMovieLens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"American President, The":                                  "The American President||",
		"City of Lost Children, The (Cité des enfants perdus, La)": "The City of Lost Children|La Cité des enfants perdus|",
		"Amelie (a.k.a. Fabulous Fate) (Fabuleux destin, Le)":      "Amelie|Le Fabuleux destin|Fabulous Fate",
		"(500) Days of Summer":                                     "(500) Days of Summer||",
		"Good, the Bad and the Ugly, The (Buono, il brutto, Il)":   "The Good, the Bad and the Ugly|Il Buono, il brutto|",
		"Avventura, L' (a.k.a. Adventure, The)":                    "L'Avventura||The Adventure",
		"Salt, Rust & \"Gold\"":                                    "Salt, Rust & \"Gold\"||",
		"Shawshank":                                                "Shawshank||",
		"Seven (a.k.a. Se7en)":                                     "Seven||Se7en",
		"Twelve Monkeys (a.k.a. 12 Monkeys)":                       "Twelve Monkeys||12 Monkeys",
		"Name, Der":                                                "Der Name||",
		"Misérables, Les":                                          "Les Misérables||",
		"Three Colors: Red (Trois couleurs: Rouge)":                "Three Colors: Red|Trois couleurs: Rouge|",
		"Wings of Desire (Himmel über Berlin, Der)":                "Wings of Desire|Der Himmel über Berlin|",
		"Cosi (Così) (x)":                                          "Cosi|x|Così",
	} {
		title, original, aliases := lensTitles(text)
		if got := title + "|" + original + "|" + strings.Join(aliases, ";"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2011-09-08": "2011-09-08", "20110908": "2011-09-08", "2011-09": "2011-09", "2011": "2011", "2011-09-08T00:00:00Z": "2011-09-08",
		"2011/9/8": "2011-09-08", "2011. 9. 8": "2011-09-08", "2011. 9. 8.": "2011-09-08", "2011년 9월 8일": "2011-09-08", "2011-9-8": "2011-09-08", "20110908.0": "2011-09-08", "25-12-2009 10:00": "2009-12-25", "2011.09.08": "2011-09-08", "12/10/2009": "2009", "25/12/2009": "2009-12-25", "12/25/2009": "2009-12-25",
		"2011-02-30": "2011-02", "2011-13-01": "2011", "201100": "", "1799": "", "3000-01-01": "", "t2034567": "", "": "", "20110000": "2011", "20110900": "2011-09",
	} {
		if got := Date(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestWordsOfGenres(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"Sci-Fi": "SF", "Science Fiction": "SF", "sci_fi": "SF", "공포(호러)": "Horror", "멜로/로맨스": "Romance", "서부극(웨스턴)": "Western", "사극": "History",
		"코메디": "Comedy", "코미디": "Comedy", "Film-Noir": "Noir", "film noir": "Noir", "drama film": "Drama", "science fiction film": "SF", "Children's": "Family",
		"Musical": "Musical", "뮤지컬": "Musical", "어드벤처": "Adventure", "(no genres listed)": "", "Short": "Short",
	} {
		if got, ok := genreOf(word); !ok || got != want {
			t.Errorf("%q is %q (%v), want %q", word, got, ok, want)
		}
	}
	for _, word := range []string{"IMAX", "성인물(에로)", "공연", "기타", "Adult", "Talk-Show"} {
		if got, ok := genreOf(word); ok {
			t.Errorf("%q is %q", word, got)
		}
	}
}

func TestGradesOldAndNew(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"전체관람가": "all", "12세관람가": "12", "12세이상관람가": "12", "15세이상관람가": "15", "청소년관람불가": "adult", "18세관람가": "adult", "제한상영가": "restricted", "": "", "기타": "",
	} {
		if got := gradeOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestIDsOfIMDb(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tt0090002": "tt0090002", "0090002": "tt0090002", "90002": "tt0090002", "https://www.imdb.com/title/tt9900001": "tt9900001",
		"http://www.imdb.com/title/tt9900002/": "tt9900002", "": "", "0": "", "x": "", "tt12345678901": "", "TT9900002": "tt9900002",
	} {
		if got := IMDbID(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestFilesOfNoFormatAreRefusedWithWhatWasSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"columns":      {"a,b\n1,2\n", `it has the columns "a", "b"`},
		"JSON":         {`{"a": 1}`, "it has JSON without a title"},
		"empty":        {"\n\n", "the file is empty; its first line must name the columns"},
		"an API":       {"{\n\"results\": []}", "it has JSON of another form"},
		"API, a line":  {`{"page":1,"results":[{"id":1,"title":"The Lantern Ferry","release_date":"2011-09-08"}]}`, "it has JSON without a title"},
		"API of shows": {`{"page":1,"results":[{"id":1,"name":"Harbour Lights","first_air_date":"2024-01-01"}]}`, "it has JSON without a title"},
		"OMDb":         {`{"Title":"Harbour Lights","Year":"2024–","imdbID":"tt9900051","Type":"series"}`, "it has JSON without a title"},
		"TVmaze":       {`[{"id":1,"name":"Harbour Lights","type":"Scripted","premiered":"2024-06-24"}]`, "it has JSON of another form"},
		"TVmaze lines": {`{"id":1,"name":"Harbour Lights","type":"Scripted"}` + "\n", "it has JSON without a title"},
		"ids of films": {`{"adult":false,"id":3924,"original_title":"Blondie","popularity":2.4,"video":false}` + "\n", "daily list of ids of TMDB"},
		"ids of shows": {`{"id":1,"original_name":"Pride","popularity":2.4}` + "\n", "daily list of ids of TMDB"},
		"shows":        {"id,name,number_of_seasons,first_air_date,original_name\n1,Harbour,8,2011-04-17,Harbour\n", `"number_of_seasons"`},
		"akas":         {"titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\ntt9900001\t1\tx\tKR\tko\t\\N\t\\N\t0\n", `"titleId"`},
		"episodes":     {"tconst\tparentTconst\tseasonNumber\tepisodeNumber\ntt9900050\ttt9900051\t1\t1\n", `"parentTconst"`},
		"principals":   {"tconst\tordering\tnconst\tcategory\tjob\tcharacters\ntt9900001\t1\tnm1\tdirector\t\\N\t\\N\n", `"nconst"`},
		"only links":   {"movieId,imdbId,tmdbId\n1,1,1\n", "give the file of the films"},
		"broken":       {"\"a,b\n", "unmatched quotation mark"},
		"own columns":  {"Title,Release_Date,Directors\na,2001,\n", `lacks the column "plot"`},
		"too few rows": {strings.Repeat("x,y\n", 20), `"x", "y"`},
	} {
		_, err := Open(files(t, [2]string{"file", c.file}), Options{}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestLinesOfNoFilmAreRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n"} {
		if formats, items := read(t, Options{}, files(t, [2]string{"films.jsonl", text})); len(formats) != 1 || formats[0] != Own.Name || len(items) != 0 {
			t.Errorf("%q: %v %v", text, formats, items)
		}
	}
}

func TestHeadingsAreMapped(t *testing.T) {
	t.Parallel()
	all := files(t, [2]string{"films.csv", "영화명,개봉,메모\n등불 나룻배,2011-09-08,x\n,2011,\n"})
	sources, err := Open(all, Options{Map: map[string]string{"영화명": "title", "개봉": "release_date"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer sources[0].Close()
	if diff := cmp.Diff([]string{"메모"}, sources[0].Ignored); diff != "" {
		t.Errorf("left alone (-want +got):\n%s", diff)
	}
	item, err := sources[0].Next()
	if got := describe(t, item); err != nil || got != `2: 등불 나룻배 ("2011-09-08"` {
		t.Errorf("got %s, %v", got, err)
	}
	if item, err = sources[0].Next(); err != nil || item.Failed == nil || item.Failed.Reason() != "title: This field is required." {
		t.Errorf("got %s, %v", describe(t, item), err)
	}
}

func TestTheFormatCanBeGiven(t *testing.T) {
	t.Parallel()
	f, err := ParseFormat("MovieLens")
	if err != nil || f != MovieLens {
		t.Fatalf("%v, %v", f, err)
	}
	if _, err := ParseFormat("opera"); err == nil || !strings.Contains(err.Error(), "kobis-boxoffice") {
		t.Errorf("an unknown one: %v", err)
	}
	if _, err := Open(files(t, [2]string{"a.csv", "name,year,url\nx,2001,y\n"}), Options{Format: &f}, nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("a file of another format: %v", err)
	}
	if formats, _ := read(t, Options{Format: &f}, files(t, [2]string{"a.csv", "movieId,title,genres\n1,x (2001),Drama\n"})); formats[0] != "movielens" {
		t.Errorf("formats %v", formats)
	}
}

// FuzzSources looks for files that no item may come of: every film must be one that the API accepts.
func FuzzSources(f *testing.F) {
	entries, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			f.Add(sample(f, e.Name())[1])
		}
	}
	f.Add("title,plot,cast,playtime,genre\na,b,[],90,Drama\n")
	f.Fuzz(func(t *testing.T, file string) {
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := tabular.Open(name, tabular.Options{Known: Known})
		if err != nil {
			return
		}
		defer opened.Close()
		sources, err := Open(opened.List, Options{}, nil)
		if err != nil {
			return
		}
		defer sources[0].Close()
		for {
			item, err := sources[0].Next()
			if err != nil {
				return
			}
			if item.Failed == nil && item.NotFilm == "" && !item.Adds {
				accept(t, item.Draft)
			}
		}
	})
}

// accept fails when the API would refuse a film, but for what films of imports may lack.
func accept(t *testing.T, d movie.Draft) {
	t.Helper()
	body := map[string]any{
		"title": d.Title, "plot": d.Plot, "cast": d.Cast, "playtime": d.Playtime, "genres": d.Genres, "aliases": d.Aliases,
		"directors": d.Directors, "countries": d.Countries, "languages": d.Languages, "external_ids": d.ExternalIDs,
	}
	if d.Cast == nil {
		body["cast"] = []any{}
	}
	if d.Playtime == 0 {
		body["playtime"] = 1
	}
	if len(d.Genres) == 0 {
		body["genres"] = []string{"Drama"}
		if d.Genre != "" {
			body["genres"] = []string{d.Genre}
		}
	}
	for name, value := range map[string]string{"original_title": d.OriginalTitle, "release_date": d.ReleaseDate, "age_grade": d.AgeGrade} {
		if value != "" {
			body[name] = value
		}
	}
	if d.ProductionYear != 0 {
		body["production_year"] = d.ProductionYear
	}
	for name, value := range body {
		if list, ok := value.([]string); ok && list == nil {
			delete(body, name)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := movie.ParseDraft(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func TestPlainTitlesAreStoredAsTheyAre(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Salt, Rust & \"Gold\"": "Salt, Rust & \"Gold\"", "...": "...", "~": "~", "": "", " ": "", " a": "a", "a ": "a", "a  b": "a b", "a\tb": "a b",
		"a\x7fb": "a b", "e\u0301": "é", "a\x00": "a", "\u3164": "",
	} {
		if got := line(text); got != want {
			t.Errorf("line(%q) is %q, want %q", text, got, want)
		}
		if isPlain(text) != (text != "" && text == want && text != "é") {
			t.Errorf("isPlain(%q) is %t", text, isPlain(text))
		}
	}
}
