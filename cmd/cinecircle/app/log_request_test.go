package app_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/logqueue"
)

func TestErrorsOfTheDatabaseNameTheRequest(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	queue := logqueue.New(&log)
	a := apptest.WithLog(t, apptest.Config(t), app.NewLogger(queue, "info", false))
	member := apptest.Member(t, a, "member", "member")
	token := apptest.SignIn(t, a, member).Access
	film := apptest.Film(t, a, member.ID)
	for _, table := range []string{"movie_reactions", "follows", "personal_tokens"} {
		if err := a.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec("DROP TABLE " + table).Error }); err != nil {
			t.Fatal(err)
		}
	}
	requests := []string{
		"POST /likes/movies/" + strconv.FormatInt(film, 10) + "/like", "GET /users/me/followers", "POST /users/" + strconv.FormatInt(member.ID+1, 10) + "/follow",
		"GET /users/me/tokens", // queried by GORM, which writes a line of its own
	}
	apptest.Member(t, a, "other", "member")
	for _, request := range requests {
		method, path, _ := strings.Cut(request, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("X-Request-ID", "probe."+path[1:4])
		w := httptest.NewRecorder()
		if a.Handler.ServeHTTP(w, r); w.Code != http.StatusInternalServerError {
			t.Errorf("%s: got %d, want 500: %s", request, w.Code, w.Body)
		}
	}
	queue.Close(10 * time.Second)
	lines := 0
	for line := range strings.Lines(log.out.String()) {
		if !strings.Contains(line, `"level":"ERROR"`) {
			continue
		}
		lines++
		if strings.Count(line, `"request_id":"probe.`) != 1 {
			t.Errorf("want request_id once: %s", line)
		}
	}
	if lines <= len(requests) { // the line of each request, and that of GORM
		t.Errorf("got %d lines of errors, want more than %d:\n%s", lines, len(requests), log.out.String())
	}
}
