package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cinecircle/cinecircle/cmd/bench/dataset"
	"github.com/cinecircle/cinecircle/platform/database"
)

const (
	password      = "correct horse 영화" // of every member
	prepareConns  = 4                  // connections that prepare a run
	maxSignedIn   = 800
	maxSignIns    = 100 // members who only sign in, because every sign-in may end an older session of the member
	maxOwnReviews = 1000
	maxDrafts     = 100_000
)

// member is a signed-in member.
type member struct {
	id    int64
	name  string
	token string
}

// community is what the requests are about.
type community struct {
	films, reviews, lists int      // their ids count from 1
	members               []member // the first is the author whose socket is measured, the second has most followings
	signIns               []string // usernames of members who only sign in
	own                   []int64  // reviews of the author
	drafts                []draft

	topFilm, topReview, talkedReview  int64 // with most reviews, with most likes, with most comments
	topRater                          int64 // with most ratings
	topList, longList, listedFilm     int64 // the public list with most likes, that with most films, the film in most lists
	author, follower                  int64 // with most notifications, with most followings
	topWriter, topUser, plainFollowed int64 // with most reviews, with most followers, with few followers
}

// draft is a review that does not exist yet.
type draft struct {
	who  int // index in members
	film int64
}

// readCommunity reads it from the database.
func readCommunity(ctx context.Context, db *database.DB, size dataset.Size) (*community, error) {
	c := &community{films: size.Films, reviews: size.Reviews, lists: size.Lists}
	for query, to := range map[string]*int64{
		"SELECT id FROM movies ORDER BY review_count DESC, id LIMIT 1":                               &c.topFilm,
		"SELECT id FROM reviews ORDER BY like_count DESC, id LIMIT 1":                                &c.topReview,
		"SELECT id FROM reviews ORDER BY comment_count DESC, id LIMIT 1":                             &c.talkedReview,
		"SELECT user_id FROM notification_states ORDER BY last_seq DESC, user_id LIMIT 1":            &c.author,
		"SELECT id FROM users ORDER BY following_count DESC, id LIMIT 1":                             &c.follower,
		"SELECT id FROM users ORDER BY review_count DESC, id LIMIT 1":                                &c.topWriter,
		"SELECT id FROM users ORDER BY follower_count DESC, id LIMIT 1":                              &c.topUser,
		"SELECT id FROM users ORDER BY rating_count DESC, id LIMIT 1":                                &c.topRater,
		"SELECT id FROM lists WHERE is_public ORDER BY like_count DESC, id LIMIT 1":                  &c.topList,
		"SELECT id FROM lists WHERE is_public ORDER BY item_count DESC, id LIMIT 1":                  &c.longList,
		"SELECT movie_id FROM list_items GROUP BY movie_id ORDER BY COUNT(*) DESC, movie_id LIMIT 1": &c.listedFilm,
		"SELECT id FROM users WHERE follower_count < 50 ORDER BY follower_count, id LIMIT 1":         &c.plainFollowed,
	} {
		if err := db.Row(ctx, query).Scan(to); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	c.choose(size.Users)
	var err error
	if c.own, err = ids(ctx, db, "SELECT id FROM reviews WHERE user_id = ? ORDER BY id LIMIT ?", c.author, maxOwnReviews); err != nil {
		return nil, err
	}
	c.drafts, err = c.findDrafts(ctx, db)
	return c, err
}

// choose fills members and signIns: the author, the follower, and others at equal distances of their ids. No member is
// in both.
func (c *community) choose(users int) {
	c.members = append(c.members, newMember(c.author))
	if c.follower != c.author {
		c.members = append(c.members, newMember(c.follower))
	}
	step := float64(users) / float64(min(users, maxSignedIn+maxSignIns))
	for k := 0; int(float64(k)*step) < users; k++ {
		id := int64(float64(k)*step) + 1
		switch {
		case id == c.author || id == c.follower || id == c.plainFollowed:
		case k%9 == 8 && len(c.signIns) < maxSignIns:
			c.signIns = append(c.signIns, dataset.Username(int(id)))
		default:
			c.members = append(c.members, newMember(id))
		}
	}
}

func newMember(id int64) member { return member{id: id, name: dataset.Username(int(id))} }

// findDrafts returns reviews that do not exist yet. Neighbours have neither member nor film in common.
func (c *community) findDrafts(ctx context.Context, db *database.DB) ([]draft, error) {
	written := make(map[draft]bool)
	for who, m := range c.members {
		films, err := ids(ctx, db, "SELECT movie_id FROM reviews WHERE user_id = ?", m.id)
		if err != nil {
			return nil, err
		}
		for _, film := range films {
			written[draft{who, film}] = true
		}
	}
	var drafts []draft
	for k := 0; len(drafts) < maxDrafts && k < len(c.members)*c.films; k++ {
		if d := newDraft(k, len(c.members), c.films); !written[d] {
			drafts = append(drafts, d)
		}
	}
	return drafts, nil
}

// newDraft returns pair number k of a member and a film. The first members·films pairs are distinct.
func newDraft(k, members, films int) draft {
	who := k % members
	return draft{who, int64((k/members+who*7919)%films) + 1}
}

// ids returns the column of a query.
func ids(ctx context.Context, db *database.DB, query string, args ...any) ([]int64, error) {
	var all []int64
	if err := db.Reader(ctx).Raw(query, args...).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	return all, nil
}

// signIn signs in all members.
func (c *community) signIn(ctx context.Context, base string) error {
	client := newClient(prepareConns, nil)
	defer client.close()
	return each(len(c.members), prepareConns, func(i int) error { return c.members[i].signIn(ctx, client, base) })
}

func (m *member) signIn(ctx context.Context, c *client, base string) error {
	got, err := c.do(ctx, base, loginAs(m.name))
	if err != nil {
		return err
	}
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(got.body, &tokens); err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	m.token = tokens.Access
	return nil
}

func loginAs(name string) request {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)
	return request{method: http.MethodPost, path: "/users/login", kind: kindJSON, body: body}
}
