package auth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestWeakSecretsAreRecognised(t *testing.T) {
	t.Parallel()
	for _, weak := range []string{
		strings.Repeat("a", 32), strings.Repeat("a", 100), strings.Repeat("\x00", 48),
		strings.Repeat("ab", 16), strings.Repeat("secret", 6), strings.Repeat("change-me-", 4), strings.Repeat("changeme-now", 3)[:35],
		"0123456789abcdef0123456789abcdef", "00000000000000000000000000000001", "abcdefghijklmnopqrstuvwxyz012345", "zyxwvutsrqponmlkjihgfedcba987654",
		strings.Repeat("비밀", 6), "passwordpasswordpasswordpassword",
	} {
		if Weakness([]byte(weak)) == "" {
			t.Errorf("%q passes for a random secret", weak)
		}
	}
}

func TestRandomSecretsAreNotWeak(t *testing.T) {
	t.Parallel()
	for range 1000 {
		random := make([]byte, 32)
		rand.Read(random)
		for _, secret := range []string{string(random), hex.EncodeToString(random), hex.EncodeToString(random[:16]), base64.StdEncoding.EncodeToString(random)} {
			if why := Weakness([]byte(secret)); why != "" {
				t.Errorf("%q: %s", secret, why)
			}
		}
	}
}
