package user_test

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// family is a session in the model: all its refresh tokens, of which the last one is valid.
type family struct {
	id      int64
	tokens  []string
	rotated time.Time
}

// model is the expected state of the sessions of one account.
type model struct {
	k        *kit
	user     int64
	password string
	active   map[int64]*family
	ended    map[int64]*family
	reported []ending
	changes  int // of the password
}

func TestSessionsMatchTheModel(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	m := &model{k: k, user: k.signUp(t, "alice"), password: password}
	rapid.Check(t, func(r *rapid.T) {
		m.begin(r)
		m.login(r)
		r.Repeat(map[string]func(*rapid.T){
			"login":    m.login,
			"refresh":  m.refresh,
			"replay":   m.replay,
			"logout":   m.logout,
			"password": m.changePassword,
			"wait":     m.wait,
			"":         m.check,
		})
	})
}

// Hashing passwords takes most of the time of a run, so these limits are as low as still finds faults.
const (
	mostLogins  = 4
	mostChanges = 1
)

func (m *model) begin(r *rapid.T) {
	if err := m.k.users.EndSessions(r.Context(), m.user); err != nil {
		r.Fatalf("begin: %v", err)
	}
	m.k.ended.take()
	m.active, m.ended, m.reported, m.changes = map[int64]*family{}, map[int64]*family{}, nil, 0
}

func (m *model) login(r *rapid.T) {
	if len(m.active)+len(m.ended) == mostLogins {
		r.Skip("limit reached")
	}
	in, err := m.k.users.Login(r.Context(), "alice", m.password, user.Device{})
	if err != nil {
		r.Fatalf("login: %v", err)
	}
	access, err := m.k.Tokens.ParseAccess(in.Access)
	if err != nil {
		r.Fatalf("access token: %v", err)
	}
	m.active[access.SessionID] = &family{id: access.SessionID, tokens: []string{in.Refresh}, rotated: m.k.Clock.Now()}
}

func (m *model) pick(r *rapid.T, from map[int64]*family) *family {
	ids := slices.Sorted(maps.Keys(from))
	if len(ids) == 0 {
		r.Skip("there is no such session")
	}
	return from[rapid.SampledFrom(ids).Draw(r, "session")]
}

func (m *model) refresh(r *rapid.T) {
	f := m.pick(r, m.active)
	in, err := m.k.users.Refresh(r.Context(), user.Device{}, f.tokens[len(f.tokens)-1])
	if err != nil {
		r.Fatalf("refresh: %v", err)
	}
	if slices.Contains(f.tokens, in.Refresh) {
		r.Fatalf("the new token is an old one")
	}
	f.tokens, f.rotated = append(f.tokens, in.Refresh), m.k.Clock.Now()
}

// replay uses a token that is not the current one, of an active or an ended session.
func (m *model) replay(r *rapid.T) {
	if len(m.ended) > 0 && rapid.Bool().Draw(r, "of an ended session") {
		f := m.pick(r, m.ended)
		m.wantRefused(r, rapid.SampledFrom(f.tokens).Draw(r, "token"))
		return
	}
	f := m.pick(r, m.active)
	if len(f.tokens) == 1 {
		r.Skip("never refreshed")
	}
	i := rapid.IntRange(0, len(f.tokens)-2).Draw(r, "generation")
	if i < len(f.tokens)-2 || m.k.Clock.Now().Sub(f.rotated) > grace {
		m.wantRefused(r, f.tokens[i])
		m.end([]int64{f.id})
		return
	}
	in, err := m.k.users.Refresh(r.Context(), user.Device{}, f.tokens[i])
	if err != nil || in.Refresh != f.tokens[i+1] {
		r.Fatalf("within the grace: error %v, or another token than the current one", err)
	}
}

func (m *model) wantRefused(r *rapid.T, token string) {
	if _, err := m.k.users.Refresh(r.Context(), user.Device{}, token); !errors.Is(err, auth.ErrInvalidToken) {
		r.Fatalf("replay: %v, want %v", err, auth.ErrInvalidToken)
	}
}

func (m *model) logout(r *rapid.T) {
	f := m.pick(r, m.active)
	if _, err := m.k.users.Logout(r.Context(), nil, f.tokens[:1]); err != nil {
		r.Fatalf("logout: %v", err)
	}
	m.end([]int64{f.id})
}

func (m *model) changePassword(r *rapid.T) {
	if m.changes == mostChanges {
		r.Skip("limit reached")
	}
	f := m.pick(r, m.active)
	next := map[string]string{password: "another password", "another password": password}[m.password]
	by := auth.Viewer{UserID: m.user, SessionID: f.id, Role: auth.RoleMember}
	patch := user.Patch{Password: &next, CurrentPassword: &m.password}
	if _, err := m.k.users.Change(r.Context(), by, "", m.user, patch); err != nil {
		r.Fatalf("change password: %v", err)
	}
	m.password = next
	m.changes++
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(m.active)), func(id int64) bool { return id == f.id })
	if len(others) > 0 {
		m.end(others)
	}
}

// wait stays far below the seven days of a refresh token.
func (m *model) wait(r *rapid.T) {
	m.k.Clock.Advance(time.Duration(rapid.IntRange(1, 12_000).Draw(r, "milliseconds")) * time.Millisecond)
}

func (m *model) end(ids []int64) {
	for _, id := range ids {
		m.ended[id] = m.active[id]
		delete(m.active, id)
	}
	m.reported = append(m.reported, ending{m.user, ids})
}

// check compares the active sessions and the calls of the hook with the model.
func (m *model) check(r *rapid.T) {
	all := slices.Concat(slices.Collect(maps.Keys(m.active)), slices.Collect(maps.Keys(m.ended)))
	got, err := m.k.users.ActiveSessions(r.Context(), all)
	if want := slices.Sorted(maps.Keys(m.active)); err != nil || !slices.Equal(got, want) {
		r.Fatalf("active sessions %v (%v), want %v", got, err, want)
	}
	reported := m.k.ended.take()
	if !slices.EqualFunc(reported, m.reported, func(a, b ending) bool { return a.UserID == b.UserID && slices.Equal(a.Sessions, b.Sessions) }) {
		r.Fatalf("hook calls %v, want %v", reported, m.reported)
	}
	m.reported = nil
}
