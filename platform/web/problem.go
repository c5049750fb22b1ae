package web

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// statuses is the only mapping of kinds to statuses.
var statuses = map[apperr.Kind]int{
	apperr.Internal:           http.StatusInternalServerError,
	apperr.Malformed:          http.StatusBadRequest,
	apperr.Unauthorized:       http.StatusUnauthorized,
	apperr.Forbidden:          http.StatusForbidden,
	apperr.NotFound:           http.StatusNotFound,
	apperr.MethodNotAllowed:   http.StatusMethodNotAllowed,
	apperr.Conflict:           http.StatusConflict,
	apperr.PreconditionFailed: http.StatusPreconditionFailed,
	apperr.TooLarge:           http.StatusRequestEntityTooLarge,
	apperr.UnsupportedMedia:   http.StatusUnsupportedMediaType,
	apperr.Invalid:            http.StatusUnprocessableEntity,
	apperr.UpgradeRequired:    http.StatusUpgradeRequired,
	apperr.TooMany:            http.StatusTooManyRequests,
	apperr.Unavailable:        http.StatusServiceUnavailable,
}

// Status returns the HTTP status of a kind of error.
func Status(k apperr.Kind) int { return statuses[k] }

// Problem is the body of every error response (RFC 9457).
type Problem struct {
	Type      string       `json:"type" example:"about:blank" description:"Always about:blank; the code identifies the error."`
	Title     string       `json:"title" example:"Unprocessable Entity" description:"The standard name of the HTTP status."`
	Status    int          `json:"status" example:"422" description:"The HTTP status."`
	Detail    string       `json:"detail" description:"An explanation for people, in English or Korean according to Accept-Language."`
	Code      string       `json:"code" example:"validation_failed" description:"Identifies the error. Stable; programs should rely on it."`
	RequestID string       `json:"request_id" description:"The X-Request-ID of this request. Quote it when you report a problem."`
	Errors    []FieldError `json:"errors,omitempty" description:"Only with 422: one entry per error."`
	ReviewID  *int64       `json:"review_id,omitempty" description:"Only with review_exists: the id of the existing review."`
	MovieID   *int64       `json:"movie_id,omitempty" description:"Only with external_id_taken: the id of the other film."`
	UserIDs   []int64      `json:"user_ids,omitempty" description:"Only with merge_conflict: the ids of members who have reviewed both films, at most 20."`
	Reason    *string      `json:"reason,omitempty" description:"Only with account_pending and account_suspended: why, for people; can be empty."`
	Until     **time.Time  `json:"until,omitempty" description:"Only with account_pending and account_suspended: the end of the suspension; null if it lasts until it is lifted."`
}

// FieldError is an error of one part of a request.
type FieldError struct {
	Field   string `json:"field" example:"cast[0].name" description:"The name as the client sent it: a member of the body, or a path, query or form parameter."`
	Code    string `json:"code" example:"required" description:"The kind of the error: required, unknown, type, min, max, enum, format, repeated, …"`
	Message string `json:"message" description:"An explanation for people, in English or Korean."`
}

func writeProblem(c *gin.Context, e *apperr.Error) {
	language, body, err := EncodeProblem(c, e)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	h, status := c.Writer.Header(), statuses[e.Kind]
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", challenge(e))
	}
	SetRetryAfter(h, e)
	WriteProblem(c, status, language, body)
}

// EncodeProblem returns the problem document of e, in the language that the request asks for.
func EncodeProblem(c *gin.Context, e *apperr.Error) (language string, body []byte, err error) {
	status := statuses[e.Kind]
	korean := InKorean(c)
	doc := map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status,
		"detail": say(e.Text, korean), "code": e.Code, "request_id": RequestID(c),
	}
	if len(e.Fields) > 0 {
		doc["errors"] = fieldErrors(e.Fields, korean)
	}
	maps.Copy(doc, e.Extra)
	body, err = json.Marshal(doc)
	return map[bool]string{true: "ko", false: "en"}[korean], body, err
}

// WriteProblem writes a problem document of [EncodeProblem].
func WriteProblem(c *gin.Context, status int, language string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Language", language)
	h.Add("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	c.Data(status, "application/problem+json", body)
}

// SetRetryAfter sets the header Retry-After to the wait of an error, in whole seconds, rounded up. It does nothing if the
// error has none.
func SetRetryAfter(h http.Header, e *apperr.Error) {
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
}

// challenge returns the WWW-Authenticate header that a 401 must have (RFC 9110 §11.6.1). It names an error only if a
// token was sent (RFC 6750 §3.1).
func challenge(e *apperr.Error) string {
	const scheme = `Bearer realm="cinecircle"`
	switch e.Code {
	case "invalid_token", "token_expired":
		return scheme + `, error="invalid_token"`
	}
	return scheme
}

func fieldErrors(fields []apperr.Field, korean bool) []FieldError {
	out := make([]FieldError, len(fields))
	for i, f := range fields {
		out[i] = FieldError{Field: f.Name, Code: f.Code, Message: say(f.Text, korean)}
	}
	return out
}

func say(t apperr.Text, korean bool) string {
	if korean {
		return t.KO
	}
	return t.EN
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Korean})

// koreanKey is set in a context when Korean is the default language of the engine.
const koreanKey = "web.korean"

// InKorean reports whether the response is in Korean and not in English: the one that Accept-Language prefers, or the
// default of the engine when it names neither.
func InKorean(c *gin.Context) bool {
	switch preferredLanguage(c.GetHeader("Accept-Language")) {
	case "ko":
		return true
	case "en":
		return false
	}
	return c.GetBool(koreanKey)
}

// preferredLanguage returns the language that an Accept-Language header prefers: ko, en, or "" if it names neither.
func preferredLanguage(header string) string {
	if header == "" {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return ""
	}
	_, index, confidence := languages.Match(tags...)
	if confidence == language.No {
		return ""
	}
	return [...]string{"en", "ko"}[index]
}
