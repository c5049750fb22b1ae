package history

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// seeds adds the files of testdata with one of the endings.
func seeds(f *testing.F, folders []string, ending string) {
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("testdata", folder), func(name string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ending) {
				return err
			}
			data, err := os.ReadFile(name)
			f.Add(filepath.Base(name), data)
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
}

// tried reads a file and holds what all entries promise.
func tried(t *testing.T, name string, data []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() (keys []string) {
		s, err := OpenFile(file, Options{Filename: name, Zone: time.FixedZone("Asia/Seoul", 9*60*60)})
		if err != nil {
			return nil
		}
		defer s.Close()
		lists, seen := map[string]bool{}, map[string]bool{}
		for {
			e, err := s.Next()
			if errors.Is(err, io.EOF) {
				return keys
			}
			if err != nil {
				return append(keys, err.Error())
			}
			if e.Kind == List {
				lists[e.Key] = true
			}
			e.holds(t, lists)
			if e.Key != "" && seen[e.Key] {
				t.Fatalf("the key of %s is there twice", e.say())
			}
			seen[e.Key] = true
			keys = append(keys, e.Key)
		}
	}
	first, again := read(), read()
	if strings.Join(first, "\n") != strings.Join(again, "\n") {
		t.Fatal("read again, the keys are others")
	}
}

// holds checks an entry.
func (e Entry) holds(t *testing.T, lists map[string]bool) {
	t.Helper()
	for _, text := range append([]string{e.Film.Title, e.Film.OriginalTitle, e.Title, e.Content, e.Note}, e.Tags...) {
		if cleaned, ok := web.CleanText(text); !ok || cleaned != text {
			t.Fatalf("%q is not clean in %s", text, e.say())
		}
	}
	switch {
	case e.Kind == "" || e.Line < 1 || strings.ContainsAny(e.Film.Title+e.Title, "\n\r\t"):
		t.Fatalf("the entry is %+v", e)
	case e.Failed != fine || e.Kept != fine || e.Film.NotFilm != "":
	case e.Key == "" || e.Rating < 0 || e.Rating > stars.Max || e.Kind == Rating && e.Rating == 0 || e.Kind == Viewing && e.Day == 0:
		t.Fatalf("the entry is %+v", e)
	case e.Kind == ListItem && !lists[e.ListKey]:
		t.Fatalf("%s is of no list", e.say())
	case e.Kind != List && e.Film.Title == "" && len(e.Film.IDs.List()) == 0:
		t.Fatalf("%s has no film", e.say())
	}
}

func FuzzLetterboxd(f *testing.F) {
	seeds(f, []string{"letterboxd"}, ".csv")
	f.Add("import.csv", []byte("Title,WatchedDate,Rating10,Review,tmdbID\nQuay,2020-11-01,7,a,77\nQuay,2020-11-01,7,b,77\n"))
	f.Fuzz(tried)
}

func FuzzIMDb(f *testing.F) {
	seeds(f, []string{"imdb"}, ".csv")
	f.Add("Ferries.csv", []byte(imdbList2024))
	f.Fuzz(tried)
}

func FuzzTables(f *testing.F) {
	seeds(f, []string{"movielens", "simkl", "peers", "tmdb", "watchapedia", "trakt"}, ".csv")
	f.Add("douban.csv", []byte("标题,个人评分,打分日期,我的短评,上映日期,条目链接,状态\na/b,5,2023/02/10,c,2011-09-08(x),d,想看\n"))
	f.Add("votes.list", []byte("Date\tTitle\tOriginal Title\tType\tYear\tMy rating\tComment\n2023-02-10\ta\tb\tФильм\t2011\t9\tc\n"))
	f.Fuzz(tried)
}

func FuzzDocuments(f *testing.F) {
	seeds(f, []string{"trakt"}, ".json")
	f.Add("simkl.json", []byte(`{"movies":[{"status":"completed","user_rating":9,"last_watched_at":"2023-02-10T15:30:00Z","movie":{"title":"Quay","year":2011,"ids":{"tmdb":"77"}},"memo":{"text":"a"}}]}`))
	f.Add("ryot.json", []byte(`{"metadata":[{"lot":"movie","source_id":"Quay","identifier":"77","source":"tmdb","collections":["Watchlist","B"],"seen_history":[{"ended_on":"2023-02-10"}],"reviews":[{"rating":"90","review":{"date":"2023-02-11T00:00:00Z","text":"a"}}]}]}`))
	f.Add("watcharr.json", []byte(`[{"status":"FINISHED","rating":9,"thoughts":"a","content":{"tmdbId":77,"title":"Quay","type":"movie"},"activity":[{"type":"STATUS_CHANGED","data":"\"FINISHED\"","createdAt":"2020-10-31T15:30:00Z"}]}]`))
	f.Fuzz(tried)
}

// FuzzArchives puts two files into an archive.
func FuzzArchives(f *testing.F) {
	diary, reviews := sample(f, "letterboxd/tree/diary.csv"), sample(f, "letterboxd/tree/reviews.csv")
	f.Add("diary.csv", diary, "reviews.csv", reviews)
	f.Add("x/watched.csv", sample(f, "letterboxd/tree/watched.csv"), "x/reviews.csv", reviews)
	f.Add("lists-lists.json", sample(f, "trakt/tree/lists-lists.json"), "lists-list-4242-x.json", sample(f, "trakt/tree/lists-list-4242-ferries-ranked.json"))
	f.Add("ratings.csv", []byte("userId,movieId,rating,timestamp\n1,1,4.5,1260759144\n"), "movies.csv", sample(f, "movielens/movies.csv"))
	f.Fuzz(func(t *testing.T, name string, data []byte, other string, more []byte) {
		if strings.HasSuffix(name, "/") || strings.HasSuffix(other, "/") { // folders have no content
			return
		}
		tried(t, "a.zip", zipped(t, [2]string{name, string(data)}, [2]string{other, string(more)}))
	})
}

// FuzzPlain holds that texts without tags stay, and that nothing of a script is left.
func FuzzPlain(f *testing.F) {
	for _, text := range []string{"5 < 6 & so on", "<b>a</b><br>b", "<script>x</script>", "a <y", "<!--", "<p", "&amp;&#0;", "</"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := plain(text)
		if cleaned, ok := web.CleanText(got); !ok || cleaned != got || !utf8.ValidString(got) {
			t.Fatalf("%q is not clean", got)
		}
		if !strings.ContainsAny(text, "<&") && got != clean(text) {
			t.Fatalf("%q is %q", text, got)
		}
	})
}

// BenchmarkTable reads as many rows as a member may bring.
func BenchmarkTable(b *testing.B) {
	file := filepath.Join(b.TempDir(), "diary.csv")
	const header = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n"
	rows := strings.Repeat("2024-01-02,Quay,2001,https://boxd.it/Zf1,4.5,Yes,\"cinema, rain\",2024-01-01\r\n", MaxRows)
	if err := os.WriteFile(file, []byte(header+rows), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := OpenFile(file, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = s.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		_ = s.Close() // it was only read
	}
}
