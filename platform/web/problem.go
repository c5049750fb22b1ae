package web

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// statuses is the only place where a kind of failure becomes a status.
var statuses = map[apperr.Kind]int{
	apperr.Internal:         http.StatusInternalServerError,
	apperr.Malformed:        http.StatusBadRequest,
	apperr.Unauthorized:     http.StatusUnauthorized,
	apperr.Forbidden:        http.StatusForbidden,
	apperr.NotFound:         http.StatusNotFound,
	apperr.MethodNotAllowed: http.StatusMethodNotAllowed,
	apperr.Conflict:         http.StatusConflict,
	apperr.TooLarge:         http.StatusRequestEntityTooLarge,
	apperr.UnsupportedMedia: http.StatusUnsupportedMediaType,
	apperr.Invalid:          http.StatusUnprocessableEntity,
	apperr.UpgradeRequired:  http.StatusUpgradeRequired,
	apperr.TooMany:          http.StatusTooManyRequests,
	apperr.Unavailable:      http.StatusServiceUnavailable,
}

// Status returns the HTTP status of a kind of failure.
func Status(k apperr.Kind) int { return statuses[k] }

// Problem is the body of every response that is not a success (RFC 9457).
type Problem struct {
	Type      string       `json:"type" example:"about:blank" description:"Always about:blank: what tells errors apart is code."`
	Title     string       `json:"title" example:"Unprocessable Entity" description:"The name of the status."`
	Status    int          `json:"status" example:"422" description:"The HTTP status."`
	Detail    string       `json:"detail" description:"A sentence for a person, in the language that Accept-Language asks for (English or Korean)."`
	Code      string       `json:"code" example:"validation_failed" description:"Stable, for programs."`
	RequestID string       `json:"request_id" description:"The X-Request-ID of this request, to be quoted when asking for help."`
	Errors    []FieldError `json:"errors,omitempty" description:"With 422: what is wrong, one by one."`
	ReviewID  *int64       `json:"review_id,omitempty" description:"With review_exists: the review that stands."`
}

// FieldError is one thing wrong with one part of a request.
type FieldError struct {
	Field   string `json:"field" example:"cast[0].name" description:"The name on the wire: a member of the body, a query, path or form parameter, or the unknown key itself."`
	Code    string `json:"code" example:"required" description:"required, unknown, type, min, max, enum, format, repeated, …"`
	Message string `json:"message" description:"A sentence for a person."`
}

func writeProblem(c *gin.Context, e *apperr.Error) {
	status := statuses[e.Kind]
	korean := wantsKorean(c.GetHeader("Accept-Language"))
	doc := map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status,
		"detail": say(e.Text, korean), "code": e.Code, "request_id": RequestID(c),
	}
	if len(e.Fields) > 0 {
		doc["errors"] = fieldErrors(e.Fields, korean)
	}
	maps.Copy(doc, e.Extra)
	body, err := json.Marshal(doc)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Language", map[bool]string{true: "ko", false: "en"}[korean])
	h.Add("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", challenge(e))
	}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	c.Data(status, "application/problem+json", body)
}

// challenge is the header that a 401 must have (RFC 9110 §11.6.1). Only a token that was sent and is no
// good is an error of it (RFC 6750 §3.1).
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

// wantsKorean reports whether an Accept-Language header prefers Korean to English.
func wantsKorean(header string) bool {
	if header == "" {
		return false
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return false
	}
	_, index, confidence := languages.Match(tags...)
	return index == 1 && confidence > language.No
}
