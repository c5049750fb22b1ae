package user_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/limit"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

func TestNewAccountsHaveAFifthOfTheRates(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, func(k *kit) {
		k.newFor = 3 * 24 * time.Hour
		k.Limiter = limit.NewMemory(k.Clock.Now)
		k.Rates = map[auth.Class]limit.Rate{auth.ClassWrite: {Count: 10, Per: time.Hour}}
	})
	id, in := k.member(t, "alice")
	writes := func(access string) (n int) {
		for k.api.PATCH(t, "/users/me", testkit.As(access), testkit.JSON(map[string]any{"age": 40})).Status == http.StatusOK {
			n++
		}
		return n
	}
	if got := writes(in.Access); got != 2 {
		t.Errorf("a new account writes %d times, want 2", got)
	}
	k.Clock.Advance(3*24*time.Hour + time.Second)
	in = k.login(t, "alice")
	if got := writes(in.Access); got != 10 {
		t.Errorf("after three days %d times, want 10", got)
	}
	k.stored(t, id)
}
