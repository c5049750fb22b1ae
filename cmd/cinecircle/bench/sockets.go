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

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/user"
)

// What is done to the sockets once they are held.
const (
	tabs        = 400 // sockets of one member, all of which get every frame of hers; 19,000 others fit beside them into 20,000 open files
	tabFrames   = 200 // frames to each of them
	missed      = 10  // notifications of every other member that nobody said a word about
	stormLimit  = time.Minute
	memberBatch = 500
)

// socketFigures is what sockets cost, on a server of its own in which every socket is another member's.
type socketFigures struct {
	held      int
	perSocket float64       // bytes, without pages of files, after all were pinged
	total     memory        // of the process while it held them
	idleCPU   float64       // share of a core while nothing happened
	crowded   delays        // from sending a follow to the frame, with all of them held
	tabs      pushing       // every frame to many sockets of one member
	members   pushing       // frames to all members, which only a sweep finds
	storm     time.Duration // from cutting all to the last having what it missed
	stormCPU  time.Duration // of the server, per client
}

// pushing is frames that went to sockets as fast as they could.
type pushing struct {
	frames int
	took   time.Duration
	cpu    time.Duration // of the server
}

func (p pushing) perSecond() float64 { return float64(p.frames) / p.took.Seconds() }

func (p pushing) perFrame() time.Duration { return p.cpu / time.Duration(max(p.frames, 1)) }

// measureSockets holds n idle sockets for a while, pushes to them, and cuts them all at once. The server
// is one of its own, filled beside its API, because n members would take minutes to sign in.
func measureSockets(ctx context.Context, o options, n int, hold time.Duration, say func(string, ...any)) (f socketFigures, err error) {
	dir, err := os.MkdirTemp("", "cinecircle-sockets-")
	if err != nil {
		return f, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := newHall(ctx, o, n, dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, h.server.down()) }()
	before, err := h.server.settledMemory(ctx)
	if err != nil {
		return f, err
	}
	say("opening %d sockets", n)
	s, err := openSwarm(ctx, h, n)
	defer s.close()
	if err != nil {
		return f, err
	}
	f.held = n
	say("holding them for %s", hold)
	if err := h.rest(ctx, hold, before, &f); err != nil {
		return f, err
	}
	say("pushing")
	if err := h.push(ctx, s, &f); err != nil {
		return f, err
	}
	say("cutting all of them")
	return f, h.storm(ctx, s, &f)
}

// hall is a server with members who are signed in.
type hall struct {
	options
	server *program
	people []person
	db     *database.DB // its own connection to the server's database
}

func newHall(ctx context.Context, o options, n int, dir string) (*hall, error) {
	server, err := newProgram(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	server.env = append(server.env, "CINECIRCLE_AUTH_SECRET="+secret, "CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER="+strconv.Itoa(tabs))
	if err := server.command(ctx, "migrate", "up"); err != nil {
		return nil, err
	}
	h := &hall{options: o, server: server, people: make([]person, n+1)}
	if h.db, err = database.Open(ctx, database.Config{Driver: database.SQLite, DSN: filepath.Join(dir, "cinecircle.db")}); err != nil {
		return nil, err
	}
	if err := h.fill(ctx, auth.NewTokens([]byte(secret), "cinecircle", 4*time.Hour, 4*time.Hour, time.Now)); err != nil {
		return nil, err
	}
	return h, server.up(ctx)
}

// fill stores members and a session of each, which have the same number.
func (h *hall) fill(ctx context.Context, tokens *auth.Tokens) error {
	now := database.Time(time.Now())
	users, sessions := make([]user.User, len(h.people)), make([]user.Session, len(h.people))
	for i := range h.people {
		id, name := int64(i+1), fmt.Sprintf("관객%05d", i)
		users[i] = user.User{ID: id, Username: name, UsernameKey: name, Age: 30, Gender: user.Female, Role: auth.RoleMember, CreatedAt: now, UpdatedAt: now}
		sessions[i] = user.Session{ID: id, UserID: id, RotatedAt: now, CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(4 * time.Hour)}
		token, _, err := tokens.Access(id, id)
		if err != nil {
			return err
		}
		h.people[i] = person{id: id, name: name, token: token}
	}
	return h.db.Tx(ctx, func(tx *gorm.DB) error {
		if err := tx.CreateInBatches(users, memberBatch).Error; err != nil {
			return err
		}
		return tx.CreateInBatches(sessions, memberBatch).Error
	})
}

// rest lets the sockets be, and measures the server over the second half of that: pings come every 30 s.
func (h *hall) rest(ctx context.Context, hold time.Duration, before memory, f *socketFigures) error {
	if err := pause(ctx, hold/2); err != nil {
		return err
	}
	cpu, began := h.cpuSoFar(), time.Now()
	if err := pause(ctx, hold/2); err != nil {
		return err
	}
	f.idleCPU = (h.cpuSoFar() - cpu).Seconds() / time.Since(began).Seconds()
	var err error
	if f.total, err = h.server.memory(); err != nil {
		return err
	}
	f.perSocket = float64(f.total.own-before.own) / float64(f.held)
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// cpuSoFar is the CPU time of the server, zero when it cannot be read.
func (h *hall) cpuSoFar() time.Duration {
	d, err := h.server.cpu()
	if err != nil {
		return 0
	}
	return d
}

// push measures the three ways of pushing.
func (h *hall) push(ctx context.Context, s *swarm, f *socketFigures) (err error) {
	if f.crowded, err = h.timeFollows(ctx, s); err != nil {
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

// timeFollows has members follow the first, one at a time.
func (h *hall) timeFollows(ctx context.Context, s *swarm) (delays, error) {
	c := newClient(1, nil)
	defer c.close()
	var took []time.Duration
	for k := range min(realtimeWarmup+h.likes, len(h.people)-2) {
		began := time.Now()
		if _, err := c.do(ctx, h.server.base, h.follow(0, 1+k)); err != nil {
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
func (h *hall) follow(whom, who int) request {
	return request{method: http.MethodPost, path: fmt.Sprintf("/users/%d/follow", h.people[whom].id), member: &h.people[who]}
}

// pushToMembers stores notifications of every member as another instance would whose hints are lost,
// and waits until all have them.
func (h *hall) pushToMembers(ctx context.Context, s *swarm) (pushing, error) {
	p, already := pushing{frames: missed * len(s.all)}, s.frames.Load()
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

// store adds what every member missed, in one transaction.
func (h *hall) store(ctx context.Context, n int) error {
	now := database.Time(time.Now())
	return h.db.Tx(ctx, func(tx *gorm.DB) error {
		states := map[int64]int64{}
		var known []notify.State
		if err := tx.Find(&known).Error; err != nil {
			return err
		}
		for _, state := range known {
			states[state.UserID] = state.LastSeq
		}
		for first := 0; first < n; first += memberBatch {
			if err := storeSome(tx, h.people[first:min(n, first+memberBatch)], h.people[len(h.people)-1].id, states, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func storeSome(tx *gorm.DB, some []person, actor int64, states map[int64]int64, now time.Time) error {
	var rows []notify.Notification
	var after []notify.State
	for _, p := range some {
		seq := states[p.id]
		for k := range int64(missed) {
			rows = append(rows, notify.Notification{UserID: p.id, Seq: seq + k + 1, Type: notify.TypeFollow, ActorID: &actor, CreatedAt: now})
		}
		after = append(after, notify.State{UserID: p.id, LastSeq: seq + missed, UnreadCount: seq + missed})
	}
	if err := tx.CreateInBatches(rows, memberBatch).Error; err != nil {
		return err
	}
	return tx.Save(after).Error
}

// pushToTabs has many follow the member whose sockets are counted.
func (h *hall) pushToTabs(ctx context.Context, many *swarm) (pushing, error) {
	follows := min(tabFrames, len(h.people)-3)
	p := pushing{frames: follows * len(many.all)}
	c := newClient(fillConns, nil)
	defer c.close()
	last := len(h.people) - 1
	return p, h.timed(&p, func() (time.Time, error) {
		began := time.Now()
		_, err := c.send(ctx, h.server.base, func(i int) request { return h.follow(last, i) }, 0, follows, fillConns)
		if err != nil {
			return began, err
		}
		return began, many.await(ctx, int64(p.frames), stormLimit)
	}, many)
}

// timed notes how long frames took that do waits for, and what they cost.
func (h *hall) timed(p *pushing, do func() (began time.Time, err error), s *swarm) error {
	cpu := h.cpuSoFar()
	began, err := do()
	p.cpu, p.took = h.cpuSoFar()-cpu, s.last().Sub(began)
	return err
}

// storm cuts all sockets at once; each comes back for what it missed meanwhile.
func (h *hall) storm(ctx context.Context, s *swarm, f *socketFigures) error {
	began := time.Now()
	s.close()
	if err := h.store(ctx, len(s.all)); err != nil {
		return err
	}
	began = began.Add(time.Since(began)) // storing is not the server's work
	cpu := h.cpuSoFar()
	back, err := reopen(ctx, h, s)
	defer back.close()
	if err == nil {
		err = back.await(ctx, int64(missed*len(s.all)), stormLimit)
	}
	f.storm, f.stormCPU = back.last().Sub(began), (h.cpuSoFar()-cpu)/time.Duration(len(s.all))
	return err
}
