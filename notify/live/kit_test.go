package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/cinecircle/cinecircle/notify/internal/sockettest"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var eventually = sockettest.Eventually

// memory is a Source and Sessions in memory.
type memory struct {
	mu      sync.Mutex // guards the fields below
	newest  int64
	lastSeq map[int64]int64          // by user
	hidden  map[int64]map[int64]bool // by user and seq: not visible yet
	removed map[int64]bool           // seqs of all users: their notifications were hidden
	ended   map[int64]bool           // sessions
	fails   map[string]error         // by method: what it returns, until it is removed
	onLoad  func() error             // what the next Load does first
	calls   map[string]int           // by method
}

func newMemory() *memory {
	return &memory{
		lastSeq: map[int64]int64{}, hidden: map[int64]map[int64]bool{}, removed: map[int64]bool{}, ended: map[int64]bool{},
		fails: map[string]error{}, calls: map[string]int{},
	}
}

// set changes the memory.
func (m *memory) set(change func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func (m *memory) callsOf(method string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[method]
}

// store stores n notifications of a user and returns the last seq.
func (m *memory) store(userID int64, n int) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.newest += int64(n)
	m.lastSeq[userID] += int64(n)
	return m.lastSeq[userID]
}

// withdraw hides notifications of all users for good.
func (m *memory) withdraw(from, to int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for seq := from; seq <= to; seq++ {
		m.removed[seq] = true
	}
}

// hide makes notifications of a user invisible, as if their transaction had not committed yet.
func (m *memory) hide(userID int64, seqs ...int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hidden[userID] = map[int64]bool{}
	for _, seq := range seqs {
		m.hidden[userID][seq] = true
	}
}

func (m *memory) called(method string) error {
	m.calls[method]++
	return m.fails[method]
}

func (m *memory) LastSeq(_ context.Context, userID int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lastSeq[userID], m.called("LastSeq")
}

func (m *memory) AppendHeads(_ context.Context, heads []Head, userIDs []int64) ([]Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range userIDs {
		if seq, ok := m.lastSeq[id]; ok {
			heads = append(heads, Head{UserID: id, LastSeq: seq})
		}
	}
	return heads, m.called("AppendHeads")
}

func (m *memory) Newest(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.newest, m.called("Newest")
}

func (m *memory) Load(_ context.Context, batches []*Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before := m.onLoad; before != nil {
		m.onLoad = nil
		if err := before(); err != nil {
			return err
		}
	}
	for _, b := range batches {
		for seq := b.After + 1; seq <= min(b.After+BatchSize, m.lastSeq[b.UserID]); seq++ {
			switch {
			case m.removed[seq]:
				b.Append(seq, nil)
			case !m.hidden[b.UserID][seq]:
				b.Append(seq, fmt.Appendf(nil, `{"user":%d,"seq":%d}`, b.UserID, seq))
			}
		}
	}
	return m.called("Load")
}

func (m *memory) ActiveSessions(_ context.Context, ids []int64) ([]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	active := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return m.ended[id] })
	slices.Reverse(active) // no order is promised
	return active, m.called("ActiveSessions")
}

// kit is a running hub with its source.
type kit struct {
	*Hub
	*memory
	t     testing.TB
	clock *testkit.Clock
	url   string

	opens    atomic.Int64 // numbers the calls of open and openUnbuffered
	admitted sync.Map     // the numbers of those whose socket is served
}

// start returns a hub that runs until the test ends. changes change its configuration.
func start(t testing.TB, changes ...func(*Config)) *kit {
	t.Helper()
	k := &kit{memory: newMemory(), t: t, clock: testkit.NewClock()}
	c := Config{
		Source: k.memory, Sessions: k.memory, Clock: k.clock.Now, Log: (&sockettest.Journal{}).Logger(),
		SweepInterval: 5 * time.Millisecond,
	}
	for _, change := range changes {
		change(&c)
	}
	k.Hub = New(c)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- k.Run(ctx) }()
	server := httptest.NewServer(k)
	k.url = server.URL
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.WithoutCancel(t.Context()), sockettest.Timeout)
		defer done()
		if err := k.Shutdown(stop); err != nil {
			t.Errorf("shut down: %v", err)
		}
		server.Close()
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return k
}

// noSweep switches the sweep off.
func noSweep(c *Config) { c.SweepInterval = time.Hour }

// ServeHTTP opens a socket of the user in the query, whose token is valid for 30 minutes.
func (k *kit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		return n
	}
	var since *int64
	if r.URL.Query().Has("since") {
		since = new(number("since"))
	}
	slot, err := k.Reserve()
	if err != nil {
		status := http.StatusInternalServerError
		if errors.Is(err, apperr.ErrUnavailable) || errors.Is(err, apperr.ErrBusy) {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, err.Error(), status)
		return
	}
	defer slot.Release()
	viewer := auth.Viewer{UserID: number("user"), SessionID: number("session"), ExpiresAt: k.clock.Now().Add(30 * time.Minute)}
	err = slot.Join(r.Context(), viewer, since)
	if err == nil {
		err = slot.Upgrade(w, r)
		k.admitted.Store(r.URL.Query().Get("open"), true)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// query returns the query that opens a socket of a user. The default session is ten times the user's id.
func query(userID int64, more ...string) string {
	q := url.Values{"user": {strconv.FormatInt(userID, 10)}, "session": {strconv.FormatInt(10*userID, 10)}}
	for pair := range slices.Chunk(more, 2) {
		q.Set(pair[0], pair[1])
	}
	return "/?" + q.Encode()
}

// since is the part of a query that sets since.
func since(seq int64) []string { return []string{"since", strconv.FormatInt(seq, 10)} }

// open opens a socket of a user, and returns once frames are delivered to it, which is after the client's handshake.
func (k *kit) open(userID int64, more ...string) *sockettest.Client {
	k.t.Helper()
	number := strconv.FormatInt(k.opens.Add(1), 10)
	c := sockettest.Open(k.t, k.url, sockettest.Query(query(userID, append(more, "open", number)...)))
	k.awaitAdmitted(number)
	return c
}

func (k *kit) awaitAdmitted(number string) {
	k.t.Helper()
	eventually(k.t, "the socket is served", func() bool { _, ok := k.admitted.Load(number); return ok })
}

// openUnbuffered opens a socket whose client reads only when the test does, and without a buffer between.
func (k *kit) openUnbuffered(userID int64, more ...string) *websocket.Conn {
	k.t.Helper()
	number := strconv.FormatInt(k.opens.Add(1), 10)
	target := sockettest.Query(query(userID, append(more, "open", number)...))
	conn, res, err := sockettest.Dial(k.url, target, sockettest.Unbuffered(k.t, k))
	if err != nil {
		k.t.Fatalf("dial: %v (%v)", err, res)
	}
	k.t.Cleanup(func() { _ = conn.Close() })
	k.awaitAdmitted(number)
	return conn
}

// push stores n notifications of a user and wakes the hub.
func (k *kit) push(userID int64, n int) {
	for range n {
		k.Wake(userID, k.store(userID, 1))
	}
}

// sockets returns the number of taken slots.
func (k *kit) sockets() int { return k.Stats().Sockets }

// awaitSweeps waits for n further sweeps over open sockets.
func (k *kit) awaitSweeps(n int) {
	k.t.Helper()
	before := k.callsOf("ActiveSessions")
	eventually(k.t, "sweeps", func() bool { return k.callsOf("ActiveSessions") > before+n })
}

// behind returns how many frames each socket of a user lacks.
func (k *kit) behind(userID int64) []int64 {
	k.Hub.mu.Lock()
	defer k.Hub.mu.Unlock()
	r := k.recipients[userID]
	if r == nil {
		return nil
	}
	var all []int64
	for _, s := range r.sockets {
		all = append(all, r.lastSeq-s.sentSeq+s.inFlight.Load())
	}
	return all
}

// idle reports whether no worker delivers to a user, or is about to.
func (k *kit) idle(userID int64) bool {
	k.Hub.mu.Lock()
	defer k.Hub.mu.Unlock()
	r := k.recipients[userID]
	return r != nil && !r.queued && !r.busy
}
