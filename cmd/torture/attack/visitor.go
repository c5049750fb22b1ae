package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	deedEvery     = 500 * time.Millisecond // of each visitor, on the average
	filmsOfAll    = 40                     // that members react to and review
	socketsAtMost = 3                      // of each visitor
	tooLarge      = 6 << 20
)

// community is all members who use the program in a soak.
type community struct {
	*target
	api      *harness.Client
	members  []member
	reviews  []int64 // that stand from the beginning to the end, one of each member
	visitors []*visitor
	answers  *counter
	odd      *counter // answers that nobody expected
}

// visitor acts for a few members and knows their state, because no other visitor acts for them.
type visitor struct {
	*community
	no      int
	r       *rand.Rand
	mine    []member
	on      map[string]bool  // what a member likes or follows, by path
	written map[string]int64 // reviews that stand, by member and film
	sockets []*websocket.Conn
	reading sync.WaitGroup
	passed  int // members who came and went
}

// settle creates the members, each with a review.
func (s *target) settle(ctx context.Context, members []member) (*community, error) {
	c := &community{target: s, api: harness.NewClient(s.api.Base), members: members, answers: newCounter(), odd: newCounter()}
	for k, m := range members {
		kind, body := form(map[string]string{"movie_id": strconv.Itoa(filmsOfAll + 1 + k), "title": "t", "content": "c"}, "", "", nil)
		var made struct{ ID int64 }
		call := harness.Call{Method: http.MethodPost, Path: "/reviews", Token: m.token, From: m.from, Kind: kind, Body: body}
		if _, err := s.api.Must(ctx, call, &made); err != nil {
			return nil, err
		}
		c.reviews = append(c.reviews, made.ID)
	}
	for k := range len(members) / membersOfEach {
		c.visitors = append(c.visitors, &visitor{
			community: c, no: k, r: rand.New(rand.NewPCG(s.Seed, uint64(k))), mine: members[k*membersOfEach : (k+1)*membersOfEach],
			on: map[string]bool{}, written: map[string]int64{},
		})
	}
	return c, nil
}

// stay sends one request after the other until ctx ends, and closes its sockets.
func (v *visitor) stay(ctx context.Context) {
	for ctx.Err() == nil {
		v.act(context.WithoutCancel(ctx), v.mine[v.r.IntN(len(v.mine))]) // to its end
		pause(ctx, time.Duration(v.r.Int64N(int64(2*deedEvery))))
	}
	for len(v.sockets) > 0 {
		v.hangUp()
	}
	v.reading.Wait()
}

func (v *visitor) act(ctx context.Context, m member) {
	switch n := v.r.IntN(100); {
	case n < 50:
		v.reads(ctx, m)
	case n < 60:
		v.reacts(ctx, m)
	case n < 67:
		v.turns(ctx, m, fmt.Sprintf("/likes/reviews/%d/", v.reviews[v.r.IntN(len(v.reviews))]), "like", "unlike")
	case n < 73:
		v.turns(ctx, m, fmt.Sprintf("/users/%d/", v.another(m).id), "follow", "unfollow")
	case n < 83:
		v.writes(ctx, m)
	case n < 86:
		v.portrait(ctx, m)
	case n < 89:
		v.uploadsInVain(ctx, m)
	case n < 92:
		v.signsIn(ctx, m)
	case n < 94:
		v.passesBy(ctx, m)
	default:
		v.phones(ctx, m)
	}
}

// ask sends a request that has one expected status.
func (v *visitor) ask(ctx context.Context, call harness.Call, want int) harness.Answer {
	a := v.api.Try(ctx, call)
	v.answers.add(status(a))
	if a.Status != want {
		v.odd.add(fmt.Sprintf("%s %s: %s for %d %.200s", call.Method, call.Path, status(a), want, a.Body))
	}
	return a
}

// as returns a request of a member.
func (m member) as(method, path string) harness.Call {
	return harness.Call{Method: method, Path: path, Token: m.token, From: m.from}
}

func (v *visitor) another(than member) member {
	for {
		if m := v.members[v.r.IntN(len(v.members))]; m.id != than.id {
			return m
		}
	}
}

// reads requests a list, a film, a search or a page, signed in every other time.
func (v *visitor) reads(ctx context.Context, m member) {
	film, person, review := 1+v.r.IntN(v.films), v.another(m).id, v.reviews[v.r.IntN(len(v.reviews))]
	paths := []string{
		"/movies?limit=20", "/movies?limit=50&sort=-like_count", "/movies?sort=title&genre=Drama", "/users?limit=20", "/latest",
		fmt.Sprintf("/movies?title=film+%d", film), fmt.Sprintf("/users/search?q=member+%d", v.r.IntN(len(v.members))),
		fmt.Sprintf("/movies/%d", film), fmt.Sprintf("/movies/%d/reviews?sort=-like_count", 1+v.r.IntN(filmsOfAll)), fmt.Sprintf("/movies/%d/reaction_count", film),
		fmt.Sprintf("/users/%d", person), fmt.Sprintf("/users/%d/followers", person), fmt.Sprintf("/users/%d/reviews", person), fmt.Sprintf("/reviews/%d", review),
		"/", "/films?q=film+7", fmt.Sprintf("/film/%d", 1+v.r.IntN(filmsOfAll)), fmt.Sprintf("/review/%d", review), "/members", fmt.Sprintf("/member/%d", person),
		fmt.Sprintf("/member/%d/followings", person), fmt.Sprintf("/film/%d/feed.atom", film), "/signin", "/sitemap.xml", "/openapi.json", "/readyz",
	}
	ofMembers := []string{
		"/notifications/inbox?limit=20", "/notifications/inbox?unread=true", "/users/me", "/users/me/followings", "/users/me/reviews", "/users/me/sessions",
		"/feed", "/inbox", "/settings",
	}
	call := harness.Call{Method: http.MethodGet, From: m.from}
	if v.r.IntN(2) == 0 {
		call.Token, paths = m.token, append(paths, ofMembers...)
	}
	call.Path = paths[v.r.IntN(len(paths))]
	v.ask(ctx, call, http.StatusOK)
}

// reacts likes or dislikes a film, or takes it back.
func (v *visitor) reacts(ctx context.Context, m member) {
	path := fmt.Sprintf("/likes/movies/%d", 1+v.r.IntN(filmsOfAll))
	switch v.r.IntN(3) {
	case 0:
		v.ask(ctx, m.as(http.MethodPost, path+"/like"), http.StatusOK)
	case 1:
		v.ask(ctx, m.as(http.MethodPost, path+"/dislike"), http.StatusOK)
	default:
		v.ask(ctx, m.as(http.MethodDelete, path), http.StatusNoContent)
	}
}

// turns toggles something.
func (v *visitor) turns(ctx context.Context, m member, path, on, off string) {
	key, verb := fmt.Sprintf("%d %s", m.id, path), on
	if v.on[key] {
		verb = off
	}
	v.on[key] = !v.on[key]
	v.ask(ctx, m.as(http.MethodPost, path+verb), http.StatusOK)
}

// writes a review, one in four with an image, or rewrites or deletes the existing one.
func (v *visitor) writes(ctx context.Context, m member) {
	film := 1 + v.r.IntN(filmsOfAll)
	key := fmt.Sprintf("%d %d", m.id, film)
	texts := map[string]string{"movie_id": strconv.Itoa(film), "title": "t", "content": fmt.Sprintf("review %d", v.r.IntN(1000))}
	id := v.written[key]
	switch {
	case id == 0:
		call := m.as(http.MethodPost, "/reviews")
		call.Kind, call.Body = form(texts, "review_image", "a.png", v.sometimes(4))
		var made struct{ ID int64 }
		_ = json.Unmarshal(v.ask(ctx, call, http.StatusCreated).Body, &made) // else it was odd, and none is there
		v.written[key] = made.ID
	case v.r.IntN(3) == 0:
		call := m.as(http.MethodPatch, fmt.Sprintf("/reviews/%d", id))
		call.Kind, call.Body = form(map[string]string{"update_content": texts["content"]}, "update_image", "a.png", v.sometimes(4))
		v.ask(ctx, call, http.StatusOK)
	default:
		v.ask(ctx, m.as(http.MethodDelete, fmt.Sprintf("/reviews/%d", id)), http.StatusNoContent)
		delete(v.written, key)
	}
}

// sometimes is an image in one of n cases.
func (v *visitor) sometimes(n int) []byte {
	if v.r.IntN(n) > 0 {
		return nil
	}
	return picture(200+v.r.IntN(1000), 200+v.r.IntN(1000), uint8(v.r.IntN(256)))
}

func (v *visitor) portrait(ctx context.Context, m member) {
	call := m.as(http.MethodPost, "/users/me/profile_image")
	call.Kind, call.Body = form(nil, "image", "a.png", v.sometimes(1))
	v.ask(ctx, call, http.StatusOK)
}

// uploadsInVain sends a file that is no image, half an image, or one that is too large.
func (v *visitor) uploadsInVain(ctx context.Context, m member) {
	whole := picture(300, 300, 7)
	call, want := m.as(http.MethodPost, "/users/me/profile_image"), http.StatusUnprocessableEntity
	switch v.r.IntN(3) {
	case 0:
		call.Kind, call.Body = form(nil, "image", "a.png", []byte("no image at all"))
	case 1:
		call.Kind, call.Body = form(nil, "image", "a.png", whole[:len(whole)/2])
	default:
		call.Kind, call.Body = form(nil, "image", "a.png", append(whole, make([]byte, tooLarge)...))
		want = http.StatusRequestEntityTooLarge
	}
	v.ask(ctx, call, want)
}

// signsIn opens a session, uses it, refreshes it and ends it; or fails to sign in.
func (v *visitor) signsIn(ctx context.Context, m member) {
	name := fmt.Sprintf("member %d", slices.IndexFunc(v.members, func(o member) bool { return o.id == m.id }))
	if v.r.IntN(4) == 0 {
		v.logIn(ctx, m, name, "wrong horse", http.StatusUnauthorized)
		return
	}
	in := v.logIn(ctx, m, name, password, http.StatusOK)
	again := harness.Call{Method: http.MethodPost, Path: "/users/refresh", From: m.from, Body: fmt.Appendf(nil, `{"refresh_token": %q}`, in.Refresh)}
	_ = json.Unmarshal(v.ask(ctx, again, http.StatusOK).Body, &in) // else it was odd
	m.token = in.Access
	v.ask(ctx, m.as(http.MethodPost, "/users/logout"), http.StatusNoContent)
}

func (v *visitor) logIn(ctx context.Context, m member, name, password string, want int) (in tokens) {
	body := fmt.Appendf(nil, `{"username": %q, "password": %q}`, name, password)
	a := v.ask(ctx, harness.Call{Method: http.MethodPost, Path: "/users/login", From: m.from, Body: body}, want)
	_ = json.Unmarshal(a.Body, &in) // else it was odd, or meant to fail
	return in
}

// passesBy signs up, reads, likes, and deletes the account.
func (v *visitor) passesBy(ctx context.Context, m member) {
	v.passed++
	name := fmt.Sprintf("passer-by %d-%d", v.no, v.passed)
	body := fmt.Appendf(nil, `{"username": %q, "password": %q, "age": 40, "gender": "female"}`, name, password)
	v.ask(ctx, harness.Call{Method: http.MethodPost, Path: "/users", From: m.from, Body: body}, http.StatusCreated)
	guest := member{from: m.from, token: v.logIn(ctx, m, name, password, http.StatusOK).Access}
	v.ask(ctx, guest.as(http.MethodGet, "/users/me"), http.StatusOK)
	v.ask(ctx, guest.as(http.MethodPost, fmt.Sprintf("/likes/reviews/%d/like", v.reviews[0])), http.StatusOK)
	v.ask(ctx, guest.as(http.MethodDelete, "/users/me"), http.StatusNoContent)
}

// phones opens a socket, or closes the oldest one.
func (v *visitor) phones(ctx context.Context, m member) {
	if len(v.sockets) >= 1+v.r.IntN(socketsAtMost) {
		v.hangUp()
		return
	}
	conn, err := harness.DialFrom(ctx, v.api.Base, m.token, m.from, "")
	if err != nil {
		v.odd.add("socket: " + err.Error())
		return
	}
	v.answers.add("socket")
	v.sockets = append(v.sockets, conn)
	v.reading.Go(func() {
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return // it was closed
			}
		}
	})
}

// hangUp closes a socket, every other time without a close frame.
func (v *visitor) hangUp() {
	conn := v.sockets[0]
	v.sockets = v.sockets[1:]
	if v.r.IntN(2) == 0 {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // it may be closed already
	}
	_ = conn.Close()
}
