package movie

import (
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestAFilterHasAllThatIsStoredAndLittleElse(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		for _, statement := range []string{
			"INSERT INTO movie_sources (source_key, movie_id, row_hash) VALUES ('a:1', 1, 1)",
			"INSERT INTO movie_title_hashes (hash, movie_id) VALUES (11, 1), (22, 2)",
		} {
			if err := database.Exec(tx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFilter(db.Reader(t.Context()), "imdb")
	if err != nil {
		t.Fatal(err)
	}
	with := &candidate{ids: []ExternalID{{"imdb", "tt0000001"}}, titles: []int64{33}}
	without := &candidate{ids: []ExternalID{{"tmdb", "7"}}, titles: []int64{44}}
	f.addFilm("a:2", with)
	f.addFilm("a:3", without)
	for _, has := range []bool{
		mayHave(f, "a:1"), mayHave(f, "a:2"), mayHave(f, "a:3"), mayHave(f, with.ids[0]), mayHave(f, without.ids[0]),
		mayHave(f, int64(11)), mayHave(f, int64(22)), mayHave(f, int64(44)), mayHave[string](nil, "b"),
	} {
		if !has {
			t.Error("a key that is stored is missing")
		}
	}
	if mayHave(f, int64(33)) {
		t.Error("it has the title of a film with an id of its kind")
	}
	if !f.knowsTitles("imdb") || f.knowsTitles("tmdb") || f.knowsTitles("") || (*filter)(nil).knowsTitles("") {
		t.Error("it knows titles for other rows than those with an id of its kind")
	}
	others := 0
	for i := range 10_000 {
		if mayHave(f, int64(1000+i)) {
			others++
		}
	}
	if others > 100 {
		t.Errorf("%d of 10,000 other keys seem to be there", others)
	}
}
