package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

func TestImportReportsRowsToMend(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(h.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		status, output := h.Run(args...)
		if status != want {
			t.Fatalf("%v: status %d\n%s", args, status, output)
		}
		return output
	}
	says := func(output string, wanted ...string) {
		t.Helper()
		for _, want := range wanted {
			if !strings.Contains(output, want) {
				t.Errorf("want %q in\n%s", want, output)
			}
		}
	}
	write("films.csv", "영화명;연도;상영;메모\n등불 나룻배;2011;112;x\n소금;1997;많이;x\n소금;1998;;x\n")
	mapped := []string{"import", "movies", "--map", "title=영화명", "films.csv", "--map", "release_date=연도", "--map=playtime=상영"}
	says(run(1, append(mapped, "--dry-run")...), "format own", "left alone: 메모", "line 3: playtime", "would have imported 2 films, skipped 1 bad")
	says(run(1, append(mapped, "--report", "mend.csv")...), "imported 2 films, skipped 1 bad row\n", "1 × bad: playtime: This must be of type integer.")
	says(run(1, append(mapped, "--report", "mend.csv")...), "exists")
	report, err := os.ReadFile(filepath.Join(h.Dir, "mend.csv"))
	if err != nil || string(report) != "line,reason,영화명,연도,상영,메모\n3,playtime: This must be of type integer.,소금,1997,많이,x\n" {
		t.Errorf("report %q, %v", report, err)
	}
	write("mend.csv", strings.Replace(string(report), "많이", "133", 1))
	mended := append([]string{"import", "movies", "mend.csv"}, mapped[2:4]...)
	says(run(0, append(mended, mapped[5:]...)...), "imported 1 film, skipped 0 bad rows", "left alone: line, reason")
	says(run(1, mapped...), "imported 0 films", "unchanged 2")

	write("titles.tsv", "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n"+
		"tt9900001\tmovie\tThe Lantern Ferry\t등불 나룻배\t0\t2011\t\\N\t112\tDrama,Opera\ntt9900002\ttvEpisode\tPilot\tPilot\t0\t2011\t\\N\t\\N\t\\N\n"+
		"tt9900003\tmovie\t소금\t소금\t0\t\\N\t\\N\t\\N\t\\N\n")
	says(run(1, "import", "movies", "titles.tsv", "--report", "review.csv"), "updated 1, unchanged 0, needs review 1, not a film 1",
		"1 × not a film: tvEpisode", "line 4: 소금 (films ", "1 × genre that is left out: Opera", "1 × needs review: A film has this title")
	if report, err = os.ReadFile(filepath.Join(h.Dir, "review.csv")); err != nil || !strings.Contains(string(report), "\n4,") || !strings.Contains(string(report), ",tt9900003,movie,소금,") {
		t.Errorf("report %q, %v", report, err)
	}

	says(run(0, "export", "movies", "all.jsonl"), "exported 3 films")
	says(run(1, "export", "movies", "all.jsonl"), "exists")
	says(run(0, "import", "movies", "all.jsonl"), "imported 0 films, skipped 0 bad", "unchanged 3")
	says(run(0, "export", "movies"), `"title":"등불 나룻배"`, `"external_ids":{"imdb":"tt9900001"}`)

	run(2, "import", "movies", "films.csv", "--map", "name=x")
	run(2, "import", "movies", "films.csv", "--format", "opera")
	run(2, "import", "movies")
	run(2, "export", "reviews")
	write("nul.csv", "title\n"+strings.Repeat("\x00", 208))
	says(run(1, "import", "movies", "all.jsonl", "nul.csv"), "NUL bytes")
}

// TestImportSaysWhichFilmsItMerges: two sources know a film by nothing in common, until a third one knows both.
func TestImportSaysWhichFilmsItMerges(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t)
	for _, file := range []struct{ name, text, want string }{
		{"ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2019-03-02,The Lantern Ferry,2011,https://boxd.it/Zf1A,4.5\n", "imported 1 film"},
		{"office.csv", "순번,영화명,감독,개봉일,국적,전국매출액,전국관객수,장르,등급\n1,등불 나룻배,한서율,2011-09-08,한국,1,2,드라마,15세이상관람가\n", "imported 1 film"},
		{"imdb.csv", "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,Year,Release Date,Directors\n" +
			"tt9900001,9,2026-06-19,The Lantern Ferry,등불 나룻배,https://x,Movie,2011,2011-09-08,Han Seo-yul\n", "1 × films that were there twice and are one now"},
	} {
		if err := os.WriteFile(filepath.Join(h.Dir, file.name), []byte(file.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, output := h.Run("import", "movies", file.name); status != 0 || !strings.Contains(output, file.want) {
			t.Errorf("%s: status %d, want %q in\n%s", file.name, status, file.want, output)
		}
	}
	if status, output := h.Run("export", "movies", "all.jsonl"); status != 0 || !strings.Contains(output, "exported 1 film\n") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output := h.Run("recount"); status != 0 {
		t.Errorf("recount: status %d\n%s", status, output)
	}
}
