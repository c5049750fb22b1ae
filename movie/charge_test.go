package movie_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/textindex"
)

// TestSearchesThatLookUpManyFilmsCountAsSeveralRequests searches for parts of titles that no title has in this order, and
// for what people type.
func TestSearchesThatLookUpManyFilmsCountAsSeveralRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	films := make([]movie.Movie, 3100)
	for i := range films {
		title := fmt.Sprintf("Eth the %d", i)
		films[i] = movie.Movie{Title: title, TitleKey: textindex.Key(title), CastMembers: "[]", Playtime: 90, Genre: "Drama"}
	}
	s.Write(t, func(tx *gorm.DB) error { return tx.CreateInBatches(films, 500).Error })
	if err := movie.IndexAll(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	const burst = 40
	s.Rates = map[auth.Class]limit.Rate{auth.ClassRead: {Count: 1, Per: time.Hour, Burst: burst}}
	for query, want := range map[string]struct {
		answered int
		left     string // after the first request
	}{
		"title=the":                        {burst, "r=39"},
		"title=eth":                        {burst, "r=39"},
		"title=eth+the+7":                  {burst, "r=39"},
		"title=nothing":                    {burst, "r=39"},
		"title=the&sort=-like_count":       {burst, "r=39"},
		"title=the&sort=title&genre=Drama": {burst, "r=39"},
		"title=ethe":                       {burst / 4, "r=36"},
		"title=ethe&genre=Drama":           {burst / 4, "r=36"},
		"title=ethe&sort=-id":              {burst / 4, "r=36"},
		"title=ethe&sort=title":            {burst / 4, "r=36"},
	} {
		s.Limiter = limit.NewMemory(s.Clock.Now)
		s.API = s.Kit.API(roles{})
		s.movies.Routes(s.Router, s.Zone)
		answered := 0
		for ; answered <= burst; answered++ {
			w := s.GET(t, "/movies?"+query)
			if answered == 0 && !strings.Contains(w.Header.Get("RateLimit"), want.left+";") {
				t.Errorf("%s: the first response says that %s is left, want %s", query, w.Header.Get("RateLimit"), want.left)
			}
			if w.Status != http.StatusOK {
				w.WantProblem(http.StatusTooManyRequests, "too_many_requests")
				break
			}
		}
		if answered != want.answered {
			t.Errorf("%s: %d requests are answered, want %d", query, answered, want.answered)
		}
	}
}
