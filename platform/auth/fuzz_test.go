package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// FuzzParseAccess holds the verifier against a second one of four lines: nothing is accepted, or called
// expired, that was not signed with the access key in exactly these bytes.
func FuzzParseAccess(f *testing.F) {
	tokens, _ := newTestTokens()
	f.Add(mustAccess(f, tokens, 7, 70))
	f.Add(signed(f, jwt.SigningMethodHS256, tokens.accessKey, with(jwt.MapClaims{"exp": 1})))
	for _, token := range forgeries(f, tokens) {
		if len(token) < 8<<10 {
			f.Add(token)
		}
	}
	f.Fuzz(func(t *testing.T, token string) {
		got, err := tokens.ParseAccess(token)
		if err != nil && !errors.Is(err, ErrInvalidToken) && !errors.Is(err, ErrTokenExpired) {
			t.Fatalf("an error that is no 401: %v", err)
		}
		if err != nil && !errors.Is(err, ErrTokenExpired) && got != (Access{}) {
			t.Fatalf("%+v comes with %v", got, err)
		}
		if err == nil && (got.UserID <= 0 || got.SessionID <= 0 || !got.ExpiresAt.After(testNow)) {
			t.Fatalf("accepted %+v", got)
		}
		if !errors.Is(err, ErrInvalidToken) && !signedByUs(tokens, token) {
			t.Fatalf("not signed with our key, but the error is %v", err)
		}
	})
}

func signedByUs(tokens *Tokens, token string) bool {
	dot := strings.LastIndexByte(token, '.')
	mac := hmac.New(sha256.New, tokens.accessKey)
	mac.Write([]byte(token[:max(dot, 0)]))
	return token[dot+1:] == base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
