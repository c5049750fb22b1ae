package crash_test

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

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/media"
)

// killCount returns how many times a test kills the program. make torture does it more often.
func killCount() int {
	if testing.Short() {
		return 2
	}
	return 6
}

// ledger records what the program has acknowledged.
type ledger struct {
	mu      sync.Mutex
	films   map[int64]bool  // guarded by mu
	reviews map[int64]bool  // guarded by mu
	follows map[int64]bool  // by follower; guarded by mu
	images  map[string]bool // guarded by mu
}

// TestKillsLoseNoAcknowledgedWrite kills the program at random moments during follows and uploads, starts it again, and
// compares its data with the ledger.
func TestKillsLoseNoAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	h := apptest.NewInstanceOnServers(t, "CINECIRCLE_LIMITS_ENABLED=false", "CINECIRCLE_AUTH_ACCESS_TTL=24h")
	s := h.Start()
	starID, star := s.SignUp("star")
	l := &ledger{films: map[int64]bool{}, reviews: map[int64]bool{}, follows: map[int64]bool{}, images: map[string]bool{}}
	kills := killCount()
	for round := range kills {
		var writers sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			name := fmt.Sprintf("w%d-%d", round, w)
			id, token := s.SignUp(name)
			writers.Go(func() { write(s, l, starID, id, token, stop) })
		}
		l.waitFor(t, (round+1)*3)
		killed := s.End(syscall.SIGKILL)
		close(stop)
		writers.Wait()
		if killed == nil {
			t.Fatal("the program ended by itself")
		}
		s = h.Start()
		l.check(t, s, star)
	}
	if err := s.End(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	checkFile(t, h)
	t.Logf("%d kills, %d films, %d reviews, %d follows acknowledged, none lost", kills, len(l.films), len(l.reviews), len(l.follows))
}

// write sends writes until a request fails or stop is closed.
func write(s *apptest.Server, l *ledger, star, me int64, token string, stop <-chan struct{}) {
	picture := apptest.JPEG(s.T)
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		if n == 0 {
			a, err := s.Try(token, http.MethodPost, fmt.Sprintf("/users/%d/follow", star), "", "")
			if err == nil && a.Status == http.StatusOK {
				l.note(func() { l.follows[me] = true })
			}
		}
		body := fmt.Sprintf(`{"title": "film %d", "plot": "", "cast": [], "playtime": 1, "genre": "Drama"}`, n)
		a, err := s.Try(token, http.MethodPost, "/movies", apptest.JSON, body)
		if err != nil || a.Status != http.StatusCreated {
			return
		}
		film := a.ID(s.T)
		l.note(func() { l.films[film] = true })
		kind, form := apptest.Upload(s.T, map[string]string{"movie_id": fmt.Sprint(film), "title": "t", "content": "c"}, "review_image", "a.jpg", picture)
		if a, err = s.Try(token, http.MethodPost, "/reviews", kind, form); err != nil || a.Status != http.StatusCreated {
			return
		}
		id, url := a.ID(s.T), a.JSON(s.T)["review_image_url"].(string)
		l.note(func() { l.reviews[id], l.images[url] = true, true })
	}
}

func (l *ledger) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// waitFor waits until there are so many reviews and a random number more.
func (l *ledger) waitFor(t *testing.T, reviews int) {
	t.Helper()
	deadline := time.Now().Add(apptest.Patience)
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

func (l *ledger) check(t *testing.T, s *apptest.Server, star string) {
	t.Helper()
	for id := range l.films {
		s.Get("", fmt.Sprintf("/movies/%d", id))
	}
	for id := range l.reviews {
		s.Get("", fmt.Sprintf("/reviews/%d", id))
	}
	for url := range l.images {
		s.Get("", url)
	}
	me := s.Get(star, "/users/me").JSON(t)
	var seqs []int64
	actors := map[int64]int{}
	for target := "/notifications/inbox?limit=200"; target != ""; {
		page := s.Get(star, target)
		for _, n := range page.List(t) {
			seqs = append(seqs, int64(n["seq"].(float64)))
			actors[int64(n["actor"].(map[string]any)["id"].(float64))]++
		}
		target, _ = strings.CutSuffix(strings.TrimPrefix(page.Header.Get("Link"), "<"), `>; rel="next"`)
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

// checkFile checks the database and the stored files of a program that has ended.
func checkFile(t *testing.T, h *apptest.Instance) {
	t.Helper()
	db := h.Open()
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
	files := h.Kept(db)
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
