package auth

import (
	"crypto/cipher"
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

// The errors of a request that is not authenticated; all are 401.
var (
	ErrUnauthorized = apperr.New(apperr.Unauthorized, "unauthorized",
		"Please sign in first.", "먼저 로그인해 주세요.")
	ErrInvalidToken = apperr.New(apperr.Unauthorized, "invalid_token",
		"The token is not valid. Please sign in again.", "유효하지 않은 토큰입니다. 다시 로그인해 주세요.")
	ErrTokenExpired = apperr.New(apperr.Unauthorized, "token_expired",
		"The token has expired.", "토큰이 만료되었습니다.")
	// ErrInvalidCredentials does not reveal whether the name or the password is wrong.
	ErrInvalidCredentials = apperr.New(apperr.Unauthorized, "invalid_credentials",
		"The username or password is incorrect.", "닉네임 또는 비밀번호가 올바르지 않습니다.")
)

// Access is the content of a valid access token.
type Access struct {
	UserID, SessionID int64
	ExpiresAt         time.Time // UTC, whole seconds
}

// Refresh is the content of a valid refresh token.
type Refresh struct {
	UserID, SessionID int64
	Generation        int64     // the number of refreshes of the session before
	ExpiresAt         time.Time // UTC, whole seconds
}

// Tokens signs and verifies JWTs (RFC 7519) with HS256. Access and refresh tokens have different keys,
// so neither is accepted as the other. It is safe for concurrent use.
type Tokens struct {
	issuer                        text
	upgraded, constantUntil       time.Time // zero unless tokens with the ConstantIssuer exist
	accessTTL, refreshTTL         time.Duration
	clock                         func() time.Time
	parser                        *jwt.Parser // of signatures only
	validator                     *jwt.Validator
	decoded                       decoded // access tokens
	accessKey, refreshKey, jtiKey []byte
	nameKey, challengeKey         []byte
	sealer                        cipher.AEAD // of texts in the database
	findAccessKey, findRefreshKey jwt.Keyfunc
}

// NewTokens returns Tokens whose keys are derived from secret with HKDF-SHA256 (RFC 5869). It panics if
// secret has less than [MinSecretLen] bytes; the configuration checks it before.
func NewTokens(secret []byte, issuer string, accessTTL, refreshTTL time.Duration, clock func() time.Time) *Tokens {
	if len(secret) < MinSecretLen {
		panic(fmt.Sprintf("auth: secret must have at least %[2]d bytes, got %[1]d", len(secret), MinSecretLen))
	}
	t := &Tokens{
		issuer: text(issuer), accessTTL: accessTTL, refreshTTL: refreshTTL, clock: clock,
		accessKey:    deriveKey(secret, "cinecircle access token v1"),
		refreshKey:   deriveKey(secret, "cinecircle refresh token v1"),
		jtiKey:       deriveKey(secret, "cinecircle refresh token id v1"),
		nameKey:      deriveKey(secret, "cinecircle account name in the log v1"),
		challengeKey: deriveKey(secret, "cinecircle second step of a login v1"),
		sealer:       newSealer(secret),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation()),
		validator: jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithTimeFunc(clock)),
	}
	t.findAccessKey, t.findRefreshKey = always(t.accessKey), always(t.refreshKey)
	return t
}

// ConstantIssuer was the issuer of tokens before every community had an id of its own.
const ConstantIssuer = "cinecircle"

// upgradeWindow is how long instances of an earlier version may run beside the first one of this version, and still issue
// tokens with the ConstantIssuer.
const upgradeWindow = time.Hour

// UseIssuer changes the issuer. upgraded is when it replaced the [ConstantIssuer], zero if it did not. Tokens issued
// before, and in the hour after, are valid until they expire, so that an upgrade signs nobody out. It must not be called
// while requests are served.
func (t *Tokens) UseIssuer(issuer string, upgraded time.Time) {
	t.issuer, t.upgraded, t.constantUntil = text(issuer), upgraded, time.Time{}
	if !upgraded.IsZero() {
		t.constantUntil = upgraded.Add(upgradeWindow)
	}
}

// issuerAt returns the issuer of the tokens of a time. A refresh token of before the upgrade is issued once more, the same
// byte for byte, during its grace period.
func (t *Tokens) issuerAt(issuedAt time.Time) text {
	if issuedAt.Before(t.upgraded) {
		return ConstantIssuer
	}
	return t.issuer
}

var errCritical = errors.New("the header has critical extensions")

// always returns a key function that converts its key to an interface once and not for every token. It refuses tokens
// with critical extensions, because we implement none (RFC 7515 §4.1.11).
func always(key any) jwt.Keyfunc {
	return func(t *jwt.Token) (any, error) {
		if _, critical := t.Header["crit"]; critical {
			return nil, errCritical
		}
		return key, nil
	}
}

// deriveKey panics if HKDF fails, which it does not for 32 bytes of SHA-256.
func deriveKey(secret []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, sha256.Size)
	if err != nil {
		panic(fmt.Sprintf("auth: derive key: %v", err))
	}
	return key
}

// HashName returns 16 hexadecimal digits of an HMAC-SHA256 (RFC 2104) of the name of an account. The log holds it in place
// of the name, because people type passwords into the field of the name, and a hash without a key could be guessed.
func (t *Tokens) HashName(name string) string {
	mac := hmac.New(sha256.New, t.nameKey)
	mac.Write([]byte(name))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Access signs an access token. It is valid for the access TTL, rounded up to whole seconds.
func (t *Tokens) Access(userID, sessionID int64) (token string, expiresAt time.Time, err error) {
	now := t.clock()
	return sign(t.accessKey, userID, sessionID, &claims{
		Issuer: t.issuer, Type: typAccess, ID: text(rand.Text()),
		IssuedAt:  number(now.Unix()),
		ExpiresAt: number(now.Unix() + int64((t.accessTTL+time.Second-1)/time.Second)),
	})
}

// Refresh signs the refresh token of the given generation of a session. issuedAt is truncated to the second.
//
// It is deterministic: the same session, generation and second give the same token. So a second tab that
// refreshes within the grace period gets the same successor, although only its hash is stored.
func (t *Tokens) Refresh(userID, sessionID, generation int64, issuedAt time.Time) (token string, expiresAt time.Time, err error) {
	if generation < 0 {
		return "", time.Time{}, fmt.Errorf("sign refresh token: generation %d is negative", generation)
	}
	issuer := t.issuerAt(issuedAt)
	issuedAt = issuedAt.Truncate(time.Second)
	return sign(t.refreshKey, userID, sessionID, &claims{
		Issuer: issuer, Type: typRefresh, ID: t.refreshID(sessionID, generation),
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

// ParseAccess returns the content of an access token. For an expired token it returns the content and [ErrTokenExpired],
// for any other invalid token [ErrInvalidToken]. It does not check whether the session is active.
func (t *Tokens) ParseAccess(token string) (Access, error) {
	c, err := t.accessClaims(token)
	if err != nil && !errors.Is(err, ErrTokenExpired) {
		return Access{}, err
	}
	return Access{UserID: c.userID(), SessionID: int64(c.Session), ExpiresAt: c.expiry()}, err
}

// accessClaims returns the claims of an access token, and the errors of [Tokens.ParseAccess].
func (t *Tokens) accessClaims(token string) (claims, error) {
	c, known := t.decoded.get(token)
	if known {
		return c, t.validate(&c, typAccess)
	}
	err := t.parse(token, typAccess, t.findAccessKey, &c)
	if err == nil {
		t.decoded.put(token, c)
	}
	return c, err
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

// HashToken returns the hexadecimal SHA-256 of a token, which is stored instead of the token. A fast hash is
// enough, because tokens cannot be guessed.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
