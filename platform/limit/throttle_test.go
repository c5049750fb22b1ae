package limit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The rates of these tests, close to what a community would set.
var (
	testPerAccount = Rate{Count: 10, Per: 15 * time.Minute}
	testPerAddress = Rate{Count: 30, Per: time.Minute}
)

func newTestThrottle() (*Throttle, *fakeClock) {
	clock := newFakeClock()
	return NewThrottle(NewMemory(clock.now), testPerAccount, testPerAddress, Rate{}), clock
}

func try(t testing.TB, th *Throttle, account, addr string) time.Duration {
	t.Helper()
	wait, err := th.Allow(t.Context(), account, addr)
	if err != nil {
		t.Fatalf("Allow(%q, %q): %v", account, addr, err)
	}
	return wait
}

func succeed(t testing.TB, th *Throttle, account string) {
	t.Helper()
	if err := th.Succeeded(t.Context(), account); err != nil {
		t.Fatalf("Succeeded(%q): %v", account, err)
	}
}

func attacker(i int) string { return fmt.Sprintf("198.18.%d.%d", i/250, i%250+1) }

func TestAThousandGuessingAddressesDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	th, clock := newTestThrottle()
	guesses := 0
	for minute := range 60 { // an hour, each address trying once a minute
		if minute > 0 { // at the end nothing of the account's rate has come back
			clock.advance(time.Minute)
		}
		for i := range 1000 {
			if try(t, th, "owner", attacker(i)) == 0 {
				guesses++
			}
		}
	}
	if wait := try(t, th, "owner", "203.0.113.7"); wait != 0 {
		t.Errorf("the owner waits %v at the first try", wait)
	}
	// Of 60,000 tries: the account's 10 and what came back of them, and each lane's 6 and 4 an hour.
	most := 10 + 40 + 1000*(6+4)
	if guesses > most {
		t.Errorf("%d guesses went through in an hour, want at most %d", guesses, most)
	}
	t.Logf("%d of 60000 guesses went through", guesses)
}

func TestAnOwnerWhoMistypesUnderAttackWaitsForRetryAfterOnly(t *testing.T) {
	t.Parallel()
	th, clock := newTestThrottle()
	for i := range 100 {
		try(t, th, "owner", attacker(i))
	}
	var longest time.Duration
	for tries := 0; tries < 30; {
		wait := try(t, th, "owner", "203.0.113.7")
		if wait == 0 {
			tries++
			continue
		}
		longest = max(longest, wait)
		clock.advance(wait)
		for i := range 100 { // they take whatever came back meanwhile
			try(t, th, "owner", attacker(i))
		}
	}
	if longest > MaxLoginDelay {
		t.Errorf("the owner once waited %v, want at most %v", longest, MaxLoginDelay)
	}
}

func TestTheDelayOfOneGuesserGrowsUpToItsCap(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	th := NewThrottle(NewMemory(clock.now), Rate{Count: 1, Per: 24 * time.Hour}, Rate{}, Rate{})
	try(t, th, "victim", "192.0.2.1") // the account's only common try
	var delays []time.Duration
	for range 24 {
		total := time.Duration(0)
		for wait := try(t, th, "victim", "192.0.2.1"); wait > 0; wait = try(t, th, "victim", "192.0.2.1") {
			clock.advance(wait)
			total += wait
		}
		delays = append(delays, total)
	}
	for i, want := range map[int][2]time.Duration{
		0: {0, 0}, 1: {0, 0}, 2: {5 * time.Second, 5 * time.Second}, 4: {30 * time.Second, time.Minute},
		6: {10 * time.Minute, MaxLoginDelay}, 23: {14 * time.Minute, MaxLoginDelay},
	} {
		if delays[i] < want[0] || delays[i] > want[1] {
			t.Errorf("try %d waits %v, want %v to %v", i, delays[i], want[0], want[1])
		}
	}
}

func TestOneAddressOnManyAccountsIsLimited(t *testing.T) {
	t.Parallel()
	th, clock := newTestThrottle()
	guesses := 0
	for i := range 10_000 {
		if try(t, th, fmt.Sprint("user", i), "192.0.2.1") == 0 {
			guesses++
		}
	}
	if guesses != 30 {
		t.Errorf("%d of 10,000 guesses went through, want 30", guesses)
	}
	if wait := try(t, th, "user1", "192.0.2.2"); wait != 0 {
		t.Errorf("another address waits %v", wait)
	}
	clock.advance(2 * time.Second)
	if wait := try(t, th, "user1", "192.0.2.1"); wait != 0 {
		t.Errorf("after the refill it waits %v", wait)
	}
}

func TestNeighboursInOneIPv6NetworkShareARate(t *testing.T) {
	t.Parallel()
	th, _ := newTestThrottle()
	guesses := 0
	for i := range 1000 {
		if try(t, th, fmt.Sprint("user", i), fmt.Sprintf("2001:db8:1:2::%x", i+1)) == 0 {
			guesses++
		}
	}
	if guesses != 30 {
		t.Errorf("%d guesses from one /64 went through, want 30", guesses)
	}
	lane := 0
	for i := range 1000 { // other /64s of the same /48, on one account
		if try(t, th, "owner", fmt.Sprintf("2001:db8:2:%x::1", i+1)) == 0 {
			lane++
		}
	}
	if lane > 10+2 {
		t.Errorf("%d guesses from one /48 went through at once, want the account's 10 and a lane's 2", lane)
	}
}

func TestSuccessResetsTheAccountButNotTheAddress(t *testing.T) {
	t.Parallel()
	th, _ := newTestThrottle()
	for i := range 10 {
		if wait := try(t, th, "owner", attacker(i)); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	for range 3 {
		try(t, th, "owner", attacker(0))
	}
	if wait := try(t, th, "owner", attacker(0)); wait == 0 {
		t.Fatal("the account's rate was not used up")
	}
	succeed(t, th, "owner")
	if wait := try(t, th, "owner", attacker(0)); wait != 0 {
		t.Errorf("after a success it waits %v", wait)
	}
	for i := range 30 {
		try(t, th, fmt.Sprint("user", i), "192.0.2.1")
		succeed(t, th, fmt.Sprint("user", i))
	}
	if wait := try(t, th, "user0", "192.0.2.1"); wait == 0 {
		t.Error("successes gave the address its rate back")
	}
}

func TestGuessesAtManyAccountsFromManyNetworksAreSlow(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	th := NewThrottle(NewMemory(clock.now), testPerAccount, testPerAddress, Rate{Count: 20, Per: time.Hour})
	guesses := 0
	for i := range 3000 { // of ten networks, each from as many /64s as it likes
		if try(t, th, fmt.Sprint("user", i), fmt.Sprintf("2001:db8:%x:%x::1", i%10, i)) == 0 {
			guesses++
		}
	}
	if most := 20 + 10*3; guesses != most { // of all, and a tenth of 30 for each network
		t.Errorf("%d of 3000 guesses went through, want %d", guesses, most)
	}
	for range 3 {
		if wait := try(t, th, "owner", "203.0.113.7"); wait != 0 {
			t.Errorf("an address that did not guess waits %v", wait)
		}
	}
}

func TestSuccessesAreNoFailures(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	memory := NewMemory(clock.now)
	failures := Rate{Count: 3, Per: time.Hour}
	th := NewThrottle(memory, testPerAccount, Rate{}, failures)
	for i := range 100 {
		account := fmt.Sprint("user", i)
		if wait := try(t, th, account, "192.0.2.1"); wait != 0 {
			t.Fatalf("sign-in %d waits %v", i, wait)
		}
		succeed(t, th, account)
	}
	for i := range 3 {
		try(t, th, fmt.Sprint("guess", i), "192.0.2.2")
	}
	if q, err := memory.Take(t.Context(), failuresKey, failures, 1); err != nil || q.RetryAfter == 0 {
		t.Errorf("three failures leave %+v, %v; want none", q, err)
	}
}

func TestAThrottleWithoutRatesAllowsEverything(t *testing.T) {
	t.Parallel()
	th := NewThrottle(NewMemory(newFakeClock().now), Rate{}, Rate{}, Rate{})
	for range 100 {
		if wait := try(t, th, "owner", "192.0.2.1"); wait != 0 {
			t.Fatalf("it waits %v", wait)
		}
	}
}

// spy refuses nothing and notes the keys.
type spy struct {
	Off
	keys []string
	err  error
}

func (s *spy) Take(_ context.Context, key string, _ Rate, _ int) (Quota, error) {
	s.keys = append(s.keys, key)
	return Quota{}, s.err
}

func TestKeysDoNotContainAccountNames(t *testing.T) {
	t.Parallel()
	s := &spy{}
	name := "correct horse battery staple" + strings.Repeat("x", 100_000)
	try(t, NewThrottle(s, testPerAccount, testPerAddress, Rate{}), name, "192.0.2.1")
	if len(s.keys) != 3 {
		t.Fatalf("%d keys, want one for the address, one for all failures and one for the account", len(s.keys))
	}
	for _, key := range s.keys {
		if strings.Contains(key, "horse") || len(key) > 64 {
			t.Errorf("key %.100q gives the name away or is too long", key)
		}
	}
}

func TestAnErrorOfTheLimiterIsReturned(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := NewThrottle(&spy{err: broken}, testPerAccount, testPerAddress, Rate{}).Allow(t.Context(), "a", "192.0.2.1")
	if !errors.Is(err, broken) {
		t.Errorf("err = %v, want it to wrap %v", err, broken)
	}
}
