package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The names of the security schemes in the document.
const (
	schemeLogin  = "login"  // OAuth2 password flow against POST /users/login
	schemeBearer = "bearer" // an access token
	schemeCookie = "cookie" // the access_token cookie
)

// document is the OpenAPI document while routes are being registered.
type document struct {
	spec    *openapi31.Spec
	schemas *schemas
}

func newDocument(version string) *document {
	spec := &openapi31.Spec{Openapi: "3.1.0"}
	spec.Info.WithTitle("cinecircle").WithVersion(version).WithDescription(introduction)
	spec.Info.WithLicense(openapi31.License{Name: "MIT"})
	spec.WithServers(openapi31.Server{URL: "/"})
	components := spec.ComponentsEns()
	components.WithSecuritySchemesItem(schemeLogin, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("Sign in with username and password.").
			WithOauth2(openapi31.SecuritySchemeOauth2{Flows: openapi31.OauthFlows{
				Password: &openapi31.OauthFlowsDefsPassword{TokenURL: "/users/login", Scopes: map[string]string{}},
			}}),
	})
	components.WithSecuritySchemesItem(schemeBearer, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("An access token from POST /users/login.").
			WithHTTPBearer(openapi31.SecuritySchemeHTTPBearer{Scheme: "bearer", BearerFormat: new("JWT")}),
	})
	components.WithSecuritySchemesItem(schemeCookie, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("The cookie that POST /users/login sets, for browsers.").
			WithAPIKey(openapi31.SecuritySchemeAPIKey{Name: auth.AccessCookie, In: openapi31.SecuritySchemeAPIKeyInCookie}),
	})
	d := &document{spec: spec, schemas: &schemas{components: components}}
	d.schemas.response(web.Problem{})
	return d
}

func (d *document) add(method, path string, ids []string, p auth.Policy, op Op) error {
	o := openapi31.Operation{}
	o.WithSummary(op.Summary).WithDescription(describe(p, op)).WithID(operationID(method, path))
	if op.Tag == "" || op.Summary == "" {
		return fmt.Errorf("an operation wants a tag and a summary")
	}
	o.WithTags(op.Tag)
	o.Parameters = append(pathParameters(path, ids), d.queryParameters(op.Query)...)
	if body := d.requestBody(op); body != nil {
		o.WithRequestBody(openapi31.RequestBodyOrReference{RequestBody: body})
	}
	o.WithResponses(d.responses(method, ids, p, op))
	o.Security = security(p)
	d.tag(op.Tag)
	return d.spec.AddOperation(strings.ToLower(method), documentPath(path), o)
}

func (d *document) tag(name string) {
	if !slices.ContainsFunc(d.spec.Tags, func(t openapi31.Tag) bool { return t.Name == name }) {
		d.spec.Tags = append(d.spec.Tags, openapi31.Tag{Name: name})
	}
}

func security(p auth.Policy) []map[string][]string {
	known := []map[string][]string{{schemeLogin: {}}, {schemeBearer: {}}, {schemeCookie: {}}}
	switch {
	case p.SignedIn():
		return known
	case p == auth.Optional, p == auth.Socket:
		return append(known, map[string][]string{})
	}
	return nil
}

// documentPath turns /users/:user_id into /users/{user_id}.
func documentPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part != "" && strings.ContainsRune(":*", rune(part[0])) {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
}

// operationID makes get_users_by_user_id_reviews of GET /users/:user_id/reviews.
func operationID(method, path string) string {
	var id strings.Builder
	id.WriteString(strings.ToLower(method))
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			part = "by_" + name
		}
		id.WriteString("_" + strings.NewReplacer(".", "_", "-", "_", "*", "").Replace(part))
	}
	return id.String()
}

func pathParameters(path string, ids []string) []openapi31.ParameterOrReference {
	var out []openapi31.ParameterOrReference
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || !strings.ContainsRune(":*", rune(part[0])) {
			continue
		}
		p := openapi31.Parameter{Name: part[1:], In: openapi31.ParameterInPath}
		p.WithRequired(true).WithSchema(map[string]any{"type": "string"})
		if slices.Contains(ids, p.Name) {
			p.WithSchema(map[string]any{"type": "integer", "format": "int64", "minimum": 1, "examples": []any{1}})
		}
		out = append(out, openapi31.ParameterOrReference{Parameter: &p})
	}
	return out
}

func (d *document) queryParameters(query any) []openapi31.ParameterOrReference {
	var out []openapi31.ParameterOrReference
	for _, q := range d.schemas.query(query) {
		p := openapi31.Parameter{Name: q.name, In: openapi31.ParameterInQuery, Description: q.description}
		p.WithRequired(q.required).WithSchema(q.schema)
		out = append(out, openapi31.ParameterOrReference{Parameter: &p})
	}
	return out
}

func (d *document) requestBody(op Op) *openapi31.RequestBody {
	if op.JSON == nil && op.Form == nil {
		return nil
	}
	body := (&openapi31.RequestBody{}).WithRequired(!op.OptionalBody)
	if op.JSON != nil {
		body.WithContentItem("application/json", openapi31.MediaType{Schema: d.schemas.request(op.JSON)})
	}
	if op.Form != nil {
		schema := d.schemas.form(op.Form, op.OpenForm)
		body.WithContentItem("multipart/form-data", openapi31.MediaType{Schema: schema})
		if !needsFile(op.Form) {
			body.WithContentItem("application/x-www-form-urlencoded", openapi31.MediaType{Schema: schema})
		}
	}
	return body
}

func (d *document) responses(method string, ids []string, p auth.Policy, op Op) openapi31.Responses {
	all := openapi31.Responses{}
	success := openapi31.Response{Description: http.StatusText(op.Status)}
	if op.Response != nil {
		success.WithContentItem(mediaOf(op), openapi31.MediaType{Schema: d.schemas.response(op.Response)})
	}
	for name, says := range responseHeaders(method, op) {
		success.WithHeadersItem(name, header(says))
	}
	all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(op.Status), openapi31.ResponseOrReference{Response: &success})
	if method == http.MethodGet && op.Status == http.StatusOK {
		same := openapi31.Response{Description: "The client has this already (If-None-Match)."}
		all.WithMapOfResponseOrReferenceValuesItem("304", openapi31.ResponseOrReference{Response: &same})
	}
	for status, body := range op.Also {
		other := openapi31.Response{Description: http.StatusText(status)}
		other.WithContentItem("application/json", openapi31.MediaType{Schema: d.schemas.response(body)})
		all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{Response: &other})
	}
	for status, errs := range failures(method, ids, p, op) {
		if problem, ok := all.MapOfResponseOrReferenceValues[strconv.Itoa(status)]; ok {
			d.addProblem(problem.Response, errs)
			continue
		}
		problem := d.problem(errs)
		all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{Response: &problem})
	}
	return all
}

func mediaOf(op Op) string {
	if op.Media == "" {
		return "application/json"
	}
	return op.Media
}

func responseHeaders(method string, op Op) map[string]string {
	out := map[string]string{"X-Request-ID": "The id of the request, yours if you sent one."}
	if op.Status == http.StatusCreated {
		out["Location"] = "Where the new resource is."
	}
	if method == http.MethodGet && op.Response != nil {
		out["ETag"] = "Send it back as If-None-Match to get 304 while nothing changed."
	}
	maps.Copy(out, op.Headers)
	if isList(op.Response) {
		out["Link"] = `The next page, as <…>; rel="next". Absent on the last one (RFC 8288).`
	}
	return out
}

func header(says string) openapi31.HeaderOrReference {
	return openapi31.HeaderOrReference{Header: (&openapi31.Header{}).WithDescription(says).WithSchema(map[string]any{"type": "string"})}
}
