package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The values of the claim typ.
const (
	typAccess  text = "access"
	typRefresh text = "refresh"
)

const (
	// Ours have less than 400 bytes; a longer one is not worth decoding.
	maxTokenLen = 4 << 10
	// How far the clocks of two instances may be apart, or one be set back: a token just issued by the one that is
	// ahead is good on the other.
	clockSkew = time.Minute
)

var errRepeatedClaim = errors.New("claim is given more than once")

// claims is the payload of both kinds of token. It is a struct because a map would be built for every
// authenticated request; the order of its fields is the order in the token.
type claims struct {
	Issuer     text   `json:"iss"`
	Subject    text   `json:"sub"` // the user's id in decimal; RFC 7519 wants a string
	Session    number `json:"sid"`
	Generation number `json:"gen,omitempty"` // refresh tokens only
	Type       text   `json:"typ"`
	ID         text   `json:"jti"`
	IssuedAt   number `json:"iat"`
	ExpiresAt  number `json:"exp"`
	NotBefore  number `json:"nbf,omitempty"` // never written, but obeyed
}

func (t *Tokens) parse(token string, typ text, findKey jwt.Keyfunc, c *claims) error {
	// base64 skips line breaks, so with one appended a token would still be good but have another hash.
	if len(token) > maxTokenLen || strings.ContainsAny(token, "\r\n") {
		return ErrInvalidToken
	}
	_, err := t.parser.ParseWithClaims(token, c, findKey)
	if err != nil && !errors.Is(err, jwt.ErrTokenExpired) || !t.plausible(c, typ) {
		return ErrInvalidToken
	}
	if err != nil {
		return ErrTokenExpired
	}
	return nil
}

// plausible checks what the parser does not, on claims whose signature was good. The parser could check
// iat too, but its leeway would be one for exp as well.
func (t *Tokens) plausible(c *claims, typ text) bool {
	latest := t.clock().Add(clockSkew).Unix()
	return c.Type == typ && c.Issuer == t.issuer &&
		c.userID() > 0 && c.Session > 0 && c.Generation >= 0 &&
		c.IssuedAt > 0 && int64(c.IssuedAt) <= latest
}

// userID returns the subject as an id, 0 when it is not a positive number.
func (c *claims) userID() int64 {
	id, err := strconv.ParseInt(string(c.Subject), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

func (c *claims) expiry() time.Time { return time.Unix(int64(c.ExpiresAt), 0).UTC() }

// The methods of jwt.Claims, through which the parser checks exp, nbf and iss.

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt.date(), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.NotBefore.date(), nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.IssuedAt.date(), nil }
func (c *claims) GetIssuer() (string, error)                   { return string(c.Issuer), nil }
func (c *claims) GetSubject() (string, error)                  { return string(c.Subject), nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

// text is a string claim and number an integer one. Neither may be given twice, in whatever case:
// encoding/json would take the last one, another reader the first (RFC 7519, section 4).
type (
	text   string
	number int64
)

func (t *text) UnmarshalJSON(b []byte) error {
	if *t != "" {
		return errRepeatedClaim
	}
	if b[0] == '"' && bytes.IndexByte(b, '\\') < 0 { // the usual string needs no second decoder
		*t = text(b[1 : len(b)-1])
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

func (n *number) UnmarshalJSON(b []byte) error {
	if *n != 0 {
		return errRepeatedClaim
	}
	v, err := strconv.ParseInt(string(b), 10, 64)
	*n = number(v)
	return err
}

// date returns nil for 0, which is how an absent claim reads.
func (n number) date() *jwt.NumericDate {
	if n == 0 {
		return nil
	}
	return &jwt.NumericDate{Time: time.Unix(int64(n), 0)}
}
