package transfer_test

import (
	"net/http"
	"testing"
)

// TestRowsTellWhereTheyStandInTheFile also holds that only rows that cannot be stored name a column.
func TestRowsTellWhereTheyStandInTheFile(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.catalogue(t)
	me := s.As(t, s.Join(t, 1)[0])
	const ratings = header + ",Rating\r\n2020-01-05,The Lantern Ferry,2011,https://boxd.it/aaaa,4.5\r\n\r\n2020-01-06,Salt,1997,https://boxd.it/bbbb,7\r\n"
	const tomorrow = header + ",Watched Date\r\n2020-01-05,Salt,1997,https://boxd.it/e1,9999-01-05\r\n"
	path := s.POST(t, "/users/me/imports", me, upload("a.zip", string(archive(t, "ratings.csv", ratings, "Diary.csv", tomorrow)))).
		Want(http.StatusAccepted).Header.Get("Location")
	s.work(t)
	for range 2 { // before and after it is confirmed
		var got [][3]any
		for _, row := range s.GET(t, path+"/rows", me).Want(http.StatusOK).List() {
			got = append(got, [3]any{row["file"], row["line"], row["column"]})
		}
		want(t, "places", [][3]any{{"ratings.csv", 2.0, nil}, {"ratings.csv", 4.0, "Rating"}, {"Diary.csv", 2.0, "Watched Date"}}, got)
		s.Do(t, http.MethodPost, path+"/confirm", me)
		s.work(t)
	}
	path = s.POST(t, "/users/me/imports", me, upload("ratings.csv", ratings)).Want(http.StatusAccepted).Header.Get("Location")
	s.work(t)
	row := s.GET(t, path+"/rows", me).Want(http.StatusOK).List()[1]
	want(t, "the place in a single file", [3]any{nil, 4.0, "Rating"}, [3]any{row["file"], row["line"], row["column"]})
}
