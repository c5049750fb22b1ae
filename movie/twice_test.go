package movie_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
)

// told gives a row what changes says.
func told(title, date string, changes ...func(*movie.Item)) movie.Item {
	item := row(title, date, nil)
	for _, change := range changes {
		change(&item)
	}
	return item
}

func by(names ...string) func(*movie.Item) {
	return func(i *movie.Item) { i.Draft.Directors = names }
}

func originally(title string) func(*movie.Item) {
	return func(i *movie.Item) { i.Draft.OriginalTitle = title }
}

func tmdb(id int64) func(*movie.Item) {
	return func(i *movie.Item) { i.Draft.ExternalIDs.TMDB = id }
}

func letterboxd(id string) func(*movie.Item) {
	return func(i *movie.Item) { i.Draft.ExternalIDs.Letterboxd = id }
}

// TestARowShowsThatTwoFilmsAreOne: the first rows are imported one after another, each from a source of its own.
func TestARowShowsThatTwoFilmsAreOne(t *testing.T) {
	t.Parallel()
	listed, abroad := told("Ferry", "2011", letterboxd("abcd")), told("Il traghetto", "2011-09-08", imdb("tt0000001"), by("Han"))
	atHome := told("나룻배", "2011-09-08", by("한서율"))
	for name, c := range map[string]struct {
		before []movie.Item
		row    movie.Item
		want   string
		films  int64
	}{
		"id of one, title of the other":      {[]movie.Item{listed, abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 1},
		"ids of both":                        {[]movie.Item{abroad, told("Ferry", "2011-09-08", tmdb(5))}, told("Ferry", "2011-09-08", imdb("tt0000001"), tmdb(5)), "needs_review [1 2]", 2},
		"titles of both":                     {[]movie.Item{listed, atHome}, told("Ferry", "2011-09-08", originally("나룻배")), "updated", 1},
		"titles and ids of three":            {[]movie.Item{listed, atHome, abroad}, told("Ferry", "2011-09-08", originally("나룻배"), imdb("tt0000001")), "updated", 1},
		"next year, director":                {[]movie.Item{told("Ferry", "2012", letterboxd("abcd"), by("HAN")), abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 1},
		"only an id and a title":             {[]movie.Item{listed, abroad}, told("Ferry", "2011", imdb("tt0000001")), "unchanged", 2},
		"only two titles":                    {[]movie.Item{listed, told("나룻배", "2011")}, told("Ferry", "2011", originally("나룻배")), "needs_review [1 2]", 2},
		"ids of both and nothing else":       {[]movie.Item{abroad, told("Ferry", "2011", tmdb(5))}, told("Boat", "2011", imdb("tt0000001"), tmdb(5)), "needs_review [1 2]", 2},
		"ids of both, another year":          {[]movie.Item{abroad, told("Ferry", "2015", tmdb(5))}, told("Ferry", "2011-09-08", imdb("tt0000001"), tmdb(5)), "needs_review [1 2]", 2},
		"ids that differ":                    {[]movie.Item{told("Ferry", "2011", imdb("tt0000002")), abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 2},
		"another director":                   {[]movie.Item{told("Ferry", "2011", letterboxd("abcd"), by("Kim")), abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 2},
		"another director, in other script":  {[]movie.Item{told("Ferry", "2011", letterboxd("abcd"), by("한서율")), abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 1},
		"another year":                       {[]movie.Item{told("Ferry", "2015", letterboxd("abcd")), abroad}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), "updated", 2},
		"another film of the year by others": {[]movie.Item{told("Ferry", "2011", tmdb(8), by("Kim")), told("나룻배", "2011", letterboxd("abcd"), by("Han")), told("Ferry", "2011", imdb("tt0000001"), tmdb(9), by("Han"))}, told("Ferry", "2011", originally("나룻배"), letterboxd("abcd"), by("Han")), "updated", 2},
		"no year":                            {[]movie.Item{listed, told("Il traghetto", "", imdb("tt0000001"), by("Han"))}, told("Ferry", "2011", imdb("tt0000001"), by("Han")), "updated", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			for i, item := range c.before {
				if got := s.imports(t, movie.LoadOptions{Format: fmt.Sprint("source ", i)}, item); !slices.Equal(got, []string{"created"}) {
					t.Fatalf("row %d of those before: %v", i, got)
				}
			}
			if got := s.imports(t, movie.LoadOptions{DryRun: true}, c.row); !slices.Equal(got, []string{c.want}) {
				t.Errorf("a dry run says %v, want %s", got, c.want)
			}
			if n := s.rows(t); n != int64(len(c.before)) {
				t.Errorf("after a dry run there are %d films", n)
			}
			if got := s.imports(t, movie.LoadOptions{}, c.row); !slices.Equal(got, []string{c.want}) {
				t.Errorf("got %v, want %s", got, c.want)
			}
			if n := s.rows(t); n != c.films {
				t.Errorf("there are %d films, want %d", n, c.films)
			}
			for i := range c.before {
				into, err := s.movies.MergedInto(t.Context(), int64(i+1))
				if want := c.films == 1 && i > 0; err != nil || want != (into == 1) {
					t.Errorf("film %d leads to %d: %v", i+1, into, err)
				}
			}
			for _, item := range append(c.before, c.row) {
				if got := s.imports(t, movie.LoadOptions{Format: "again"}, item); got[0] == "created" {
					t.Errorf("%s of another source is %s", item.Draft.Title, got[0])
				}
			}
			s.sound(t)
		})
	}
}

// TestDirectorsTellFilmsOfOneTitleAndYearApart: two films of a year are called the same, and a catalogue that has no ids of the
// other says who made them.
func TestDirectorsTellFilmsOfOneTitleAndYearApart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.imports(t, movie.LoadOptions{Format: "one"}, told("Quay", "2022", tmdb(1), by("Ada Holm")), told("Quay", "2022", tmdb(2), by("Bo Lind")))
	for i, c := range []struct {
		row  movie.Item
		want string
	}{
		{told("Quay", "2022", imdb("tt0000002"), by("Bo Lind")), "updated"},
		{told("Quay", "2022", imdb("tt0000003"), by("Cy Moe")), "needs_review [1]"},
		{told("Quay", "2022", letterboxd("abcd"), by("Ada Holm", "Bo Lind")), "needs_review [1 2]"},
		{told("Quay", "2022", imdb("tt0000004"), by("Hólm, A.")), "updated"},
		{told("Quay", "2022", letterboxd("abce"), by("김하나")), "needs_review [1 2]"},
		{told("Quay", "2022", letterboxd("abcd")), "needs_review [1 2]"},
	} {
		if got := s.imports(t, movie.LoadOptions{Format: fmt.Sprint("source ", i)}, c.row); !slices.Equal(got, []string{c.want}) {
			t.Errorf("row %d: %v, want %s", i, got, c.want)
		}
	}
	matched, err := s.movies.Match(t.Context(), []movie.Draft{told("Quay", "2022", by("ADA HOLM")).Draft, told("Quay", "2022").Draft})
	if err != nil || matched[0].MovieID != 1 || matched[1].MovieID != 0 || len(matched[1].Candidates) != 2 {
		t.Errorf("what a member has seen is %+v: %v", matched, err)
	}
}

// sound checks that nothing is left of films that are gone, and that titles are found.
func (s *stage) sound(t *testing.T) {
	t.Helper()
	for _, table := range []string{"movie_genres", "movie_titles", "movie_people", "movie_external_ids"} {
		var n int64
		s.Write(t, func(tx *gorm.DB) error {
			return tx.Table(table).Where("movie_id NOT IN (SELECT id FROM movies)").Count(&n).Error
		})
		if n != 0 {
			t.Errorf("%s has %d rows of films that are gone", table, n)
		}
	}
	s.movies.CheckIndex(t)
}

// TestFilmsThatArePutApartStayApart: whoever has stored two films of one title and year knows of both.
func TestFilmsThatArePutApartStayApart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.addDirectly(t, movie.Draft{Title: "Frozen", ReleaseDate: "2010-02-05", Details: movie.Details{ExternalIDs: movie.ExternalIDs{IMDb: "tt0000001"}}})
	s.addDirectly(t, movie.Draft{Title: "Frozen", ReleaseDate: "2010"})
	if got := s.imports(t, movie.LoadOptions{}, told("Frozen", "2010-02-05", imdb("tt0000001"))); got[0] != "unchanged" {
		t.Errorf("the row of one of them is %s", got[0])
	}
	if n := s.rows(t); n != 2 {
		t.Errorf("there are %d films", n)
	}
}

// TestHiddenFilmsAreNotMergedByImports: whether they come back is for moderators to say.
func TestHiddenFilmsAreNotMergedByImports(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.imports(t, movie.LoadOptions{Format: "a"}, told("Ferry", "2011", letterboxd("abcd")))
	s.imports(t, movie.LoadOptions{Format: "b"}, told("Il traghetto", "2011-09-08", imdb("tt0000001"), by("Han")))
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE movies SET hidden = 1 WHERE id = 1").Error })
	s.imports(t, movie.LoadOptions{}, told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")))
	if n := s.rows(t); n != 2 {
		t.Errorf("there are %d films", n)
	}
}

// TestFilmsWithReviewsOfOneMemberNeedAPerson: which review stays is for a person to say. What the hooks before have moved comes
// back.
func TestFilmsWithReviewsOfOneMemberNeedAPerson(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.movies.OnMerge(func(tx *gorm.DB, from, into movie.Movie, _ bool) error {
		return tx.Exec("UPDATE movies SET like_count = 7 WHERE id = ?", into.ID).Error
	})
	s.movies.OnMerge(func(*gorm.DB, movie.Movie, movie.Movie, bool) error { return movie.ErrMergeConflict })
	s.imports(t, movie.LoadOptions{Format: "a"}, told("Ferry", "2011", letterboxd("abcd")))
	s.imports(t, movie.LoadOptions{Format: "b"}, told("Il traghetto", "2011-09-08", imdb("tt0000001"), by("Han")))
	var got []string
	_, err := s.movies.Load(t.Context(), &rowsOf{[]movie.Item{told("Ferry", "2011-09-08", imdb("tt0000001"), by("Han")), told("Other", "2001")}}, movie.LoadOptions{Format: "c"}, func(r movie.Result) {
		got = append(got, fmt.Sprint(r.Outcome, " ", r.Candidates, " ", r.Reason.EN))
	}, func(movie.Progress) {})
	slices.Sort(got)
	if err != nil || len(got) != 2 || !strings.HasPrefix(got[1], "needs_review [1 2] It is in the catalogue twice") || got[0] != "created [] " {
		t.Errorf("got %q, %v", got, err)
	}
	if m := s.GET(t, "/movies/1").Map(); m["like_count"] != 0.0 || s.rows(t) != 3 {
		t.Errorf("there are %d films, the first is %v", s.rows(t), m)
	}
}

// TestRowsThatMergeFilmsWaitForTheEndOfALoneImport: many of them, and others between them.
func TestRowsThatMergeFilmsWaitForTheEndOfALoneImport(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const n = 250 // more than may wait
	var listed, abroad, all []movie.Item
	for i := range n {
		id := fmt.Sprintf("tt%07d", i+1)
		listed = append(listed, told(fmt.Sprint("Ferry ", i), "2011", letterboxd(fmt.Sprintf("a%04d", i))))
		abroad = append(abroad, told(fmt.Sprint("Traghetto ", i), "2011-09-08", imdb(id), by("Han")))
		all = append(all, told(fmt.Sprint("Ferry ", i), "2011-09-08", imdb(id), by("Han")), told(fmt.Sprint("Other ", i), "2001", tmdb(int64(i+1))))
	}
	s.imports(t, movie.LoadOptions{Format: "a"}, listed...)
	s.imports(t, movie.LoadOptions{Format: "b"}, abroad...)
	counts := map[string]int{}
	for _, outcome := range s.imports(t, movie.LoadOptions{Format: "c"}, all...) {
		counts[outcome]++
	}
	if counts["updated"] != n || counts["created"] != n || s.rows(t) != 2*n {
		t.Errorf("outcomes %v, %d films", counts, s.rows(t))
	}
	s.sound(t)
}

func TestNamesThatAreSpelledDifferentlyAreNoOtherPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names, others []string
		apart         bool
	}{
		{[]string{"Ada Holm"}, []string{"Bo Lind"}, true},
		{[]string{"김하나"}, []string{"이두리"}, true},
		{[]string{"Ada Holm"}, nil, false},
		{[]string{"Ada Holm"}, []string{"HOLM, Ada"}, false},
		{[]string{"Ada Holm", "Bo Lind"}, []string{"Bo Lind"}, false},
		{[]string{"김 하나"}, []string{"김하나"}, false},
		{[]string{"Ada Holmovsky"}, []string{"A. Holmovskij"}, false},
		{[]string{"The Lindens"}, []string{"Bo Linden"}, false},
		{[]string{"Ada Holm"}, []string{"김하나"}, false},
		{[]string{"Ada Holm", "김하나"}, []string{"이두리"}, true},
	} {
		row := told("Quay", "2022", tmdb(1), by(c.names...))
		s := newStage(t)
		s.imports(t, movie.LoadOptions{Format: "one"}, row)
		other := told("Quay", "2022", imdb("tt0000001"))
		if c.others != nil {
			other = told("Quay", "2022", imdb("tt0000001"), by(c.others...))
		}
		got := s.imports(t, movie.LoadOptions{Format: "two"}, other)
		if apart := len(got) == 1 && got[0] == "needs_review [1]"; apart != c.apart {
			t.Errorf("%v and %v: %v, want another film: %t", c.names, c.others, got, c.apart)
		}
	}
}
