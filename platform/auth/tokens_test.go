package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const testTTL = 30 * time.Minute

// newTestTokens returns Tokens with a fixed secret and the clock to set.
func newTestTokens() (*Tokens, *time.Time) {
	now := testNow
	secret := []byte("0123456789abcdef0123456789abcdef")
	return NewTokens(secret, "cinecircle", testTTL, 7*24*time.Hour, func() time.Time { return now }), &now
}

func mustAccess(t testing.TB, tokens *Tokens, userID, sessionID int64) string {
	t.Helper()
	token, _, err := tokens.Access(userID, sessionID)
	if err != nil {
		t.Fatalf("Access(%d, %d) failed: %v", userID, sessionID, err)
	}
	return token
}

func mustRefresh(t testing.TB, tokens *Tokens, userID, sessionID, generation int64, issuedAt time.Time) string {
	t.Helper()
	token, _, err := tokens.Refresh(userID, sessionID, generation, issuedAt)
	if err != nil {
		t.Fatalf("Refresh(%d, %d, %d) failed: %v", userID, sessionID, generation, err)
	}
	return token
}

// payload returns the decoded middle part of a token.
func payload(t *testing.T, token string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAnAccessTokenContainsUserSessionAndExpiry(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	for _, id := range []int64{1, 7, math.MaxInt64} {
		token, expiresAt, err := tokens.Access(id, id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tokens.ParseAccess(token)
		want := Access{UserID: id, SessionID: id, ExpiresAt: testNow.Add(testTTL)}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("ParseAccess: %v (-want +got)\n%s", err, diff)
		}
		if !expiresAt.Equal(want.ExpiresAt) {
			t.Errorf("Access says it expires at %v, want %v", expiresAt, want.ExpiresAt)
		}
	}
}

func TestAnAccessTokenHasTheClaimsOfTheContract(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	first, second := payload(t, mustAccess(t, tokens, 7, 70)), payload(t, mustAccess(t, tokens, 7, 70))
	if first["jti"] == second["jti"] || len(first["jti"].(string)) < 22 {
		t.Errorf("jti is not random: %v, %v", first["jti"], second["jti"])
	}
	delete(first, "jti")
	want := map[string]any{
		"iss": "cinecircle", "sub": "7", "sid": 70.0, "typ": "access",
		"iat": float64(testNow.Unix()), "exp": float64(testNow.Add(testTTL).Unix()),
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("claims (-want +got)\n%s", diff)
	}
}

func TestARefreshTokenContainsItsGeneration(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	for _, generation := range []int64{0, 1, 2, math.MaxInt64} {
		token, expiresAt, err := tokens.Refresh(7, 70, generation, testNow)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tokens.ParseRefresh(token)
		want := Refresh{UserID: 7, SessionID: 70, Generation: generation, ExpiresAt: testNow.Add(7 * 24 * time.Hour)}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("ParseRefresh: %v (-want +got)\n%s", err, diff)
		}
		if !expiresAt.Equal(want.ExpiresAt) {
			t.Errorf("Refresh says it expires at %v, want %v", expiresAt, want.ExpiresAt)
		}
	}
}

func TestARefreshTokenIsTheSameForTheSameSessionGenerationAndSecond(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	tokens.refreshTTL += 500 * time.Millisecond // the configuration may say so
	first := mustRefresh(t, tokens, 7, 70, 3, testNow)
	*now = testNow.Add(9 * time.Second)
	seoul := time.FixedZone("KST", 9*60*60)
	for _, issuedAt := range []time.Time{testNow, testNow.In(seoul), testNow.Add(999 * time.Millisecond)} {
		if again := mustRefresh(t, tokens, 7, 70, 3, issuedAt); again != first {
			t.Errorf("issued at %v: another token\n%s\n%s", issuedAt, again, first)
		}
	}
	others := map[string]string{
		"user":       mustRefresh(t, tokens, 8, 70, 3, testNow),
		"session":    mustRefresh(t, tokens, 7, 71, 3, testNow),
		"generation": mustRefresh(t, tokens, 7, 70, 4, testNow),
		"second":     mustRefresh(t, tokens, 7, 70, 3, testNow.Add(time.Second)),
	}
	for what, token := range others {
		if token == first {
			t.Errorf("another %s has the same token", what)
		}
	}
	if tokens.refreshID(1, 12) == tokens.refreshID(11, 2) {
		t.Error("session 1 generation 12 has the jti of session 11 generation 2")
	}
}

// A change of the key derivation signs everybody out, so it must not come by accident.
func TestTokensOfOlderVersionsStayValid(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	const access = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJjaW5lY2lyY2xlIiwic3ViIjoiNyIsInNpZCI6NzAsInR5cCI6ImFjY2VzcyIsImp0aSI6IlNaWjNQRVhTRDdYR1NZV1lFUkhSSlo0T0hBIiwiaWF0IjoxNzcyMzY2NDAwLCJleHAiOjE3NzIzNjgyMDB9.11nGXc4auzn3YOgxThFElRZImDZ_HNcBt0Y6kz0SsqY"
	const refresh = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJjaW5lY2lyY2xlIiwic3ViIjoiNyIsInNpZCI6NzAsImdlbiI6MywidHlwIjoicmVmcmVzaCIsImp0aSI6ImQ2YzhjYjY4MzMwOGE5ZGMzNjgxNzMwMjgzOTFjYTkzNTM4NTFlNjdjNzMxNjAzYzRkOWRhOTlkOTJiNTM1OGIiLCJpYXQiOjE3NzIzNjY0MDAsImV4cCI6MTc3Mjk3MTIwMH0.dqDLORh0S2PNJReCNKf1AQA14atPBLcpLuhRr-j40h0"
	if _, err := tokens.ParseAccess(access); err != nil {
		t.Errorf("ParseAccess: %v", err)
	}
	if got := mustRefresh(t, tokens, 7, 70, 3, testNow); got != refresh {
		t.Errorf("the refresh token is\n%s\nwant\n%s", got, refresh)
	}
}

func TestATokenExpiresAtItsExpiry(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	access, accessEnd, _ := tokens.Access(7, 70)
	refresh, refreshEnd, _ := tokens.Refresh(7, 70, 1, testNow)
	parsers := map[string]struct {
		end   time.Time
		parse func() error
	}{
		"access":  {accessEnd, func() error { _, err := tokens.ParseAccess(access); return err }},
		"refresh": {refreshEnd, func() error { _, err := tokens.ParseRefresh(refresh); return err }},
	}
	for name, tt := range parsers {
		*now = tt.end.Add(-time.Nanosecond)
		if err := tt.parse(); err != nil {
			t.Errorf("%s token just before its end: %v", name, err)
		}
		*now = tt.end
		if err := tt.parse(); !errors.Is(err, ErrTokenExpired) || errors.Is(err, ErrInvalidToken) {
			t.Errorf("%s token at its end: %v, want %v", name, err, ErrTokenExpired)
		}
	}
}

func TestAnAccessTokenExpiresOneTTLAfterItsIssue(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	*now = testNow.Add(900 * time.Millisecond)
	_, expiresAt, err := tokens.Access(7, 70)
	if want := now.Truncate(time.Second).Add(testTTL); err != nil || !expiresAt.Equal(want) {
		t.Errorf("a token of %v ends at %v, want %v (%v)", *now, expiresAt, want, err)
	}
}

func TestATokenFromAClockAheadIsValid(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	token := mustAccess(t, tokens, 7, 70)
	*now = testNow.Add(-clockSkew)
	if _, err := tokens.ParseAccess(token); err != nil {
		t.Errorf("a token that is %v from the future: %v", clockSkew, err)
	}
	*now = testNow.Add(-clockSkew - time.Second)
	if _, err := tokens.ParseAccess(token); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("a token from further in the future: %v, want %v", err, ErrInvalidToken)
	}
}

func TestAClockThatIsSetBackByAMinuteSignsNobodyOut(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	token := mustAccess(t, tokens, 7, 70)
	*now = testNow.Add(-time.Minute)
	if _, err := tokens.ParseAccess(token); err != nil {
		t.Error(err)
	}
}

func TestOnlyValidAccessTokensAreRemembered(t *testing.T) {
	t.Parallel()
	tokens, now := newTestTokens()
	access := mustAccess(t, tokens, 7, 70)
	refresh, _, err := tokens.Refresh(7, 70, 1, testNow)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{refresh, access[:len(access)-2], access + "A"} {
		if _, err := tokens.ParseAccess(token); !errors.Is(err, ErrInvalidToken) {
			t.Errorf("%q: %v, want %v", token, err, ErrInvalidToken)
		}
	}
	*now = testNow.Add(testTTL)
	if _, err := tokens.ParseAccess(access); !errors.Is(err, ErrTokenExpired) {
		t.Errorf("after its end: %v, want %v", err, ErrTokenExpired)
	}
	if n := len(tokens.decoded.tokens); n != 0 {
		t.Errorf("%d tokens are remembered that are not valid", n)
	}
	*now = testNow
	if _, err := tokens.ParseAccess(access); err != nil {
		t.Fatal(err)
	}
	if c, known := tokens.decoded.get(access); !known || c.userID() != 7 || len(tokens.decoded.tokens) != 1 {
		t.Errorf("remembered: %v, %+v", known, tokens.decoded.tokens)
	}
}

func TestDecodedTokensAreLimited(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	for session := range int64(maxDecoded + 2) {
		access, err := tokens.ParseAccess(mustAccess(t, tokens, 7, session+1))
		if err != nil || access.SessionID != session+1 {
			t.Fatalf("a token of session %d: %+v, %v", session+1, access, err)
		}
	}
	if n := len(tokens.decoded.tokens); n == 0 || n > maxDecoded {
		t.Errorf("%d tokens are remembered, want at most %d", n, maxDecoded)
	}
}

func TestNoTokenIsSignedWithoutAUser(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	for _, ids := range [][3]int64{{0, 70, 1}, {-1, 70, 1}, {7, 0, 1}, {7, -1, 1}, {7, 70, -1}} {
		if token, _, err := tokens.Refresh(ids[0], ids[1], ids[2], testNow); err == nil || token != "" {
			t.Errorf("Refresh(%v) = %q, %v; want an error", ids, token, err)
		}
		if ids[2] < 0 {
			continue // an access token has no generation
		}
		if token, _, err := tokens.Access(ids[0], ids[1]); err == nil || token != "" {
			t.Errorf("Access(%v) = %q, %v; want an error", ids[:2], token, err)
		}
	}
}

func TestAnIssuerMayHaveAnyName(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	odd := NewTokens(bytes.Repeat([]byte{1}, 32), `영화 & <"circle">`, testTTL, testTTL, tokens.clock)
	if _, err := odd.ParseAccess(mustAccess(t, odd, 7, 70)); err != nil {
		t.Errorf("ParseAccess: %v", err)
	}
}

func TestAShortSecretPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("NewTokens takes a secret of 31 bytes")
		}
	}()
	NewTokens(make([]byte, MinSecretLen-1), "cinecircle", testTTL, testTTL, time.Now)
}

func TestHashToken(t *testing.T) {
	t.Parallel()
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4
	if got := HashToken("abc"); got != want {
		t.Errorf("HashToken = %s, want %s", got, want)
	}
}

func TestEveryAuthErrorIs401InBothLanguages(t *testing.T) {
	t.Parallel()
	errs := map[string]*apperr.Error{
		"unauthorized": ErrUnauthorized, "invalid_token": ErrInvalidToken,
		"token_expired": ErrTokenExpired, "invalid_credentials": ErrInvalidCredentials,
	}
	for code, e := range errs {
		if e.Code != code || e.Kind != apperr.Unauthorized || e.Text.EN == "" || e.Text.KO == "" {
			t.Errorf("%s: %+v", code, e)
		}
	}
}

func BenchmarkParseAccess(b *testing.B) {
	tokens, _ := newTestTokens()
	token := mustAccess(b, tokens, 7, 70)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.ParseAccess(token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMintAccess(b *testing.B) {
	tokens, _ := newTestTokens()
	b.ReportAllocs()
	for b.Loop() {
		mustAccess(b, tokens, 7, 70)
	}
}
