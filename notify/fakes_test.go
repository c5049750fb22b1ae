package notify_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/auth"
)

// accounts knows the users and their sessions.
type accounts struct {
	mu           sync.Mutex // guards the fields below
	names        map[int64]string
	languages    map[int64]string
	deleted      map[int64]bool
	ended        map[int64]bool // sessions
	actorCalls   int
	sessionCalls int
	actorsErr    error // what the next actorsFail calls of Actors return
	actorsFail   int
	activeErr    error // what Active returns
}

func (a *accounts) Active(_ context.Context, userID, sessionID int64) (auth.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.activeErr != nil:
		return auth.Account{}, a.activeErr
	case a.deleted[userID]:
		return auth.Account{}, auth.ErrUserGone
	case a.ended[sessionID]:
		return auth.Account{}, auth.ErrInvalidToken
	}
	return auth.Account{Role: auth.RoleMember}, nil
}

func (a *accounts) ActiveSessions(_ context.Context, ids []int64) ([]int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sessionCalls++
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return a.ended[id] }), nil
}

func (a *accounts) Actors(_ context.Context, ids []int64) (map[int64]notify.Actor, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.actorCalls++
	if a.actorsFail > 0 {
		a.actorsFail--
		return nil, a.actorsErr
	}
	found := make(map[int64]notify.Actor, len(ids))
	for _, id := range ids {
		if name, ok := a.names[id]; ok && !a.deleted[id] {
			found[id] = notify.Actor{ID: id, Username: name, Language: a.languages[id]}
		}
	}
	return found, nil
}

func (a *accounts) set(change func(*accounts)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(a)
}

// testBus connects the instances of a test.
type testBus struct {
	mu          sync.Mutex // guards the fields below
	subscribers map[string][]func(string)
	lossy       bool // it delivers nothing
	published   []string

	before func(topic string) // called first by Publish if it is set
}

func (b *testBus) Publish(topic, payload string) {
	if b.before != nil {
		b.before(topic)
	}
	b.mu.Lock()
	b.published = append(b.published, payload)
	to := b.subscribers[topic]
	if b.lossy {
		to = nil
	}
	b.mu.Unlock()
	for _, fn := range to {
		fn(payload)
	}
}

func (b *testBus) Subscribe(topic string, fn func(string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subscribers == nil {
		b.subscribers = map[string][]func(string){}
	}
	b.subscribers[topic] = append(b.subscribers[topic], fn)
}

func (b *testBus) loseAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lossy = true
}

func (b *testBus) messages() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.published)
}

// namesOf returns the names of all users.
func (a *accounts) namesOf() map[int64]string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.names)
}
