package limit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// MaxLoginDelay is the longest wait of an address for its next try at one account, unless it
// exceeds its rate over all accounts.
const MaxLoginDelay = 15 * time.Minute

// lanes are the rates of one address at one account after the account's own rate is
// exhausted. A try must pass all of them, so an address gets two tries at once, the next ones after 5
// seconds, then a minute, then 15 minutes, and never later than that.
var lanes = []Rate{
	{Count: 1, Per: 5 * time.Second, Burst: 2},
	{Count: 1, Per: time.Minute, Burst: 4},
	{Count: 1, Per: MaxLoginDelay, Burst: 6},
}

// Throttle slows down password guessing without locking accounts.
//
// Each address has a rate over all accounts, and each account a rate over all addresses. When
// others exhaust an account's rate, every address (for IPv6 every /48) still has its own lanes to that account, whose
// delay grows with its own tries only. So the owner can sign in at once from an address that has not been guessing, and
// from any address after [MaxLoginDelay].
//
// Failures of all addresses at all accounts have a rate as well. While guesses at many accounts from many addresses
// exhaust it, each address (for IPv6 every /48) has a tenth of its rate, so that nobody is locked out by the others.
type Throttle struct {
	limiter    Limiter
	perAccount Rate
	perAddress Rate
	failures   Rate
}

// NewThrottle returns a Throttle that counts in l: tries at an account, tries of an address, and failures of all. A zero
// Rate is no limit.
func NewThrottle(l Limiter, perAccount, perAddress, failures Rate) *Throttle {
	return &Throttle{limiter: l, perAccount: perAccount, perAddress: perAddress, failures: failures}
}

// Allow counts one try of addr at account, and as a failure until [Throttle.Succeeded]. It returns 0 if the try is
// allowed, otherwise how long to wait. The account is any name of it, the same for every spelling; it need not exist.
// The address is that of the client, see [AddressKey].
func (t *Throttle) Allow(ctx context.Context, account, addr string) (time.Duration, error) {
	wait, err := Allow(ctx, t.limiter, "login:addr:"+AddressKey(addr), t.perAddress)
	if err != nil || wait > 0 {
		return wait, wrapThrottle(err)
	}
	network := NetworkKey(addr)
	wait, err = Allow(ctx, t.limiter, failuresKey, t.failures)
	if err == nil && wait > 0 {
		wait, err = Allow(ctx, t.limiter, failuresKey+":"+network, t.perAddress.tenth())
	}
	if err != nil || wait > 0 {
		return wait, wrapThrottle(err)
	}
	name := accountKey(account)
	wait, err = Allow(ctx, t.limiter, name, t.perAccount)
	if err != nil || wait == 0 {
		return wait, wrapThrottle(err)
	}
	own, err := t.allowLane(ctx, name+":"+network)
	return min(wait, own), wrapThrottle(err)
}

// Succeeded takes one failure back and resets the rate of the account. Addresses keep their counts, because otherwise an
// attacker could reset theirs by signing in to an account of their own.
func (t *Throttle) Succeeded(ctx context.Context, account string) error {
	t.limiter.Reset(ctx, accountKey(account))
	_, err := t.limiter.Take(ctx, failuresKey, t.failures, -1)
	return wrapThrottle(err)
}

// codes is the rate of guesses at the second factor of an account. Who guesses knows the password, so nothing else slows them
// down for long: with three codes of a million right, a year of guesses at this rate succeeds with
// a chance of 1 in 19.
var codes = Rate{Count: 1, Per: 30 * time.Minute, Burst: 10}

// AllowCode counts one guess at the second factor of an account, from any address. It returns 0 if the guess is allowed,
// otherwise how long to wait.
func (t *Throttle) AllowCode(ctx context.Context, account string) (time.Duration, error) {
	wait, err := Allow(ctx, t.limiter, codeKey(account), codes)
	return wait, wrapThrottle(err)
}

// CodeSucceeded resets the rate of guesses, which nobody but the owner can.
func (t *Throttle) CodeSucceeded(ctx context.Context, account string) {
	t.limiter.Reset(ctx, codeKey(account))
}

func codeKey(account string) string { return accountKey(account) + ":code" }

// mails is the rate of mails that somebody has sent to an account, or to an address that may belong to somebody else.
var mails = Rate{Count: 3, Per: time.Hour, Burst: 3}

// AllowMail counts a mail about an account to an address, which is "" for the one of the account. It returns 0 if the mail is
// allowed, otherwise how long to wait.
func (t *Throttle) AllowMail(ctx context.Context, account, address string) (time.Duration, error) {
	wait, err := Allow(ctx, t.limiter, accountKey(account)+":mail", mails)
	if err != nil || wait > 0 || address == "" {
		return wait, wrapThrottle(err)
	}
	wait, err = Allow(ctx, t.limiter, accountKey("mail to "+address), mails)
	return wait, wrapThrottle(err)
}

// failuresKey is the key of all failures.
const failuresKey = "login:failures"

// allowLane counts one try in every lane, from the fastest to the slowest: a try that a slower lane refuses is refilled in
// the faster ones before its wait is over.
func (t *Throttle) allowLane(ctx context.Context, lane string) (time.Duration, error) {
	for i, r := range lanes {
		wait, err := Allow(ctx, t.limiter, lane+":"+strconv.Itoa(i), r)
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// accountKey hashes the name, which may be of any length, or a password typed into the wrong field.
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
