package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrNotOurs means that a sealed text cannot be opened: it was changed, belongs to something else, or was sealed with another
// secret.
var ErrNotOurs = errors.New("the sealed text cannot be opened; the secret may have changed")

// newSealer returns AES-256-GCM with a key of this use only.
func newSealer(secret []byte) cipher.AEAD {
	block, err := aes.NewCipher(deriveKey(secret, "cinecircle sealed texts v1"))
	if err != nil {
		panic(fmt.Sprintf("auth: make a cipher: %v", err)) // never, for a key of 32 bytes
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(fmt.Sprintf("auth: make a cipher: %v", err))
	}
	return sealer
}

// Seal encrypts a text for the database with a key that is derived from the secret, so that a copy of the database alone does
// not tell it. It is bound to owner, a name of the row, without which it cannot be opened.
func (t *Tokens) Seal(text, owner string) string {
	sealed := t.sealer.Seal(nil, nil, []byte(text), []byte(owner)) //nolint:gosec // this cipher takes no nonce: it makes a random one
	return base64.RawStdEncoding.EncodeToString(sealed)
}

// Open returns the text that [Tokens.Seal] encrypted, or [ErrNotOurs].
func (t *Tokens) Open(sealed, owner string) (string, error) {
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", ErrNotOurs
	}
	text, err := t.sealer.Open(nil, nil, raw, []byte(owner))
	if err != nil {
		return "", ErrNotOurs
	}
	return string(text), nil
}

// Challenge returns a token that says that somebody knew the password of an account, until it expires or the state of the
// account is another one. It says so to its issuer only, and opens nothing by itself.
func (t *Tokens) Challenge(userID int64, state string, expires time.Time) string {
	return fmt.Sprintf("%d.%d.%s", userID, expires.Unix(), t.challengeMAC(userID, expires.Unix(), state))
}

// ChallengedUser returns the account that a challenge names, which is not checked yet, or [ErrInvalidToken].
func ChallengedUser(challenge string) (int64, error) {
	name, _, _ := strings.Cut(challenge, ".")
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil || id <= 0 {
		return 0, ErrInvalidToken
	}
	return id, nil
}

// CheckChallenge returns [ErrInvalidToken] unless the challenge was issued for the account in this state, and has not expired.
func (t *Tokens) CheckChallenge(challenge string, userID int64, state string) error {
	parts := strings.Split(challenge, ".")
	if len(parts) != 3 || parts[0] != strconv.FormatInt(userID, 10) {
		return ErrInvalidToken
	}
	expires, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || !hmac.Equal([]byte(parts[2]), []byte(t.challengeMAC(userID, expires, state))) {
		return ErrInvalidToken
	}
	if t.clock().Unix() >= expires {
		return ErrInvalidToken
	}
	return nil
}

func (t *Tokens) challengeMAC(userID, expires int64, state string) string {
	mac := hmac.New(sha256.New, t.challengeKey)
	fmt.Fprintf(mac, "%d|%d|%s", userID, expires, state)
	return hex.EncodeToString(mac.Sum(nil))
}
