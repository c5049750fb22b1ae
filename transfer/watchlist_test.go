package transfer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/transfer"
)

const offTheWatchlist = "Takes the film off your watchlist."

// wanted returns the watchlist of a member.
func (s *stage) wanted(t testing.TB, me int64) (found []diary.WatchlistFilm) {
	t.Helper()
	ok(t, s.DB.Reader(t.Context()).Where("user_id = ?", me).Order("id").Find(&found).Error)
	return found
}

// TestThePreviewSaysWhichFilmsComeOffTheWatchlist also holds that the film is named once, by the first row that marks it.
func TestThePreviewSaysWhichFilmsComeOffTheWatchlist(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		data []byte
		row  int // the one that takes the film off
	}{
		"marks":     {"watched.csv", []byte(watchedCSV), 2},
		"ratings":   {"ratings.csv", []byte(ratingsCSV), 2},
		"a diary":   {"h.csv", []byte("title,year,tmdbId,imdbId,watchedAt,comment,location\nThe Lantern Ferry,2011,,,2023-02-10,,\nSalt,1997,,,2023-02-10,,\nSalt,1997,,,2023-02-11,,\n"), 2},
		"a review":  {"r.csv", []byte("Title,Year,Review\nThe Lantern Ferry,2011,a\nSalt,1997,b\n"), 2},
		"an export": {"a.zip", letterboxd(t), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			ferry, salt, _ := s.catalogue(t)
			me := s.Join(t, 1)[0]
			drop(s.diary.Mark(t.Context(), me, ferry))(t)
			drop(s.diary.Want(t.Context(), me, ferry))(t) // to be seen again: it stays
			drop(s.diary.Want(t.Context(), me, salt))(t)
			before := s.wanted(t, me)
			imp := s.start(t, me, c.file, c.data)
			s.work(t)
			planned := s.rows(t, me, imp.ID)
			for i, row := range planned {
				if has := strings.HasSuffix(row, offTheWatchlist); has != (i+1 == c.row) {
					t.Errorf("the plan: %s", row)
				}
			}
			must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
			s.work(t)
			want(t, "what happened", planned, s.rows(t, me, imp.ID))
			for _, w := range s.wanted(t, me) {
				if w.MovieID == salt {
					t.Error("the film is still on the watchlist")
				}
			}
			ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
			s.work(t)
			want(t, "the watchlist after undoing", before, s.wanted(t, me))
			s.counters(t)
		})
	}
}

// TestAFilmThatTheSameFileMarksAndWantsIsOnTheWatchlist has a rating above an entry of the watchlist that is there already.
func TestAFilmThatTheSameFileMarksAndWantsIsOnTheWatchlist(t *testing.T) {
	t.Parallel()
	const file = "Position,Const,Title,Title Type,Year,Your Rating\n1,tt0000077,Salt,Movie,1997,9\n2,tt0000078,Harbour,Movie,2004,\n"
	s := newStage(t)
	_, salt, harbour := s.catalogue(t)
	me := s.Join(t, 1)[0]
	drop(s.diary.Want(t.Context(), me, salt))(t)
	drop(s.diary.Want(t.Context(), me, harbour))(t)
	before := s.wanted(t, me)
	imp := s.start(t, me, "watchlist.csv", []byte(file))
	s.work(t)
	planned := s.rows(t, me, imp.ID)
	want(t, "the plan", []string{"1 rating Salt: created " + offTheWatchlist, "2 watchlist Salt: created", "3 watchlist Harbour: unchanged"}, planned)
	must[transfer.Import](t)(s.transfers.Confirm(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "what happened", planned, s.rows(t, me, imp.ID))
	want(t, "films on the watchlist", 2, len(s.wanted(t, me)))
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	back := s.wanted(t, me)
	want(t, "the watchlist after undoing", before, back)
}

// TestAFilmThatIsStillWatchedStaysOffTheWatchlist undoes imports of films that the member has touched since.
func TestAFilmThatIsStillWatchedStaysOffTheWatchlist(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ferry, salt, _ := s.catalogue(t)
	me := s.Join(t, 1)[0]
	drop(s.diary.Want(t.Context(), me, ferry))(t)
	drop(s.diary.Want(t.Context(), me, salt))(t)
	imp := s.bring(t, me, "watched.csv", []byte(watchedCSV))
	drop(s.reactions.Rate(t.Context(), me, ferry, 8))(t)
	drop(s.diary.Want(t.Context(), me, salt))(t)
	before := s.wanted(t, me)
	ok(t, s.transfers.Remove(t.Context(), me, imp.ID))
	s.work(t)
	want(t, "status", transfer.Undone, s.get(t, me, imp.ID).Status)
	want(t, "the watchlist", before, s.wanted(t, me))
}

// TestWatchlistsOfTwoImportsComeBackAsTheyWere undoes an import that took off what an earlier one had put there, and then that.
func TestWatchlistsOfTwoImportsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.Join(t, 1)[0]
	first := s.bring(t, me, "watchlist.csv", []byte(watchedCSV))
	listed := s.wanted(t, me)
	want(t, "films on the watchlist", 2, len(listed))
	second := s.bring(t, me, "history.csv", []byte("title,year,tmdbId,imdbId,watchedAt\nThe Lantern Ferry,2011,,,2023-02-10\n"))
	want(t, "films that are left", 1, len(s.wanted(t, me)))
	ok(t, s.transfers.Remove(t.Context(), me, second.ID))
	s.work(t)
	want(t, "the watchlist", listed, s.wanted(t, me))
	ok(t, s.transfers.Remove(t.Context(), me, first.ID))
	s.work(t)
	want(t, "stored", map[string]int64{}, s.stored(t))
}

// TestAnImportNamesWhatItLeavesAlone has columns as the file writes them, and files of an archive. Empty ones are not worth it.
func TestAnImportNamesWhatItLeavesAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.As(t, s.Join(t, 1)[0])
	wide := strings.ReplaceAll(watchedCSV, "\r\n", ",x,y\r\n")
	wide = strings.Replace(wide, ",x,y\r\n", ",My \"Mood\" <b>,기분\r\n", 1)
	data := archive(t, "watched.csv", wide, "notes.csv", "a,b\n1,2\n", "empty.json", "[]")
	path := s.POST(t, "/users/me/imports", me, upload("a.zip", string(data))).Want(http.StatusAccepted).Header.Get("Location")
	s.work(t)
	imp := s.GET(t, path, me).Want(http.StatusOK).Map()
	want[any](t, "columns", []any{`My "Mood" <b>`, "기분"}, imp["ignored_columns"])
	want[any](t, "files", []any{"notes.csv"}, imp["ignored_files"])

	s.DELETE(t, path, me).Want(http.StatusNoContent)
	s.work(t)
	many := header + strings.Repeat(",\"<"+strings.Repeat("열", 80)+"\"", 1) + strings.Repeat(",<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", 40) + "\r\n2020-01-05,Salt,1997,https://boxd.it/bbbb\r\n"
	for i := range 40 {
		many = strings.Replace(many, ",<<<", ",<"+string(rune('a'+i%26))+string(rune('a'+i/26))+"<", 1)
	}
	path = s.POST(t, "/users/me/imports", me, upload("watched.csv", many)).Want(http.StatusAccepted).Header.Get("Location")
	s.work(t)
	columns := s.GET(t, path, me, testkit.Header("Accept-Language", "ko")).Want(http.StatusOK).Map()["ignored_columns"].([]any)
	if len(columns) < 2 || len(columns) > 10 {
		t.Errorf("%d columns of many: %v", len(columns), columns)
	}
}
