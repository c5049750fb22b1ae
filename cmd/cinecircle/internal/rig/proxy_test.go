package rig

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// behind returns a proxy in front of a server that answers with a text, and a client of it.
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

func TestFairWeatherChangesNothing(t *testing.T) {
	text := strings.Repeat("film ", 100_000)
	_, c := behind(t, text)
	if get(t, c) != text {
		t.Error("the answer has changed on its way")
	}
}

func TestResetAndCutEndConnectionsAndFairWeatherBringsThemBack(t *testing.T) {
	text := strings.Repeat("film ", 1000)
	p, c := behind(t, text)
	for _, w := range []Weather{{Reset: true}, {CutAfter: 300}} {
		p.Set(w)
		if got := get(t, c); got != "" {
			t.Errorf("%+v: %d bytes came back", w, len(got))
		}
		p.Set(Weather{})
		if get(t, c) != text {
			t.Errorf("after %+v the answer does not come", w)
		}
	}
}

func TestWhatFellIntoAHoleArrivesOnceItIsClosed(t *testing.T) {
	p, c := behind(t, "film")
	p.Set(Weather{Hole: true})
	came := make(chan string, 1)
	go func() { came <- string(c.Try(t.Context(), Call{Method: http.MethodGet, Path: "/"}).Body) }()
	select {
	case got := <-came:
		t.Errorf("%q came through the hole", got)
	case <-time.After(100 * time.Millisecond): // long enough for an answer that nothing stops
	}
	p.Set(Weather{})
	if got := <-came; got != "film" {
		t.Errorf("got %q", got)
	}
}

func TestDelayAndThrottleTakeTheirTime(t *testing.T) {
	text := strings.Repeat("film ", 1000)
	p, c := behind(t, text)
	for _, w := range []Weather{{Delay: 50 * time.Millisecond}, {PerTick: 500}} {
		p.Set(w)
		begin := time.Now()
		if get(t, c) != text {
			t.Errorf("%+v: the answer has changed on its way", w)
		}
		if took := time.Since(begin); took < 100*time.Millisecond {
			t.Errorf("%+v: it took only %s", w, took)
		}
	}
}
