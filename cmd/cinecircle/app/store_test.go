package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// TestAStoreThatHangsDelaysOnlyUploads has more uploads wait for a store than may.
func TestAStoreThatHangsDelaysOnlyUploads(t *testing.T) {
	t.Parallel()
	c := apptest.Config(t)
	c.Media.Driver = config.MediaS3
	c.Media.S3 = config.S3{Endpoint: "http://" + fault.BlackHole(t), Bucket: "films", AccessKey: "key", SecretKey: "secret", PathStyle: true}
	a := apptest.With(t, c)
	web := apptest.Serve(t, a.Handler)
	s := &apptest.Client{T: t, Base: web.URL}
	id, token := s.SignUp("member")
	_, fan := s.SignUp("fan")
	film := s.Film(token, "기생충")

	ctx, leave := context.WithCancel(t.Context())
	kind, body := apptest.Upload(t, nil, "image", "a.png", apptest.PNG(t))
	const uploads = 100
	busy := make(chan int, uploads)
	var all sync.WaitGroup
	for range uploads {
		all.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Base+"/users/me/profile_image", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Authorization", "Bearer "+token)
			if res, err := http.DefaultClient.Do(r); err == nil { // else it was left waiting
				_ = res.Body.Close()
				busy <- res.StatusCode
			}
		})
	}
	const waiting = 64
	for range uploads - waiting {
		if status := <-busy; status != http.StatusServiceUnavailable {
			t.Errorf("an upload too many is answered with %d, want 503", status)
		}
	}
	start := time.Now()
	for n := range 20 {
		s.Get("", "/movies")
		s.Post(http.StatusOK, fan, fmt.Sprintf("/users/%d/%s", id, []string{"follow", "unfollow"}[n%2]), "", "")
	}
	s.Post(http.StatusCreated, token, "/reviews", apptest.Form, fmt.Sprintf("movie_id=%d&title=t&content=c", film))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("what needs no store took %v", took)
	}
	leave()
	all.Wait()
}
