package harness

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// behind returns a proxy in front of a server that answers with a text, and a client of the proxy.
func behind(t *testing.T, text string) (*Proxy, *Client) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
	t.Cleanup(s.Close)
	p, err := NewProxy(t.Context(), strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p, NewClient("http://" + p.Addr)
}

func get(t *testing.T, c *Client) string {
	t.Helper()
	return string(c.Try(t.Context(), Call{Method: http.MethodGet, Path: "/"}).Body)
}

func TestProxyForwardsUnchangedByDefault(t *testing.T) {
	text := strings.Repeat("film ", 100_000)
	_, c := behind(t, text)
	if get(t, c) != text {
		t.Error("the answer was changed")
	}
}

func TestResetAndCutEndConnectionsUntilConditionsChange(t *testing.T) {
	text := strings.Repeat("film ", 1000)
	p, c := behind(t, text)
	for _, w := range []Conditions{{Reset: true}, {CutAfter: 300}} {
		p.Set(w)
		if got := get(t, c); got != "" {
			t.Errorf("%+v: %d bytes arrived, want none", w, len(got))
		}
		p.Set(Conditions{})
		if get(t, c) != text {
			t.Errorf("no answer after %+v ended", w)
		}
	}
}

func TestBlackHoleDeliversOnceItEnds(t *testing.T) {
	p, c := behind(t, "film")
	p.Set(Conditions{BlackHole: true})
	came := make(chan string, 1)
	go func() { came <- string(c.Try(t.Context(), Call{Method: http.MethodGet, Path: "/"}).Body) }()
	select {
	case got := <-came:
		t.Errorf("%q came through the black hole", got)
	case <-time.After(100 * time.Millisecond): // long enough for an answer that nothing stops
	}
	p.Set(Conditions{})
	if got := <-came; got != "film" {
		t.Errorf("got %q", got)
	}
}

func TestDelayAndThrottleSlowAnswersDown(t *testing.T) {
	text := strings.Repeat("film ", 1000)
	p, c := behind(t, text)
	for _, w := range []Conditions{{Delay: 50 * time.Millisecond}, {PerTick: 500}} {
		p.Set(w)
		begin := time.Now()
		if get(t, c) != text {
			t.Errorf("%+v: the answer was changed", w)
		}
		if took := time.Since(begin); took < 100*time.Millisecond {
			t.Errorf("%+v: the answer took %s, want at least 100ms", w, took)
		}
	}
}
