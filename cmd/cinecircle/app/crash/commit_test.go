package crash_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// cuts returns the number of commits whose connection is cut.
func cuts() int {
	if testing.Short() {
		return 100
	}
	return 1000
}

// cutsPerRequest is fewer than the attempts at a transaction.
const cutsPerRequest = 3

// scissors cuts connections at a COMMIT, either before the server gets it or before its response arrives.
type scissors struct {
	mu     sync.Mutex // guards the fields below
	random *rand.Rand
	left   int // of the current request
	cut    int // in total
}

func (s *scissors) intercept(sent []byte) fault.Action {
	if !bytes.Contains(sent, []byte("\x03COMMIT")) { // a command of the protocol, COM_QUERY
		return fault.Forward
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 || s.random.IntN(3) == 0 {
		return fault.Forward
	}
	s.left--
	s.cut++
	return []fault.Action{fault.CutRequest, fault.CutResponse}[s.random.IntN(2)]
}

// during calls send and cuts commits meanwhile.
func (s *scissors) during(send func()) {
	s.set(func() { s.left = cutsPerRequest })
	send()
	s.set(func() { s.left = 0 })
}

// total returns how many commits were cut so far.
func (s *scissors) total() (n int) {
	s.set(func() { n = s.cut })
	return n
}

func (s *scissors) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// crossing is a program whose connections to its database are cut, and a model of what its database must contain.
type crossing struct {
	*apptest.Client
	t        *testing.T
	scissors *scissors
	ids      []int64
	tokens   []string
	film     int64
	films    int           // how many there must be
	reviews  map[int]int64 // by the index of the author
	follows  map[[2]int]bool
	likes    map[[2]int]bool // by the indexes of who likes and of the author
	told     []int           // how many notifications each member must have
}

// TestALostCommitGetsTheResponseOfItsOutcome needs the MySQL server of CINECIRCLE_TEST_DSN. Some requests have an
// Idempotency-Key.
func TestALostCommitGetsTheResponseOfItsOutcome(t *testing.T) {
	t.Parallel()
	if os.Getenv(testkit.DSNVariable) == "" {
		t.Logf("needs a MySQL in %s", testkit.DSNVariable)
		return
	}
	const members = 5
	c := newCrossing(t, members)
	for c.scissors.total() < cuts() {
		i, j := rand.IntN(members), rand.IntN(members)
		switch act := rand.IntN(9); {
		case act == 0:
			c.review(i)
		case act == 1:
			c.unreview(i)
		case act == 8:
			c.add(i)
		case act < 5 && i != j:
			c.follow(i, j)
		default:
			c.like(i, j)
		}
	}
	c.check()
}

// behindProxy starts the program, and returns it, a client of it, and the proxy that stands before its MySQL.
func behindProxy(t *testing.T) (*app.App, *apptest.Client, *fault.Proxy) {
	t.Helper()
	settings := apptest.Config(t)
	dsn, err := mysql.ParseDSN(string(settings.Database.DSN))
	if err != nil {
		t.Fatal(err)
	}
	proxy := fault.NewProxy(t, dsn.Addr)
	dsn.Addr = proxy.Addr
	settings.Database.DSN = config.Masked(dsn.FormatDSN())
	a := apptest.With(t, settings)
	web := apptest.Serve(t, a.Handler)
	return a, &apptest.Client{T: t, Base: web.URL}, proxy
}

func newCrossing(t *testing.T, members int) *crossing {
	t.Helper()
	_, client, proxy := behindProxy(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &crossing{
		Client: client, t: t, scissors: &scissors{random: rand.New(rand.NewPCG(seed, 1))},
		reviews: map[int]int64{}, follows: map[[2]int]bool{}, likes: map[[2]int]bool{}, told: make([]int, members),
	}
	for i := range members {
		id, token := c.SignUp(fmt.Sprint("member", i))
		c.ids, c.tokens = append(c.ids, id), append(c.tokens, token)
	}
	c.film, c.films = c.Client.Film(c.tokens[0], "기생충"), 1
	proxy.Intercept(c.scissors.intercept)
	return c
}

// ask sends a request while commits are cut. It must get the response that it would get without cuts.
func (c *crossing) ask(who int, method, target, contentType, body string) apptest.Answer {
	c.t.Helper()
	header := http.Header{}
	if method == http.MethodPost && rand.IntN(2) == 0 {
		header.Set("Idempotency-Key", fmt.Sprint("key", rand.Uint64()))
	}
	var a apptest.Answer
	var err error
	c.scissors.during(func() { a, err = c.TryWith(header, c.tokens[who], method, target, contentType, body) })
	if err != nil {
		c.t.Fatal(err)
	}
	if a.Header.Get("Idempotency-Replayed") != "" {
		c.t.Errorf("%s %s: a new key was replayed", method, target)
	}
	return a
}

func (c *crossing) wantStatus(a apptest.Answer, status int) {
	c.t.Helper()
	if a.Status != status {
		c.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
}

func (c *crossing) follow(i, j int) {
	verb := []string{"follow", "unfollow"}[rand.IntN(2)]
	a := c.ask(i, http.MethodPost, fmt.Sprintf("/users/%d/%s", c.ids[j], verb), "", "")
	c.wantStatus(a, http.StatusOK)
	pair := [2]int{i, j}
	if verb == "follow" && !c.follows[pair] {
		c.told[j]++
	}
	c.follows[pair] = verb == "follow"
}

func (c *crossing) like(i, j int) {
	review, ok := c.reviews[j]
	if !ok {
		return
	}
	verb := []string{"like", "unlike"}[rand.IntN(2)]
	a := c.ask(i, http.MethodPost, fmt.Sprintf("/likes/reviews/%d/%s", review, verb), "", "")
	c.wantStatus(a, http.StatusOK)
	pair := [2]int{i, j}
	if verb == "like" && !c.likes[pair] && i != j {
		c.told[j]++
	}
	c.likes[pair] = verb == "like"
}

func (c *crossing) review(i int) {
	_, had := c.reviews[i]
	a := c.ask(i, http.MethodPost, "/reviews", apptest.Form, fmt.Sprintf("movie_id=%d&title=t&content=c", c.film))
	if had {
		c.wantStatus(a, http.StatusConflict)
		return
	}
	c.wantStatus(a, http.StatusCreated)
	c.reviews[i] = a.ID(c.t)
}

func (c *crossing) unreview(i int) {
	review, ok := c.reviews[i]
	if !ok {
		return
	}
	a := c.ask(i, http.MethodDelete, fmt.Sprintf("/reviews/%d", review), "", "")
	c.wantStatus(a, http.StatusNoContent)
	delete(c.reviews, i)
	for pair := range c.likes {
		if pair[1] == i {
			delete(c.likes, pair)
		}
	}
}

const filmBody = `{"title": "괴물", "plot": "", "cast": [], "playtime": 119, "genre": "SF"}`

func (c *crossing) add(i int) {
	a := c.ask(i, http.MethodPost, "/movies", apptest.JSON, filmBody)
	c.wantStatus(a, http.StatusCreated)
	c.films++
}

// check compares counters, lists and inboxes with the model.
func (c *crossing) check() {
	c.t.Helper()
	for i, token := range c.tokens {
		followers, likes := 0, 0
		for j := range c.tokens {
			followers += count(c.follows[[2]int{j, i}])
			likes += count(c.likes[[2]int{j, i}])
		}
		me := c.Get(token, "/users/me").JSON(c.t)
		_, reviewed := c.reviews[i]
		got := []any{me["follower_count"], me["review_count"], len(c.Get("", fmt.Sprintf("/users/%d/followers", c.ids[i])).List(c.t))}
		if want := []any{float64(followers), float64(count(reviewed)), followers}; fmt.Sprint(got) != fmt.Sprint(want) {
			c.t.Errorf("member %d has followers, reviews and rows of followers %v, want %v", i, got, want)
		}
		if reviewed {
			if got := c.Get("", fmt.Sprintf("/reviews/%d/like_count", c.reviews[i])).JSON(c.t)["like_count"]; got != float64(likes) {
				c.t.Errorf("the review of %d has %v likes, want %d", i, got, likes)
			}
		}
		if got := c.inbox(token); got != c.told[i] {
			c.t.Errorf("member %d has %d notifications, want %d", i, got, c.told[i])
		}
	}
	if n := countFilms(c.t, c.Client); n != c.films {
		c.t.Errorf("there are %d films, want %d", n, c.films)
	}
	film := c.Get("", fmt.Sprintf("/movies/%d", c.film)).JSON(c.t)
	if film["review_count"] != float64(len(c.reviews)) {
		c.t.Errorf("the film has %v reviews, want %d", film["review_count"], len(c.reviews))
	}
}

// inbox returns the seq of the newest notification. Every seq below it must exist exactly once.
func (c *crossing) inbox(token string) int {
	c.t.Helper()
	page := c.Get(token, "/notifications/inbox?limit=200").List(c.t)
	for i, n := range page {
		if i > 0 && n["seq"] != page[i-1]["seq"].(float64)-1 {
			c.t.Errorf("seq %v follows %v", page[i-1]["seq"], n["seq"])
		}
	}
	if len(page) == 0 {
		return 0
	}
	return int(page[0]["seq"].(float64))
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func countFilms(t *testing.T, client *apptest.Client) (n int) {
	t.Helper()
	for next := "/movies?limit=200"; next != ""; {
		page := client.Get("", next)
		n += len(page.List(t))
		if next = page.Header.Get("X-Next-Cursor"); next != "" {
			next = "/movies?limit=200&cursor=" + next
		}
	}
	return n
}

// TestUnknownOutcomeIsToldAndAKeyMakesItSafeToRepeat has the server go away at the COMMIT of a film. It needs the MySQL
// server of CINECIRCLE_TEST_DSN.
func TestUnknownOutcomeIsToldAndAKeyMakesItSafeToRepeat(t *testing.T) {
	t.Parallel()
	if os.Getenv(testkit.DSNVariable) == "" {
		t.Logf("needs a MySQL in %s", testkit.DSNVariable)
		return
	}
	for name, c := range map[string]struct {
		key       string
		commit    int64 // which of the request; the first one of a request with a key claims it
		action    fault.Action
		code      string
		retry     string
		films     int // after the outage
		repeated  int // films after a repetition
		isReplay  bool
		forgotten bool // wait for the end of the claim
	}{
		"committed":              {commit: 1, action: fault.CutResponse, code: "outcome_unknown", films: 1, repeated: 2},
		"rolled back":            {commit: 1, action: fault.CutRequest, code: "outcome_unknown", repeated: 1},
		"committed with a key":   {key: "k", commit: 2, action: fault.CutResponse, code: "outcome_unknown", retry: "60", films: 1, repeated: 1, isReplay: true},
		"rolled back with a key": {key: "k", commit: 2, action: fault.CutRequest, code: "outcome_unknown", retry: "60", repeated: 1, forgotten: true},
		"claim of a key":         {key: "k", commit: 1, action: fault.CutResponse, code: "unavailable", retry: "60", repeated: 1, forgotten: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, client, proxy := behindProxy(t)
			_, token := client.SignUp("member")
			header := http.Header{}
			if c.key != "" {
				header.Set("Idempotency-Key", c.key)
			}
			post := func() apptest.Answer {
				t.Helper()
				got, err := client.TryWith(header, token, http.MethodPost, "/movies", apptest.JSON, filmBody)
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			var commits atomic.Int64
			proxy.Intercept(func(sent []byte) fault.Action {
				if !bytes.Contains(sent, []byte("\x03COMMIT")) || commits.Add(1) != c.commit {
					return fault.Forward
				}
				proxy.Refuse()
				return c.action
			})
			got := post()
			if got.Status != http.StatusServiceUnavailable || got.JSON(t)["code"] != c.code || got.Header.Get("Retry-After") != c.retry {
				t.Errorf("got %d %s with Retry-After %q, want 503 %s with %q", got.Status, got.Body, got.Header.Get("Retry-After"), c.code, c.retry)
			}
			proxy.Open(t)
			if !harness.Eventually(t.Context(), apptest.Patience, func() bool { return a.DB.Check(t.Context()) == nil }) {
				t.Fatal("the database does not come back")
			}
			if n := countFilms(t, client); n != c.films {
				t.Errorf("after the outage there are %d films, want %d", n, c.films)
			}
			if c.forgotten {
				endClaims(t, a)
			}
			got = post()
			if replayed := got.Header.Get("Idempotency-Replayed") != ""; got.Status != http.StatusCreated || replayed != c.isReplay {
				t.Errorf("repeated: got %d, replayed %t, want 201, replayed %t: %s", got.Status, replayed, c.isReplay, got.Body)
			}
			if n := countFilms(t, client); n != c.repeated {
				t.Errorf("after the repetition there are %d films, want %d", n, c.repeated)
			}
		})
	}
}

// endClaims ends the claims of all keys, as time does.
func endClaims(t *testing.T, a *app.App) {
	t.Helper()
	err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Model(&idempotency.Key{}).Where("1 = 1").UpdateColumn("lease_until", time.Now().UTC().Add(-time.Second)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
