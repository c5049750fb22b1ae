package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// TestMain looks for goroutines left behind. GORM's cache of prepared statements has one for ever.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1"))
}

// patience is how long a test waits for what must happen. Nothing waits so long unless it failed.
const patience = 20 * time.Second

// people is who is there, for all that ask.
type people struct {
	mu     sync.Mutex
	names  map[int64]string // guarded by mu, as is everything below
	gone   map[int64]bool
	ended  map[int64]bool
	asked  int   // how often for standing sessions
	shown  int   // how often for actors
	failed error // what the actors answer, once
	panics bool  // whether they panic, once
	broken error // what Standing answers
	unsure error // what StandingSessions answers
}

func (p *people) Standing(_ context.Context, userID, sessionID int64) (auth.Role, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.broken != nil:
		return "", p.broken
	case p.gone[userID]:
		return "", auth.ErrUserGone
	case p.ended[sessionID]:
		return "", auth.ErrInvalidToken
	}
	return auth.RoleMember, nil
}

func (p *people) StandingSessions(_ context.Context, ids []int64) ([]int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.unsure != nil {
		return nil, p.unsure
	}
	standing := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return p.ended[id] })
	slices.Reverse(standing) // no order is promised
	return standing, nil
}

func (p *people) Actors(_ context.Context, ids []int64) (map[int64]notify.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown++
	if err := p.failed; err != nil {
		p.failed = nil
		return nil, err
	}
	if p.panics {
		p.panics = false
		panic("the actors panic")
	}
	found := make(map[int64]notify.Actor, len(ids))
	for _, id := range ids {
		if name, ok := p.names[id]; ok && !p.gone[id] {
			found[id] = notify.Actor{ID: id, Username: name}
		}
	}
	return found, nil
}

func (p *people) set(change func(*people)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// wire is a bus between the instances of a test.
type wire struct {
	mu          sync.Mutex
	subscribers map[string][]func(string) // guarded by mu
	loses       bool                      // guarded by mu: everything
	published   []string                  // guarded by mu
}

func (w *wire) Publish(topic, payload string) {
	w.mu.Lock()
	w.published = append(w.published, payload)
	to := w.subscribers[topic]
	if w.loses {
		to = nil
	}
	w.mu.Unlock()
	for _, fn := range to {
		fn(payload)
	}
}

func (w *wire) Subscribe(topic string, fn func(string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subscribers == nil {
		w.subscribers = map[string][]func(string){}
	}
	w.subscribers[topic] = append(w.subscribers[topic], fn)
}

func (w *wire) lose(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.loses = yes
}

func (w *wire) hints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.published)
}

// station is one instance of the service, and all that it needs.
type station struct {
	*testkit.Kit
	t      testing.TB
	api    *testkit.API
	s      *notify.Service
	people *people
	wire   *wire
	server *httptest.Server
}

// newStation returns an instance that runs until the test ends. Change may be nil.
func newStation(t testing.TB, change func(*notify.Deps)) *station {
	t.Helper()
	p := &people{names: map[int64]string{}, gone: map[int64]bool{}, ended: map[int64]bool{}}
	st := (&station{Kit: testkit.New(t), t: t, people: p, wire: &wire{}}).instance(t, change)
	if err := st.DB.Use(st.s); err != nil {
		t.Fatalf("install the notifier: %v", err)
	}
	return st
}

// instance returns another instance beside st: the same database, people and bus.
func (st *station) instance(t testing.TB, change func(*notify.Deps)) *station {
	t.Helper()
	other := *st
	other.api = st.API(st.people)
	deps := notify.Deps{
		DB: st.DB, Actors: st.people, Auth: other.api.Guard, Sessions: st.people, Edge: st.Edge, Bus: st.wire,
		Clock: st.Clock.Now, Log: st.Log, Zone: st.Zone, SweepInterval: 5 * time.Millisecond,
	}
	if change != nil {
		change(&deps)
	}
	other.s = notify.New(deps)
	other.s.Routes(other.api.Router, st.Zone)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- other.s.Run(ctx) }()
	other.server = httptest.NewServer(other.api.Handler())
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer done()
		if err := other.s.Shutdown(stop); err != nil {
			t.Errorf("shut down: %v", err)
		}
		other.server.Close()
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return &other
}

// user stores a member with the name, and returns the id.
func (st *station) user(name string) int64 {
	st.t.Helper()
	var id int64
	err := st.DB.Tx(st.t.Context(), func(tx *gorm.DB) error {
		row := map[string]any{
			"username": name, "username_key": name, "password_hash": "", "age": 20, "gender": "female", "role": "member",
			"profile_image": "", "follower_count": 0, "following_count": 0, "review_count": 0,
			"created_at": st.Clock.Now(), "updated_at": st.Clock.Now(),
		}
		if err := tx.Table("users").Create(row).Error; err != nil {
			return err
		}
		return tx.Table("users").Select("id").Where("username_key = ?", name).Scan(&id).Error
	})
	if err != nil {
		st.t.Fatalf("store user %s: %v", name, err)
	}
	st.people.set(func(p *people) { p.names[id] = name })
	return id
}

// token returns an access token; the session has ten times the number of the user.
func (st *station) token(userID int64) string { return st.tokenOf(userID, userID*10) }

func (st *station) tokenOf(userID, sessionID int64) string {
	st.t.Helper()
	token, _, err := st.Tokens.Access(userID, sessionID)
	if err != nil {
		st.t.Fatalf("mint token: %v", err)
	}
	return token
}

func follow(to, by int64) notify.Event {
	return notify.Event{UserID: to, Type: notify.TypeFollow, ActorID: by}
}

func like(to, by, review int64) notify.Event {
	return notify.Event{UserID: to, Type: notify.TypeReviewLike, ActorID: by, ReviewID: &review}
}

// send commits events in one transaction.
func (st *station) send(events ...notify.Event) {
	st.t.Helper()
	if err := st.trySend(events...); err != nil {
		st.t.Fatalf("send: %v", err)
	}
}

func (st *station) trySend(events ...notify.Event) error {
	return st.DB.Tx(st.t.Context(), func(tx *gorm.DB) error {
		for _, e := range events {
			if err := notify.Send(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill stores n follows in one transaction without a word to anybody, as another instance whose hints
// are lost would.
func (st *station) fill(to, by int64, n int) {
	st.t.Helper()
	rows := make([]notify.Notification, n)
	for i := range rows {
		rows[i] = notify.Notification{UserID: to, Seq: int64(i + 1), Type: notify.TypeFollow, ActorID: &by, CreatedAt: database.Time(st.Clock.Now())}
	}
	err := st.DB.Tx(st.t.Context(), func(tx *gorm.DB) error {
		if err := tx.Create(&notify.State{UserID: to, LastSeq: int64(n), UnreadCount: int64(n)}).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(rows, 200).Error
	})
	if err != nil {
		st.t.Fatalf("fill: %v", err)
	}
}

// frame is what a client reads.
type frame struct {
	ID        int64         `json:"id"`
	Seq       int64         `json:"seq"`
	Type      string        `json:"type"`
	Message   string        `json:"message"`
	Actor     *notify.Actor `json:"actor"`
	ReviewID  *int64        `json:"review_id"`
	CreatedAt time.Time     `json:"created_at"`
	ReadAt    *time.Time    `json:"read_at"`
}

// client is a socket that is read all the time.
type client struct {
	t      testing.TB
	conn   *websocket.Conn
	frames chan []byte
	ended  chan error  // why there are no more
	pongs  chan string // what came back for pings
}

// dialing is how a test connects.
type dialing struct {
	query     string
	header    http.Header
	protocols []string
	dial      func(network, addr string) (net.Conn, error)
}

type dialOption func(*dialing)

func since(seq int64) dialOption {
	return func(d *dialing) { d.query = fmt.Sprintf("?since=%d", seq) }
}

func header(name, value string) dialOption {
	return func(d *dialing) { d.header.Add(name, value) }
}

func protocols(names ...string) dialOption {
	return func(d *dialing) { d.protocols = names }
}

// answer is how the server answered a handshake.
type answer struct {
	status int
	header http.Header
}

// dial opens a socket, or says how it was refused. The answer is zero when there was none.
func (st *station) dial(options ...dialOption) (*websocket.Conn, answer, error) {
	d := dialing{header: http.Header{}}
	for _, o := range options {
		o(&d)
	}
	dialer := websocket.Dialer{Subprotocols: d.protocols, NetDial: d.dial, HandshakeTimeout: patience}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(st.server.URL, "http")+"/notifications"+d.query, d.header)
	if res == nil {
		return nil, answer{}, err
	}
	_ = res.Body.Close() // nothing of the connection: it was read up to a kilobyte
	return conn, answer{res.StatusCode, res.Header}, err
}

// connect opens a socket of a member.
func (st *station) connect(userID int64, options ...dialOption) *client {
	st.t.Helper()
	return st.open(append([]dialOption{header("Authorization", "Bearer "+st.token(userID))}, options...)...)
}

func (st *station) open(options ...dialOption) *client {
	st.t.Helper()
	conn, res, err := st.dial(options...)
	if err != nil {
		st.t.Fatalf("dial: %v (%v)", err, res)
	}
	c := &client{t: st.t, conn: conn, frames: make(chan []byte, 20_000), ended: make(chan error, 1), pongs: make(chan string, 1)}
	conn.SetPongHandler(func(text string) error {
		select {
		case c.pongs <- text:
		default: // nobody asked
		}
		return nil
	})
	go c.read()
	st.t.Cleanup(func() { _ = conn.Close() })
	return c
}

func (c *client) read() {
	defer close(c.frames)
	for {
		_, body, err := c.conn.ReadMessage()
		if err != nil {
			c.ended <- err
			_ = c.conn.Close()
			return
		}
		c.frames <- body
	}
}

// next returns the next frame.
func (c *client) next() frame {
	c.t.Helper()
	select {
	case body, ok := <-c.frames:
		if !ok {
			c.t.Fatalf("the socket ended: %v", <-c.ended)
		}
		var f frame
		if err := json.Unmarshal(body, &f); err != nil {
			c.t.Fatalf("decode %s: %v", body, err)
		}
		return f
	case <-time.After(patience):
		c.t.Fatal("no frame came")
		return frame{}
	}
}

// wantSeqs fails the test unless exactly the frames from one seq to another come next.
func (c *client) wantSeqs(from, to int64) {
	c.t.Helper()
	for want := from; want <= to; want++ {
		if got := c.next().Seq; got != want {
			c.t.Fatalf("seq %d came, want %d", got, want)
		}
	}
}

// wantEnd fails the test unless the socket is closed with code and reason, with no frame before.
func (c *client) wantEnd(code int, reason string) {
	c.t.Helper()
	select {
	case body, ok := <-c.frames:
		if ok {
			c.t.Fatalf("a frame came, want the end: %s", body)
		}
	case <-time.After(patience):
		c.t.Fatal("the socket stays open")
	}
	wantClose(c.t, <-c.ended, code, reason)
}

func wantClose(t testing.TB, err error, code int, reason string) {
	t.Helper()
	end, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		t.Fatalf("the socket ended by %v, want code %d", err, code)
	}
	if end.Code != code || end.Text != reason {
		t.Fatalf("closed with %d %q, want %d %q", end.Code, end.Text, code, reason)
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		<-time.After(time.Millisecond)
	}
}
