//go:build unix

package reaction_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/user"
)

// BenchmarkSetLike likes and unlikes in turn, so that every call is a change.
func BenchmarkSetLike(b *testing.B) {
	s := newStage(b)
	ids := s.Join(b, 2)
	r := s.reviewOf(b, ids[0])
	b.ReportAllocs()
	for on := true; b.Loop(); on = !on {
		if _, err := s.reactions.SetLike(b.Context(), auth.Viewer{UserID: ids[1]}, r, on); err != nil {
			b.Fatal(err)
		}
	}
}

// A benchmark of ratings measures two kinds of requests or calls, in turns of so many each, so that both meet the same load
// of the machine.
const turn = 200

// catalogue is an instance with many films and members, who react to films that are drawn at random.
type catalogue struct {
	*stage
	films, members []int64
	tokens         []string
	rng            *rand.Rand
}

func newCatalogueStage(b *testing.B) *catalogue {
	b.Helper()
	const films, members = 5_000, 500
	c := &catalogue{stage: newStage(b), rng: rand.New(rand.NewPCG(1, 2))}
	c.members = c.Join(b, members)
	c.Write(b, func(tx *gorm.DB) error {
		all, now := make([]movie.Movie, films), database.Time(c.Clock.Now())
		for i := range all {
			title := fmt.Sprintf("영화 %d", i)
			all[i] = movie.Movie{
				Title: title, TitleKey: title, Plot: strings.Repeat("줄거리 ", 100), CastMembers: "[]", Playtime: 90, Genre: "Drama",
				CreatedAt: now, UpdatedAt: now,
			}
		}
		if err := tx.CreateInBatches(&all, 100).Error; err != nil {
			return err
		}
		genres := make([]movie.InGenre, 0, 2*films)
		for _, m := range all {
			genres = append(genres, movie.InGenre{MovieID: m.ID, Genre: "Drama", TitleKey: m.TitleKey}, movie.InGenre{MovieID: m.ID, Genre: "Comedy", TitleKey: m.TitleKey})
		}
		return tx.CreateInBatches(&genres, 100).Error
	})
	for id := range int64(films) {
		c.films = append(c.films, id+1)
	}
	for _, id := range c.members {
		token, _, err := c.Tokens.Access(id, 1)
		if err != nil {
			b.Fatal(err)
		}
		c.tokens = append(c.tokens, token)
	}
	return c
}

func (c *catalogue) pick(ids []int64) int64 { return ids[c.rng.IntN(len(ids))] }

// mark does what the diary does, which this package does not import.
func (c *catalogue) mark(tx *gorm.DB, userID, movieID int64, counts user.Counts) error {
	const find = `SELECT COALESCE((SELECT id FROM watched_films WHERE movie_id = ? AND user_id = ?), 0),
		COALESCE((SELECT id FROM watchlist_films WHERE movie_id = ? AND user_id = ?), 0)`
	var marked, listed int64
	err := c.DB.Row(tx.Statement.Context, find, movieID, userID, movieID, userID).Scan(&marked, &listed)
	if marked == 0 {
		counts.Watched++
	}
	if err := errors.Join(err, user.AddCounts(tx, userID, counts)); err != nil || marked != 0 {
		return err
	}
	at := database.Time(c.Clock.Now())
	return tx.Exec("INSERT INTO watched_films (user_id, movie_id, marked_at) VALUES (?, ?, ?)", userID, movieID, at).Error
}

// send sends a request of a random member about a random film. Most are the first of their pair.
func (c *catalogue) send(b *testing.B, method, path, body string) {
	b.Helper()
	target := fmt.Sprintf(path, c.films[c.rng.IntN(len(c.films))])
	r := httptest.NewRequestWithContext(b.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.tokens[c.rng.IntN(len(c.tokens))])
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
	}
}

// cpu returns the time that the process has spent on a processor, in microseconds.
func cpu(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return (syscall.TimevalToNsec(used.Utime) + syscall.TimevalToNsec(used.Stime)) / 1000
}

// compare reports how much processor time each of two operations takes, and how often one takes the time of the other.
func compare(b *testing.B, name string, one func(), base string, other func()) {
	b.Helper()
	var spent [2]int64
	rounds := 0
	for b.Loop() {
		rounds++
		for i, do := range []func(){one, other} {
			begin := cpu(b)
			for range turn {
				do()
			}
			spent[i] += cpu(b) - begin
		}
	}
	each := func(i int) float64 { return float64(spent[i]) / float64(rounds*turn) }
	b.ReportMetric(each(0), "µs/"+name)
	b.ReportMetric(each(1), "µs/"+base)
	b.ReportMetric(each(0)/each(1), name+"/"+base)
}

// BenchmarkRate compares ratings with likes, over HTTP and without.
func BenchmarkRate(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		c := newCatalogueStage(b)
		compare(b, "rating", func() {
			c.send(b, "PUT", "/movies/%d/rating", fmt.Sprintf(`{"rating":%g}`, float64(1+c.rng.IntN(10))/2))
		}, "like", func() { c.send(b, "POST", "/likes/movies/%d/like", "") })
	})
	b.Run("marking", func(b *testing.B) { // as the first one in the program, which also marks the film watched
		c := newCatalogueStage(b)
		marked := reaction.New(reaction.Deps{
			DB: c.DB, Users: c.users, Movies: c.movies, Reviews: c.reviews, Lists: c.lists, Clock: c.Clock.Now, Watched: c.mark,
		})
		compare(b, "rating", func() {
			if _, err := marked.Rate(b.Context(), c.pick(c.members), c.pick(c.films), 7); err != nil {
				b.Fatal(err)
			}
		}, "like", func() {
			if _, err := c.reactions.React(b.Context(), c.pick(c.members), c.pick(c.films), reaction.Like); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("again", func(b *testing.B) {
		c := newCatalogueStage(b)
		c.films, c.tokens = c.films[:20], c.tokens[:20]
		kinds := []string{"like", "dislike"}
		compare(b, "rating", func() {
			c.send(b, "PUT", "/movies/%d/rating", fmt.Sprintf(`{"rating":%g}`, float64(1+c.rng.IntN(10))/2))
		}, "like", func() { c.send(b, "POST", "/likes/movies/%d/"+kinds[c.rng.IntN(2)], "") })
	})
	b.Run("service", func(b *testing.B) {
		c := newCatalogueStage(b)
		compare(b, "rating", func() {
			if _, err := c.reactions.Rate(b.Context(), c.pick(c.members), c.pick(c.films), 7); err != nil {
				b.Fatal(err)
			}
		}, "like", func() {
			if _, err := c.reactions.React(b.Context(), c.pick(c.members), c.pick(c.films), reaction.Like); err != nil {
				b.Fatal(err)
			}
		})
	})
}
