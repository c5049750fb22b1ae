package review_test

import (
	"errors"
	"flag"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// model is what counters and images must agree with: who has reviewed which film.
type model struct {
	*stage
	t       *testing.T
	users   []user.User
	films   []movie.Movie
	reviews map[[2]int64]written // by user and film
}

type written struct {
	id    int64
	image bool
}

// TestCountersAndImagesAgreeWithAModel creates, updates and deletes reviews, accounts and films in any order.
func TestCountersAndImagesAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	upload := &picture.Upload{Name: "a.png", Data: testImage(t)}
	if testing.Short() {
		_ = flag.Set("rapid.checks", "25") // the other tests of this package do not use rapid
	}
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{stage: s, t: t, reviews: map[[2]int64]written{}, users: s.members(t, 3)}
		for range 3 {
			m.films = append(m.films, s.newFilm(t, "model"))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				m.create(rt, rapid.SampledFrom(m.users).Draw(rt, "user"), rapid.SampledFrom(m.films).Draw(rt, "film"),
					rapid.SampledFrom([]*picture.Upload{nil, nil, nil, upload}).Draw(rt, "image"))
			},
			"delete":       func(rt *rapid.T) { m.delete(rt, m.any(rt)) },
			"set image":    func(rt *rapid.T) { m.setImage(rt, m.any(rt), upload) },
			"remove image": func(rt *rapid.T) { m.setImage(rt, m.any(rt), nil) },
			"delete user":  m.deleteUser,
			"delete film":  m.deleteFilm,
			"":             m.check,
		})
		m.end(rt)
	})
}

func (m *model) any(rt *rapid.T) [2]int64 {
	keys := [][2]int64{}
	for k := range m.reviews {
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		rt.Skip("no review")
	}
	slices.SortFunc(keys, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	return rapid.SampledFrom(keys).Draw(rt, "review")
}

func (m *model) create(rt *rapid.T, u user.User, f movie.Movie, image *picture.Upload) {
	r, err := m.stage.reviews.Create(m.t.Context(), review.Draft{UserID: u.ID, MovieID: f.ID, Title: "a", Content: "b", Image: image})
	key := [2]int64{u.ID, f.ID}
	if _, there := m.reviews[key]; there != errors.Is(err, review.ErrExists) || !there && err != nil {
		rt.Fatalf("create: %v, although already reviewed is %v", err, there)
	}
	if err == nil {
		m.reviews[key] = written{id: r.ID, image: image != nil}
	}
}

func (m *model) delete(rt *rapid.T, key [2]int64) {
	if err := m.stage.reviews.Delete(m.t.Context(), m.reviews[key].id); err != nil {
		rt.Fatalf("delete: %v", err)
	}
	delete(m.reviews, key)
}

func (m *model) setImage(rt *rapid.T, key [2]int64, image *picture.Upload) {
	w := m.reviews[key]
	err := m.stage.reviews.RemoveImage(m.t.Context(), w.id)
	if image != nil {
		err = m.stage.reviews.Update(m.t.Context(), w.id, review.Patch{Image: image})
	}
	if err != nil {
		rt.Fatalf("set image: %v", err)
	}
	w.image = image != nil
	m.reviews[key] = w
}

func (m *model) deleteUser(rt *rapid.T) {
	i := rapid.IntRange(0, len(m.users)-1).Draw(rt, "user")
	gone := m.users[i].ID
	if err := m.stage.users.Delete(m.t.Context(), gone); err != nil {
		rt.Fatalf("delete user: %v", err)
	}
	m.users[i] = m.newUser(m.t, "next")
	m.forget(func(k [2]int64) bool { return k[0] == gone })
}

func (m *model) deleteFilm(rt *rapid.T) {
	i := rapid.IntRange(0, len(m.films)-1).Draw(rt, "film")
	gone := m.films[i].ID
	if err := m.movies.Delete(m.t.Context(), gone, auth.Viewer{UserID: m.root.ID, Role: auth.RoleAdmin}); err != nil {
		rt.Fatalf("delete film: %v", err)
	}
	m.films[i] = m.newFilm(m.t, "next")
	m.forget(func(k [2]int64) bool { return k[1] == gone })
}

func (m *model) forget(gone func([2]int64) bool) {
	for k := range m.reviews {
		if gone(k) {
			delete(m.reviews, k)
		}
	}
}

// check compares the counters with the model.
func (m *model) check(rt *rapid.T) {
	for _, u := range m.users {
		got, err := m.stage.users.Get(m.t.Context(), u.ID)
		if want := m.count(0, u.ID); err != nil || got.ReviewCount != want {
			rt.Fatalf("user %d has %d reviews (error %v), want %d", u.ID, got.ReviewCount, err, want)
		}
	}
	for _, f := range m.films {
		got, err := m.movies.Get(m.t.Context(), f.ID)
		if want := m.count(1, f.ID); err != nil || got.ReviewCount != want {
			rt.Fatalf("film %d has %d reviews (error %v), want %d", f.ID, got.ReviewCount, err, want)
		}
	}
}

func (m *model) count(part int, id int64) (n int64) {
	for k := range m.reviews {
		if k[part] == id {
			n++
		}
	}
	return n
}

// end compares the images with the model and deletes everything.
func (m *model) end(rt *rapid.T) {
	want := 0
	for _, w := range m.reviews {
		if w.image {
			want++
		}
	}
	if got := m.tidy(m.t); got != want {
		rt.Fatalf("%d images, want %d", got, want)
	}
	for _, u := range m.users {
		if err := m.stage.users.Delete(m.t.Context(), u.ID); err != nil {
			rt.Fatalf("delete user: %v", err)
		}
	}
	if got := m.tidy(m.t); got != 0 {
		rt.Fatalf("%d images remain, want none", got)
	}
}
