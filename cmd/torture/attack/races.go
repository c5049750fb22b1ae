package attack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

const (
	equals      = 16  // concurrent requests, each on its own connection
	raceRounds  = 250 // of each kind
	racerCount  = 128
	wrongEnough = 10 // failed rounds, after which the race stops
	tidyEvery   = 50 // rounds: of what is no longer needed the program removes 1,024 files at once, and others later
)

// course holds the members and the connections of the races.
type course struct {
	*target
	racers  []member
	lanes   []*harness.Client
	answers *counter
	review  review // that was written last
}

type review struct {
	id int64
	by member
}

// races sends equal requests at the same time, round after round, and checks that they have one effect.
func (s *target) races(ctx context.Context) error {
	rounds := s.scaled(raceRounds)
	if most := racerCount * (racerCount - 1); rounds > most {
		return fmt.Errorf("there are %d pairs who can follow each other, and %d rounds", most, rounds)
	}
	c := &course{target: s, answers: newCounter()}
	var err error
	if c.racers, err = s.signUp(ctx, racerCount); err != nil {
		return err
	}
	for range equals {
		c.lanes = append(c.lanes, harness.NewClient(s.api.Base))
	}
	deadlocks, err := s.deadlocks(ctx)
	if err != nil {
		return err
	}
	ran, wrong := c.run(ctx, rounds)
	s.want("rounds with another effect than one", float64(len(wrong)), 0, "")
	s.note("%d rounds of %d equal requests: %s", ran, equals, c.answers)
	if s.Database != nil {
		after, err := s.deadlocks(ctx)
		if err != nil {
			return err
		}
		s.note("deadlocks that the database counted and no client saw: %d", after-deadlocks)
	}
	return errors.Join(append(wrong, ctx.Err())...)
}

// run runs n rounds of each kind, and returns the number of rounds and the violations.
func (c *course) run(ctx context.Context, rounds int) (ran int, wrong []error) {
	kinds := []func(context.Context, int) error{c.reviewAtOnce, c.likeReviewAtOnce, c.likeFilmAtOnce, c.followAtOnce, c.refreshAtOnce}
	for k := 0; k < rounds && len(wrong) < wrongEnough && ctx.Err() == nil; k++ {
		for _, one := range kinds {
			ran++
			if err := one(ctx, k); err != nil {
				wrong = append(wrong, fmt.Errorf("round %d: %w", k+1, err))
			}
		}
		if done := k + 1; done%tidyEvery == 0 || done == rounds {
			if err := c.oneFileEach(ctx, done); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return ran, wrong
}

// deadlocks returns how many transactions the database server has rolled back for a deadlock.
func (s *target) deadlocks(ctx context.Context) (int64, error) {
	if s.Database == nil {
		return 0, nil
	}
	return s.Database.Status(ctx, "Innodb_deadlocks")
}

func (c *course) racer(k int) member { return c.racers[k%len(c.racers)] }
func (c *course) film(k int) int     { return 1 + k%c.films }

// race sends a request on every connection at the same time.
func (c *course) race(ctx context.Context, name string, call harness.Call) []harness.Answer {
	all, start := make([]harness.Answer, len(c.lanes)), make(chan struct{})
	var lanes sync.WaitGroup
	for k, lane := range c.lanes {
		lanes.Go(func() {
			<-start
			all[k] = lane.Try(ctx, call)
		})
	}
	close(start)
	lanes.Wait()
	for _, a := range all {
		c.answers.add(name + ": " + status(a))
	}
	return all
}

// equalAnswers runs a race whose answers must be equal, and decodes one.
func (c *course) equalAnswers(ctx context.Context, name string, call harness.Call, out any) error {
	all := c.race(ctx, name, call)
	for _, a := range all {
		if a.Status != http.StatusOK || string(a.Body) != string(all[0].Body) {
			return fmt.Errorf("%s: %d %s, while another is %d %s", name, a.Status, a.Body, all[0].Status, all[0].Body)
		}
	}
	if err := json.Unmarshal(all[0].Body, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// figure is a counter of a resource.
type figure struct{ path, name string }

func (c *course) read(ctx context.Context, f figure) (n int64, err error) {
	var all map[string]json.RawMessage
	if _, err := c.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: f.path}, &all); err != nil {
		return 0, err
	}
	if err := json.Unmarshal(all[f.name], &n); err != nil {
		return 0, fmt.Errorf("GET %s: %s: %w", f.path, f.name, err)
	}
	return n, nil
}

// countedOnce runs a race that must increase each of the counters by one.
func (c *course) countedOnce(ctx context.Context, run func() error, figures ...figure) error {
	before := make([]int64, len(figures))
	for k, f := range figures {
		var err error
		if before[k], err = c.read(ctx, f); err != nil {
			return err
		}
	}
	if err := run(); err != nil {
		return err
	}
	for k, f := range figures {
		now, err := c.read(ctx, f)
		if err != nil {
			return err
		}
		if now != before[k]+1 {
			return fmt.Errorf("%s of %s went from %d to %d", f.name, f.path, before[k], now)
		}
	}
	return nil
}

// notifiedOnce runs a race that must send exactly one notification.
func (c *course) notifiedOnce(ctx context.Context, whom member, want harness.Notification, run func() error) error {
	before, err := c.newest(ctx, whom)
	if err != nil {
		return err
	}
	if err := run(); err != nil {
		return err
	}
	now, err := c.newest(ctx, whom)
	if err != nil {
		return err
	}
	if now.Seq != before.Seq+1 || now.Type != want.Type || now.Actor != want.Actor || now.ReviewID != want.ReviewID {
		return fmt.Errorf("after notification %d the newest is %+v, want one more: %+v", before.Seq, now, want)
	}
	return nil
}

// newest returns the last notification of a member, the zero value when there is none.
func (c *course) newest(ctx context.Context, of member) (n harness.Notification, err error) {
	var all []harness.Notification
	_, err = c.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: "/notifications/inbox?limit=1", Token: of.token}, &all)
	if len(all) > 0 {
		n = all[0]
	}
	return n, err
}

// reviewAtOnce races reviews of a film: one is accepted, and the responses to the others contain its id.
func (c *course) reviewAtOnce(ctx context.Context, k int) error {
	by, film := c.racer(k), c.film(k)
	kind, body := form(map[string]string{"movie_id": strconv.Itoa(film), "title": "t", "content": "c"}, "review_image", "a.png", picture(100, 100, uint8(k)))
	call := harness.Call{Method: http.MethodPost, Path: "/reviews", Token: by.token, Kind: kind, Body: body}
	return c.countedOnce(ctx, func() error {
		accepted, ids := 0, map[int64]bool{}
		for _, a := range c.race(ctx, "review", call) {
			var answer struct {
				ID       int64  `json:"id"`
				Code     string `json:"code"`
				ReviewID int64  `json:"review_id"`
			}
			if err := json.Unmarshal(a.Body, &answer); err != nil {
				return fmt.Errorf("review: %d %s: %w", a.Status, a.Body, err)
			}
			switch {
			case a.Status == http.StatusCreated:
				accepted++
				ids[answer.ID] = true
				c.review = review{answer.ID, by}
			case a.Status == http.StatusConflict && answer.Code == "review_exists":
				ids[answer.ReviewID] = true
			default:
				return fmt.Errorf("review: %d %s", a.Status, a.Body)
			}
		}
		if accepted != 1 || len(ids) != 1 {
			return fmt.Errorf("review: %d were accepted, and the answers name %d reviews", accepted, len(ids))
		}
		return nil
	}, figure{fmt.Sprintf("/movies/%d", film), "review_count"}, figure{fmt.Sprintf("/users/%d", by.id), "review_count"})
}

// likeReviewAtOnce races likes of the latest review.
func (c *course) likeReviewAtOnce(ctx context.Context, k int) error {
	by, liked := c.racer(k+1), c.review
	call := harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/likes/reviews/%d/like", liked.id), Token: by.token}
	want := harness.Notification{Type: "review_like", ReviewID: liked.id}
	want.Actor.ID = by.id
	return c.notifiedOnce(ctx, liked.by, want, func() error {
		return c.countedOnce(ctx, func() error {
			var state struct {
				ID    int64 `json:"id"`
				Liked bool  `json:"is_liked"`
			}
			if err := c.equalAnswers(ctx, "like of a review", call, &state); err != nil {
				return err
			}
			if state.ID == 0 || !state.Liked {
				return fmt.Errorf("like of review %d: %+v", liked.id, state)
			}
			return nil
		}, figure{fmt.Sprintf("/reviews/%d", liked.id), "like_count"})
	})
}

// likeFilmAtOnce races likes of a film, which notify nobody.
func (c *course) likeFilmAtOnce(ctx context.Context, k int) error {
	by, film := c.racer(k), c.film(k)
	call := harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/likes/movies/%d/like", film), Token: by.token}
	return c.countedOnce(ctx, func() error {
		var state struct {
			ID   int64  `json:"id"`
			Type string `json:"type"`
		}
		if err := c.equalAnswers(ctx, "like of a film", call, &state); err != nil {
			return err
		}
		if state.ID == 0 || state.Type != "like" {
			return fmt.Errorf("like of film %d: %+v", film, state)
		}
		return nil
	}, figure{fmt.Sprintf("/movies/%d/reaction_count", film), "like_count"})
}

// followAtOnce races follows of a member.
func (c *course) followAtOnce(ctx context.Context, k int) error {
	n := len(c.racers)
	by, whom := c.racers[k%n], c.racers[(k%n+1+k/n)%n]
	call := harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/follow", whom.id), Token: by.token}
	want := harness.Notification{Type: "follow"}
	want.Actor.ID = by.id
	return c.notifiedOnce(ctx, whom, want, func() error {
		return c.countedOnce(ctx, func() error {
			var state struct {
				Who  int64 `json:"follower_id"`
				Whom int64 `json:"following_id"`
				On   bool  `json:"is_following"`
			}
			if err := c.equalAnswers(ctx, "follow", call, &state); err != nil {
				return err
			}
			if state.Who != by.id || state.Whom != whom.id || !state.On {
				return fmt.Errorf("%d follows %d: %+v", by.id, whom.id, state)
			}
			return nil
		}, figure{fmt.Sprintf("/users/%d", by.id), "following_count"}, figure{fmt.Sprintf("/users/%d", whom.id), "follower_count"})
	})
}

// refreshAtOnce races refreshes with one token. There is one successor, every caller can go on, and the session stays
// active.
func (c *course) refreshAtOnce(ctx context.Context, k int) error {
	who := &c.racers[k%len(c.racers)]
	call := harness.Call{Method: http.MethodPost, Path: "/users/refresh", Body: fmt.Appendf(nil, `{"refresh_token": %q}`, who.refresh)}
	before, successor := who.refresh, ""
	for _, a := range c.race(ctx, "refresh", call) {
		var in tokens
		if err := json.Unmarshal(a.Body, &in); err != nil || a.Status != http.StatusOK {
			return fmt.Errorf("refresh of member %d: %d %s", who.id, a.Status, a.Body)
		}
		if in.Refresh == before || successor != "" && in.Refresh != successor {
			return fmt.Errorf("refresh of member %d: several successors, or none", who.id)
		}
		successor = in.Refresh
		if _, err := c.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: "/users/me", Token: in.Access}, nil); err != nil {
			return err
		}
		who.token, who.refresh = in.Access, in.Refresh
	}
	var devices []json.RawMessage
	_, err := c.api.Must(ctx, harness.Call{Method: http.MethodGet, Path: "/users/me/sessions", Token: who.token}, &devices)
	if err == nil && len(devices) != 1 {
		err = fmt.Errorf("refresh of member %d: %d sessions", who.id, len(devices))
	}
	return err
}

// oneFileEach waits until the images of the refused reviews are removed.
func (c *course) oneFileEach(ctx context.Context, reviews int) error {
	count := func() (n int) {
		_ = fs.WalkDir(os.DirFS(filepath.Join(c.scratch, "data", "media", "reviews", "images")), ".", func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return nil // a file may be removed in the meantime
		})
		return n
	}
	if !harness.Eventually(ctx, harness.EndTimeout, func() bool { return count() == reviews }) {
		return fmt.Errorf("there are %d images of %d reviews", count(), reviews)
	}
	return nil
}
