package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/cinecircle/cinecircle/platform/testkit"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// cuts is how many commits lose their connection.
const cuts = 1000

// scissors cuts connections at a COMMIT: before the server has it, or before its answer comes back.
type scissors struct {
	mu      sync.Mutex // guards what follows
	random  *rand.Rand
	armed   bool
	cut     int // of all
	commits int // of this request, after a cut
	hit     bool
}

func (s *scissors) judge(sent []byte) fault.Fate {
	if !bytes.Contains(sent, []byte("\x03COMMIT")) { // a command of the protocol, COM_QUERY
		return fault.Arrive
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hit {
		s.commits++
	}
	if !s.armed || s.random.IntN(3) == 0 {
		return fault.Arrive
	}
	s.cut++
	s.hit = true
	return []fault.Fate{fault.CutBefore, fault.CutAfterAnswer}[s.random.IntN(2)]
}

// during sends a request and reports whether its commit was cut.
func (s *scissors) during(send func()) (hit bool, commitsAfter int) {
	s.set(func() { s.hit, s.commits, s.armed = false, 0, true })
	send()
	s.set(func() { hit, commitsAfter, s.armed = s.hit, s.commits, false })
	return hit, commitsAfter
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

// crossing is a program whose road to its database is cut, and what it must be like in the end.
type crossing struct {
	*server
	t        *testing.T
	scissors *scissors
	ids      []int64
	tokens   []string
	film     int64
	reviews  map[int]int64 // by the author's number
	follows  map[[2]int]bool
	likes    map[[2]int]bool // by who likes and whose review
	told     []int           // how often each was notified
}

// It needs the server that CINECIRCLE_TEST_DSN names.
func TestACommitWhoseAnswerIsLostIsAnsweredWith503AndMayBeRepeated(t *testing.T) {
	t.Parallel()
	if os.Getenv(testkit.DSNVariable) == "" {
		t.Logf("needs a MySQL in %s", testkit.DSNVariable)
		return
	}
	const members = 5
	c := newCrossing(t, members)
	for c.scissors.total() < cuts {
		i, j := rand.IntN(members), rand.IntN(members)
		switch act := rand.IntN(8); {
		case act == 0:
			c.review(i)
		case act == 1:
			c.unreview(i)
		case act < 5 && i != j:
			c.follow(i, j)
		default:
			c.like(i, j)
		}
	}
	c.check()
}

func newCrossing(t *testing.T, members int) *crossing {
	t.Helper()
	config := testConfig(t)
	dsn, err := mysql.ParseDSN(string(config.Database.DSN))
	if err != nil {
		t.Fatal(err)
	}
	road := fault.NewRoad(t, dsn.Addr)
	dsn.Addr = road.Addr
	config.Database.DSN = maskedText(dsn.FormatDSN())
	a := newAppWith(t, config)
	web := httptest.NewServer(a.handler)
	t.Cleanup(web.Close)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &crossing{
		server: &server{t: t, base: web.URL}, t: t, scissors: &scissors{random: rand.New(rand.NewPCG(seed, 1))},
		reviews: map[int]int64{}, follows: map[[2]int]bool{}, likes: map[[2]int]bool{}, told: make([]int, members),
	}
	for i := range members {
		id, token := c.signUp(fmt.Sprint("member", i))
		c.ids, c.tokens = append(c.ids, id), append(c.tokens, token)
	}
	c.film = c.server.film(c.tokens[0], "기생충")
	road.Judge(c.scissors.judge)
	return c
}

// ask repeats a request until it is answered with something else than 503, and returns that and how often
// it was sent. Whatever was cut must have been answered with a 503, and not have been tried again inside.
func (c *crossing) ask(who int, method, target, contentType, body string) (a answer, times int) {
	c.t.Helper()
	for times = 1; ; times++ {
		var err error
		cut, more := c.scissors.during(func() { a, err = c.try(c.tokens[who], method, target, contentType, body) })
		if err != nil {
			c.t.Fatal(err)
		}
		down := a.status == http.StatusServiceUnavailable
		if cut != down || more > 0 {
			c.t.Fatalf("%s %s: cut: %t, %d commits afterwards, answered with %d %s", method, target, cut, more, a.status, a.body)
		}
		if !down {
			return a, times
		}
		if a.header.Get("Retry-After") == "" || a.json(c.t)["code"] != "unavailable" {
			c.t.Fatalf("%s %s: %v %s", method, target, a.header, a.body)
		}
	}
}

func (c *crossing) wantStatus(a answer, status int) {
	c.t.Helper()
	if a.status != status {
		c.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
}

func (c *crossing) follow(i, j int) {
	verb := []string{"follow", "unfollow"}[rand.IntN(2)]
	a, _ := c.ask(i, http.MethodPost, fmt.Sprintf("/users/%d/%s", c.ids[j], verb), "", "")
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
	a, _ := c.ask(i, http.MethodPost, fmt.Sprintf("/likes/reviews/%d/%s", review, verb), "", "")
	c.wantStatus(a, http.StatusOK)
	pair := [2]int{i, j}
	if verb == "like" && !c.likes[pair] && i != j {
		c.told[j]++
	}
	c.likes[pair] = verb == "like"
}

func (c *crossing) review(i int) {
	_, had := c.reviews[i]
	a, times := c.ask(i, http.MethodPost, "/reviews", asForm, fmt.Sprintf("movie_id=%d&title=t&content=c", c.film))
	switch {
	case a.status == http.StatusCreated && !had:
		c.reviews[i] = a.id(c.t)
	case a.status == http.StatusConflict && (had || times > 1): // an earlier try did it
		c.reviews[i] = int64(a.json(c.t)["review_id"].(float64))
	default:
		c.t.Fatalf("a review when there was one: %t, tried %d times: %d %s", had, times, a.status, a.body)
	}
}

func (c *crossing) unreview(i int) {
	review, ok := c.reviews[i]
	if !ok {
		return
	}
	a, times := c.ask(i, http.MethodDelete, fmt.Sprintf("/reviews/%d", review), "", "")
	if a.status != http.StatusNoContent && (a.status != http.StatusNotFound || times == 1) {
		c.t.Fatalf("deleting a review, tried %d times: %d %s", times, a.status, a.body)
	}
	delete(c.reviews, i)
	for pair := range c.likes {
		if pair[1] == i {
			delete(c.likes, pair)
		}
	}
}

// check holds everything that can be seen against the model.
func (c *crossing) check() {
	c.t.Helper()
	for i, token := range c.tokens {
		followers, likes := 0, 0
		for j := range c.tokens {
			followers += count(c.follows[[2]int{j, i}])
			likes += count(c.likes[[2]int{j, i}])
		}
		me := c.get(token, "/users/me").json(c.t)
		_, reviewed := c.reviews[i]
		got := []any{me["follower_count"], me["review_count"], len(c.get("", fmt.Sprintf("/users/%d/followers", c.ids[i])).list(c.t))}
		if want := []any{float64(followers), float64(count(reviewed)), followers}; fmt.Sprint(got) != fmt.Sprint(want) {
			c.t.Errorf("member %d has followers, reviews and rows of followers %v, want %v", i, got, want)
		}
		if reviewed {
			if got := c.get("", fmt.Sprintf("/reviews/%d/like_count", c.reviews[i])).json(c.t)["like_count"]; got != float64(likes) {
				c.t.Errorf("the review of %d has %v likes, want %d", i, got, likes)
			}
		}
		if got := c.inbox(token); got != c.told[i] {
			c.t.Errorf("member %d was told %d times, want %d", i, got, c.told[i])
		}
	}
	film := c.get("", fmt.Sprintf("/movies/%d", c.film)).json(c.t)
	if film["review_count"] != float64(len(c.reviews)) {
		c.t.Errorf("the film has %v reviews, want %d", film["review_count"], len(c.reviews))
	}
}

// inbox returns the seq of the newest notification, once it has seen that there is none twice and none missing.
func (c *crossing) inbox(token string) int {
	c.t.Helper()
	page := c.get(token, "/notifications/inbox?limit=200").list(c.t)
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
