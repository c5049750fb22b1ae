package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

const (
	tabs        = 400         // sockets of one member; 19,000 others fit beside them into 20,000 open files
	tabFrames   = 200         // frames to each tab
	missed      = 10          // notifications that are stored for each member without a bus message
	stormLimit  = time.Minute // until all frames have arrived
	memberBatch = 500
)

// socketFigures is what sockets cost on a server where each belongs to another member.
type socketFigures struct {
	held      int
	perSocket float64        // bytes of anonymous memory, after every socket was pinged
	total     harness.Memory // of the process with all sockets open
	idleCPU   float64        // share of a core while nothing happens
	loaded    delays         // from sending a follow to the frame, with all sockets open
	tabs      pushes         // of every frame to many sockets of one member
	members   pushes         // of frames to all members, which only a sweep finds
	storm     time.Duration  // from closing all sockets until each is back and has what it missed
	stormCPU  time.Duration  // of the server, per client
}

// pushes is what it costs to send frames as fast as possible.
type pushes struct {
	frames int
	took   time.Duration
	cpu    time.Duration // of the server
}

func (p pushes) perSecond() float64 { return float64(p.frames) / p.took.Seconds() }

func (p pushes) perFrame() time.Duration { return p.cpu / time.Duration(max(p.frames, 1)) }

// measureSockets holds n idle sockets, pushes frames to them, and closes them all at once. The server is another one,
// whose database is filled directly: n members would take minutes to sign in.
func measureSockets(ctx context.Context, o options, n int, say func(string, ...any)) (f socketFigures, err error) {
	dir, err := os.MkdirTemp("", "cinecircle-sockets-")
	if err != nil {
		return f, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := newHost(ctx, o, n, dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	before, err := h.server.idleMemory(ctx)
	if err != nil {
		return f, err
	}
	say("opening %d sockets", n)
	s, err := openForAll(ctx, h, n)
	defer s.close()
	if err != nil {
		return f, err
	}
	f.held = n
	say("holding them for %s", o.hold)
	if err := h.rest(ctx, before, &f); err != nil {
		return f, err
	}
	say("pushing frames")
	if err := h.push(ctx, s, &f); err != nil {
		return f, err
	}
	say("closing all of them")
	return f, h.storm(ctx, s, &f)
}

// host is a server with signed-in members.
type host struct {
	options
	server  *program
	members []member
	db      *database.DB // another connection to the server's database
}

func newHost(ctx context.Context, o options, n int, dir string) (*host, error) {
	server, err := newProgram(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	on := database.Config{Driver: database.SQLite, DSN: filepath.Join(dir, "cinecircle.db")}
	server.use(on)
	server.Env = append(server.Env, "CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER="+strconv.Itoa(tabs))
	if err := server.Run(ctx, "migrate", "up"); err != nil {
		return nil, err
	}
	h := &host{options: o, server: server, members: make([]member, n+1)}
	if h.db, err = database.Open(ctx, on); err != nil {
		return nil, err
	}
	hash, err := auth.NewHasher(o.cost).Hash(ctx, "", password)
	if err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	community, err := user.LoadCommunity(ctx, h.db, time.Now())
	if err == nil {
		err = h.fill(ctx, hash, auth.NewTokens([]byte(secret), community.UID, 4*time.Hour, 4*time.Hour, time.Now))
	}
	if err == nil {
		_, err = server.up(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *host) close() error { return errors.Join(h.server.down(), h.db.Close()) }

// fill stores the members, all with the password hash and each with a session of the same id.
func (h *host) fill(ctx context.Context, hash string, tokens *auth.Tokens) error {
	now := database.Time(time.Now())
	users, sessions := make([]user.User, len(h.members)), make([]user.Session, len(h.members))
	for i := range h.members {
		id, name := int64(i+1), fmt.Sprintf("관객%05d", i)
		users[i] = user.User{ID: id, Username: name, UsernameKey: name, PasswordHash: hash, Age: 30, Gender: user.Female, Role: auth.RoleMember, CreatedAt: now, UpdatedAt: now, Preferences: user.DefaultPreferences()}
		sessions[i] = user.Session{ID: id, UserID: id, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(4 * time.Hour)}
		token, _, err := tokens.Access(id, id)
		if err != nil {
			return err
		}
		h.members[i] = member{id: id, name: name, token: token}
	}
	return h.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(users, memberBatch).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(sessions, memberBatch).Error
	})
}

// rest leaves the sockets idle, and measures the server in the second half of that time. Pings come every 30 s.
func (h *host) rest(ctx context.Context, before harness.Memory, f *socketFigures) error {
	if err := pause(ctx, h.hold/2); err != nil {
		return err
	}
	cpu, began := h.cpu(), time.Now()
	if err := pause(ctx, h.hold/2); err != nil {
		return err
	}
	f.idleCPU = (h.cpu() - cpu).Seconds() / time.Since(began).Seconds()
	var err error
	if f.total, err = h.server.Memory(); err != nil {
		return err
	}
	f.perSocket = float64(f.total.Anonymous-before.Anonymous) / float64(f.held)
	return nil
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// cpu returns the CPU time of the server so far, 0 when it cannot be read.
func (h *host) cpu() time.Duration {
	d, err := processCPU(h.server.PID())
	if err != nil {
		return 0
	}
	return d
}

// push sends frames in three ways.
func (h *host) push(ctx context.Context, s *socketSet, f *socketFigures) (err error) {
	if f.loaded, err = h.timeFollows(ctx, s); err != nil {
		return err
	}
	if f.members, err = h.pushToMembers(ctx, s); err != nil {
		return err
	}
	many, err := openTabs(ctx, h, min(tabs, f.held))
	defer many.close()
	if err != nil {
		return err
	}
	f.tabs, err = h.pushToTabs(ctx, many)
	return err
}

// timeFollows measures follows of the first member, one at a time.
func (h *host) timeFollows(ctx context.Context, s *socketSet) (delays, error) {
	c := newClient(1, nil)
	defer c.close()
	var took harness.Delays
	for k := range min(realtimeWarmup+h.likes, len(h.members)-2) {
		began := time.Now()
		if _, err := c.do(ctx, h.server.URL(), h.follow(0, 1+k)); err != nil {
			return delays{}, err
		}
		if err := s.await(ctx, int64(k+1), frameTimeout); err != nil {
			return delays{}, err
		}
		if k >= realtimeWarmup {
			took = append(took, s.last().Sub(began))
		}
	}
	return delaysOf(took), nil
}

// follow is the request by which one member follows another.
func (h *host) follow(whom, who int) request {
	return request{method: http.MethodPost, path: fmt.Sprintf("/users/%d/follow", h.members[whom].id), member: &h.members[who]}
}

// pushToMembers stores notifications for every member, as another instance does whose bus messages are lost, and waits
// until all of them have arrived.
func (h *host) pushToMembers(ctx context.Context, s *socketSet) (pushes, error) {
	p, already := pushes{frames: missed * len(s.all)}, s.frames.Load()
	if err := h.store(ctx, len(s.all)); err != nil {
		return p, err
	}
	return p, h.timed(&p, func() (time.Time, error) {
		if err := s.await(ctx, already+1, frameTimeout); err != nil {
			return time.Time{}, err
		}
		began := s.last()
		return began, s.await(ctx, already+int64(p.frames), stormLimit)
	}, s)
}

// store adds notifications for the first n members in one transaction.
func (h *host) store(ctx context.Context, n int) error {
	now := database.Time(time.Now())
	return h.db.Tx(ctx, func(tx *gorm.DB) error {
		lastSeq := map[int64]int64{} // by member
		var known []notify.State
		if err := tx.Find(&known).Error; err != nil {
			return err
		}
		for _, state := range known {
			lastSeq[state.UserID] = state.LastSeq
		}
		for first := 0; first < n; first += memberBatch {
			if err := storeBatch(tx, h.members[first:min(n, first+memberBatch)], h.members[len(h.members)-1].id, lastSeq, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func storeBatch(tx *gorm.DB, members []member, actor int64, lastSeq map[int64]int64, now time.Time) error {
	var rows []notify.Notification
	var states []notify.State
	for _, m := range members {
		seq := lastSeq[m.id]
		for k := range int64(missed) {
			rows = append(rows, notify.Notification{UserID: m.id, Seq: seq + k + 1, Type: notify.TypeFollow, ActorID: &actor, CreatedAt: now})
		}
		states = append(states, notify.State{UserID: m.id, LastSeq: seq + missed, UnreadCount: seq + missed})
	}
	if err := tx.CreateInBatches(rows, memberBatch).Error; err != nil {
		return err
	}
	return tx.Save(states).Error
}

// pushToTabs makes many members follow the one with many sockets.
func (h *host) pushToTabs(ctx context.Context, many *socketSet) (pushes, error) {
	follows := min(tabFrames, len(h.members)-3)
	p := pushes{frames: follows * len(many.all)}
	c := newClient(prepareConns, nil)
	defer c.close()
	last := len(h.members) - 1
	return p, h.timed(&p, func() (time.Time, error) {
		began := time.Now()
		err := c.send(ctx, h.server.URL(), func(i int) request { return h.follow(last, i) }, 0, follows, prepareConns)
		if err != nil {
			return began, err
		}
		return began, many.await(ctx, int64(p.frames), stormLimit)
	}, many)
}

// timed sets the time from when do began until the last frame of s, and the CPU time of the server meanwhile.
func (h *host) timed(p *pushes, do func() (began time.Time, err error), s *socketSet) error {
	cpu := h.cpu()
	began, err := do()
	p.cpu, p.took = h.cpu()-cpu, s.last().Sub(began)
	return err
}

// storm closes all sockets at once. Each is opened again and gets the notifications that were stored meanwhile.
func (h *host) storm(ctx context.Context, s *socketSet, f *socketFigures) error {
	s.close()
	if err := h.store(ctx, len(s.all)); err != nil {
		return err
	}
	began := time.Now() // storing is not the work of the server
	cpu := h.cpu()
	back, err := reopen(ctx, h, s)
	defer back.close()
	if err == nil {
		err = back.await(ctx, int64(missed*len(s.all)), stormLimit)
	}
	f.storm, f.stormCPU = back.last().Sub(began), (h.cpu()-cpu)/time.Duration(len(s.all))
	return err
}
