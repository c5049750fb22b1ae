package site

import (
	"testing"
	"time"
)

func TestUserAgentsAreShownAsBrowserAndSystem(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadPages(a, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	c := &pageContext{site: &Site{pages: p}, prefs: preferences{Lang: "en"}}
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0": "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/17 Safari/604":      "Safari on iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0":                                                "Firefox on Linux",
		"curl/8.5.0": "curl",
		"my-app 2":   "my-app 2",
		"":           "Unknown device",
	} {
		if got := c.deviceName(agent); got != want {
			t.Errorf("%q is called %q, want %q", agent, got, want)
		}
	}
}
