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
	// The tokens of this service have less than 400 bytes; longer ones are not decoded.
	maxTokenLen = 4 << 10
	// The difference of the clocks of two instances that is tolerated, or the time that a clock may be set back.
	clockSkew = time.Minute
)

var errRepeatedClaim = errors.New("repeated claim")

// claims is the payload of both kinds of token. A struct is cheaper than a map for every authenticated request. The order
// of its fields is the order in the token.
type claims struct {
	Issuer     text   `json:"iss"`
	Subject    text   `json:"sub"` // the user's id in decimal; a string by RFC 7519
	Session    number `json:"sid"`
	Generation number `json:"gen,omitempty"` // refresh tokens only
	Type       text   `json:"typ"`
	ID         text   `json:"jti"`
	IssuedAt   number `json:"iat"`
	ExpiresAt  number `json:"exp"`
	NotBefore  number `json:"nbf,omitempty"` // never written, but checked
}

// parse fills c with the claims of a token. It returns [ErrTokenExpired] for a token that is valid but for its expiry, and
// [ErrInvalidToken] for any other.
func (t *Tokens) parse(token string, typ text, findKey jwt.Keyfunc, c *claims) error {
	// base64 ignores line breaks, so a token with one appended would still be valid, but have another hash.
	if len(token) > maxTokenLen || strings.ContainsAny(token, "\r\n") {
		return ErrInvalidToken
	}
	if _, err := t.parser.ParseWithClaims(token, c, findKey); err != nil {
		return ErrInvalidToken
	}
	return t.validate(c, typ)
}

// validate checks the claims of a token whose signature is valid.
func (t *Tokens) validate(c *claims, typ text) error {
	err := t.validator.Validate(c)
	if err != nil && !errors.Is(err, jwt.ErrTokenExpired) || !t.plausible(c, typ) {
		return ErrInvalidToken
	}
	if err != nil {
		return ErrTokenExpired
	}
	return nil
}

// plausible checks claims with a valid signature for what the validator does not. The validator could check
// iat, but its leeway would also apply to exp.
func (t *Tokens) plausible(c *claims, typ text) bool {
	latest := t.clock().Add(clockSkew).Unix()
	return c.Type == typ && t.issuedHere(c) &&
		c.userID() > 0 && c.Session > 0 && c.Generation >= 0 &&
		c.IssuedAt > 0 && int64(c.IssuedAt) <= latest
}

// issuedHere checks the issuer, which the validator would compare with one constant.
func (t *Tokens) issuedHere(c *claims) bool {
	return c.Issuer == t.issuer || c.Issuer == ConstantIssuer && time.Unix(int64(c.IssuedAt), 0).Before(t.constantUntil)
}

// userID returns the subject as an id, 0 if it is not a positive number.
func (c *claims) userID() int64 {
	id, err := strconv.ParseInt(string(c.Subject), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

func (c *claims) expiry() time.Time { return time.Unix(int64(c.ExpiresAt), 0).UTC() }

// The methods of jwt.Claims; the validator checks exp and nbf with them.

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt.date(), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.NotBefore.date(), nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return c.IssuedAt.date(), nil }
func (c *claims) GetIssuer() (string, error)                   { return string(c.Issuer), nil }
func (c *claims) GetSubject() (string, error)                  { return string(c.Subject), nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

// text is a string claim and number an integer claim. Neither may be repeated, in any case:
// encoding/json would use the last one, another parser the first (RFC 7519, section 4).
type (
	text   string
	number int64
)

func (t *text) UnmarshalJSON(b []byte) error {
	if *t != "" {
		return errRepeatedClaim
	}
	if b[0] == '"' && bytes.IndexByte(b, '\\') < 0 { // without escapes there is nothing to decode
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

// date returns nil for 0, the value of an absent claim.
func (n number) date() *jwt.NumericDate {
	if n == 0 {
		return nil
	}
	return &jwt.NumericDate{Time: time.Unix(int64(n), 0)}
}
