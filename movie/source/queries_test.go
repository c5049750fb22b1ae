package source

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
)

// TestAnswersOfWikidataInAllForms reads one answer as query.wikidata.org offers it: as CSV, as TSV with and without the marks of
// SPARQL, and as JSON of two forms.
func TestAnswersOfWikidataInAllForms(t *testing.T) {
	t.Parallel()
	const entity = "http://www.wikidata.org/entity/Q990000001"
	const want = ` The "Lantern" Ferry ("2011-09-08" genres ["Drama","Mystery"] by ["Han Seo-yul"] ids {"imdb":"tt9900001","wikidata":"Q990000001"}`
	for name, text := range map[string]string{
		"query.csv": "film,filmLabel,pubdate,imdb,directorLabel,genreLabel\r\n" +
			entity + `,"The ""Lantern"" Ferry",2012-02-01T00:00:00Z,tt9900001,Han Seo-yul,drama film` + "\r\n" +
			entity + `,"The ""Lantern"" Ferry",2011-09-08T00:00:00Z,tt9900001,Han Seo-yul,mystery film` + "\r\n",
		"query.tsv": "film\tfilmLabel\tpubdate\timdb\tdirectorLabel\tgenreLabel\n" +
			entity + "\t\"The \"\"Lantern\"\" Ferry\"\t2012-02-01T00:00:00Z\ttt9900001\tHan Seo-yul\tdrama film\n" +
			entity + "\t\"The \"\"Lantern\"\" Ferry\"\t2011-09-08T00:00:00Z\ttt9900001\tHan Seo-yul\tmystery film\n",
		"verbose.tsv": "?film\t?filmLabel\t?pubdate\t?imdb\t?directorLabel\t?genreLabel\n" +
			"<" + entity + ">\t\"The \\\"Lantern\\\" Ferry\"@en\t\"2012-02-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>\t\"tt9900001\"\t\"Han Seo-yul\"@en\t\"drama film\"@en\n" +
			"<" + entity + ">\t\"The \\\"Lantern\\\" Ferry\"@en\t\"2011-09-08T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>\t\"tt9900001\"\t\"Han Seo-yul\"@en\t\"mystery film\"@en\n",
		"query.json": `[{"film":"` + entity + `","filmLabel":"The \"Lantern\" Ferry","pubdate":"2012-02-01T00:00:00Z","imdb":"tt9900001","directorLabel":"Han Seo-yul","genreLabel":"drama film"},` +
			`{"film":"` + entity + `","filmLabel":"The \"Lantern\" Ferry","pubdate":"2011-09-08T00:00:00Z","imdb":"tt9900001","directorLabel":"Han Seo-yul","genreLabel":"mystery film"}]`,
		"verbose.json": `{"head":{"vars":["film","filmLabel"]},"results":{"bindings":[` +
			`{"film":{"type":"uri","value":"` + entity + `"},"filmLabel":{"xml:lang":"en","type":"literal","value":"The \"Lantern\" Ferry"},"pubdate":{"type":"literal","value":"2012-02-01T00:00:00Z"},` +
			`"imdb":{"type":"literal","value":"tt9900001"},"directorLabel":{"type":"literal","value":"Han Seo-yul"},"genreLabel":{"type":"literal","value":"drama film"}},` +
			`{"film":{"type":"uri","value":"` + entity + `"},"filmLabel":{"type":"literal","value":"The \"Lantern\" Ferry"},"pubdate":{"type":"literal","value":"2011-09-08T00:00:00Z"},` +
			`"imdb":{"type":"literal","value":"tt9900001"},"directorLabel":{"type":"literal","value":"Han Seo-yul"},"genreLabel":{"type":"literal","value":"mystery film"}}]}}`,
	} {
		formats, items := read(t, Options{}, files(t, [2]string{name, text}))
		if len(items) != 1 || !strings.HasSuffix(items[0], ":"+want) || formats[0] != "wikidata" {
			t.Errorf("%s is %s: %q, want %q", name, formats, items, want)
		}
	}
}

// TestAnswersOfWikidataSayWhatIsNoFilm: an item may be an instance of several kinds, one row each.
func TestAnswersOfWikidataSayWhatIsNoFilm(t *testing.T) {
	t.Parallel()
	const entity = "http://www.wikidata.org/entity/"
	for kinds, film := range map[string]bool{
		"film": true, "television series": false, "animated feature film,film adaptation": true, "photo-roman,short film": true, "film series": false, "anime television series": false,
		"영화": true, "텔레비전 시리즈": false, entity + "Q11424": true, entity + "Q5398426": false, "": true,
	} {
		text := "item,itemLabel,instanceOfLabel,imdb\r\n"
		for kind := range strings.SplitSeq(kinds, ",") {
			text += entity + "Q990000001,Quay," + kind + ",tt9900016\r\n"
		}
		_, items := read(t, Options{}, files(t, [2]string{"query.csv", text}))
		if len(items) != 1 || strings.Contains(items[0], "no film") == film {
			t.Errorf("%q: %q", kinds, items)
		}
	}
}

// TestTheFirstDataSetOfMovieLens has Latin-1, no header, genres as flags, and numbers that are not those of later data sets.
func TestTheFirstDataSetOfMovieLens(t *testing.T) {
	t.Parallel()
	flags := func(on ...int) string {
		all := strings.Split(strings.Repeat("0", 19), "")
		for _, i := range on {
			all[i] = "1"
		}
		return strings.Join(all, "|")
	}
	latin, err := charmap.ISO8859_1.NewEncoder().String("1|Lantern Ferry, The (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Lantern%20Ferry|" + flags(3, 4, 5) + "\n" +
		"267|unknown||||" + flags(0) + "\n" +
		"2|Été à Minuit (1994)|09-Feb-1996|||" + flags(8, 10) + "\n" +
		"3|City of Lost Harbours, The (Cité des havres perdus, La) (1995)|16-Aug-1996||x|" + flags(15) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`1: The Lantern Ferry ("1995" genres ["Animation","Family","Comedy"]`,
		`3: Été à Minuit ("1994" genres ["Drama","Noir"]`,
		`4: The City of Lost Harbours ("1995" original "La Cité des havres perdus" genres ["SF"]`,
	}
	for _, packed := range []string{"u.item", "a.zip"} {
		contents := [][2]string{{"u.item", latin}}
		if packed == "a.zip" {
			contents = [][2]string{{packed, ""}, {"ml-100k/u.item", latin}, {"ml-100k/u.data", "1\t2\t3\t881250949\n"}, {"ml-100k/README", "x"}}
		}
		formats, items := read(t, Options{}, files(t, contents...))
		if diff := cmp.Diff(want, items); diff != "" || formats[0] != "movielens" {
			t.Errorf("%s is %s (-want +got):\n%s", packed, formats, diff)
		}
	}
}

// TestListsOfThePageOfKOBIS are spreadsheets in CP949 with Korean headings.
func TestListsOfThePageOfKOBIS(t *testing.T) {
	t.Parallel()
	const text = "영화명,영화명(영문),영화코드,제작연도,제작국가,유형,장르,제작상태,감독,제작사\r\n등불 나룻배,The Lantern Ferry,20199901,2010,한국,장편,\"드라마,미스터리\",개봉,한서율,배\r\n"
	data, err := korean.EUCKR.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	formats, items := read(t, Options{}, files(t, [2]string{"list.csv", data}))
	want := `2: 등불 나룻배 produced 2010 original "The Lantern Ferry" genres ["Drama","Mystery"] by ["한서율"] in ["KR"] ids {"kobis":"20199901"}`
	if len(items) != 1 || items[0] != want || formats[0] != "kobis" {
		t.Errorf("%s %q, want %q", formats, items, want)
	}
}

// TestLinksOfMovieLensWrittenAnew have the separators and quotation marks of spreadsheets.
func TestLinksOfMovieLensWrittenAnew(t *testing.T) {
	t.Parallel()
	for _, links := range []string{"movieId;imdbId;tmdbId\n7;9900001;12\n", "\"movieId\"\t\"imdbId\"\t\"tmdbId\"\n7\t\"9900001\"\t12\n", "\"movieId\",\"imdbId\",\"tmdbId\"\n7,9900001,12\n"} {
		_, items := read(t, Options{}, files(t, [2]string{"a.zip"}, [2]string{"movies.csv", "movieId;title;genres\n7;Lantern Ferry, The (2011);Drama\n"}, [2]string{"links.csv", links}))
		if len(items) != 1 || !strings.HasSuffix(items[0], `ids {"imdb":"tt9900001","tmdb":12,"movielens":7}`) {
			t.Errorf("%q: %q", links, items)
		}
	}
}

// TestTheDailyIDsOfTMDBAreRefusedByName has no years.
func TestTheDailyIDsOfTMDBAreRefusedByName(t *testing.T) {
	t.Parallel()
	const text = `{"adult":false,"id":9900001,"original_title":"The Lantern Ferry","popularity":1.2,"video":false}` + "\n"
	_, err := Open(files(t, [2]string{"movie_ids_11_29_2026.json", text}), Options{}, nil)
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "daily list of ids of TMDB") {
		t.Errorf("%v", err)
	}
}
