package limit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// MaxLoginDelay is the longest that an address waits for its next try at one account, if it does
// not exceed its own rate over all accounts.
const MaxLoginDelay = 15 * time.Minute

// lanes are the tries at one account that an address has to itself once the account's own rate is
// used up. All must agree, so an address that goes on gets two tries at once, the next ones after 5
// seconds, then a minute, then a quarter of an hour, and never later than that.
var lanes = []Rate{
	{Count: 1, Per: 5 * time.Second, Burst: 2},
	{Count: 1, Per: time.Minute, Burst: 4},
	{Count: 1, Per: MaxLoginDelay, Burst: 6},
}

// Throttle slows down guessing of passwords without locking anybody out.
//
// Each address has its rate over all accounts, and each account its rate over all addresses. When
// strangers use up an account's rate, they use up only what is common: every address (for IPv6
// every /48) still has a lane of its own to that account, with a delay that grows with its own tries only.
// So the owner, coming from an address that has not been guessing, gets in at once however many
// others are at it, and at worst after [MaxLoginDelay].
type Throttle struct {
	limiter    Limiter
	perAccount Rate
	perAddress Rate
}

// NewThrottle returns a Throttle that counts in l. A zero Rate switches that half off.
func NewThrottle(l Limiter, perAccount, perAddress Rate) *Throttle {
	return &Throttle{limiter: l, perAccount: perAccount, perAddress: perAddress}
}

// Allow takes one try of addr at account. It returns 0 when the try may go on, and else how long
// to wait. The account is whatever names it, the same for every spelling of it; it need not exist.
// The address is the client's, as [AddressKey] takes it.
func (t *Throttle) Allow(ctx context.Context, account, addr string) (time.Duration, error) {
	wait, err := t.limiter.Allow(ctx, "login:addr:"+AddressKey(addr), t.perAddress)
	if err != nil || wait > 0 {
		return wait, wrapThrottle(err)
	}
	name := accountKey(account)
	wait, err = t.limiter.Allow(ctx, name, t.perAccount)
	if err != nil || wait == 0 {
		return wait, wrapThrottle(err)
	}
	own, err := t.allowLane(ctx, name+":"+siteKey(addr))
	return min(wait, own), wrapThrottle(err)
}

// Succeeded gives the account its whole rate back; addresses keep their count, or an account
// of the guesser's own would buy guesses at all others.
func (t *Throttle) Succeeded(ctx context.Context, account string) {
	t.limiter.Reset(ctx, accountKey(account))
}

// allowLane takes one try of a lane, from the fastest rate to the slowest: what a refusal of a
// later one leaves taken comes back before that one's wait is over.
func (t *Throttle) allowLane(ctx context.Context, lane string) (time.Duration, error) {
	for i, r := range lanes {
		wait, err := t.limiter.Allow(ctx, lane+":"+strconv.Itoa(i), r)
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// accountKey hashes the name: it comes from outside, as long and as odd as somebody likes, and
// mistyped ones may be passwords.
func accountKey(account string) string {
	sum := sha256.Sum256([]byte(account))
	return "login:account:" + hex.EncodeToString(sum[:16])
}

func wrapThrottle(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("throttle logins: %w", err)
}
