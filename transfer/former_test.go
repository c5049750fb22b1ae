package transfer_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer"
)

func (s *stage) undo(t testing.TB, me int64, imp transfer.Import) {
	t.Helper()
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "status of "+imp.Filename, transfer.Undone, s.get(t, me, imp.ID).Status)
	s.counters(t)
	s.Clock.Advance(time.Hour)
}

const importHead = "Title,Year,WatchedDate,Rating\n"

// TestARatingThatCameWithAViewingComesBack: a later import of the format replaces it, and is undone.
func TestARatingThatCameWithAViewingComesBack(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{1, 0}, {0, 1}} {
		s := newStage(t)
		_, salt, _ := s.catalogue(t)
		me := s.Join(t, 1)[0]
		var states []map[string][]string
		var all []transfer.Import
		for _, rows := range []string{"Salt,1997,2020-01-04,4.5\n", "Salt,1997,2021-01-04,2\n"} {
			states = append(states, s.state(t))
			all = append(all, s.bring(t, me, "import.csv", []byte(importHead+rows)))
			s.Clock.Advance(time.Hour)
		}
		want(t, "rating", 4, must[stars.Stars](t)(s.ratingOf(t, me, salt)))
		s.undo(t, me, all[order[0]])
		if order[0] == 1 {
			want(t, "what there is after the later one was undone", states[1], s.state(t))
		} else {
			want(t, "rating of the later one", 4, must[stars.Stars](t)(s.ratingOf(t, me, salt)))
		}
		s.undo(t, me, all[order[1]])
		want(t, "what there is in the end", states[0], s.state(t))
		want(t, "stored", map[string]int64{}, s.stored(t))
	}
}

// newer are versions of an export: what members change at the other service. Each replaces all kinds of things of the one before.
func newer(t testing.TB) [][]byte {
	t.Helper()
	var all [][]byte
	for i, rating := range []string{"4.5", "1", "3"} {
		viewing := fmt.Sprintf("2020-01-06,The Lantern Ferry,2011,https://boxd.it/e1,%s,,\"v%d, sofa\",2020-01-05\r\n", rating, i)
		if i == 2 { // one was deleted there, another one was added
			viewing = "2021-01-06,The Lantern Ferry,2011,https://boxd.it/e2,2,Yes,,2021-01-05\r\n"
		}
		note := fmt.Sprintf("Version %d.", i)
		all = append(all, archive(t,
			"watched.csv", watchedCSV,
			"ratings.csv", strings.Replace(ratingsCSV, "4.5", rating, 1),
			"diary.csv", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n"+viewing,
			"reviews.csv", "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\r\n2020-01-06,Salt,1997,https://boxd.it/r1,,,"+note+",,\r\n",
			"lists/ferries.csv", strings.Replace(listCSV, "by the sea", note, 1)))
	}
	return all
}

// lasting returns a state without what undoing makes anew: the rows of tags, and the time when the films of a list changed.
func lasting(state map[string][]string) map[string][]string {
	out := map[string][]string{}
	for table, rows := range state {
		for _, row := range rows {
			if table == "viewing_tags" {
				_, row, _ = strings.Cut(row, " ")
			}
			if table == "lists" {
				row, _, _ = strings.Cut(row, " updated_at=")
			}
			out[table] = append(out[table], row)
		}
		slices.Sort(out[table])
	}
	return out
}

// TestNewerVersionsOfAnExportAreUndoneInAnyOrder: what is left is what the latest of those that are not undone has brought.
func TestNewerVersionsOfAnExportAreUndoneInAnyOrder(t *testing.T) {
	t.Parallel()
	files := newer(t)
	for _, order := range [][]int{{2, 1, 0}, {0, 1, 2}, {1, 2, 0}, {1, 0, 2}, {0, 2, 1}, {2, 0, 1}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.catalogue(t)
			me := s.Join(t, 1)[0]
			states := []map[string][]string{s.state(t)}
			var all []transfer.Import
			for i, file := range files {
				all = append(all, s.bring(t, me, fmt.Sprint(i, ".zip"), file))
				states = append(states, s.state(t))
				s.Clock.Advance(time.Hour)
			}
			left := len(all)
			for _, i := range order {
				s.undo(t, me, all[i])
				if i == left-1 && slices.Equal(order, []int{2, 1, 0}) {
					left--
					if diff := cmp.Diff(lasting(states[left]), lasting(s.state(t))); diff != "" {
						t.Errorf("after version %d was undone (-want +got):\n%s", i, diff)
					}
				}
			}
			want(t, "what there is in the end", states[0], s.state(t))
			want(t, "stored", map[string]int64{}, s.stored(t))
		})
	}
}

// TestUndoingAVersionLeavesWhatTheMemberHasChangedSince changes a rating by hand between two versions of an export.
func TestUndoingAVersionLeavesWhatTheMemberHasChangedSince(t *testing.T) {
	t.Parallel()
	files := newer(t)
	random := rand.New(rand.NewPCG(1, 1))
	for round := range 6 {
		s := newStage(t)
		ferry, _, _ := s.catalogue(t)
		me := s.Join(t, 1)[0]
		var all []transfer.Import
		by := random.IntN(3)
		for i, file := range files {
			all = append(all, s.bring(t, me, fmt.Sprint(i, ".zip"), file))
			s.Clock.Advance(time.Hour)
			if i == by {
				drop(s.reactions.Rate(t.Context(), me, ferry, 7))(t)
				drop(s.diary.Log(t.Context(), diary.Draft{UserID: me, MovieID: ferry, WatchedOn: 2019_01_01}))(t)
				s.Clock.Advance(time.Hour)
			}
		}
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, imp := range all {
			s.undo(t, me, imp)
			want(t, fmt.Sprint("rating by hand in round ", round), 7, must[stars.Stars](t)(s.ratingOf(t, me, ferry)))
		}
		left := s.stored(t)
		delete(left, "import_sources")
		delete(left, "activities")
		want(t, "what is left", map[string]int64{"movie_ratings": 1, "viewings": 1, "watched_films": 1}, left)
	}
}

// TestAFilmThatIsMergedBetweenVersionsKeepsWhatTheyBrought: the ratings of its film move along.
func TestAFilmThatIsMergedBetweenVersionsKeepsWhatTheyBrought(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	files := newer(t)
	first := s.bring(t, me, "0.zip", files[0])
	s.Clock.Advance(time.Hour)
	later := s.bring(t, me, "1.zip", files[1])
	s.Clock.Advance(time.Hour)
	other := s.film(t, "Il traghetto", "2011")
	drop(s.movies.Merge(t.Context(), ferry, other, false))(t)
	s.undo(t, me, later)
	want(t, "rating", 9, must[stars.Stars](t)(s.ratingOf(t, me, other)))
	s.undo(t, me, first)
	want(t, "stored", map[string]int64{}, s.stored(t))
}

// TestAFilmThatIsDeletedBetweenVersionsIsNoObstacle: what they brought for it has gone with it.
func TestAFilmThatIsDeletedBetweenVersionsIsNoObstacle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	files := newer(t)
	first, later := s.bring(t, me, "0.zip", files[0]), s.bring(t, me, "1.zip", files[1])
	ok(t, s.movies.Delete(t.Context(), ferry, auth.Viewer{Role: auth.RoleAdmin}))
	s.undo(t, me, later)
	s.undo(t, me, first)
	want(t, "stored", map[string]int64{}, s.stored(t))
}

// TestTwoServicesThatKnowOfOneEveningMakeOneViewing: a diary has days, a history has instants, one of them after midnight in UTC
// and on the same day here.
func TestTwoServicesThatKnowOfOneEveningMakeOneViewing(t *testing.T) {
	t.Parallel()
	diaryFile := []byte("Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\r\n2020-01-06,Salt,1997,https://boxd.it/e1,4,,,2020-01-05\r\n")
	history := archive(t, "watched-history-1.json",
		`[{"id":7,"watched_at":"2020-01-04T15:30:00.000Z","action":"watch","type":"movie","movie":{"title":"Salt","year":1997,"ids":{"trakt":9}}}]`)
	for round := range 4 {
		traktFirst, firstUndone := round%2 == 0, round/2 == 0
		s := newStage(t)
		s.catalogue(t)
		me := s.Join(t, 1)[0]
		names, files := []string{"diary.csv", "trakt.zip"}, [][]byte{diaryFile, history}
		if traktFirst {
			slices.Reverse(names)
			slices.Reverse(files)
		}
		first := s.bring(t, me, names[0], files[0])
		second := s.bring(t, me, names[1], files[1])
		want(t, "viewings", 1, s.stored(t)["viewings"])
		if firstUndone {
			first, second = second, first
		}
		s.undo(t, me, second)
		want(t, "viewings after one was undone", 1, s.stored(t)["viewings"])
		s.undo(t, me, first)
		want(t, "viewings in the end", 0, s.stored(t)["viewings"])
	}
}

// TestARatingThatTwoServicesHaveStaysUntilBothAreUndone: the second one has found it as it is.
func TestARatingThatTwoServicesHaveStaysUntilBothAreUndone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	before := s.state(t)
	first := s.bring(t, me, "ratings.csv", []byte(ratingsCSV))
	second := s.bring(t, me, "imdb-ratings.csv", []byte("Const,Your Rating,Date Rated,Title,URL,Title Type,Year\ntt0000076,9,2019-01-01,The Lantern Ferry,https://x,Movie,2011\n"))
	want(t, "counts of the second", transfer.Counts{Unchanged: 1}, second.Counts)
	s.undo(t, me, first)
	want(t, "rating", 9, must[stars.Stars](t)(s.ratingOf(t, me, ferry)))
	want(t, "ratings", 1, s.stored(t)["movie_ratings"])
	s.undo(t, me, second)
	want(t, "what there is in the end", before, s.state(t))
	want(t, "stored", map[string]int64{}, s.stored(t))
}

// byHand are the things that a member does here between imports.
type byHand struct {
	ratings  map[int64]stars.Stars
	viewings map[int64]bool
	films    map[int64]bool
}

// do does one thing at random.
func (b *byHand) do(t *testing.T, s *stage, me int64, random *rand.Rand, films []int64) {
	t.Helper()
	film := films[random.IntN(len(films))]
	b.films[film] = true
	if random.IntN(2) == 0 {
		b.ratings[film] = stars.Stars(1 + random.IntN(10))
		drop(s.reactions.Rate(t.Context(), me, film, b.ratings[film]))(t)
		return
	}
	note := "by hand"
	v := must[diary.Shown](t)(s.diary.Log(t.Context(), diary.Draft{UserID: me, MovieID: film, WatchedOn: diary.Day(2010_01_01 + random.IntN(28)), Note: &note}))
	b.viewings[v.ID] = true
}

// check fails unless all that was done by hand is as it was.
func (b *byHand) check(t *testing.T, s *stage, me int64) {
	t.Helper()
	for film, rating := range b.ratings {
		want(t, fmt.Sprint("rating by hand of film ", film), rating, must[stars.Stars](t)(s.ratingOf(t, me, film)))
	}
	var n int64
	s.Write(t, func(tx *gorm.DB) error { return tx.Table("viewings").Where("note = ?", "by hand").Count(&n).Error })
	want(t, "viewings by hand", len(b.viewings), int(n))
}

// TestWhatMembersDoBetweenImportsStaysInAnyOrder imports files of several services, and versions of an export, in random order,
// with things done by hand between them, and undoes them in another order.
func TestWhatMembersDoBetweenImportsStaysInAnyOrder(t *testing.T) {
	t.Parallel()
	rounds := uint64(16)
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, random := newStage(t), rand.New(rand.NewPCG(seed, 2))
			ferry, salt, harbour := s.catalogue(t)
			me, films := s.Join(t, 1)[0], []int64{ferry, salt, harbour}
			files := mixed(t)
			delete(files, "own.zip") // of which the profile stays
			for i, file := range newer(t) {
				files[fmt.Sprint("version-", i, ".zip")] = file
			}
			files["imdb-ratings.csv"] = []byte("Const,Your Rating,Date Rated,Title,URL,Title Type,Year,Directors\n" +
				"tt0000076,7,2019-01-01,The Lantern Ferry,https://x,Movie,2011,Han\ntt0000077,3,2019-01-02,Salt,https://x,Movie,1997,Mira\n")
			files["SimklBackup.json"] = []byte(`{"movies":[{"last_watched_at":"2020-01-05T03:00:00Z","user_rated_at":"2020-01-05T03:00:00Z","user_rating":6,` +
				`"status":"completed","movie":{"title":"The Lantern Ferry","year":2011,"ids":{"simkl":1}}}]}`)
			files["tmdb-ratings.csv"] = []byte("TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated\n" +
				"5,,movie,Harbour,2004-09-08T00:00:00Z,,,7.4,4,2023-05-02T09:29:50Z\n")
			files["watcha.csv"] = []byte("\uFEFFID,URL,Title,Type,Year,Directors,WatchedAt,Rating,Review,Spoiler,\n" +
				`"m1","https://x","Salt","MOVIE","1997","","2020-01-04","2.5","Salty.","false"`)
			order := slices.Sorted(maps.Keys(files))
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			hand := byHand{map[int64]stars.Stars{}, map[int64]bool{}, map[int64]bool{}}
			var all []transfer.Import
			for _, name := range order {
				if random.IntN(2) == 0 {
					hand.do(t, s, me, random, films)
					s.Clock.Advance(time.Hour)
				}
				all = append(all, s.bring(t, me, name, files[name]))
				s.Clock.Advance(time.Hour)
				hand.check(t, s, me)
			}
			random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			for _, imp := range all {
				s.undo(t, me, imp)
				hand.check(t, s, me)
			}
			left, none := s.stored(t), map[string]int64{}
			for table, n := range map[string]int{"movie_ratings": len(hand.ratings), "viewings": len(hand.viewings), "watched_films": len(hand.films)} {
				if n > 0 {
					none[table] = int64(n)
				}
			}
			delete(left, "import_sources")
			delete(left, "activities")
			want(t, fmt.Sprint("what is left of ", order), none, left)
		})
	}
}
