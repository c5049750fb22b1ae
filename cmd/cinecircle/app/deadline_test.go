package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestOnlyWritesHaveADeadline(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]bool{
		http.MethodPost: true, http.MethodPatch: true, http.MethodPut: true, http.MethodDelete: true,
		http.MethodGet: false, http.MethodHead: false, http.MethodOptions: false,
	} {
		called := false
		h := endWrites(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			called = true
			if end, got := r.Context().Deadline(); got != want || got && time.Until(end) > time.Hour {
				t.Errorf("%s: got a deadline: %v, want %v", method, got, want)
			}
		}), time.Hour)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, "/", nil))
		if !called {
			t.Errorf("%s: the handler was not called", method)
		}
	}
}
