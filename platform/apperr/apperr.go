// Package apperr is how a domain says what went wrong without knowing HTTP.
//
// A domain declares its errors once, as package variables made by [New]; package web is the only
// place that turns a [Kind] into a status. Errors compare by code, so errors.Is works on copies
// that carry extra fields.
package apperr

import (
	"maps"
	"time"
)

// Kind says what sort of failure an error is; web maps each to one HTTP status.
type Kind int

// The kinds, in the order of the contract's statuses.
const (
	Internal         Kind = iota // 500: our fault, cause only in the log
	Malformed                    // 400: the body cannot be parsed
	Unauthorized                 // 401: no or bad credentials
	Forbidden                    // 403: known, but not allowed
	NotFound                     // 404: not there
	MethodNotAllowed             // 405: there, but not with this method
	Conflict                     // 409: already exists or contradicts what is stored
	TooLarge                     // 413: more bytes than accepted
	UnsupportedMedia             // 415: a content type that is not read here
	Invalid                      // 422: well-formed but against a rule
	UpgradeRequired              // 426: only speaks WebSocket
	TooMany                      // 429: ask again later
	Unavailable                  // 503: a part that is needed is down or busy
)

// Text is one sentence in the languages that the service speaks.
type Text struct{ EN, KO string }

// Field is one thing wrong with one part of a request.
type Field struct {
	Name string // as on the wire: cast[0].name, a query key, the unknown key itself
	Code string // required, unknown, type, min, max, enum, format, repeated, …
	Text Text
}

// Error is a failure with a stable code for programs and a sentence for people.
type Error struct {
	Kind       Kind
	Code       string
	Text       Text
	Fields     []Field        // for Invalid: what is wrong, one by one
	Extra      map[string]any // further members of the problem document, such as review_id
	RetryAfter time.Duration  // for TooMany and Unavailable: when to come again
}

// New declares an error. The texts are whole sentences.
func New(kind Kind, code, en, ko string) *Error {
	return &Error{Kind: kind, Code: code, Text: Text{EN: en, KO: ko}}
}

// Validation returns a validation_failed error that lists the given fields.
func Validation(fields ...Field) *Error {
	e := *ErrValidation
	e.Fields = fields
	return &e
}

func (e *Error) Error() string { return e.Code + ": " + e.Text.EN }

// Is reports whether target has the same code, so that a copy made by With or After still matches.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy that carries one more member of the problem document.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Extra = maps.Clone(e.Extra)
	if c.Extra == nil {
		c.Extra = make(map[string]any, 1)
	}
	c.Extra[key] = value
	return &c
}

// At returns a copy that blames one field of the request for the error.
func (e *Error) At(field string) *Error {
	c := *e
	c.Fields = []Field{{Name: field, Code: e.Code, Text: e.Text}}
	return &c
}

// After returns a copy that tells the client to come again after d.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// ErrValidation is what [Validation] copies; compare with errors.Is.
var ErrValidation = New(Invalid, "validation_failed",
	"The request is well-formed, but some values are not acceptable.",
	"요청의 일부 값이 올바르지 않습니다.")

// ErrNotFound is for paths and things that have no error of their own.
var ErrNotFound = New(NotFound, "not_found",
	"There is nothing here.", "요청한 대상을 찾을 수 없습니다.")

// ErrForbidden says that the caller is known and may not do this.
var ErrForbidden = New(Forbidden, "forbidden",
	"You may not do this.", "이 작업을 할 권한이 없습니다.")

// ErrTooMany says that a request-rate limit was reached; use After.
var ErrTooMany = New(TooMany, "too_many_requests",
	"Too many requests. Please try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.")

// ErrBusy says that a bounded resource has a full queue; use After.
var ErrBusy = New(Unavailable, "busy",
	"The server is busy. Please try again shortly.", "서버가 바쁩니다. 잠시 후 다시 시도해 주세요.")

// ErrUnavailable says that something the request needs is down; use After.
var ErrUnavailable = New(Unavailable, "unavailable",
	"A part of the service is not available right now. Please try again shortly.",
	"서비스의 일부를 지금 사용할 수 없습니다. 잠시 후 다시 시도해 주세요.")
