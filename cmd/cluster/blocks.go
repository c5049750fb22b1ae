package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// How long one member follows another one before the block, and how long a frame that was on its way may still take.
const (
	followFor     = 300 * time.Millisecond
	frameOnItsWay = time.Second
)

// blockChecks is what happened to members of whom one blocked the other. Only one goroutine writes it.
type blockChecks struct {
	checks int
	looks  int      // at an instance that answered
	wrong  []string // what a block did not prevent
}

// checkBlocks has one member follow and unfollow another one at all instances, until the other one blocks them at one of
// them. From the answer on, every instance must refuse the follow, and the inbox and the socket must show nothing of it.
func (t *trial) checkBlocks(ctx context.Context, done <-chan struct{}) error {
	r := rand.New(rand.NewPCG(t.seed, 5))
	author, err := t.signUp(ctx, "막는 사람")
	if err != nil {
		return err
	}
	fan, err := t.signUp(ctx, "따르는 사람")
	if err != nil {
		return err
	}
	socket := harness.Listen(ctx, t.front, author.token)
	defer socket.Close()
	seen := 0
	for {
		select {
		case <-done:
			return nil
		case <-time.After(checkEvery):
		}
		blocked, ok := t.blockWhileFollowed(ctx, r, author, fan)
		if !ok {
			continue // a part was down; whatever happened is undone by the next round
		}
		t.blocks.checks++
		for _, i := range t.instances {
			t.lookAtBlock(ctx, i, author, fan)
		}
		<-time.After(time.Until(blocked.Add(frameOnItsWay + 500*time.Millisecond)))
		frames := socket.Frames()
		for _, f := range frames[seen:] {
			if f.Actor.ID == fan.id && f.At.After(blocked.Add(frameOnItsWay)) {
				t.blocks.wrong = append(t.blocks.wrong, fmt.Sprintf("frame %d came %s after the block", f.Seq, f.At.Sub(blocked)))
			}
		}
		seen = len(frames)
	}
}

// blockWhileFollowed lifts the block, has the fan follow and unfollow at random instances, and blocks them meanwhile. It
// returns when the block was answered.
func (t *trial) blockWhileFollowed(ctx context.Context, r *rand.Rand, author, fan *member) (blocked time.Time, ok bool) {
	at := func() string { return t.instances[r.IntN(len(t.instances))].URL() }
	hide := func(verb string) bool {
		call := harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/%s", fan.id, verb), Token: author.token, Base: at()}
		return t.api.Try(ctx, call).Status == http.StatusOK
	}
	if !hide("unblock") {
		return time.Time{}, false
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for k, i := range t.instances {
		busy.Go(func() {
			for n := k; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				path := fmt.Sprintf("/users/%d/%s", author.id, []string{"follow", "unfollow"}[n%2])
				t.api.Try(ctx, harness.Call{Method: http.MethodPost, Path: path, Token: fan.token, Base: i.URL()})
			}
		})
	}
	<-time.After(followFor)
	ok = hide("block")
	blocked = time.Now()
	close(stop)
	busy.Wait()
	return blocked, ok
}

// lookAtBlock asks one instance what it makes of a block. One that is down says nothing.
func (t *trial) lookAtBlock(ctx context.Context, i *harness.Process, author, fan *member) {
	wrong := func(format string, args ...any) {
		t.blocks.wrong = append(t.blocks.wrong, i.Name+": "+fmt.Sprintf(format, args...))
	}
	follow := harness.Call{Method: http.MethodPost, Path: fmt.Sprintf("/users/%d/follow", author.id), Token: fan.token, Base: i.URL()}
	switch a := t.api.Try(ctx, follow); a.Status {
	case http.StatusForbidden:
		t.blocks.looks++
	case http.StatusOK:
		wrong("a follow was accepted")
	}
	var inbox []harness.Notification
	if t.read(ctx, i, author, "/notifications/inbox", &inbox) {
		for _, n := range inbox {
			if n.Actor.ID == fan.id {
				wrong("the inbox shows notification %d", n.Seq)
			}
		}
	}
	var shown struct {
		Viewer struct {
			FollowedBy bool `json:"followed_by"`
			Blocking   bool `json:"blocking"`
		} `json:"viewer"`
	}
	if t.read(ctx, i, author, fmt.Sprintf("/users/%d", fan.id), &shown) && (shown.Viewer.FollowedBy || !shown.Viewer.Blocking) {
		wrong("the relation is %+v", shown.Viewer)
	}
}

// read gets a resource from one instance, and reports whether it answered.
func (t *trial) read(ctx context.Context, i *harness.Process, m *member, path string, into any) bool {
	a := t.api.Try(ctx, harness.Call{Method: http.MethodGet, Path: path, Token: m.token, Base: i.URL()})
	return a.Status == http.StatusOK && json.Unmarshal(a.Body, into) == nil
}
