package database_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

const newPerson = "INSERT INTO movie_people (movie_id, name_key)"

func newFilm(rows *database.Rows, title, plot string, likes int64, at time.Time) {
	rows.Text(title)
	rows.Text(plot)
	rows.Int(likes)
	rows.Time(at)
	rows.Time(at.Add(time.Hour))
}

func filmRows() *database.Rows {
	return database.NewRows("INSERT INTO movies (title, plot, like_count, created_at, updated_at, title_key, cast_members, playtime, genre, poster_image, "+
		"dislike_count, review_count, rating_count, rating_sum, rating_score, release_date, release_year, details, hidden)",
		"?, ?, ?, ?, ?, '', '', 0, '', '', 0, 0, 0, 0, 0, '', 0, '', 0")
}

func TestRowsAreStoredAsTheyWereAdded(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	type film struct {
		Title, Plot  string
		LikeCount    int64
		Made, Edited time.Time
	}
	var want []film
	rows := filmRows()
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for i := range 700 { // more than one statement has
		f := film{Title: strings.Repeat("기생충 'x'\"\\?", i%3), Plot: strings.Repeat("p", i), LikeCount: int64(i) - 5, Made: at.Add(time.Duration(i/2) * time.Microsecond)}
		f.Edited = f.Made.Add(time.Hour)
		want = append(want, f)
		newFilm(rows, f.Title, f.Plot, f.LikeCount, f.Made)
	}
	var ids []int64
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		step, err := database.IDStep(tx)
		return errors.Join(err, rows.Insert(tx, func(first int64, n int) {
			for range n {
				ids, first = append(ids, first), first+step
			}
		}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) != len(want) {
		t.Fatalf("%d ids for %d rows", len(ids), len(want))
	}
	var got []film
	n := 0
	err = database.Each(db.Reader(t.Context()), "SELECT id, title, plot, like_count, created_at, updated_at FROM movies ORDER BY id", nil, func(row database.Scanner) error {
		var f film
		var id int64
		err := row.Scan(append([]any{&id}, database.Into(&f.Title, &f.Plot, &f.LikeCount, &f.Made, &f.Edited)...)...)
		if id != ids[n] {
			t.Errorf("row %d has the id %d, want %d", n, id, ids[n])
		}
		n++
		f.Made, f.Edited = f.Made.UTC(), f.Edited.UTC()
		got = append(got, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored rows (-want +got):\n%s", diff)
	}
}

func TestRowsCanBeUsedAgainAndFailAsOthers(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	films, people := filmRows(), database.NewRows(newPerson, "?, ?")
	newFilm(films, "a", "", 0, time.Unix(7, 0))
	var film int64
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		if err := people.Insert(tx, func(int64, int) { t.Error("a statement without rows was run") }); err != nil {
			return err
		}
		if err := films.Insert(tx, func(id int64, _ int) { film = id }); err != nil {
			return err
		}
		for _, name := range []string{"x", ""} {
			people.Int(film)
			people.Text(name)
			if err := people.Insert(tx, nil); err != nil {
				return err
			}
			people.Reset()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	people.Int(film)
	people.Text("x")
	err = db.Tx(t.Context(), func(tx *gorm.DB) error { return people.Insert(tx, nil) })
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("a key that is there: %v", err)
	}
	people.Reset()
	people.Int(film + 1)
	people.Text("x")
	err = db.Tx(t.Context(), func(tx *gorm.DB) error { return people.Insert(tx, nil) })
	if !errors.Is(err, gorm.ErrForeignKeyViolated) {
		t.Errorf("a film that is not there: %v", err)
	}
}

func TestEmptyBlobsAreNotNULL(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	rows := database.NewRows("REPLACE INTO movie_grams (gram, block, films)", "?, 7, ?")
	want := []string{"", "\x00\x01\xff", ""} // the column refuses NULL
	for _, alone := range []bool{true, false} {
		rows.Reset()
		for i, films := range want {
			if alone && i > 0 {
				break
			}
			rows.Int(int64(i))
			rows.Blob([]byte(films))
		}
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return rows.Insert(tx, nil) }); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := database.Each(db.Reader(t.Context()), "SELECT films FROM movie_grams WHERE block = 7 ORDER BY gram", nil, func(row database.Scanner) error {
		var films []byte
		err := row.Scan(&films)
		got = append(got, string(films))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored blobs (-want +got):\n%s", diff)
	}
}
