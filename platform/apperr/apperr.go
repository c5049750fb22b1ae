// Package apperr has the errors that the domains return. It does not know HTTP.
//
// A domain declares its errors as package variables with [New]; package web maps a [Kind] to a
// status. Errors are compared by their code, so errors.Is also matches copies with further
// fields.
package apperr

import (
	"maps"
	"time"
)

// Kind is the category of an error. Package web maps each Kind to one HTTP status.
type Kind int

// The kinds, in the order of their statuses.
const (
	Internal           Kind = iota // 500: a fault of the service; its cause is logged only
	Malformed                      // 400: the body cannot be parsed
	Unauthorized                   // 401: no credentials, or invalid ones
	Forbidden                      // 403: the user is authenticated but not allowed to do this
	NotFound                       // 404: the path or the resource does not exist
	MethodNotAllowed               // 405: the path does not have this method
	Conflict                       // 409: the request conflicts with stored data
	PreconditionFailed             // 412: the resource is not as the request wants it to be
	TooLarge                       // 413: the body is too large
	UnsupportedMedia               // 415: the content type is not supported
	Invalid                        // 422: well-formed, but invalid
	UpgradeRequired                // 426: the path accepts WebSocket connections only
	TooMany                        // 429: a rate limit was reached
	Unavailable                    // 503: a dependency is down or busy
)

// Text is a sentence in English and Korean.
type Text struct{ EN, KO string }

// Field is an error about one part of a request.
type Field struct {
	Name string // as the client sent it: cast[0].name, a query parameter, an unknown name
	Code string // required, unknown, type, min, max, enum, format, repeated, …
	Text Text
}

// Error is an error with a stable code for programs and a sentence for people.
type Error struct {
	Kind       Kind
	Code       string
	Text       Text
	Fields     []Field        // for Invalid: the errors one by one
	Extra      map[string]any // further members of the problem document, such as review_id
	RetryAfter time.Duration  // for TooMany and Unavailable: how long to wait before a retry
}

// New declares an error. The texts are complete sentences.
func New(kind Kind, code, en, ko string) *Error {
	return &Error{Kind: kind, Code: code, Text: Text{EN: en, KO: ko}}
}

// Validation returns a validation_failed error with the given fields.
func Validation(fields ...Field) *Error {
	e := *ErrValidation
	e.Fields = fields
	return &e
}

func (e *Error) Error() string { return e.Code + ": " + e.Text.EN }

// Is reports whether target has the same code, so that copies made by With and After match.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With returns a copy with another member of the problem document.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Extra = maps.Clone(e.Extra)
	if c.Extra == nil {
		c.Extra = make(map[string]any, 1)
	}
	c.Extra[key] = value
	return &c
}

// At returns a copy with one field error, about the part of the request that caused the error.
func (e *Error) At(field string) *Error {
	c := *e
	c.Fields = []Field{{Name: field, Code: e.Code, Text: e.Text}}
	return &c
}

// After returns a copy that tells the client to retry after d.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// The errors that domains share.
var (
	// ErrValidation is the base of [Validation]; compare with errors.Is.
	ErrValidation = New(Invalid, "validation_failed",
		"Some values in the request are not valid.",
		"요청에 올바르지 않은 값이 있습니다.")

	// ErrNotFound is for unknown paths, and for resources whose domain declares no other error.
	ErrNotFound = New(NotFound, "not_found",
		"The requested resource does not exist.", "요청한 대상을 찾을 수 없습니다.")

	// ErrForbidden means that the user is authenticated but not allowed to do this.
	ErrForbidden = New(Forbidden, "forbidden",
		"You are not allowed to do this.", "이 작업을 할 권한이 없습니다.")

	// ErrTooMany means that a rate limit was reached; use After.
	ErrTooMany = New(TooMany, "too_many_requests",
		"Too many requests. Please try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.")

	// ErrBusy means that a queue is full; use After.
	ErrBusy = New(Unavailable, "busy",
		"The server is busy. Please try again shortly.", "지금 요청이 많습니다. 잠시 후 다시 시도해 주세요.")

	// ErrUnavailable means that a dependency of the request is down; use After.
	ErrUnavailable = New(Unavailable, "unavailable",
		"Part of the service is unavailable right now. Please try again shortly.",
		"지금은 일부 기능을 사용할 수 없습니다. 잠시 후 다시 시도해 주세요.")

	// ErrOutcomeUnknown means that the connection to the database was lost while it committed, and that it did not come
	// back to tell whether it did. It has no wait: whoever repeats the request may do it twice.
	ErrOutcomeUnknown = New(Unavailable, "outcome_unknown",
		"The connection to the database was lost while this was being saved. Please check whether it was saved before you try again.",
		"저장하는 중에 데이터베이스와 연결이 끊겼습니다. 저장되었는지 확인한 뒤에 다시 시도해 주세요.")
)
