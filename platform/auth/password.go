package auth

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

const (
	minPasswordLen = 8   // characters after NFC
	maxPasswordLen = 128 // characters after NFC

	// A queue of 64 is about a quarter of a minute on one core at cost 12; nobody waits longer for a login.
	maxWaitingHashes = 64
	busyRetryAfter   = 5 * time.Second
)

// What stands behind "$2a$<cost>$" in the hash that unknown users are compared with: a salt and a
// digest of the right form. Nothing was ever hashed to it.
const dummySaltAndDigest = "cinecircle.dummy.saltOcinecircle.dummy.digest.nobodys"

// Hasher hashes passwords with bcrypt over base64(SHA-384(NFC(password))).
//
// The hash before the hash is there because bcrypt reads 72 bytes, which is 24 Hangul syllables. One
// hash occupies a core for a few hundred milliseconds, so few run at once and few wait: a flood of
// logins slows logins only. A Hasher is safe for concurrent use.
type Hasher struct {
	cost    int
	dummy   string
	running chan struct{} // holds one element per hash that is being computed
	waiting chan struct{} // holds one element per caller that waits for a core
}

// NewHasher returns a Hasher of the given bcrypt cost that leaves one core to everybody else.
// It panics when the cost is not one of 4–31, which the configuration has to have checked.
func NewHasher(cost int) *Hasher {
	return newHasher(cost, max(1, runtime.GOMAXPROCS(0)-1), maxWaitingHashes)
}

func newHasher(cost, workers, queue int) *Hasher {
	if cost < bcrypt.MinCost || cost > bcrypt.MaxCost {
		panic(fmt.Sprintf("auth: bcrypt cost %d is not one of %d–%d", cost, bcrypt.MinCost, bcrypt.MaxCost))
	}
	return &Hasher{
		cost:    cost,
		dummy:   fmt.Sprintf("$2a$%02d$%s", cost, dummySaltAndDigest),
		running: make(chan struct{}, workers),
		waiting: make(chan struct{}, queue),
	}
}

// Hash returns the 60 bytes to store for a password that [CheckPassword] accepted.
//
// It returns apperr.ErrBusy when too many callers wait already, and ctx.Err() when ctx ends before
// it was this caller's turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()

	hash, err := bcrypt.GenerateFromPassword(digest(password), h.cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return string(hash), nil
}

// Verify reports whether hash was made of password. An empty hash stands for a user who does not
// exist: the answer is false and takes as long as for one who does.
//
// It fails as [Hasher.Hash] does, and when hash is not a bcrypt hash at all.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	if err := h.acquire(ctx); err != nil {
		return false, err
	}
	defer h.release()

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

// catchUp spends the time that a hash of a lower cost has spared, so that a wrong password takes as long
// as an unknown name: costs double, and 2^c + 2^c + 2^(c+1) + … + 2^(n-1) is 2^n.
func (h *Hasher) catchUp(hash []byte) {
	cost, err := bcrypt.Cost(hash)
	if err != nil {
		return
	}
	for ; cost < h.cost; cost++ {
		_, _ = bcrypt.GenerateFromPassword(hash[:bcryptPrefix], cost) // only its time is wanted
	}
}

// bcryptPrefix is some bytes of a hash, within the 72 that bcrypt takes.
const bcryptPrefix = 32

// NeedsRehash reports whether hash was made with another cost than the configured one, so that the
// next good login is the moment to store a new one.
func (h *Hasher) NeedsRehash(hash string) bool {
	cost, err := bcrypt.Cost([]byte(hash))
	return err != nil || cost != h.cost
}

// Stats returns how many hashes are being computed and how many callers wait, for the metrics.
func (h *Hasher) Stats() (running, waiting int) {
	return len(h.running), len(h.waiting)
}

// subject returns what a password is compared with.
func (h *Hasher) subject(hash string) string {
	if hash == "" {
		return h.dummy
	}
	return hash
}

// acquire returns nil once the caller may compute; release must follow. Callers get in as they came:
// a channel serves its blocked senders in order.
func (h *Hasher) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return apperr.ErrBusy.After(busyRetryAfter)
	}
	select {
	case h.running <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) release() { <-h.running }

// digest returns what bcrypt is given: 64 characters whatever the password's length. They are base64
// because a raw digest can hold a NUL, at which other implementations of bcrypt stop.
func digest(password string) []byte {
	sum := sha512.Sum384(norm.NFC.AppendString(nil, password))
	return base64.StdEncoding.AppendEncode(nil, sum[:])
}

// CheckPassword returns what is wrong with a new password as the field "password", nil when nothing is:
// 8 to 128 characters of any script, counted after NFC. Passwords are not trimmed.
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
	}
	return nil
}

func passwordField(code, en, ko string) *apperr.Field {
	return &apperr.Field{Name: "password", Code: code, Text: apperr.Text{EN: en, KO: ko}}
}
