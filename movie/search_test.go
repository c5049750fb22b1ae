package movie

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// newCatalogue returns a service with an empty database.
func newCatalogue(t testing.TB) *Service {
	t.Helper()
	k := testkit.New(t)
	return New(Deps{DB: k.DB, Pictures: k.Pictures, Media: k.Media, Clock: k.Clock.Now})
}

// blockFilms is the number of ids in a block of the index.
const blockFilms = 16384

var sorts = []Sort{SortOldest, SortNewest, SortTitle, SortMostLiked, SortBestRated, SortMatch}

// idsOf returns the ids on all pages of a list.
func (s *Service) idsOf(t testing.TB, f Filter, by Sort, limit int) []int64 {
	t.Helper()
	ids := []int64{}
	for p := (page.Page{Limit: limit}); ; {
		films, next, err := s.List(t.Context(), f, by, p)
		if err != nil {
			t.Fatalf("list %+v by %s: %v", f, by, err)
		}
		for _, m := range films {
			ids = append(ids, m.ID)
		}
		if next == nil {
			return ids
		}
		if len(films) != limit {
			t.Fatalf("list %+v by %s: a page of %d films is not the last", f, by, len(films))
		}
		p.After = next
	}
}

// scanned returns the ids that a scan of all titles finds.
func (s *Service) scanned(t testing.TB, f Filter, by Sort) []int64 {
	t.Helper()
	if by == SortMatch && f.query().Empty() {
		by = SortOldest
	}
	films, err := scan(s.db.Reader(t.Context()), f.query(), f, by, page.Page{Limit: 1 << 20})
	if err != nil {
		t.Fatalf("scan %+v by %s: %v", f, by, err)
	}
	ids := make([]int64, len(films))
	for i, m := range films {
		ids[i] = m.ID
	}
	return ids
}

// checkSearch compares the search by the index with a scan of all titles.
func (s *Service) checkSearch(t testing.TB, f Filter, limits ...int) {
	t.Helper()
	if complete, err := s.index.Complete(t.Context()); err != nil || !complete {
		t.Fatalf("the index is not complete (%v)", err)
	}
	for _, by := range sorts {
		want := s.scanned(t, f, by)
		for _, limit := range limits {
			if diff := cmp.Diff(want, s.idsOf(t, f, by, limit)); diff != "" {
				t.Fatalf("films with %+v by %s, %d a page (-want +got):\n%s", f, by, limit, diff)
			}
		}
	}
}

// TestIndexFindsTheSameTitlesAsAScan adds, edits and deletes films in several blocks, with letters for which case folding
// and ngrams have special cases.
func TestIndexFindsTheSameTitlesAsAScan(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	letters := rapid.SampledFrom([]rune(`aAbBéßİΣσς가나다기긴ㄱㄴ%_\'- ế🎬ﬀ`))
	text := rapid.Custom(func(t *rapid.T) string {
		return norm.NFC.String(strings.TrimSpace(string(rapid.SliceOfN(letters, 1, 7).Draw(t, "letters"))))
	})
	genre := rapid.SampledFrom(genres[:3])
	var next, checks int64
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := next - rapid.Int64Range(0, 5).Draw(rt, "film")*(blockFilms/2)
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0:
				err := s.Delete(t.Context(), id, auth.Viewer{})
				ignoreMissing(rt, err)
			case 1:
				title, kind := text.Draw(rt, "title"), genre.Draw(rt, "genre")
				_, err := s.Update(t.Context(), id, Patch{Title: &title, Genre: &kind})
				ignoreMissing(rt, err)
			default:
				next += blockFilms / 2
				s.addAt(t, next, text.Draw(rt, "title"), genre.Draw(rt, "genre"), rapid.Int64Range(0, 3).Draw(rt, "likes"))
				if rapid.Bool().Draw(rt, "flush") {
					s.flush(t, next)
				}
			}
		}
		f := Filter{Title: text.Draw(rt, "query")}
		s.checkSearch(t, f, 1, 3)
		f.Genre = genre.Draw(rt, "genre of the query")
		s.checkSearch(t, f, 2)
		if checks++; checks%10 == 0 { // it reads the whole table
			s.CheckIndex(t)
		}
	})
	s.CheckIndex(t)
}

// flush writes a pending film into the ngram lists.
func (s *Service) flush(t testing.TB, id int64) {
	t.Helper()
	if err := s.db.Tx(t.Context(), func(tx *gorm.DB) error { return s.index.AddAgain(tx, []int64{id}) }); err != nil {
		t.Fatal(err)
	}
}

func ignoreMissing(t interface{ Fatalf(string, ...any) }, err error) {
	if err != nil && err.Error() != ErrNotFound.Error() {
		t.Fatalf("%v", err)
	}
}

// addAt adds a film with a given id, as Create does.
func (s *Service) addAt(t testing.TB, id int64, title, genre string, likes int64) {
	t.Helper()
	m, err := Draft{Title: title, Genre: genre}.row(0, database.Time(s.clock()))
	if err != nil {
		t.Fatal(err)
	}
	m.ID, m.LikeCount = id, likes
	err = s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		if err := derive(tx, m); err != nil {
			return err
		}
		return s.index.Announce(tx, m.ID)
	})
	if err != nil {
		t.Fatalf("add: %v", err)
	}
}

// CheckIndex compares the whole index with the films.
func (s *Service) CheckIndex(t testing.TB) {
	t.Helper()
	if err := s.index.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestNewFilmsAreFoundBeforeAndAfterTheFlush adds, renames and deletes films that are pending in the index.
func TestNewFilmsAreFoundBeforeAndAfterTheFlush(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	renamed := "zebra 사랑"
	for i := range int64(130) {
		id := s.addOne(t, fmt.Sprintf("love %d of 여름밤", i%7))
		switch id % 10 {
		case 3:
			if _, err := s.Update(t.Context(), id, Patch{Title: &renamed}); err != nil {
				t.Fatal(err)
			}
		case 7:
			if err := s.Delete(t.Context(), id, auth.Viewer{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 40 {
		s.addOne(t, "love harbor")
		if testing.Short() && i%8 != 0 {
			continue
		}
		for _, text := range []string{"love", "사랑", "harbor", "zebra", "5 of"} {
			s.checkSearch(t, Filter{Title: text}, 30)
		}
	}
	s.CheckIndex(t)
}

// addMany adds n films with titles from a few words, so that some texts are common and others rare.
func (s *Service) addMany(t testing.TB, n int) {
	t.Helper()
	draw := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("the the the the end night love star 밤 밤 사랑 여름 여름밤 zebra 100% a é Éa ﬀ heart")
	drafts := make([]Draft, n)
	for i := range drafts {
		var title []string
		for range 1 + draw.IntN(4) {
			title = append(title, words[draw.IntN(len(words))])
		}
		drafts[i] = Draft{Title: strings.Join(title, " "), Genre: genres[draw.IntN(len(genres))]}
	}
	for part := range slices.Chunk(drafts, 1000) {
		if err := s.createAll(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		return errors.Join(tx.Exec("UPDATE movies SET like_count = (id * 7919) % 53").Error, copyOfAll(tx))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCommonAndRareTextsAreFoundInEveryOrder searches across the border of two blocks.
func TestCommonAndRareTextsAreFoundInEveryOrder(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	films := 4000
	if testing.Short() {
		films = 600
	}
	s.addAt(t, int64(blockFilms-films/2), "the first", genres[0], 0) // so that half of the others are in the next block
	s.addMany(t, films)
	for _, text := range []string{
		"e", "the", "the end", "the the the", "밤", "여름", "여름밤", "zebra zebra", "100% 100%", "z", "ff", "É", "x", "the x", "tnight", "%", " ", "starstar",
	} {
		for _, genre := range []string{"", genres[0]} {
			s.checkSearch(t, Filter{Title: text, Genre: genre}, 200)
		}
	}
	s.CheckIndex(t)
}

// TestOldFilmsAreFoundWhileTheIndexIsBuilt empties the index, as it is after the migration, and builds it step by step
// while films are added, changed and deleted.
func TestOldFilmsAreFoundWhileTheIndexIsBuilt(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	s.addMany(t, 1300)
	forget := func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM movie_grams").Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE movie_gram_builds SET next_id = 1").Error
	}
	if err := s.db.Tx(t.Context(), forget); err != nil {
		t.Fatal(err)
	}
	s = New(Deps{DB: s.db, Media: s.media, Clock: s.clock}) // as if restarted
	title, all := "zebra of the 밤", Filter{Title: "zebra"}
	for step, done := int64(0), false; !done; step++ {
		if step < 3 {
			if _, err := s.Update(t.Context(), 1+step*400, Patch{Title: &title}); err != nil {
				t.Fatal(err)
			}
			if err := s.Delete(t.Context(), 2+step*400, auth.Viewer{}); err != nil {
				t.Fatal(err)
			}
			s.addAt(t, 5000+step*blockFilms, title, "Drama", 0)
		}
		if diff := cmp.Diff(s.scanned(t, all, SortTitle), s.idsOf(t, all, SortTitle, 50)); diff != "" {
			t.Errorf("after %d steps (-want +got):\n%s", step, diff)
		}
		complete, err := s.index.Complete(t.Context())
		if err != nil || step < 3 && complete {
			t.Fatalf("complete after %d steps: %t (%v)", step, complete, err)
		}
		if done, err = New(Deps{DB: s.db, Clock: s.clock}).index.Step(t.Context()); err != nil { // as if restarted
			t.Fatal(err)
		}
	}
	s.checkSearch(t, all, 7)
	s.CheckIndex(t)
	if err := s.Run(t.Context()); err != nil {
		t.Errorf("run: %v", err)
	}
}

// TestTitlesWithOldKeysAreFoundWhileTheyAreFoldedAnew applies the migration of the keys to films of the version before,
// and interrupts the program after each step.
func TestTitlesWithOldKeysAreFoundWhileTheyAreFoldedAnew(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	for {
		if step, err := s.db.MigrateDown(t.Context()); err != nil || step == nil {
			t.Fatalf("migrate down: %v, %v", step, err)
		} else if step.Version == 15 {
			break
		}
	}
	const films = 1100
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		all, now := make([]Movie, films), database.Time(s.clock())
		for i := range all {
			title := fmt.Sprintf("Spider-Man %d: 한국 영화", i)
			all[i] = Movie{Title: title, TitleKey: oldKey(title), CastMembers: "[]", Genre: "Drama", CreatedAt: now, UpdatedAt: now}
		}
		columns := []string{ // of that version
			"title", "title_key", "plot", "cast_members", "playtime", "genre", "poster_image", "like_count", "dislike_count", "review_count",
			"created_at", "updated_at",
		}
		return tx.Select(columns).CreateInBatches(all, 100).Error
	})
	if err == nil {
		_, err = s.db.MigrateUp(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		s = New(Deps{DB: s.db, Clock: s.clock}) // as if restarted
		for text, want := range map[string]int{"spider-man": films, "한국 영": films, "영화": films, "SPIDER-MAN 7: 한": 1} {
			for _, by := range sorts {
				if n := len(s.idsOf(t, Filter{Title: text}, by, 200)); n != want {
					t.Errorf("%q by %q finds %d films, want %d", text, by, n, want)
				}
			}
		}
		if done, err = s.index.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]int{"spiderman": films, "spider man 7 ㅎㄱㅇㅎ": 1, "한국영화": films, "국여": films} {
		s.checkSearch(t, Filter{Title: text}, 200)
		if n := len(s.idsOf(t, Filter{Title: text}, SortMatch, 200)); n != want {
			t.Errorf("%q finds %d films, want %d", text, n, want)
		}
	}
	s.CheckIndex(t)
}

// TestFilmsOfAnOlderVersionAreFoundAfterTheUpgrade writes films without the index, as an instance of an older version
// does during an upgrade.
func TestFilmsOfAnOlderVersionAreFoundAfterTheUpgrade(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	renamed, now := s.addOne(t, "before"), database.Time(s.clock())
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := s.index.AddAgain(tx, []int64{renamed}); err != nil {
			return err
		}
		m := Movie{Title: "stranger", TitleKey: "stranger", CastMembers: "[]", Genre: "War", CreatedAt: now, UpdatedAt: now}
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		return tx.Model(&Movie{ID: renamed}).UpdateColumns(map[string]any{"title_key": "strangest", "updated_at": now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.idsOf(t, Filter{Title: "strange"}, SortOldest, 5)); n != 0 {
		t.Fatalf("%d of the films are in the index already", n)
	}
	if err := New(Deps{DB: s.db, Clock: s.clock}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(s.idsOf(t, Filter{Title: "strange"}, SortOldest, 5)); n != 0 {
		t.Errorf("a catalogue as old as the index was indexed again: %d found", n)
	}
	upgraded := func(tx *gorm.DB) error {
		return tx.Exec("UPDATE movie_gram_builds SET since = ?", now).Error
	}
	if err := s.db.Tx(t.Context(), upgraded); err != nil {
		t.Fatal(err)
	}
	if err := New(Deps{DB: s.db, Clock: s.clock}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.checkSearch(t, Filter{Title: "strange"}, 5)
	s.checkSearch(t, Filter{Title: "before"}, 5)
}

func (s *Service) addOne(t testing.TB, title string) int64 {
	t.Helper()
	m, err := s.Create(t.Context(), 0, Draft{Title: title, Genre: "Drama"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID
}

func TestRolledBackFilmIsNotIndexed(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		m := Movie{Title: "gone", TitleKey: "gone", CastMembers: "[]", Genre: "Drama"}
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		text, err := m.text()
		if err == nil {
			err = s.index.Add(tx, text)
		}
		if err != nil {
			return err
		}
		return picture.ErrUnsupportedImage
	})
	if err == nil {
		t.Fatal("the transaction was committed")
	}
	s.CheckIndex(t)
}

// TestImportedFilmsAreFoundWithAnAutoIncrementAbove1 is about groups of MySQL servers that all accept writes.
func TestImportedFilmsAreFoundWithAnAutoIncrementAbove1(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		if s.db.Driver() == database.MySQL {
			if err := tx.Exec("SET SESSION auto_increment_increment = 7").Error; err != nil {
				return err
			}
		}
		in := New(Deps{DB: s.db, Clock: s.clock})
		err := in.createAll(tx.Statement.Context, []Draft{{Title: "one"}, {Title: "two"}, {Title: "three"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.CheckIndex(t)
	s.checkSearch(t, Filter{Title: "t"}, 1)
}

// TestConcurrentlyAddedFilmsAreAllFound fails without the lock of a block.
func TestConcurrentlyAddedFilmsAreAllFound(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	start, done := make(chan struct{}), make(chan error)
	const writers, films = 8, 5
	for w := range writers {
		go func() {
			<-start
			for i := range films {
				m, err := s.Create(t.Context(), 0, Draft{Title: fmt.Sprintf("the film %c%d", 'a'+w, i), Genre: "War"})
				if err == nil && i%2 == 1 {
					title := "의 영화"
					_, err = s.Update(t.Context(), m.ID, Patch{Title: &title})
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	close(start)
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	s.CheckIndex(t)
	s.checkSearch(t, Filter{Title: "film"}, 7)
	if n := len(s.idsOf(t, Filter{Title: "영화"}, SortOldest, 50)); n != writers*(films/2) {
		t.Errorf("%d films were renamed, want %d", n, writers*(films/2))
	}
}

// copyOfAll copies the counters of all films to their genres.
func copyOfAll(tx *gorm.DB) error {
	var ids []int64
	if err := tx.Model(&Movie{}).Pluck("id", &ids).Error; err != nil {
		return err
	}
	return CopyCounts(tx, ids...)
}
