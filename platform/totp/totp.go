// Package totp makes and checks one-time passwords by time (RFC 6238): SHA-1, six digits, 30 seconds, one step either way,
// which is what all authenticator apps can do. It stores nothing, so that a code works once is the task of its callers.
package totp

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

const (
	period    = 30 // seconds
	skew      = 1  // steps either way
	secretLen = 20 // bytes
)

// maxIssuer keeps the QR code small, in characters.
const maxIssuer = 50

// Key is a new secret with the address in which apps read it.
type Key struct {
	Secret string // base32 without padding
	URL    string // otpauth://totp/…
}

// NewKey returns a key with a random secret of 160 bits, the size that RFC 4226 recommends. Issuer and account are what the
// app shows.
func NewKey(issuer, account string) Key {
	raw := make([]byte, secretLen)
	rand.Read(raw) // never fails
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	issuer = label(issuer)
	query := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return Key{Secret: secret, URL: "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(label(account)) + "?" +
		strings.ReplaceAll(query.Encode(), "+", "%20")} // apps show a plus as it is
}

// label makes a text fit for the label of a key, in which a colon ends the issuer.
func label(text string) string {
	text = strings.ReplaceAll(text, ":", " ")
	if runes := []rune(text); len(runes) > maxIssuer {
		return string(runes[:maxIssuer])
	}
	return text
}

// Match returns the step of time that a code is of, among those that are accepted at now and later than last. Spaces in the
// code do not count.
func Match(secret, code string, now time.Time, last int64) (step int64, ok bool, err error) {
	code = strings.Join(strings.Fields(code), "")
	current := now.Unix() / period
	for s := max(current-skew, last+1); s <= current+skew; s++ {
		want, err := codeAt(secret, s)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && !ok {
			step, ok = s, true
		}
	}
	return step, ok, nil
}

// Code returns the code of a secret at a time.
func Code(secret string, at time.Time) (string, error) { return codeAt(secret, at.Unix()/period) }

func codeAt(secret string, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(secret, uint64(max(step, 0)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("compute a one-time password: %w", err)
	}
	return code, nil
}
