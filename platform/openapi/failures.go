package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// failures returns what can go wrong with an operation, by status: what follows from its policy and
// inputs, and what it declares itself.
func failures(method string, ids []string, p auth.Policy, op Op) map[int][]*apperr.Error {
	all := []*apperr.Error{web.ErrInternal, apperr.ErrBusy, apperr.ErrUnavailable, apperr.ErrValidation}
	if op.Class != auth.ClassNone {
		all = append(all, apperr.ErrTooMany)
	}
	if p.SignedIn() {
		all = append(all, auth.ErrUnauthorized, auth.ErrInvalidToken, auth.ErrTokenExpired)
		if method != http.MethodGet {
			all = append(all, web.ErrCrossOrigin)
		}
	}
	if p == auth.Owner || p == auth.Author || p == auth.Admin {
		all = append(all, apperr.ErrForbidden)
	}
	if len(ids) > 0 {
		all = append(all, apperr.ErrNotFound)
	}
	if op.JSON != nil || op.Form != nil {
		all = append(all, web.ErrUnsupportedMedia, web.ErrTooLarge, web.ErrMalformed)
	}
	out := map[int][]*apperr.Error{}
	for _, e := range append(all, op.Errors...) {
		status := web.Status(e.Kind)
		if !slices.ContainsFunc(out[status], func(o *apperr.Error) bool { return o.Code == e.Code }) {
			out[status] = append(out[status], e)
		}
	}
	return out
}

const problemMedia = "application/problem+json"

// problem documents one status with the codes that it can carry.
func (d *document) problem(errs []*apperr.Error) openapi31.Response {
	codes := make([]any, len(errs))
	lines := make([]string, len(errs))
	examples := make(map[string]openapi31.ExampleOrReference, len(errs))
	for i, e := range errs {
		codes[i] = e.Code
		lines[i] = fmt.Sprintf("- `%s`: %s", e.Code, e.Text.EN)
		examples[e.Code] = openapi31.ExampleOrReference{Example: (&openapi31.Example{}).WithValue(exampleProblem(e))}
	}
	media := openapi31.MediaType{Schema: map[string]any{
		"allOf": []any{
			map[string]any{"$ref": componentPrefix + "Problem"},
			map[string]any{"properties": map[string]any{"code": map[string]any{"enum": codes}}},
		},
	}}
	for name, example := range examples {
		media.WithExamplesItem(name, example)
	}
	r := openapi31.Response{Description: strings.Join(lines, "\n")}
	r.WithContentItem(problemMedia, media)
	r.WithHeadersItem("X-Request-ID", header("The id of the request, yours if you sent one."))
	switch errs[0].Kind {
	case apperr.TooMany, apperr.Unavailable:
		r.WithHeadersItem("Retry-After", header("Seconds to wait before trying again."))
	case apperr.Unauthorized:
		r.WithHeadersItem("WWW-Authenticate", header("How to authenticate (RFC 6750)."))
	}
	return r
}

// addProblem adds to a status that has a body of its own the problems that it may carry as well.
func (d *document) addProblem(r *openapi31.Response, errs []*apperr.Error) {
	problem := d.problem(errs)
	r.WithContentItem(problemMedia, problem.Content[problemMedia])
	r.Description += "\n" + problem.Description
}

func exampleProblem(e *apperr.Error) map[string]any {
	p := map[string]any{
		"type": "about:blank", "title": http.StatusText(web.Status(e.Kind)), "status": web.Status(e.Kind),
		"detail": e.Text.EN, "code": e.Code, "request_id": "3KQ5XV7NBWZ2HJ4M",
	}
	if e.Code == apperr.ErrValidation.Code {
		p["errors"] = []any{map[string]any{"field": "title", "code": "required", "message": "This field is required."}}
	}
	return p
}

// describe adds to the description who may call the operation.
func describe(p auth.Policy, op Op) string {
	who := map[auth.Policy]string{
		auth.Public:   "Anybody may call this.",
		auth.Optional: "Anybody may call this; who is signed in sees a little more.",
		auth.Member:   "For signed-in members.",
		auth.Owner:    "For the owner, or an admin.",
		auth.Author:   "For the author alone.",
		auth.Admin:    "For admins.",
		auth.Socket:   "For signed-in members.",
	}[p]
	return strings.TrimSpace(op.Description + "\n\n" + who)
}
