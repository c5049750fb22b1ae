package diary_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// fill adds 300 films that a member has watched, has on the watchlist, and has logged, and rows of other members.
func (s *stage) fill(t testing.TB) (userID int64, films []int64) {
	t.Helper()
	ids := s.Join(t, 4)
	s.Write(t, func(tx *gorm.DB) error {
		var rows []movie.Movie
		for i := range 300 {
			rows = append(rows, movie.Movie{ID: int64(i) + 1, Title: "기생충", TitleKey: "기생충", CastMembers: "[]", Playtime: 131, Genre: "Drama"})
			films = append(films, int64(i)+1)
		}
		return tx.CreateInBatches(&rows, 50).Error
	})
	s.Write(t, func(tx *gorm.DB) error {
		var marks []diary.WatchedFilm
		var wanted []diary.WatchlistFilm
		for _, id := range ids {
			for i, film := range films {
				at := database.Time(s.Clock.Now().Add(time.Duration(i) * time.Second))
				marks = append(marks, diary.WatchedFilm{UserID: id, MovieID: film, MarkedAt: at})
				wanted = append(wanted, diary.WatchlistFilm{UserID: id, MovieID: film, AddedAt: at})
			}
		}
		if err := tx.CreateInBatches(&marks, 100).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&wanted, 100).Error
	})
	s.Write(t, func(tx *gorm.DB) error {
		var viewings []diary.Viewing
		var tags []diary.ViewingTag
		for i, film := range films {
			for _, id := range ids {
				v := diary.Viewing{ID: int64(len(viewings)) + 1, UserID: id, MovieID: film, WatchedOn: diary.DayOf(s.Clock.Now().AddDate(0, 0, -i/2)), Tags: `["a"]`}
				viewings = append(viewings, v)
				tags = append(tags, diary.ViewingTag{ViewingID: v.ID, UserID: id, TagKey: "a", WatchedOn: v.WatchedOn})
			}
		}
		if err := tx.CreateInBatches(&viewings, 100).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(&tags, 100).Error
	})
	testkit.Analyze(t, s.DB, "watched_films", "watchlist_films", "viewings", "viewing_tags", "movies")
	return ids[0], films
}

func TestListsUseTheirIndex(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ann, films := s.fill(t)
	for _, after := range []*page.Key{nil, new(page.TimeKey(s.Clock.Now().Add(time.Minute), 70))} {
		p := page.Page{Limit: 5, After: after}
		testkit.WantIndexed(t, s.DB, "idx_watched_films_user", func() {
			if rows, _, err := s.diary.Watched(t.Context(), ann, auth.Viewer{}, p); err != nil || len(rows) != 5 {
				t.Errorf("watched: %d rows, %v", len(rows), err)
			}
		})
		testkit.WantIndexed(t, s.DB, "idx_watchlist_films_user", func() {
			if rows, _, err := s.diary.Watchlist(t.Context(), ann, auth.Viewer{}, p); err != nil || len(rows) != 5 {
				t.Errorf("watchlist: %d rows, %v", len(rows), err)
			}
		})
	}
	day := diary.DayOf(s.Clock.Now().AddDate(0, 0, -20))
	for _, after := range []*page.Key{nil, {Num: int64(day), ID: 300}} {
		for _, f := range []diary.Filter{{}, {From: new(day - 9_999)}, {To: &day}, {From: new(day - 9_999), To: &day}} {
			for index, tag := range map[string]*string{"idx_viewings_user": nil, "idx_viewing_tags_user": new("A")} {
				f.Tag = tag
				testkit.WantIndexed(t, s.DB, index, func() {
					if rows, _, err := s.diary.Diary(t.Context(), ann, auth.Viewer{}, f, page.Page{Limit: 5, After: after}); err != nil || len(rows) != 5 {
						t.Errorf("diary: %d rows, %v", len(rows), err)
					}
				})
			}
		}
	}
	for _, index := range []string{"idx_watched_films_pair", "idx_watchlist_films_pair"} {
		testkit.WantIndexed(t, s.DB, index, func() {
			of := map[int64]*movie.Viewer{}
			for _, film := range films[:50] {
				of[film] = &movie.Viewer{}
			}
			if err := s.diary.OfViewer(t.Context(), ann, of); err != nil || *of[50] != (movie.Viewer{Watched: true, InWatchlist: true}) {
				t.Errorf("%+v, %v", of[50], err)
			}
		})
	}
}
