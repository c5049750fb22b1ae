package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
)

// kills is how often the program is killed; make torture is for more.
const kills = 6

// ledger is what the program has acknowledged, kept outside of it.
type ledger struct {
	mu      sync.Mutex
	films   map[int64]bool  // guarded by mu
	reviews map[int64]bool  // guarded by mu
	follows map[int64]bool  // by follower; guarded by mu
	images  map[string]bool // guarded by mu
}

// TestNothingAcknowledgedIsLostByKilling kills the program at random moments under writes with hooks and
// uploads, starts it again, and holds what is there against what was acknowledged.
func TestNothingAcknowledgedIsLostByKilling(t *testing.T) {
	t.Parallel()
	h := newHomeOnServers(t, "CINECIRCLE_LIMITS_ENABLED=false", "CINECIRCLE_AUTH_ACCESS_TTL=24h")
	s := h.start()
	starID, star := s.signUp("star")
	l := &ledger{films: map[int64]bool{}, reviews: map[int64]bool{}, follows: map[int64]bool{}, images: map[string]bool{}}
	for round := range kills {
		var writers sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			name := fmt.Sprintf("w%d-%d", round, w)
			id, token := s.signUp(name)
			writers.Go(func() { s.write(l, starID, id, token, stop) })
		}
		l.waitFor(t, (round+1)*3)
		killed := s.end(syscall.SIGKILL)
		close(stop)
		writers.Wait()
		if killed == nil {
			t.Fatal("the program ended by itself")
		}
		s = h.start()
		l.check(t, s, star)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	checkFile(t, h)
	t.Logf("%d kills, %d films, %d reviews, %d follows acknowledged, none lost", kills, len(l.films), len(l.reviews), len(l.follows))
}

// write goes on until nobody answers any more.
func (s *server) write(l *ledger, star, me int64, token string, stop <-chan struct{}) {
	picture := photograph(s.t)
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		if n == 0 {
			a, err := s.try(token, http.MethodPost, fmt.Sprintf("/users/%d/follow", star), "", "")
			if err == nil && a.status == http.StatusOK {
				l.note(func() { l.follows[me] = true })
			}
		}
		body := fmt.Sprintf(`{"title": "film %d", "plot": "", "cast": [], "playtime": 1, "genre": "Drama"}`, n)
		a, err := s.try(token, http.MethodPost, "/movies", asJSON, body)
		if err != nil || a.status != http.StatusCreated {
			return
		}
		film := a.id(s.t)
		l.note(func() { l.films[film] = true })
		kind, form := upload(s.t, map[string]string{"movie_id": fmt.Sprint(film), "title": "t", "content": "c"}, "review_image", "a.jpg", picture)
		if a, err = s.try(token, http.MethodPost, "/reviews", kind, form); err != nil || a.status != http.StatusCreated {
			return
		}
		id, url := a.id(s.t), a.json(s.t)["review_image_url"].(string)
		l.note(func() { l.reviews[id], l.images[url] = true, true })
	}
}

func (l *ledger) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// waitFor lets the writers come so far, and then a random bit further.
func (l *ledger) waitFor(t *testing.T, reviews int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		l.mu.Lock()
		n := len(l.reviews)
		l.mu.Unlock()
		if n >= reviews+rand.IntN(20) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %d reviews were written", n)
		}
		<-time.After(time.Millisecond) // polls the condition above
	}
}

func (l *ledger) check(t *testing.T, s *server, star string) {
	t.Helper()
	for id := range l.films {
		s.get("", fmt.Sprintf("/movies/%d", id))
	}
	for id := range l.reviews {
		s.get("", fmt.Sprintf("/reviews/%d", id))
	}
	for url := range l.images {
		s.get("", url)
	}
	me := s.get(star, "/users/me").json(t)
	var seqs []int64
	actors := map[int64]int{}
	for target := "/notifications/inbox?limit=200"; target != ""; {
		page := s.get(star, target)
		for _, n := range page.list(t) {
			seqs = append(seqs, int64(n["seq"].(float64)))
			actors[int64(n["actor"].(map[string]any)["id"].(float64))]++
		}
		target, _ = strings.CutSuffix(strings.TrimPrefix(page.header.Get("Link"), "<"), `>; rel="next"`)
	}
	for follower := range l.follows {
		if actors[follower] != 1 {
			t.Errorf("the follow of %d was acknowledged and made %d notifications", follower, actors[follower])
		}
	}
	if int(me["follower_count"].(float64)) != len(seqs) {
		t.Errorf("%v followers, but %d notifications", me["follower_count"], len(seqs))
	}
	slices.Sort(seqs)
	for i, seq := range seqs {
		if seq != int64(i)+1 {
			t.Fatalf("the seqs have a gap: %v", seqs)
		}
	}
}

// checkFile looks into the database and the store that the program has left behind.
func checkFile(t *testing.T, h *home) {
	t.Helper()
	db := h.open()
	var images []string
	var broken int64
	r := db.Reader(t.Context())
	if db.Driver() == database.SQLite {
		var integrity string
		if err := r.Raw("PRAGMA integrity_check").Scan(&integrity).Error; err != nil || integrity != "ok" {
			t.Errorf("integrity_check: %s, %v", integrity, err)
		}
	}
	if err := r.Raw("SELECT image FROM reviews WHERE image <> '' ORDER BY image").Scan(&images).Error; err != nil {
		t.Error(err)
	}
	files := h.kept(db)
	var named []string
	for _, key := range images {
		named = append(named, media.Files(key)...)
	}
	slices.Sort(named)
	if !slices.Equal(files, named) || len(named) <= len(images) {
		t.Errorf("files that are kept (-named by %d rows +there):\n%s", len(images), cmp.Diff(named, files))
	}
	for what, statement := range map[string]string{
		"films with a wrong count":   "SELECT count(*) FROM movies m WHERE review_count <> (SELECT count(*) FROM reviews WHERE movie_id = m.id)",
		"members with a wrong count": "SELECT count(*) FROM users u WHERE review_count <> (SELECT count(*) FROM reviews WHERE user_id = u.id) OR follower_count <> (SELECT count(*) FROM follows WHERE following_id = u.id AND is_following)",
	} {
		if err := r.Session(&gorm.Session{}).Raw(statement).Scan(&broken).Error; err != nil || broken != 0 {
			t.Errorf("%s: %d, %v", what, broken, err)
		}
	}
}
