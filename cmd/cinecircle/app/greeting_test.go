package app_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/platform/ops"
	"github.com/cinecircle/cinecircle/user"
)

// screen is a terminal on which the greeting ends the program.
type screen struct {
	bytes.Buffer
	stop context.CancelFunc
}

func (s *screen) Write(b []byte) (int, error) {
	s.stop()
	return s.Buffer.Write(b)
}

// TestTheGreetingSaysWhatToDoNext asks for the first member, then for an admin, and then for nothing more.
func TestTheGreetingSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	grant := os.Args[0] + " admin grant NAME"
	draft := user.Draft{Username: "haneul", Password: "popcorn-and-tea", Age: 27, Gender: user.Female}
	for _, c := range []struct {
		name           string
		prepare        func(context.Context, *app.App) error
		wanted, unwant []string
	}{
		{"nobody", nil, []string{"/join", grant, os.Args[0] + " demo\n"}, nil},
		{"a member", func(ctx context.Context, a *app.App) error {
			_, err := a.Users.Create(ctx, draft)
			return err
		}, []string{grant}, []string{"/join", " demo"}},
		{"an admin", func(ctx context.Context, a *app.App) error {
			_, err := a.Users.Create(ctx, draft)
			return errors.Join(err, a.Users.Grant(ctx, draft.Username))
		}, nil, []string{"  Next  ", grant, "/join"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := apptest.Config(t)
			config.Server.Addr = "127.0.0.1:0"
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			a, err := app.New(ctx, config, ops.Build{}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if c.prepare != nil {
				if err := errors.Join(a.Migrate(ctx), c.prepare(ctx, a)); err != nil {
					t.Fatal(err)
				}
			}
			terminal := &screen{stop: stop}
			if err := errors.Join(a.Serve(ctx, terminal), a.Close()); err != nil {
				t.Fatal(err)
			}
			got := terminal.String()
			if !strings.Contains(got, "  Pages   http://127.0.0.1:") {
				t.Errorf("the greeting does not name the pages:\n%s", got)
			}
			for _, text := range c.wanted {
				if !strings.Contains(got, text) {
					t.Errorf("the greeting has no %q:\n%s", text, got)
				}
			}
			for _, text := range c.unwant {
				if strings.Contains(got, text) {
					t.Errorf("the greeting has %q:\n%s", text, got)
				}
			}
		})
	}
}
