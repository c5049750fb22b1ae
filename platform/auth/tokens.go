package auth

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// Why a request is not authenticated; all are 401.
var (
	ErrUnauthorized = apperr.New(apperr.Unauthorized, "unauthorized",
		"Please sign in first.", "먼저 로그인해 주세요.")
	ErrInvalidToken = apperr.New(apperr.Unauthorized, "invalid_token",
		"The token is not valid. Please sign in again.", "유효하지 않은 토큰입니다. 다시 로그인해 주세요.")
	ErrTokenExpired = apperr.New(apperr.Unauthorized, "token_expired",
		"The token has expired.", "토큰이 만료되었습니다.")
	// ErrInvalidCredentials does not say whether the name or the password was wrong.
	ErrInvalidCredentials = apperr.New(apperr.Unauthorized, "invalid_credentials",
		"The username or the password is wrong.", "사용자 이름 또는 비밀번호가 올바르지 않습니다.")
)

// Access is what a good access token says.
type Access struct {
	UserID, SessionID int64
	ExpiresAt         time.Time // UTC, whole seconds
}

// Refresh is what a good refresh token says.
type Refresh struct {
	UserID, SessionID int64
	Generation        int64     // how often the session was refreshed before
	ExpiresAt         time.Time // UTC, whole seconds
}

// Tokens signs and verifies JWTs (RFC 7519) with HS256. Access and refresh tokens have keys of their own,
// so one is never good as the other. It is safe for concurrent use.
type Tokens struct {
	issuer                        text
	accessTTL, refreshTTL         time.Duration
	clock                         func() time.Time
	parser                        *jwt.Parser
	accessKey, refreshKey, jtiKey []byte
	findAccessKey, findRefreshKey jwt.Keyfunc
}

// NewTokens returns Tokens whose keys are derived from secret with HKDF-SHA256 (RFC 5869). It panics when
// secret has less than [MinSecretLen] bytes, which the configuration has to have checked.
func NewTokens(secret []byte, issuer string, accessTTL, refreshTTL time.Duration, clock func() time.Time) *Tokens {
	if len(secret) < MinSecretLen {
		panic(fmt.Sprintf("auth: secret has %d bytes, at least %d are needed", len(secret), MinSecretLen))
	}
	t := &Tokens{
		issuer: text(issuer), accessTTL: accessTTL, refreshTTL: refreshTTL, clock: clock,
		accessKey:  deriveKey(secret, "cinecircle access token v1"),
		refreshKey: deriveKey(secret, "cinecircle refresh token v1"),
		jtiKey:     deriveKey(secret, "cinecircle refresh token id v1"),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithTimeFunc(clock),
			jwt.WithStrictDecoding()),
	}
	t.findAccessKey, t.findRefreshKey = always(t.accessKey), always(t.refreshKey)
	return t
}

// always returns a key function that boxes its key once and not for every token.
func always(key any) jwt.Keyfunc {
	return func(*jwt.Token) (any, error) { return key, nil }
}

// deriveKey panics where HKDF fails, which 32 bytes of SHA-256 cannot.
func deriveKey(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, sha256.Size)
	if err != nil {
		panic(fmt.Sprintf("auth: derive key: %v", err))
	}
	return key
}

// Access mints an access token. It is good for the access TTL, in whole seconds from the present one.
func (t *Tokens) Access(userID, sessionID int64) (token string, expiresAt time.Time, err error) {
	now := t.clock()
	return sign(t.accessKey, userID, sessionID, &claims{
		Issuer: t.issuer, Type: typAccess, ID: text(rand.Text()),
		IssuedAt:  number(now.Unix()),
		ExpiresAt: number(now.Unix() + int64((t.accessTTL+time.Second-1)/time.Second)),
	})
}

// Refresh mints the refresh token of the given generation of a session. Only the second of issuedAt counts.
//
// It is deterministic: the same session, generation and second give the same bytes. So a second tab that
// refreshes within the grace gets the same successor, although only its hash is stored.
func (t *Tokens) Refresh(userID, sessionID, generation int64, issuedAt time.Time) (token string, expiresAt time.Time, err error) {
	if generation < 0 {
		return "", time.Time{}, fmt.Errorf("sign refresh token: generation %d is negative", generation)
	}
	issuedAt = issuedAt.Truncate(time.Second)
	return sign(t.refreshKey, userID, sessionID, &claims{
		Issuer: t.issuer, Type: typRefresh, ID: t.refreshID(sessionID, generation),
		Generation: number(generation),
		IssuedAt:   number(issuedAt.Unix()),
		ExpiresAt:  number(issuedAt.Add(t.refreshTTL).Unix()),
	})
}

func (t *Tokens) refreshID(sessionID, generation int64) text {
	mac := hmac.New(sha256.New, t.jtiKey)
	mac.Write([]byte(strconv.FormatInt(sessionID, 10) + "|" + strconv.FormatInt(generation, 10)))
	return text(hex.EncodeToString(mac.Sum(nil)))
}

func sign(key []byte, userID, sessionID int64, c *claims) (string, time.Time, error) {
	if userID <= 0 || sessionID <= 0 {
		return "", time.Time{}, fmt.Errorf("sign %s token: user %d or session %d is not an id", c.Type, userID, sessionID)
	}
	c.Subject, c.Session = text(strconv.FormatInt(userID, 10)), number(sessionID)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign %s token: %w", c.Type, err)
	}
	return token, c.expiry(), nil
}

// ParseAccess returns what an access token says; with [ErrTokenExpired] for one that was good once, and
// nothing with [ErrInvalidToken] for everything else. Whether its session still stands is not looked up here.
func (t *Tokens) ParseAccess(token string) (Access, error) {
	var c claims
	err := t.parse(token, typAccess, t.findAccessKey, &c)
	if err != nil && !errors.Is(err, ErrTokenExpired) {
		return Access{}, err
	}
	return Access{UserID: c.userID(), SessionID: int64(c.Session), ExpiresAt: c.expiry()}, err
}

// ParseRefresh is [Tokens.ParseAccess] for refresh tokens.
func (t *Tokens) ParseRefresh(token string) (Refresh, error) {
	var c claims
	if err := t.parse(token, typRefresh, t.findRefreshKey, &c); err != nil {
		return Refresh{}, err
	}
	return Refresh{
		UserID: c.userID(), SessionID: int64(c.Session), Generation: int64(c.Generation), ExpiresAt: c.expiry(),
	}, nil
}

// HashToken returns the hexadecimal SHA-256 of a token, which is what is stored of it. A plain hash is
// enough: nobody guesses a token.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
