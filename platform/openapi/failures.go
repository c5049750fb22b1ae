package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/web"
)

// onlyActive reports whether an operation refuses pending and suspended members.
func onlyActive(method string, p auth.Policy, op Op) bool {
	return p == auth.Moderator || p == auth.Admin || method != http.MethodGet && !op.Restricted
}

// failures returns the errors of an operation by status: those of its policy and inputs, and those that it declares.
func failures(method string, ids []string, p auth.Policy, op Op) map[int][]*apperr.Error {
	all := []*apperr.Error{web.ErrInternal, apperr.ErrBusy, apperr.ErrUnavailable, apperr.ErrValidation}
	if op.Class != auth.ClassNone {
		all = append(all, apperr.ErrTooMany)
	}
	if p.SignedIn() {
		all = append(all, auth.ErrUnauthorized, auth.ErrInvalidToken, auth.ErrTokenExpired)
		if !op.personal || method != http.MethodGet { // every scope suffices for a read
			all = append(all, auth.ErrInsufficientScope)
		}
		if method != http.MethodGet {
			all = append(all, web.ErrCrossOrigin)
		}
		if onlyActive(method, p, op) {
			all = append(all, auth.ErrAccountPending, auth.ErrAccountSuspended)
		}
	}
	if p == auth.Owner || p == auth.Author || p == auth.Moderator || p == auth.Admin {
		all = append(all, apperr.ErrForbidden)
	}
	if len(ids) > 0 {
		all = append(all, apperr.ErrNotFound)
	}
	if method != http.MethodGet {
		all = append(all, web.ErrTooLarge, web.ErrMalformed, apperr.ErrOutcomeUnknown)
	}
	if op.JSON != nil || op.Form != nil {
		all = append(all, web.ErrUnsupportedMedia)
	}
	if op.Idempotent {
		all = append(all, idempotency.ErrReused, idempotency.ErrInUse)
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

// codesKey is the extension that lists the codes of a response for programs.
const codesKey = "x-problem-codes"

// problem returns a reference to the component that describes the response for one status and its codes. The example of a
// 422 names field.
func (d *document) problem(errs []*apperr.Error, field apperr.Field) openapi31.ResponseOrReference {
	name := problemName(errs)
	if strings.HasSuffix(field.Name, "_id") { // ids of all kinds fail alike, so they share an example
		field.Name = "movie_id"
	}
	if errs[0].Kind == apperr.Invalid {
		name += "At" + pascal(field.Name)
	}
	components := d.schemas.components
	if _, ok := components.Responses[name]; !ok {
		r := d.problemResponse(errs, field)
		components.WithResponsesItem(name, openapi31.ResponseOrReference{Response: &r})
	}
	return openapi31.ResponseOrReference{Reference: &openapi31.Reference{Ref: "#/components/responses/" + name}}
}

// problemName returns the name of a component: the codes, of which those that come together have one name.
func problemName(errs []*apperr.Error) string {
	codes := make([]string, len(errs))
	for i, e := range errs {
		codes[i] = e.Code
	}
	for _, group := range []struct {
		name  string
		codes []*apperr.Error
	}{
		{"unauthorized", []*apperr.Error{auth.ErrUnauthorized, auth.ErrInvalidToken, auth.ErrTokenExpired}},
		{"invalid", []*apperr.Error{apperr.ErrValidation}},
		{"refused", []*apperr.Error{auth.ErrInsufficientScope, web.ErrCrossOrigin}},
		{"restricted", []*apperr.Error{auth.ErrAccountPending, auth.ErrAccountSuspended}},
		{"unavailable", []*apperr.Error{apperr.ErrBusy, apperr.ErrUnavailable}},
	} {
		within := func(code string) bool {
			return slices.ContainsFunc(group.codes, func(e *apperr.Error) bool { return e.Code == code })
		}
		if rest := slices.DeleteFunc(slices.Clone(codes), within); len(codes)-len(rest) == len(group.codes) {
			codes = append([]string{group.name}, rest...)
		}
	}
	for i, code := range codes {
		codes[i] = pascal(code)
	}
	return strings.Join(codes, "Or")
}

// pascal returns MovieId for movie_id.
func pascal(snake string) string {
	var out strings.Builder
	for word := range strings.SplitSeq(snake, "_") {
		out.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return out.String()
}

func (d *document) problemResponse(errs []*apperr.Error, field apperr.Field) openapi31.Response {
	codes := make([]string, len(errs))
	lines := make([]string, len(errs))
	media := openapi31.MediaType{Schema: map[string]any{"$ref": componentPrefix + "Problem"}}
	for i, e := range errs {
		codes[i] = e.Code
		lines[i] = fmt.Sprintf("- `%s`: %s", e.Code, e.Text.EN)
		d.codes[e.Code] = true
		if e.Kind == apperr.Invalid && e.Code != apperr.ErrValidation.Code {
			d.fieldCodes[e.Code] = true
		}
		if i == 0 { // one example; the others differ in code and detail, which the description has
			media.WithExamplesItem(e.Code, openapi31.ExampleOrReference{Example: (&openapi31.Example{}).WithValue(exampleProblem(e, field))})
		}
	}
	r := openapi31.Response{Description: strings.Join(lines, "\n")}
	r.WithMapOfAnythingItem(codesKey, codes)
	r.WithContentItem(problemMedia, media)
	for name, text := range problemHeaders(errs[0].Kind) {
		r.WithHeadersItem(name, d.header(name, text))
	}
	return r
}

func problemHeaders(kind apperr.Kind) map[string]string {
	out := map[string]string{requestIDHeader: requestIDText}
	switch kind {
	case apperr.TooMany, apperr.Unavailable:
		if kind == apperr.TooMany {
			maps.Copy(out, rateHeaders)
		}
		out["Retry-After"] = "The number of seconds to wait before the next attempt. Absent if an attempt is not known to be safe."
	case apperr.Unauthorized:
		out["WWW-Authenticate"] = "How to authenticate (RFC 6750)."
	}
	return out
}

// addProblem adds problems to a status that also has another body.
func (d *document) addProblem(r *openapi31.Response, errs []*apperr.Error) {
	problem := d.problemResponse(errs, web.BadFormat("limit"))
	r.WithContentItem(problemMedia, problem.Content[problemMedia])
	r.WithMapOfAnythingItem(codesKey, problem.MapOfAnything[codesKey])
	r.Description += "\n" + problem.Description
}

func exampleProblem(e *apperr.Error, field apperr.Field) map[string]any {
	p := map[string]any{
		"type": "about:blank", "title": http.StatusText(web.Status(e.Kind)), "status": web.Status(e.Kind),
		"detail": e.Text.EN, "code": e.Code, "request_id": "3KQ5XV7NBWZ2HJ4M",
	}
	if e.Code == apperr.ErrValidation.Code {
		p["errors"] = []any{map[string]any{"field": field.Name, "code": field.Code, "message": field.Text.EN}}
	}
	return p
}

// sharedEnums are the names of fields and parameters that have the same values everywhere, and of their component.
// sharedLists are those of lists of such values.
var (
	sharedEnums = map[string]string{"genre": "Genre", "gender": "Gender"}
	sharedLists = map[string]string{"genres": "Genre"}
)

// shareEnums makes every enum of sharedEnums a component, in the schemas and in the parameters of operations, so that
// generated clients have one type for it.
func (d *document) shareEnums() {
	for _, schema := range slices.Collect(maps.Values(d.schemas.components.Schemas)) {
		properties, _ := schema["properties"].(map[string]any)
		for field, property := range properties {
			if property, ok := property.(map[string]any); ok {
				allowNull(property)
				d.shareEnum(field, property)
			}
		}
	}
	for o := range d.operations() {
		d.shareEnumsOf(o.Parameters)
	}
}

func (d *document) shareEnumsOf(parameters []openapi31.ParameterOrReference) {
	for _, p := range parameters {
		if p.Parameter != nil {
			d.shareEnum(p.Parameter.Name, p.Parameter.Schema)
		}
	}
}

// allowNull adds null to the values of an enum that may be null: its type alone does not allow it (JSON Schema 2020-12
// Validation §6.1.2).
func allowNull(schema map[string]any) {
	values, _ := schema["enum"].([]any)
	types, _ := schema["type"].([]any)
	if len(values) > 0 && slices.Contains(types, any("null")) && !slices.Contains(values, nil) {
		schema["enum"] = append(values, nil)
	}
}

// shareEnum replaces the schema of a field by a reference, if it is an enum of sharedEnums.
func (d *document) shareEnum(field string, schema map[string]any) {
	items, _ := schema["items"].(map[string]any)
	if list := sharedLists[field]; list != "" && items["type"] == "string" {
		schema["items"] = map[string]any{"$ref": componentPrefix + list}
		return
	}
	name := sharedEnums[field]
	if name == "" || schema["enum"] == nil || schema["type"] != "string" {
		return
	}
	d.schemas.components.WithSchemasItem(name, map[string]any{"type": "string", "enum": schema["enum"]})
	maps.DeleteFunc(schema, func(key string, _ any) bool { return key != "description" })
	schema["$ref"] = componentPrefix + name
}

// nameCodes gives the codes of problems and of their fields a type of their own, which lists them all.
func (d *document) nameCodes() {
	for _, of := range []struct {
		schema, name, text string
		codes              map[string]bool
	}{
		{"Problem", "ProblemCode", "Identifies the error. Stable; programs should rely on it. New codes may be added.", d.codes},
		{"FieldError", "FieldErrorCode", "The kind of the error. New codes may be added.", d.fieldCodes},
	} {
		components := d.schemas.components
		codes := slices.Sorted(maps.Keys(of.codes))
		components.WithSchemasItem(of.name, map[string]any{"type": "string", "enum": codes, "description": of.text})
		properties, _ := components.Schemas[of.schema]["properties"].(map[string]any)
		properties["code"] = map[string]any{"$ref": componentPrefix + of.name}
	}
}

// describe appends to the description who may call the operation.
func describe(p auth.Policy, op Op) string {
	callers := map[auth.Policy]string{
		auth.Public:    "Public.",
		auth.Optional:  "Public; signed-in users get additional data.",
		auth.Member:    "For signed-in users.",
		auth.Moderator: "For moderators.",
		auth.Owner:     "For the owner and for admins.",
		auth.Author:    "For the author only.",
		auth.Admin:     "For admins.",
		auth.Socket:    "For signed-in users.",
	}[p]
	if p.SignedIn() && !op.personal {
		callers += " Not with a personal token."
	}
	return strings.TrimSpace(op.Description + "\n\n" + callers)
}
