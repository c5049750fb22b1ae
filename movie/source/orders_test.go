package source

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// alike are files of many sources about the same films. Each source is given at once. Rows without a year are in none of them:
// what a person has to decide about them depends on what is there before.
func alike(t testing.TB) [][][2]string {
	t.Helper()
	var all [][][2]string
	for _, name := range []string{
		"imdb-ratings-2026.csv", "imdb-watchlist-2015.csv", "kmdb-search.json", "kobis-movie-list.csv", "kobis-office-with-codes.csv",
		"kobis-searchMovieInfo.json", "kobis-yearly-boxoffice.csv", "letterboxd-list-v5.csv", "letterboxd-list-v7.csv", "movies_metadata.csv",
		"credits.csv", "tmdb-names-with-commas.csv", "tmdb-names-with-lines.csv", "tmdb_5000_movies.csv", "wikidata-query.csv",
	} {
		all = append(all, [][2]string{sample(t, name)})
	}
	links := [2]string{"links.csv", "movieId,imdbId,tmdbId\n1,9900001,9900001\n2,9900002,\n4,0012345,9900012\n"}
	const header = "Date,Name,Year,Letterboxd URI"
	return append(all,
		[][2]string{sample(t, "movies.csv"), links},
		[][2]string{sample(t, "title.basics.tsv"), sample(t, "title.crew.tsv")},
		[][2]string{{"ratings.csv", header + ",Rating\n2019-03-02,The Lantern Ferry,2011,https://boxd.it/Zf1A,4.5\n" +
			"2019-03-02,\"Salt, Rust & \"\"Gold\"\"\",1997,https://boxd.it/Zf2B,0.5\n2021-07-19,\"Salt, Rust & \"\"Gold\"\"\",2019,https://boxd.it/Zf3C,3\n" +
			"2022-01-05,Été à Minuit,2004,https://boxd.it/Zf4D,5\n"}},
		[][2]string{{"diary.csv", header + ",Rating,Rewatch,Tags,Watched Date\n2020-11-04,The Lantern Ferry,2011,https://boxd.it/Ze1aaa,4,,,2020-11-01\n"}},
		[][2]string{{"account.csv", "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n1,9900001,9900001,4.5,3.9,\"Lantern Ferry, The (2011)\"\n"}},
		[][2]string{{"import.csv", "imdbID,Title,Year,Directors,WatchedDate\n,The Lantern Ferry,2011,Han Seo-yul,2020-11-01\n,등불 나룻배,2011,한서율,2020-11-02\n"}},
	)
}

// TestFilmsAreTheSameInAnyOrderOfFiles imports files of many sources in random orders. A film that two sources know by nothing in
// common is one as soon as the row of a third knows both.
func TestFilmsAreTheSameInAnyOrderOfFiles(t *testing.T) {
	t.Parallel()
	want := []string{
		`"Quiet" Is a Verb 1964 imdb:tt9900070`, `2049 1998 imdb:tt0012345 movielens:4 tmdb:9900012`, `After Hours, Adults 1999 imdb:tt9900073`, `Hamlet of the Docks  movielens:6`,
		`Nothing Known  tmdb:9900090`, `Quay World 2015 imdb:tt9900078 tmdb:9900078`,
		`Salt, Rust & "Gold" 1997 imdb:tt9900002 letterboxd:Zf2B movielens:2 tmdb:9900002`, `Salt, Rust & "Gold" 2019 letterboxd:Zf3C`,
		`The 12" Single 1984 imdb:tt9900071`, `The Lantern Ferry 2011 imdb:tt9900001 kmdb:K99001 kobis:20119901 letterboxd:Zf1A movielens:1 tmdb:9900001 wikidata:Q990000001`,
		`Untitled Harbour Project  letterboxd:Zf5N`, `Velvet Tram 2014 imdb:tt9900077 tmdb:9900077`, `Été 2004 tmdb:9900004`,
		`Été à Minuit 2004 letterboxd:Zf4D movielens:5`, `밤의 열차  kobis:2024A603`, `소금, 녹, 금 1998 `, `파도 콘서트 2024 kobis:20249901`,
	}
	rounds := uint64(100)
	if testing.Short() {
		rounds = 12
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			sources, random := alike(t), rand.New(rand.NewPCG(seed, 1))
			random.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
			k := testkit.New(t)
			movies := movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
			var said []string
			load := func() {
				for _, s := range sources {
					said = append(said, load(t, movies, s)...)
				}
			}
			load()
			first := films(t, k)
			if len(first) != len(want) {
				t.Errorf("films (-want +got):\n%s\n%s", cmp.Diff(want, first), strings.Join(said, "\n"))
			}
			load() // of rows whose ids belonged to two films until a later row has shown that these are one
			if diff := cmp.Diff(want, films(t, k)); diff != "" {
				t.Errorf("films after the same files again (-want +got):\n%s\n%s", diff, strings.Join(said, "\n"))
			}
		})
	}
}

// load imports the files of a source, and returns what it did with the rows.
func load(t *testing.T, movies *movie.Service, contents [][2]string) (said []string) {
	t.Helper()
	sources, err := Open(files(t, contents...), Options{}, nil)
	if err != nil {
		t.Fatalf("%s: %v", contents[0][0], err)
	}
	for _, s := range sources {
		_, err := movies.Load(t.Context(), s, movie.LoadOptions{Format: s.Format.Name}, func(r movie.Result) {
			said = append(said, fmt.Sprintf("%s:%d %s %s %v, merged %v", contents[0][0], r.Line, r.Outcome, r.Reason.EN, r.Candidates, r.Merged))
		}, func(movie.Progress) {})
		if err != nil {
			t.Fatalf("%s: %v", contents[0][0], err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return said
}

// films returns what tells all films apart. The title is the same whichever source has named a film first.
func films(t *testing.T, k *testkit.Kit) (out []string) {
	t.Helper()
	var all []movie.Movie
	if err := k.DB.Reader(t.Context()).Find(&all).Error; err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		d, err := m.ReadDetails()
		if err != nil {
			t.Fatal(err)
		}
		title := m.Title
		if names, _ := json.Marshal(append(d.Aliases, d.OriginalTitle, m.Title)); strings.Contains(string(names), "The Lantern Ferry") {
			title = "The Lantern Ferry"
		}
		var ids []string
		for _, id := range d.ExternalIDs.List() {
			ids = append(ids, id.String())
		}
		slices.Sort(ids)
		out = append(out, fmt.Sprintf("%s %.4s %s", title, m.ReleaseDate, strings.Join(ids, " ")))
	}
	slices.Sort(out)
	return out
}

// TestAnExportOfLetterboxdIsTheSameTwice: its watchlist has a film of the title of one that was watched, of the year before. Until the
// latter has its id here, nothing tells them apart.
func TestAnExportOfLetterboxdIsTheSameTwice(t *testing.T) {
	t.Parallel()
	k := testkit.New(t)
	movies := movie.New(movie.Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
	load(t, movies, [][2]string{{"ratings.csv", "Const,Your Rating,Date Rated,Title,Title Type,Year,Directors\ntt9900016,7,2024-01-11,Quay,movie,1992,Ada Holm\n"}})
	const header = "Date,Name,Year,Letterboxd URI\n"
	export := [][2]string{
		{"export.zip", ""},
		{"lists/Piers.csv", "Date,Name,Tags,URL,Description\n2024-01-01,Piers,,https://boxd.it/L1,\n\nPosition,Name,Year,URL,Description\n1,Quay,1991,https://boxd.it/fL8A,\n"},
		{"watchlist.csv", header + "2019-10-15,Quay,1991,https://boxd.it/fL8A\n"},
		{"watched.csv", header + "2019-10-15,Quay,1992,https://boxd.it/2agc\n"},
	}
	load(t, movies, export)
	first := films(t, k)
	load(t, movies, export)
	want := []string{"Quay 1991 letterboxd:fL8A", "Quay 1992 imdb:tt9900016 letterboxd:2agc"}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("films (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, films(t, k)); diff != "" {
		t.Errorf("films after the same export again (-want +got):\n%s", diff)
	}
}
