package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/transfer"
)

const (
	header     = "Date,Name,Year,Letterboxd URI"
	watchedCSV = header + "\r\n2020-01-05,The Lantern Ferry,2011,https://boxd.it/aaaa\r\n2020-01-06,Salt,1997,https://boxd.it/bbbb\r\n2020-01-07,Unknown Film,1999,https://boxd.it/cccc\r\n"
	ratingsCSV = header + ",Rating\r\n2020-01-05,The Lantern Ferry,2011,https://boxd.it/aaaa,4.5\r\n2020-01-06,Salt,1997,https://boxd.it/bbbb,2\r\n"
	diaryCSV   = header + ",Rating,Rewatch,Tags,Watched Date\r\n2020-01-05,The Lantern Ferry,2011,https://boxd.it/e1,4.5,,\"home, sofa\",2020-01-04\r\n" +
		"2021-01-05,The Lantern Ferry,2011,https://boxd.it/e2,5,Yes,,2021-01-04\r\n"
	reviewsCSV = header + ",Rating,Rewatch,Review,Tags,Watched Date\r\n2021-01-05,The Lantern Ferry,2011,https://boxd.it/e2,5,Yes,\"Better <b>again</b>.\",,2021-01-04\r\n"
	likesCSV   = header + "\r\n2020-01-05,The Lantern Ferry,2011,https://boxd.it/aaaa\r\n"
	wantedCSV  = header + "\r\n2020-02-05,Harbour,2004,https://boxd.it/dddd\r\n"
	listCSV    = "Letterboxd list export v7\r\nDate,Name,Tags,URL,Description\r\n2020-03-01,Ferries,,https://boxd.it/list1,All of them\r\n\r\n" +
		"Position,Name,Year,URL,Description\r\n1,Salt,1997,https://boxd.it/bbbb,by the sea\r\n2,The Lantern Ferry,2011,https://boxd.it/aaaa,\r\n"
)

func letterboxd(t testing.TB) []byte {
	t.Helper()
	return archive(t, "watched.csv", watchedCSV, "ratings.csv", ratingsCSV, "diary.csv", diaryCSV, "reviews.csv", reviewsCSV,
		"likes/films.csv", likesCSV, "watchlist.csv", wantedCSV, "lists/ferries.csv", listCSV)
}

func (s *stage) catalogue(t testing.TB) (ferry, salt, harbour int64) {
	t.Helper()
	return s.film(t, "The Lantern Ferry", "2011"), s.film(t, "Salt", "1997"), s.film(t, "Harbour", "2004")
}

var wantRows = []string{
	"1 watched The Lantern Ferry: created",
	"2 watched Salt: created",
	"3 watched Unknown Film: needs_review The catalogue does not have this film. Once it has been added, import the file again.",
	"4 rating The Lantern Ferry: created",
	"5 rating Salt: created",
	"6 viewing The Lantern Ferry: created",
	"7 viewing The Lantern Ferry: created",
	"8 review The Lantern Ferry: created",
	"9 reaction The Lantern Ferry: created",
	"10 watchlist Harbour: created",
	"11 list Ferries: created",
	"12 list_item Salt: created",
	"13 list_item The Lantern Ferry: created",
}

// stored returns how many rows each table of what members have has, without empty ones.
func (s *stage) stored(t testing.TB) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for _, table := range []string{
		"watched_films", "watchlist_films", "viewings", "viewing_tags", "movie_ratings", "movie_reactions", "reviews", "lists", "list_items", "activities", "import_sources",
	} {
		var n int64
		s.Write(t, func(tx *gorm.DB) error { return tx.Table(table).Count(&n).Error })
		if n > 0 {
			counts[table] = n
		}
	}
	return counts
}

var wantStored = map[string]int64{
	"watched_films": 2, "watchlist_films": 1, "viewings": 2, "viewing_tags": 2, "movie_ratings": 2, "movie_reactions": 1, "reviews": 1, "lists": 1,
	"list_items": 2, "import_sources": 12,
}

func want[T any](t testing.TB, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAnImportIsPlannedThenAppliedAsPlanned(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.start(t, me, "letterboxd.zip", letterboxd(t))
	want(t, "status after the upload", transfer.Reading, imp.Status)
	s.work(t)
	planned := s.get(t, me, imp.ID)
	want(t, "status", transfer.Ready, planned.Status)
	want(t, "counts", transfer.Counts{Created: 12, NeedsReview: 1}, planned.Counts)
	want(t, "plan", wantRows, s.rows(t, me, imp.ID))
	want(t, "stored before it is confirmed", map[string]int64{}, s.stored(t))
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
	s.work(t)
	done := s.get(t, me, imp.ID)
	want(t, "status", transfer.Done, done.Status)
	want(t, "counts", planned.Counts, done.Counts)
	want(t, "rows", wantRows, s.rows(t, me, imp.ID))
	want(t, "stored", wantStored, s.stored(t))
	s.counters(t)

	rating := must[stars.Stars](t)(s.ratingOf(t, me, ferry))
	want(t, "rating", 9, rating)
	var v diary.Viewing
	var marked time.Time
	s.Write(t, func(tx *gorm.DB) error {
		if err := tx.Where("watched_on = ?", 2020_01_04).Take(&v).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT marked_at FROM watched_films WHERE movie_id = ?", ferry).Scan(&marked).Error
	})
	want(t, "tags", `["home","sofa"]`, v.Tags)
	want(t, "mark", "2020-01-05", marked.In(s.Zone).Format(time.DateOnly))
	want(t, "times of the viewing", "2020-01-05", v.CreatedAt.In(s.Zone).Format(time.DateOnly))
	var visible bool
	s.Write(t, func(tx *gorm.DB) error { return tx.Raw("SELECT is_public FROM lists").Scan(&visible).Error })
	want(t, "whether the list is public", false, visible)
	var kinds []string
	s.Write(t, func(tx *gorm.DB) error {
		return tx.Raw("SELECT type FROM notifications WHERE user_id = ? ORDER BY seq", me).Scan(&kinds).Error
	})
	want(t, "notifications", []string{"import_ready", "import_done"}, kinds)
}

func (s *stage) ratingOf(t testing.TB, member, film int64) (rating stars.Stars, err error) {
	t.Helper()
	err = s.DB.Row(t.Context(), "SELECT rating FROM movie_ratings WHERE user_id = ? AND movie_id = ?", member, film).Scan(&rating)
	return rating, err
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	s.bring(t, me, "a.zip", letterboxd(t))
	again := s.start(t, me, "b.zip", letterboxd(t))
	s.work(t)
	want(t, "counts of the plan", transfer.Counts{Unchanged: 12, NeedsReview: 1}, s.get(t, me, again.ID).Counts)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, again.ID))
	s.work(t)
	want(t, "counts", transfer.Counts{Unchanged: 12, NeedsReview: 1}, s.get(t, me, again.ID).Counts)
	want(t, "stored", wantStored, s.stored(t))
	s.counters(t)
}

func TestWhatTheMemberHasChangedOrDeletedHereIsKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, harbour := s.catalogue(t)
	me := s.Join(t, 1)[0]
	s.bring(t, me, "a.zip", letterboxd(t))
	s.Clock.Advance(time.Hour)
	drop(s.reactions.Rate(t.Context(), me, ferry, 2))(t)
	ok(t, s.reactions.Unrate(t.Context(), me, salt))
	ok(t, s.diary.Unwant(t.Context(), me, harbour))
	ok(t, s.diary.Delete(t.Context(), 1))
	before := s.stored(t)
	again := s.bring(t, me, "a.zip", letterboxd(t))
	want(t, "counts", transfer.Counts{Unchanged: 8, Kept: 4, NeedsReview: 1}, again.Counts)
	want(t, "stored", before, s.stored(t))
	want(t, "rating", 2, must[stars.Stars](t)(s.ratingOf(t, me, ferry)))
	rows := strings.Join(s.rows(t, me, again.ID), "\n")
	for _, line := range []string{
		"4 rating The Lantern Ferry: kept You have changed it here since it was imported.",
		"5 rating Salt: kept You have deleted it here since it was imported.",
		"6 viewing The Lantern Ferry: kept You have deleted it here since it was imported.",
		"10 watchlist Harbour: kept You have deleted it here since it was imported.",
	} {
		if !strings.Contains(rows, line) {
			t.Errorf("want %q in\n%s", line, rows)
		}
	}
}

func TestWhatTheMemberHasAlreadyStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	drop(s.reactions.Rate(t.Context(), me, ferry, 3))(t)
	drop(s.reactions.Rate(t.Context(), me, salt, 4))(t)
	drop(s.diary.Log(t.Context(), diary.Draft{UserID: me, MovieID: ferry, WatchedOn: 2020_01_04}))(t)
	imp := s.bring(t, me, "a.zip", letterboxd(t))
	rows := s.rows(t, me, imp.ID)
	for n, line := range map[int]string{
		1: "1 watched The Lantern Ferry: unchanged",
		4: "4 rating The Lantern Ferry: kept You have something else here, which stays.",
		5: "5 rating Salt: unchanged",
		6: "6 viewing The Lantern Ferry: kept You have something else here, which stays.",
		7: "7 viewing The Lantern Ferry: created",
	} {
		want(t, "row", line, rows[n-1])
	}
	want(t, "rating", 3, must[stars.Stars](t)(s.ratingOf(t, me, ferry)))
	want(t, "viewings", 2, s.stored(t)["viewings"])
	s.counters(t)
}

func TestFilmsOfAListThatIsHereAlreadyArePlannedAsTheyAreApplied(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	l := must[list.Shown](t)(s.lists.Create(t.Context(), list.Draft{UserID: me, Title: "Ferries", Description: "All of them"}))
	drop(s.lists.Add(t.Context(), l.ID, list.Entry{MovieID: salt, Note: "by the sea"}, nil))(t)
	imp := s.start(t, me, "ferries.csv", []byte(listCSV))
	s.work(t)
	planned := s.get(t, me, imp.ID)
	want(t, "plan", transfer.Counts{Created: 1, Unchanged: 2}, planned.Counts)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "counts", planned.Counts, s.get(t, me, imp.ID).Counts)
	want(t, "films of the list", 2, s.stored(t)["list_items"])
	s.counters(t)
}

func TestARatingOfItsOwnWinsOverThatOfAViewingWhereverItStands(t *testing.T) {
	t.Parallel()
	const head, viewing, rating = "Title,Year,WatchedDate,Rating\n", "Salt,1997,2020-01-04,4.5\n", "Salt,1997,,1\n"
	for _, rows := range []string{viewing + rating, rating + viewing} {
		s := newStage(t)
		_, salt, _ := s.catalogue(t)
		me := s.Join(t, 1)[0]
		imp := s.bring(t, me, "import.csv", []byte(head+rows))
		want(t, "counts", transfer.Counts{Created: 2}, imp.Counts)
		want(t, "rating", 2, must[stars.Stars](t)(s.ratingOf(t, me, salt)))
		want(t, "counts of the same again", transfer.Counts{Unchanged: 2}, s.bring(t, me, "import.csv", []byte(head+rows)).Counts)
		s.counters(t)
		ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
		s.work(t)
		want(t, "ratings after it was undone", 0, s.stored(t)["movie_ratings"])
		s.counters(t)
	}
}

func TestANewerRatingInTheFileReplacesWhatAnEarlierImportStored(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, _, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	s.bring(t, me, "ratings.csv", []byte(ratingsCSV))
	imp := s.bring(t, me, "ratings.csv", []byte(strings.Replace(ratingsCSV, "4.5", "1", 1)))
	want(t, "counts", transfer.Counts{Created: 1, Unchanged: 1}, imp.Counts)
	want(t, "rating", 2, must[stars.Stars](t)(s.ratingOf(t, me, ferry)))
	s.counters(t)
}

func TestAnImportIsUndone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.bring(t, me, "a.zip", letterboxd(t))
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	want(t, "status while it is undone", transfer.Running, s.get(t, me, imp.ID).Stage())
	s.work(t)
	undone := s.get(t, me, imp.ID)
	want(t, "status", transfer.Undone, undone.Status)
	want(t, "counts", transfer.Counts{Unchanged: 12, NeedsReview: 1}, undone.Counts)
	want(t, "stored", map[string]int64{}, s.stored(t))
	s.counters(t)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "status afterwards", transfer.Undone, s.get(t, me, imp.ID).Status)

	again := s.bring(t, me, "a.zip", letterboxd(t))
	want(t, "counts of another import", transfer.Counts{Created: 12, NeedsReview: 1}, again.Counts)
}

func TestUndoingLeavesWhatWasTouchedSince(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	imp := s.bring(t, me, "a.zip", letterboxd(t))
	s.Clock.Advance(time.Hour)
	drop(s.reactions.Rate(t.Context(), me, ferry, 2))(t)
	drop(s.diary.Log(t.Context(), diary.Draft{UserID: me, MovieID: salt, WatchedOn: 2020_01_04}))(t)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	undone := s.get(t, me, imp.ID)
	want(t, "counts", transfer.Counts{Created: 3, Unchanged: 9, NeedsReview: 1}, undone.Counts)
	left := s.stored(t)
	delete(left, "import_sources")
	want(t, "stored", map[string]int64{"watched_films": 2, "viewings": 1, "movie_ratings": 1, "activities": 1}, left)
	rows := s.rows(t, me, imp.ID)
	for n, line := range map[int]string{
		1: "1 watched The Lantern Ferry: created Something else here belongs to it, so it stays.",
		2: "2 watched Salt: created Something else here belongs to it, so it stays.",
		4: "4 rating The Lantern Ferry: created You have changed it since it was imported, so it stays.",
		5: "5 rating Salt: unchanged It was taken out again.",
	} {
		want(t, "row", line, rows[n-1])
	}
	s.counters(t)
}

func TestAMarkThatARatingBroughtAlongGoesWithIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	_, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	drop(s.diary.Want(t.Context(), me, salt))(t)
	imp := s.bring(t, me, "ratings.csv", []byte(ratingsCSV))
	want(t, "marks", 2, s.stored(t)["watched_films"])
	want(t, "watchlist", 0, s.stored(t)["watchlist_films"])
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "stored", map[string]int64{"watchlist_films": 1}, s.stored(t))
	s.counters(t)
}

func TestEqualPlaysAreAsManyViewings(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	row := "2020-01-05,Salt,1997,https://boxd.it/%s,,,,2020-01-04\r\n"
	data := []byte(header + ",Rating,Rewatch,Tags,Watched Date\r\n" + fmt.Sprintf(row+row+row, "x1", "x2", "x3"))
	want(t, "counts", transfer.Counts{Created: 3}, s.bring(t, me, "diary.csv", data).Counts)
	want(t, "viewings", 3, s.stored(t)["viewings"])
	want(t, "counts again", transfer.Counts{Unchanged: 3}, s.bring(t, me, "diary.csv", data).Counts)
	want(t, "viewings", 3, s.stored(t)["viewings"])
}

// TestTheLatestOfThePlaysIsARewatchAlsoWhereItComesFirst has plays of Trakt, whose history begins with the latest one.
func TestTheLatestOfThePlaysIsARewatchAlsoWhereItComesFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	play := func(id int, at string) string {
		return fmt.Sprintf(`{"id":%d,"watched_at":"%sT03:00:00.000Z","action":"watch","type":"movie","movie":{"title":"Salt","year":1997,"ids":{}}}`, id, at)
	}
	plays := func() []diary.Viewing {
		var all []diary.Viewing
		ok(t, s.DB.Reader(t.Context()).Order("watched_on").Find(&all).Error)
		return all
	}
	data := []byte("[" + play(3, "2021-05-05") + "," + play(2, "2020-02-02") + "," + play(1, "2019-01-01") + "]")
	imp := s.bring(t, me, "history.json", data)
	want(t, "counts", transfer.Counts{Created: 3}, imp.Counts)
	for i, v := range plays() {
		want(t, "rewatch of "+v.WatchedOn.String(), i > 0, v.Rewatch)
	}
	want(t, "counts again", transfer.Counts{Unchanged: 3}, s.bring(t, me, "history.json", data).Counts)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "viewings", 0, s.stored(t)["viewings"])
}

func TestTagsThatDifferByTheirCaseAreOne(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	data := []byte(header + ",Rating,Rewatch,Tags,Watched Date\r\n" +
		"2020-01-05,Salt,1997,https://boxd.it/x1,,,\"Cinema, cinema, 극장, CINEMA\",2020-01-04\r\n")
	imp := s.bring(t, me, "diary.csv", data)
	want(t, "counts", transfer.Counts{Created: 1}, imp.Counts)
	want(t, "row", "1 viewing Salt: created", s.rows(t, me, imp.ID)[0])
	want(t, "tags", 2, s.stored(t)["viewing_tags"])
	want(t, "counts again", transfer.Counts{Unchanged: 1}, s.bring(t, me, "diary.csv", data).Counts)
}

func TestOnlyWhatIsADayOldAtMostIsAnActivity(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	today := s.Clock.Now().In(s.Zone).Format(time.DateOnly)
	s.bring(t, me, "ratings.csv", []byte(strings.Replace(ratingsCSV, "2020-01-06", today, 1)))
	var all []activity.Activity
	s.Write(t, func(tx *gorm.DB) error { return tx.Find(&all).Error })
	if len(all) != 1 || all[0].Type != activity.Rating || all[0].CreatedAt.Before(s.Clock.Now().Add(-time.Minute)) {
		t.Errorf("activities %+v, want one of now", all)
	}
}

func TestADecisionHoldsForAllRowsOfTheFilm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	film := s.film(t, "Another Name", "2001")
	me := s.Join(t, 1)[0]
	data := archive(t, "watched.csv", watchedCSV, "ratings.csv", ratingsCSV)
	imp := s.start(t, me, "a.zip", data)
	s.work(t)
	want(t, "counts", transfer.Counts{NeedsReview: 5}, s.get(t, me, imp.ID).Counts)
	row := must[transfer.Shown](t)(s.transfers.Resolve(t.Context(), me, imp.ID, 1, transfer.Choice{MovieID: &film}))
	want(t, "film", film, row.Movie.ID)
	must[transfer.Shown](t)(s.transfers.Resolve(t.Context(), me, imp.ID, 5, transfer.Choice{Skip: true}))
	want(t, "rows", []string{
		"1 watched The Lantern Ferry: created",
		"2 watched Salt: kept You left it out.",
		"3 watched Unknown Film: needs_review The catalogue does not have this film. Once it has been added, import the file again.",
		"4 rating The Lantern Ferry: created",
		"5 rating Salt: kept You left it out.",
	}, s.rows(t, me, imp.ID))
	want(t, "counts", transfer.Counts{Created: 2, Kept: 2, NeedsReview: 1}, s.get(t, me, imp.ID).Counts)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "counts", transfer.Counts{Created: 2, Kept: 2, NeedsReview: 1}, s.get(t, me, imp.ID).Counts)
	want(t, "rating", 9, must[stars.Stars](t)(s.ratingOf(t, me, film)))
}
