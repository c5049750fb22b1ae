package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/testkit/fault"
)

// TestAStoreThatHangsSlowsUploadsAlone has more uploads wait for a store than may.
func TestAStoreThatHangsSlowsUploadsAlone(t *testing.T) {
	t.Parallel()
	config := testConfig(t)
	config.Media.Driver = mediaS3
	config.Media.S3 = s3Config{Endpoint: "http://" + fault.BlackHole(t), Bucket: "films", AccessKey: "key", SecretKey: "secret", PathStyle: true}
	a := newAppWith(t, config)
	web := httptest.NewServer(a.handler)
	t.Cleanup(web.Close)
	s := &server{t: t, base: web.URL}
	id, token := s.signUp("member")
	_, fan := s.signUp("fan")
	film := s.film(token, "기생충")

	ctx, leave := context.WithCancel(t.Context())
	kind, body := upload(t, nil, "image", "a.png", drawing(t))
	const uploads = 100
	busy := make(chan int, uploads)
	var all sync.WaitGroup
	for range uploads {
		all.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/users/me/profile_image", strings.NewReader(body))
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
		s.get("", "/movies")
		s.post(http.StatusOK, fan, fmt.Sprintf("/users/%d/%s", id, []string{"follow", "unfollow"}[n%2]), "", "")
	}
	s.post(http.StatusCreated, token, "/reviews", asForm, fmt.Sprintf("movie_id=%d&title=t&content=c", film))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("what needs no store took %v", took)
	}
	leave()
	all.Wait()
}
