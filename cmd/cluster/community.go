package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const password = "correct horse 영화"

// member is a signed-in member.
type member struct {
	id      int64
	name    string
	token   string
	reviews []int64
	sockets []*harness.Listener
}

// signUpAll fills the database: members, films, and a review of each film by each member.
func (t *trial) signUpAll(ctx context.Context) error {
	t.say("signing up %d members, who write %d reviews", t.options.members, t.options.members*t.films)
	for k := range t.options.members {
		m, err := t.signUp(ctx, fmt.Sprintf("관객%03d", k))
		if err != nil {
			return err
		}
		t.members = append(t.members, m)
	}
	for k := range t.films {
		var film struct{ ID int64 }
		body := fmt.Appendf(nil, `{"title":"film %d","plot":"","cast":[],"playtime":100,"genre":"Drama"}`, k)
		if _, err := t.api.Must(ctx, harness.Call{Method: http.MethodPost, Path: "/movies", Token: t.members[0].token, Body: body}, &film); err != nil {
			return err
		}
		for _, m := range t.members {
			if err := t.review(ctx, m, film.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *trial) signUp(ctx context.Context, name string) (*member, error) {
	m := &member{name: name}
	account, err := json.Marshal(map[string]any{"username": name, "password": password, "age": 30, "gender": "female"})
	if err != nil {
		return nil, err
	}
	var made struct{ ID int64 }
	if _, err := t.api.Must(ctx, harness.Call{Method: http.MethodPost, Path: "/users", Body: account}, &made); err != nil {
		return nil, err
	}
	m.id = made.ID
	a := t.signIn(ctx, name)
	m.token, err = accessToken(a)
	return m, err
}

func (t *trial) signIn(ctx context.Context, name string) harness.Answer {
	body, err := json.Marshal(map[string]string{"username": name, "password": password})
	if err != nil {
		return harness.Answer{}
	}
	return t.api.Try(ctx, harness.Call{Method: http.MethodPost, Path: "/users/login", Body: body})
}

// accessToken reads the answer of a sign-in.
func accessToken(a harness.Answer) (string, error) {
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.NewDecoder(bytes.NewReader(a.Body)).Decode(&tokens); a.Status != http.StatusOK || err != nil {
		return "", fmt.Errorf("sign in: %d %s", a.Status, a.Body)
	}
	return tokens.Access, nil
}

func (t *trial) review(ctx context.Context, m *member, film int64) error {
	form := url.Values{"movie_id": {fmt.Sprint(film)}, "title": {"t"}, "content": {"c"}}
	var made struct{ ID int64 }
	_, err := t.api.Must(ctx, harness.Call{
		Method: http.MethodPost, Path: "/reviews", Token: m.token,
		Kind: "application/x-www-form-urlencoded", Body: []byte(form.Encode()),
	}, &made)
	m.reviews = append(m.reviews, made.ID)
	return err
}
