package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The content types of what is sent.
const (
	kindJSON = "application/json"
	kindForm = "application/x-www-form-urlencoded"
)

// What everybody's password is, and the size of the pages in which films are collected.
const (
	password    = "correct horse 영화"
	fillConns   = 4
	signInUsers = 20 // sign in again and again, and do nothing else: old sessions of a member end
	inboxLikes  = 60 // notifications of the author before the load: more than a page of them
)

// person is a member who is signed in.
type person struct {
	id    int64
	name  string
	token string
}

// community is what the database was filled with.
type community struct {
	films   []int64  // ids, in their order
	people  []person // the first is the author whose socket is measured
	signIns []string // usernames of those who only sign in
	mine    []int64  // reviews of the author
}

// settle fills the server through its API.
func settle(ctx context.Context, b *bench) (*community, error) {
	c := newClient(fillConns, nil)
	defer c.close()
	t := &community{people: make([]person, b.users)}
	var err error
	if t.films, err = collectFilms(ctx, c, b.server.base); err != nil {
		return nil, err
	}
	b.say("signing up and in %d members", b.users)
	if err := t.signUp(ctx, c, b.server.base); err != nil {
		return nil, err
	}
	b.say("writing %d reviews", b.reviews)
	if _, err := c.send(ctx, b.server.base, t.review, 0, b.reviews, fillConns); err != nil {
		return nil, err
	}
	if t.mine, err = collectIDs(ctx, c, b.server.base, fmt.Sprintf("/users/%d/reviews?limit=200", t.people[0].id)); err != nil {
		return nil, err
	}
	_, err = c.send(ctx, b.server.base, t.likeAuthor, 0, min(inboxLikes, len(t.people)-1), fillConns)
	return t, err
}

// collectFilms returns the ids of all the films.
func collectFilms(ctx context.Context, c *client, base string) ([]int64, error) {
	return collectIDs(ctx, c, base, "/movies?limit=200")
}

// collectIDs follows a list to its end.
func collectIDs(ctx context.Context, c *client, base, path string) ([]int64, error) {
	var ids []int64
	for path != "" {
		page, next, err := listPage(ctx, c, base, path)
		if err != nil {
			return nil, err
		}
		ids, path = append(ids, page...), next
	}
	return ids, nil
}

// listPage returns the ids on a page and the path of the next one, "" after the last.
func listPage(ctx context.Context, c *client, base, path string) ([]int64, string, error) {
	got, err := c.do(ctx, base, request{method: "GET", path: path})
	if err != nil {
		return nil, "", err
	}
	var rows []struct{ ID int64 }
	if err := json.Unmarshal(got.body, &rows); err != nil {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	next, err := nextPath(got.header.Get("Link"))
	return ids, next, err
}

// nextPath returns the path and query of a header like `<…>; rel="next"` (RFC 8288), "" without one.
func nextPath(link string) (string, error) {
	target, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || !strings.Contains(rest, `rel="next"`) {
		return "", nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", fmt.Errorf("read Link %q: %w", link, err)
	}
	return u.RequestURI(), nil
}

// signUp makes the accounts and signs everybody in.
func (t *community) signUp(ctx context.Context, c *client, base string) error {
	for i := range t.people {
		t.people[i].name = fmt.Sprintf("관객%05d", i)
	}
	for i := range signInUsers {
		t.signIns = append(t.signIns, fmt.Sprintf("손님%05d", i))
	}
	create := func(i int) request {
		name := t.signIns[max(0, i-len(t.people))]
		if i < len(t.people) {
			name = t.people[i].name
		}
		body := fmt.Sprintf(`{"username":%q,"password":%q,"age":%d,"gender":"female"}`, name, password, 20+i%50)
		return request{method: "POST", path: "/users", kind: kindJSON, body: body, want: http.StatusCreated}
	}
	if _, err := c.send(ctx, base, create, 0, len(t.people)+len(t.signIns), fillConns); err != nil {
		return err
	}
	for i := range t.people {
		if err := t.people[i].signIn(ctx, c, base); err != nil {
			return err
		}
	}
	return nil
}

func (p *person) signIn(ctx context.Context, c *client, base string) error {
	got, err := c.do(ctx, base, loginAs(p.name))
	if err != nil {
		return err
	}
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(got.body, &tokens); err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	p.token = tokens.Access
	me, err := c.do(ctx, base, request{method: "GET", path: "/users/me", member: p})
	if err != nil {
		return err
	}
	var account struct{ ID int64 }
	if err := json.Unmarshal(me.body, &account); err != nil {
		return fmt.Errorf("read the account: %w", err)
	}
	p.id = account.ID
	return nil
}

func loginAs(name string) request {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)
	return request{method: "POST", path: "/users/login", kind: kindJSON, body: body}
}
