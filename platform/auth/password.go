package auth

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	minPasswordLen = 8   // characters after NFC
	maxPasswordLen = 128 // characters after NFC
)

// The salt and the digest of the hash that passwords of unknown users are compared with. They are well-formed and not the
// hash of any password.
const dummySaltAndDigest = "cinecircle.dummy.saltOcinecircle.dummy.digest.nobodys"

// Hasher hashes passwords with bcrypt over base64(SHA-384(NFC(password))).
//
// It hashes before bcrypt because bcrypt reads 72 bytes only, which is 24 Hangul syllables. One
// bcrypt hash occupies a core for some hundred milliseconds, so the hashes that run and that wait are bounded, and
// addresses take turns: a flood of logins slows down logins only, and mostly those of its own addresses. A Hasher is
// safe for concurrent use.
type Hasher struct {
	cost  int
	dummy string
	queue *hashQueue
}

// cores is how many threads ran Go code at once before SpareThread.
var cores = runtime.GOMAXPROCS(0)

// SpareThread lets one more thread run Go code than there are cores, so that requests are served while a hash runs on every
// core: then the kernel shares the cores among the threads. Without it the Go runtime shares the threads among
// goroutines, and a request that arrives waits for 10 ms or more, at each of its steps, until a hash is interrupted.
// The returned function undoes it.
func SpareThread() (undo func()) {
	before := runtime.GOMAXPROCS(cores + 1)
	return func() { runtime.GOMAXPROCS(before) }
}

// NewHasher returns a Hasher with the given bcrypt cost that runs a hash on every core at once; see [SpareThread].
// It panics on a cost outside 4–31; the configuration checks it before.
func NewHasher(cost int) *Hasher {
	return newHasher(cost, newHashQueue(cores, [3]int{maxWaiting, maxPerNetwork, maxPerAddress}))
}

func newHasher(cost int, queue *hashQueue) *Hasher {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		panic(fmt.Sprintf("auth: bcrypt cost must be %[2]d–%[3]d, got %[1]d", cost, bcrypt.MinCost, bcrypt.MaxCost))
	}
	return &Hasher{
		cost:  cost,
		dummy: fmt.Sprintf("$2a$%02d$%s", cost, dummySaltAndDigest),
		queue: queue,
	}
}

// Hash returns the 60 bytes to store for a password that [CheckPassword] accepted, for a client at addr.
//
// It returns apperr.ErrBusy if too many hashes wait for this address or in all, and ctx.Err() if ctx ends while it
// waits.
func (h *Hasher) Hash(ctx context.Context, addr, password string) (string, error) {
	if err := h.queue.acquire(ctx, addr); err != nil {
		return "", err
	}
	defer h.queue.release()

	hash, err := bcrypt.GenerateFromPassword(digest(password), h.cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return string(hash), nil
}

// Verify reports whether hash is the hash of password, for a client at addr. An empty hash stands for an unknown user: the result is false after
// the same time as for a known one.
//
// It returns the errors of [Hasher.Hash], and an error for a hash that is not a bcrypt hash.
func (h *Hasher) Verify(ctx context.Context, addr, hash, password string) (bool, error) {
	if err := h.queue.acquire(ctx, addr); err != nil {
		return false, err
	}
	defer h.queue.release()

	subject := []byte(h.subject(hash))
	err := bcrypt.CompareHashAndPassword(subject, digest(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		h.catchUp(subject)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare password hash: %w", err)
	}
	return hash != "", nil
}

// catchUp spends the time that a hash of a lower cost saves, so that a wrong password takes as long
// as an unknown name: the time doubles with each cost, and 2^c + 2^c + 2^(c+1) + … + 2^(n-1) = 2^n.
func (h *Hasher) catchUp(hash []byte) {
	cost, err := bcrypt.Cost(hash)
	if err != nil {
		return
	}
	for ; cost < h.cost; cost++ {
		_, _ = bcrypt.GenerateFromPassword(hash[:bcryptPrefix], cost) // for its time only
	}
}

// bcryptPrefix is a number of bytes within the 72 that bcrypt reads.
const bcryptPrefix = 32

// NeedsRehash reports whether hash has another cost than the configured one, so that the
// next successful login should store a new hash.
func (h *Hasher) NeedsRehash(hash string) bool {
	cost, err := bcrypt.Cost([]byte(hash))
	return err != nil || cost != h.cost
}

// Stats returns the numbers of running hashes and of waiting callers, for the metrics.
func (h *Hasher) Stats() (running, waiting int) {
	return h.queue.stats()
}

// subject returns the hash that a password is compared with.
func (h *Hasher) subject(hash string) string {
	if hash == "" {
		return h.dummy
	}
	return hash
}

// digest returns the input of bcrypt: 64 characters for a password of any length. They are base64
// because a raw digest can contain a NUL, at which other implementations of bcrypt stop.
func digest(password string) []byte {
	sum := sha512.Sum384(norm.NFC.AppendString(nil, password))
	return base64.StdEncoding.AppendEncode(nil, sum[:])
}

// CheckPassword returns the error of a new password as the field "password", nil if it is valid:
// 8 to 128 characters of any script, counted after NFC, and none of those that everybody tries first. Passwords are not
// trimmed. That it differs from the username is checked with [TooCommon] where both are known.
func CheckPassword(password string) *apperr.Field {
	if !utf8.ValidString(password) || strings.ContainsRune(password, 0) {
		return passwordField("format", "The password contains characters that are not allowed.",
			"비밀번호에 사용할 수 없는 문자가 있습니다.")
	}
	switch n := utf8.RuneCountInString(norm.NFC.String(password)); {
	case n < minPasswordLen:
		return passwordField("min", fmt.Sprintf("The password must have at least %d characters.", minPasswordLen),
			fmt.Sprintf("비밀번호는 %d자 이상이어야 합니다.", minPasswordLen))
	case n > maxPasswordLen:
		return passwordField("max", fmt.Sprintf("The password must have at most %d characters.", maxPasswordLen),
			fmt.Sprintf("비밀번호는 %d자 이하여야 합니다.", maxPasswordLen))
	case isCommon(password):
		return TooCommon()
	}
	return nil
}

func passwordField(code, en, ko string) *apperr.Field {
	return &apperr.Field{Name: "password", Code: code, Text: apperr.Text{EN: en, KO: ko}}
}
