package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// goodClaims returns the claims of an access token of user 7 and session 70.
func goodClaims() jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "cinecircle", "sub": "7", "sid": 70, "typ": "access", "jti": "x",
		"iat": testNow.Unix(), "exp": testNow.Add(testTTL).Unix(),
	}
}

// with returns the good claims with some replaced; nil removes one.
func with(changes jwt.MapClaims) jwt.MapClaims {
	claims := goodClaims()
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

func signed(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatalf("sign with %s: %v", method.Alg(), err)
	}
	return token
}

// signedRaw signs a header and a payload as they are, which need not be JSON, with HMAC-SHA-256.
func signedRaw(t testing.TB, key []byte, header, payload string) string {
	t.Helper()
	text := segment(header) + "." + segment(payload)
	signature, err := jwt.SigningMethodHS256.Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + segment(string(signature))
}

func segment(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// forgeries returns what must never pass as an access token.
func forgeries(t testing.TB, tokens *Tokens) map[string]string {
	key, hs256 := tokens.accessKey, jwt.SigningMethodHS256
	good := signed(t, hs256, key, goodClaims())
	header, body, signature := strings.Split(good, ".")[0], strings.Split(good, ".")[1], strings.Split(good, ".")[2]
	goodJSON, err := json.Marshal(goodClaims())
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) string { return signed(t, hs256, key, with(jwt.MapClaims{name: value})) }
	raw := func(payload string) string { return signedRaw(t, key, `{"alg":"HS256","typ":"JWT"}`, payload) }
	forged := func(header string) string { return signedRaw(t, key, header, string(goodJSON)) }
	repeated := func(claim string) string { return raw(strings.TrimSuffix(string(goodJSON), "}") + "," + claim + "}") }

	return map[string]string{
		"nothing":              "",
		"garbage":              "garbage",
		"dots":                 "..",
		"many dots":            strings.Repeat(".", 100),
		"1 MB":                 strings.Repeat("a", 1<<20),
		"1 MB of dots":         strings.Repeat(".", 1<<20),
		"1 MB, well signed":    claim("pad", strings.Repeat("a", 1<<20)),
		"over 4 KiB":           claim("pad", strings.Repeat("a", 4<<10)),
		"with the scheme":      "Bearer " + good,
		"a space in front":     " " + good,
		"a line break behind":  good + "\n",
		"a line break inside":  good[:len(good)-5] + "\r\n" + good[len(good)-5:],
		"a fourth part":        good + ".x",
		"without its end":      good[:len(good)-1],
		"without signature":    header + "." + body + ".",
		"two parts":            header + "." + body,
		"padded base64":        good + "=",
		"another last bit":     good[:len(good)-1] + string(nextInAlphabet(good[len(good)-1])),
		"signature twice":      good + signature,
		"none":                 signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, goodClaims()),
		"None, keyed":          forged(`{"alg":"None"}`),
		"none, keyed":          forged(`{"alg":"none"}`),
		"HS384":                signed(t, jwt.SigningMethodHS384, key, goodClaims()),
		"HS512":                signed(t, jwt.SigningMethodHS512, key, goodClaims()),
		"HS384, really HS256":  forged(`{"alg":"HS384"}`),
		"RS256":                forged(`{"alg":"RS256","typ":"JWT"}`),
		"hs256":                forged(`{"alg":"hs256"}`),
		"crit":                 forged(`{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":1}`),
		"crit, unknown":        forged(`{"alg":"HS256","crit":["urn:example:x"],"urn:example:x":true}`),
		"crit, b64":            forged(`{"alg":"HS256","crit":["b64"],"b64":true}`),
		"crit empty":           forged(`{"alg":"HS256","crit":[]}`),
		"crit null":            forged(`{"alg":"HS256","crit":null}`),
		"alg a number":         forged(`{"alg":256}`),
		"no alg":               forged(`{}`),
		"header null":          forged(`null`),
		"header no JSON":       forged(`alg`),
		"empty key":            signed(t, hs256, []byte{}, goodClaims()),
		"the secret itself":    signed(t, hs256, []byte("0123456789abcdef0123456789abcdef"), goodClaims()),
		"the refresh key":      signed(t, hs256, tokens.refreshKey, goodClaims()),
		"the jti key":          signed(t, hs256, tokens.jtiKey, goodClaims()),
		"a refresh token":      mustRefresh(t, tokens, 7, 70, 1, testNow),
		"another user":         header + "." + segment(strings.Replace(string(goodJSON), `"7"`, `"8"`, 1)) + "." + signature,
		"typ refresh":          claim("typ", "refresh"),
		"typ missing":          claim("typ", nil),
		"typ in capitals":      claim("typ", "ACCESS"),
		"exp missing":          claim("exp", nil),
		"exp 0":                claim("exp", 0),
		"exp a string":         claim("exp", "9999999999"),
		"exp a fraction":       claim("exp", 9999999999.5),
		"exp over 64 bits":     raw(strings.Replace(string(goodJSON), `"exp":`, `"exp":99999999999999`, 1)),
		"exp null":             raw(`{"iss":"cinecircle","sub":"7","sid":70,"typ":"access","iat":1,"exp":null}`),
		"iat missing":          claim("iat", nil),
		"iat in the future":    claim("iat", testNow.Add(clockSkew+time.Second).Unix()),
		"nbf in the future":    claim("nbf", testNow.Add(time.Second).Unix()),
		"iss missing":          claim("iss", nil),
		"iss empty":            claim("iss", ""),
		"iss another":          claim("iss", "cinecircle2"),
		"iss a list":           claim("iss", []string{"cinecircle"}),
		"sub missing":          claim("sub", nil),
		"sub a number":         claim("sub", 7),
		"sub a name":           claim("sub", "alice"),
		"sub 0":                claim("sub", "0"),
		"sub negative":         claim("sub", "-7"),
		"sub over 64 bits":     claim("sub", "9223372036854775808"),
		"sid missing":          claim("sid", nil),
		"sid 0":                claim("sid", 0),
		"sid negative":         claim("sid", -70),
		"sid a string":         claim("sid", "70"),
		"jti a number":         claim("jti", 7),
		"gen negative":         claim("gen", -1),
		"sub twice":            repeated(`"sub":"8"`),
		"sub twice, SUB":       repeated(`"SUB":"8"`),
		"sid twice":            repeated(`"sid":71`),
		"exp twice":            repeated(`"exp":9999999999`),
		"claims null":          raw(`null`),
		"claims a list":        raw(`[]`),
		"claims empty":         raw(`{}`),
		"claims no JSON":       raw(`sub=7`),
		"claims and something": raw(string(goodJSON) + "{}"),
		"expired, wrong iss":   signed(t, hs256, key, with(jwt.MapClaims{"iss": "x", "exp": 1})),
		"expired, wrong key":   signed(t, hs256, []byte("x"), with(jwt.MapClaims{"exp": 1})),
		"expired, refresh":     signed(t, hs256, key, with(jwt.MapClaims{"typ": "refresh", "exp": 1})),
	}
}

// nextInAlphabet returns the base64 digit after c, which differs from it in a bit that a last digit
// may not have, so that a lax decoder reads the same bytes.
func nextInAlphabet(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)^1]
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	if _, err := tokens.ParseAccess(signed(t, jwt.SigningMethodHS256, tokens.accessKey, goodClaims())); err != nil {
		t.Fatalf("what the forgeries are made from is refused itself, so this shows nothing: %v", err)
	}
	for name, token := range forgeries(t, tokens) {
		t.Run(name, func(t *testing.T) {
			if got, err := tokens.ParseAccess(token); !errors.Is(err, ErrInvalidToken) || got != (Access{}) {
				t.Errorf("ParseAccess = %+v, %v; want %v", got, err, ErrInvalidToken)
			}
		})
	}
}

func TestMalformedRefreshTokensAreRefused(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	good := mustRefresh(t, tokens, 7, 70, 1, testNow)
	forged := map[string]string{
		"nothing":              "",
		"an access token":      mustAccess(t, tokens, 7, 70),
		"access, refresh key":  signed(t, jwt.SigningMethodHS256, tokens.refreshKey, goodClaims()),
		"HS512":                signed(t, jwt.SigningMethodHS512, tokens.refreshKey, with(jwt.MapClaims{"typ": "refresh"})),
		"negative generation":  signed(t, jwt.SigningMethodHS256, tokens.refreshKey, with(jwt.MapClaims{"typ": "refresh", "gen": -1})),
		"a line break behind":  good + "\n",
		"another last bit":     good[:len(good)-1] + string(nextInAlphabet(good[len(good)-1])),
		"of another signature": good[:len(good)-43] + strings.Repeat("A", 43),
	}
	for name, token := range forged {
		if got, err := tokens.ParseRefresh(token); !errors.Is(err, ErrInvalidToken) || got != (Refresh{}) {
			t.Errorf("%s: ParseRefresh = %+v, %v; want %v", name, got, err, ErrInvalidToken)
		}
	}
}

func TestTokensOfAnotherSecretAreRefused(t *testing.T) {
	t.Parallel()
	tokens, _ := newTestTokens()
	other := NewTokens(bytes.Repeat([]byte{1}, 32), "cinecircle", testTTL, testTTL, tokens.clock)
	if _, err := tokens.ParseAccess(mustAccess(t, other, 7, 70)); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("ParseAccess: %v, want %v", err, ErrInvalidToken)
	}
	if _, err := tokens.ParseRefresh(mustRefresh(t, other, 7, 70, 1, testNow)); !errors.Is(err, ErrInvalidToken) {
		t.Errorf("ParseRefresh: %v, want %v", err, ErrInvalidToken)
	}
}
