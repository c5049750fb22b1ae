package movie

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// TestEveryFilterReadsAlongAnIndex fails when a list with a filter scans the films. In the second half the database sorts
// those of one year or person; everywhere else it reads in order.
func TestEveryFilterReadsAlongAnIndex(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	fill(t, db, plannedRows(db))
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		rows := newDerived(tx.Name(), false)
		for id := range plannedRows(db) {
			for _, name := range []string{fmt.Sprint("someone ", id%50), "somebody else"} {
				rows.people.Int(int64(id + 1))
				rows.people.Text(name)
			}
			rows.references.Text("imdb")
			rows.references.Text(fmt.Sprintf("tt%07d", id))
			rows.references.Int(int64(id + 1))
		}
		return rows.insert(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Analyze(t, db, "movies", "movie_genres", "movie_people", "movie_external_ids")
	s := New(Deps{DB: db})
	year, person, id := Filter{Year: 1990}, Filter{Person: "Someone 7"}, Filter{ExternalID: ExternalID{"imdb", "tt0000007"}}
	both := Filter{Year: 1990, Genre: "Drama"}
	for _, c := range []struct {
		f     Filter
		by    Sort
		index string
	}{
		{year, SortOldest, "idx_movies_year"},
		{year, SortNewest, "idx_movies_year"},
		{year, SortTitle, "idx_movies_year_title"},
		{year, SortMostLiked, "idx_movies_year_likes"},
		{year, SortBestRated, "idx_movies_year_score"},
		{year, SortReleased, "idx_movies_release"},
		{year, SortLatest, "idx_movies_release"},
		{both, SortOldest, "idx_movies_year"},
		{both, SortTitle, "idx_movies_year_title"},
		{both, SortMostLiked, "idx_movies_year_likes"},
		{both, SortBestRated, "idx_movies_year_score"},
		{both, SortLatest, "idx_movies_release"},
		{person, SortOldest, "idx_movie_people_name"},
		{person, SortNewest, "idx_movie_people_name"},
		{Filter{Person: "Someone 7", Genre: "Drama", Year: 1990}, SortOldest, "idx_movie_people_name"},
	} {
		for _, after := range []*page.Key{nil, {Num: 50, Text: "1990-05", ID: 500}} {
			testkit.WantIndexed(t, db, c.index, func() {
				if _, _, err := s.List(t.Context(), c.f, c.by, page.Page{Limit: 5, After: after}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	for _, c := range []struct {
		f     Filter
		by    Sort
		index string
	}{
		{year, SortMostRated, "idx_movies_year"}, // and sorts the films of a year
		{person, SortTitle, "idx_movie_people_name"},
		{person, SortBestRated, "idx_movie_people_name"},
		{person, SortLatest, "idx_movie_people_name"},
		{Filter{Person: "Someone 7", Title: "film"}, SortMatch, "idx_movie_people_name"},
		{id, SortOldest, testkit.PrimaryKey},
		{id, SortMostLiked, testkit.PrimaryKey},
		{Filter{ExternalID: id.ExternalID, Title: "film", Genre: "Drama"}, SortMatch, testkit.PrimaryKey},
	} {
		testkit.WantLookups(t, db, c.index, func() {
			if _, _, err := s.List(t.Context(), c.f, c.by, page.Page{Limit: 5}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFilmsOfAnOlderVersionAreFoundByTheirPeople migrates films that have neither genres nor people in tables of their own.
func TestFilmsOfAnOlderVersionAreFoundByTheirPeople(t *testing.T) {
	t.Parallel()
	s := newCatalogue(t)
	for {
		if step, err := s.db.MigrateDown(t.Context()); err != nil || step == nil {
			t.Fatalf("migrate down: %v, %v", step, err)
		} else if step.Version == 19 {
			break
		}
	}
	err := s.db.Tx(t.Context(), func(tx *gorm.DB) error {
		m := Movie{Title: "Parasite", TitleKey: "parasite", CastMembers: `[{"name":"Song Kang-Ho"}]`, Genre: "Drama", LikeCount: 3}
		m.CreatedAt = database.Time(s.clock())
		m.UpdatedAt = m.CreatedAt
		columns := []string{ // of that version
			"title", "title_key", "plot", "cast_members", "playtime", "genre", "poster_image", "like_count", "dislike_count", "review_count",
			"created_at", "updated_at",
		}
		return tx.Select(columns).Create(&m).Error
	})
	if err == nil {
		_, err = s.db.MigrateUp(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.idsOf(t, Filter{Genre: "Drama"}, SortMostLiked, 5)); n != 1 {
		t.Errorf("right after the migration the genre has %d films", n)
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []Filter{{Genre: "Drama"}, {Person: "SONG kang-ho"}, {Title: "para", Genre: "Drama"}} {
		if n := len(s.idsOf(t, f, SortMostLiked, 5)); n != 1 {
			t.Errorf("%+v finds %d films", f, n)
		}
	}
	s.CheckIndex(t)
}

// TestFilmsOfAMemberAndHiddenOnesAreReadFromIndexes fails when SQLite does not use the indexes that have only these films.
func TestFilmsOfAMemberAndHiddenOnesAreReadFromIndexes(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if db.Driver() != database.SQLite {
		return // MySQL has all films in these indexes
	}
	fill(t, db, plannedRows(db))
	testkit.Analyze(t, db, "movies")
	s := New(Deps{DB: db})
	testkit.WantIndexed(t, db, "idx_movies_created_by", func() {
		if _, err := s.AddedBy(t.Context(), 7, 10); err != nil {
			t.Error(err)
		}
	})
	for index, query := range map[string]string{
		"idx_movies_hidden":     "SELECT id FROM movies WHERE id IN " + HiddenIDs,
		"idx_movies_created_by": "DELETE FROM users WHERE id = 7", // the films stay without an owner
	} {
		if plan := planOf(t, db, query, nil); !strings.Contains(plan, " "+index+" ") {
			t.Errorf("the plan of %s does not use %s: %s", query, index, plan)
		}
	}
}
