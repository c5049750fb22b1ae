package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
	"github.com/cinecircle/cinecircle/platform/ops"
)

// stopper ends a program when it has started.
type stopper struct {
	slog.Handler
	stop context.CancelFunc
}

func (h stopper) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "cinecircle is up" {
		h.stop()
	}
	return h.Handler.Handle(ctx, r)
}

// started returns the log of a program that is started and ended at once.
func started(t *testing.T, change func(*config.Config)) string {
	t.Helper()
	c := apptest.Config(t)
	c.Server.Addr = "127.0.0.1:0"
	change(&c)
	var log bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	a, err := app.New(ctx, c, ops.Build{}, slog.New(stopper{slog.NewTextHandler(&log, nil), stop}))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Serve(ctx, nil), a.Close()); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

func TestTheStartWarnsOfWeakSecrets(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]bool{
		strings.Repeat("a", 32):                            true,
		"0123456789abcdef0123456789abcdef":                 true,
		strings.Repeat("change-me-", 5):                    true,
		"kZ8#vq2L!m0wXr7@bT5^yH3&cN9*eJ4%":                 false,
		"8f4b2c9d1e7a60355cf1d2e8a9b04763f1c2d3e4a5b6c7d8": false,
	} {
		log := started(t, func(c *config.Config) { c.Auth.Secret = config.Secret(secret) })
		if strings.Contains(log, "level=WARN") != want || strings.Contains(log, "weak_secret") != want || strings.Contains(log, secret) {
			t.Errorf("with the secret %q, a warning wanted: %t; log:\n%s", secret, want, log)
		}
	}
}

func TestTheStartWarnsOfProxiesThatAreEverybody(t *testing.T) {
	t.Parallel()
	for proxies, want := range map[string]bool{
		"":              false,
		"127.0.0.1,::1": false,
		"10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,127.0.0.0/8,fc00::/7,fe80::/10": false,
		"10.0.0.0/8,10.0.0.0/8,10.1.0.0/16,10.2.0.0/16":                                        false,
		"0.0.0.0/0":               true,
		"::/0":                    true,
		"0.0.0.0/1,128.0.0.0/1":   true,
		"::ffff:0:0/96":           true,
		"2000::/3":                true,
		"127.0.0.1,::/1,8000::/1": true,
		"64.0.0.0/2":              true,
		"203.0.113.9/0":           true,
	} {
		log := started(t, func(c *config.Config) {
			c.Auth.Secret = "kZ8#vq2L!m0wXr7@bT5^yH3&cN9*eJ4%"
			if proxies != "" {
				c.Server.TrustedProxies = strings.Split(proxies, ",")
			}
		})
		if strings.Contains(log, "trusts_everybody") != want {
			t.Errorf("trusted proxies %q, a warning wanted: %t; log:\n%s", proxies, want, log)
		}
	}
}
