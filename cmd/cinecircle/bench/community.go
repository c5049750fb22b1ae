package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/bench/dataset"
	"github.com/cinecircle/cinecircle/platform/database"
)

// What everybody's password is, how many connections prepare a run, and how many members of each kind
// there are at most.
const (
	password    = "correct horse 영화"
	fillConns   = 4
	mostPeople  = 800 // are signed in
	mostSignIns = 100 // sign in again and again, and do nothing else: old sessions of a member end
	mostMine    = 1000
)

// person is a member who is signed in.
type person struct {
	id    int64
	name  string
	token string
}

// community is what is in the database, as far as requests need to know.
type community struct {
	films, reviews int      // ids from 1 on
	people         []person // the first is the author whose socket is measured, the second follows most
	signIns        []string // usernames of those who only sign in
	mine           []int64  // reviews of the author
	fresh          []writing

	topFilm, topReview            int64 // with most reviews, with most likes
	author, follower              int64 // who is told most, who follows most
	topWriter, topUser, topFollow int64 // who wrote most, who is followed most, and who that is not
}

// writing is a review that nobody wrote yet.
type writing struct {
	who  int // of people
	film int64
}

// meet looks at the database for who and what is special, before the server starts.
func meet(ctx context.Context, db *database.DB, size dataset.Size) (*community, error) {
	t := &community{films: size.Films, reviews: size.Reviews}
	for query, to := range map[string]*int64{
		"SELECT id FROM movies ORDER BY review_count DESC, id LIMIT 1":                       &t.topFilm,
		"SELECT id FROM reviews ORDER BY like_count DESC, id LIMIT 1":                        &t.topReview,
		"SELECT user_id FROM notification_states ORDER BY last_seq DESC, user_id LIMIT 1":    &t.author,
		"SELECT id FROM users ORDER BY following_count DESC, id LIMIT 1":                     &t.follower,
		"SELECT id FROM users ORDER BY review_count DESC, id LIMIT 1":                        &t.topWriter,
		"SELECT id FROM users ORDER BY follower_count DESC, id LIMIT 1":                      &t.topUser,
		"SELECT id FROM users WHERE follower_count < 50 ORDER BY follower_count, id LIMIT 1": &t.topFollow,
	} {
		if err := db.Row(ctx, query).Scan(to); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	t.choose(size.Users)
	var err error
	if t.mine, err = column(ctx, db, "SELECT id FROM reviews WHERE user_id = ? ORDER BY id LIMIT ?", t.author, mostMine); err != nil {
		return nil, err
	}
	t.fresh, err = t.unwritten(ctx, db)
	return t, err
}

// choose says who signs in: the special ones and, of every so many members, one to be signed in and
// one to sign in again and again.
func (t *community) choose(users int) {
	t.people = append(t.people, member(t.author))
	if t.follower != t.author {
		t.people = append(t.people, member(t.follower))
	}
	step := float64(users) / float64(min(users, mostPeople+mostSignIns))
	for k := 0; int(float64(k)*step) < users; k++ {
		id := int64(float64(k)*step) + 1
		switch {
		case id == t.author || id == t.follower || id == t.topFollow:
		case k%9 == 8 && len(t.signIns) < mostSignIns:
			t.signIns = append(t.signIns, dataset.Username(int(id)))
		default:
			t.people = append(t.people, member(id))
		}
	}
}

func member(id int64) person { return person{id: id, name: dataset.Username(int(id))} }

// mostFresh is how many reviews a run writes at most.
const mostFresh = 100_000

// unwritten returns reviews that are still to be written: neighbours have neither member nor film in common.
func (t *community) unwritten(ctx context.Context, db *database.DB) ([]writing, error) {
	written := make(map[writing]bool)
	for who, p := range t.people {
		films, err := column(ctx, db, "SELECT movie_id FROM reviews WHERE user_id = ?", p.id)
		if err != nil {
			return nil, err
		}
		for _, film := range films {
			written[writing{who, film}] = true
		}
	}
	var fresh []writing
	for k := 0; len(fresh) < mostFresh && k < len(t.people)*t.films; k++ {
		if w := draft(k, len(t.people), t.films); !written[w] {
			fresh = append(fresh, w)
		}
	}
	return fresh, nil
}

// draft returns pair number k of a member and a film: the first people·films are distinct.
func draft(k, people, films int) writing {
	who := k % people
	return writing{who, int64((k/people+who*7919)%films) + 1}
}

// column returns a column of ids.
func column(ctx context.Context, db *database.DB, query string, args ...any) ([]int64, error) {
	var ids []int64
	if err := db.Reader(ctx).Raw(query, args...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	return ids, nil
}

// signIn signs everybody in.
func (t *community) signIn(ctx context.Context, base string) error {
	c := newClient(fillConns, nil)
	defer c.close()
	return each(len(t.people), fillConns, func(i int) error { return t.people[i].signIn(ctx, c, base) })
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
	return nil
}

func loginAs(name string) request {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)
	return request{method: "POST", path: "/users/login", kind: kindJSON, body: body}
}
