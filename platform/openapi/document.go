package openapi

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The names of the security schemes in the document.
const (
	schemeLogin  = "login"         // OAuth2 password flow against POST /users/login
	schemeBearer = "bearer"        // an access token
	schemeCookie = "cookie"        // the access_token cookie
	schemeSecure = "secure_cookie" // its name behind https
)

const (
	requestIDHeader = "X-Request-ID"
	requestIDText   = "The id of the request: the one that the client sent, if it is valid, or else a new one."
)

// document is the OpenAPI document of a set of routes.
type document struct {
	spec              *openapi31.Spec
	schemas           *schemas
	codes, fieldCodes map[string]bool // of problems, and of their fields
}

func newDocument(version string) *document {
	spec := &openapi31.Spec{Openapi: "3.1.0"}
	spec.Info.WithTitle("cinecircle").WithVersion(version).WithDescription(introduction)
	spec.Info.WithLicense(openapi31.License{Name: "MIT", Identifier: new("MIT")})
	spec.WithServers(openapi31.Server{URL: "/"})
	components := spec.ComponentsEns()
	components.WithSecuritySchemesItem(schemeLogin, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("Sign in with a username and a password.").
			WithOauth2(openapi31.SecuritySchemeOauth2{Flows: openapi31.OauthFlows{
				Password: &openapi31.OauthFlowsDefsPassword{TokenURL: "/users/login", Scopes: map[string]string{}},
			}}),
	})
	components.WithSecuritySchemesItem(schemeBearer, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("An access token from POST /users/login, or a personal token, which starts with cct_.").
			WithHTTPBearer(openapi31.SecuritySchemeHTTPBearer{Scheme: "bearer", BearerFormat: new("JWT")}),
	})
	components.WithSecuritySchemesItem(schemeCookie, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("For browsers: the cookie that POST /users/login sets without TLS. It is accepted behind https too.").
			WithAPIKey(openapi31.SecuritySchemeAPIKey{Name: auth.AccessCookie, In: openapi31.SecuritySchemeAPIKeyInCookie}),
	})
	components.WithSecuritySchemesItem(schemeSecure, openapi31.SecuritySchemeOrReference{
		SecurityScheme: (&openapi31.SecurityScheme{}).WithDescription("For browsers: the cookie that POST /users/login sets behind https. Only this host can set it. If a request has several access cookies, the first valid one counts.").
			WithAPIKey(openapi31.SecuritySchemeAPIKey{Name: auth.SecureAccessCookie, In: openapi31.SecuritySchemeAPIKeyInCookie}),
	})
	spec.WithSecurity(credentials()...)
	d := &document{spec: spec, schemas: &schemas{components: components}, codes: map[string]bool{}, fieldCodes: map[string]bool{}}
	d.schemas.response(web.Problem{})
	for _, code := range web.FieldCodes {
		d.fieldCodes[code] = true
	}
	return d
}

// describe returns the document of all routes registered so far.
func (r *Router) describe() (*document, error) {
	d := newDocument(r.version)
	for _, route := range r.routes {
		if err := d.add(route.Method, route.Path, pathIDs(route.Path), route.Policy, route.Op); err != nil {
			return nil, fmt.Errorf("document %s %s: %w", route.Method, route.Path, err)
		}
	}
	d.nameCodes()
	d.shareEnums()
	d.sharePathParameters()
	d.schemas.inlineFiles()
	return d, nil
}

func (d *document) encode() ([]byte, error) {
	body, err := json.Marshal(d.spec)
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	return body, nil
}

func (d *document) add(method, path string, ids []string, p auth.Policy, op Op) error {
	o := openapi31.Operation{}
	o.WithSummary(op.Summary).WithDescription(describe(p, op)).WithID(op.ID)
	o.WithTags(op.Tag)
	o.Parameters = append(pathParameters(path, ids), d.queryParameters(op.Query)...)
	if op.Idempotent {
		o.Parameters = append(o.Parameters, d.shared(keyParameter()))
	}
	if op.IfMatch {
		o.Parameters = append(o.Parameters, d.shared(matchParameter()))
	}
	if body := d.requestBody(op); body != nil {
		o.WithRequestBody(openapi31.RequestBodyOrReference{RequestBody: body})
	}
	o.WithResponses(d.responses(method, ids, p, op))
	switch {
	case p.SignedIn(): // the default of the document
	case p == auth.Optional, p == auth.Socket:
		o.Security = append(credentials(), map[string][]string{})
	default:
		o.WithMapOfAnythingItem("security", []any{}) // not nothing, which would mean the default
	}
	d.tag(op.Tag)
	return d.spec.AddOperation(strings.ToLower(method), documentPath(path), o)
}

// tagTexts describe the groups of operations.
var tagTexts = map[string]string{
	"users":         "Accounts and profiles.",
	"sessions":      "Signing in and out. A session is one device.",
	"tokens":        "Personal tokens, for programs.",
	"invites":       "Who may become a member.",
	"moderation":    "For moderators.",
	"movies":        "The film catalogue.",
	"reviews":       "Reviews of films, one per user and film.",
	"lists":         "Lists of films that users make.",
	"likes":         "Likes of reviews and lists, and likes and dislikes of films.",
	"follows":       "Who follows whom, and requests to follow private accounts.",
	"privacy":       "Blocking and muting users.",
	"notifications": "The inbox and the notification stream.",
	"images":        "Stored images, if storage is local.",
	"service":       "The service itself: health, metrics, version and this document.",
}

func (d *document) tag(name string) {
	if !slices.ContainsFunc(d.spec.Tags, func(t openapi31.Tag) bool { return t.Name == name }) {
		t := openapi31.Tag{Name: name}
		if text := tagTexts[name]; text != "" {
			t.WithDescription(text)
		}
		d.spec.Tags = append(d.spec.Tags, t)
	}
}

// credentials are the ways to sign in. Bearer is first: tools that support one scheme only take the first.
func credentials() []map[string][]string {
	return []map[string][]string{{schemeBearer: {}}, {schemeCookie: {}}, {schemeSecure: {}}, {schemeLogin: {}}}
}

// documentPath returns /users/{user_id} for /users/:user_id.
func documentPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part != "" && strings.ContainsRune(":*", rune(part[0])) {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
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

// sharePathParameters makes path parameters components. The library that collects the operations wants to see them there.
func (d *document) sharePathParameters() {
	for o := range d.operations() {
		for i, p := range o.Parameters {
			if p.Parameter != nil && p.Parameter.In == openapi31.ParameterInPath {
				o.Parameters[i] = d.shared(*p.Parameter)
			}
		}
	}
}

// operations yields all operations of the document.
func (d *document) operations() iter.Seq[*openapi31.Operation] {
	return func(yield func(*openapi31.Operation) bool) {
		for _, path := range d.spec.Paths.MapOfPathItemValues {
			for _, o := range []*openapi31.Operation{path.Get, path.Put, path.Post, path.Patch, path.Delete} {
				if o != nil && !yield(o) {
					return
				}
			}
		}
	}
}

// keyParameter is the header Idempotency-Key.
func keyParameter() openapi31.Parameter {
	p := openapi31.Parameter{Name: idempotency.Header, In: openapi31.ParameterInHeader}
	p.WithDescription("A new random value for each request that is not a repetition. For 24 hours the same key and request get the first response again, " +
		"unless that was 401, 429, 5xx or `idempotency_key_in_use`.")
	p.WithSchema(map[string]any{
		"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$", "examples": []any{"9f3c4c1e-6f0e-4c2e-9a52-0d5a4f6f2c11"},
	})
	return p
}

// matchParameter is the header If-Match.
func matchParameter() openapi31.Parameter {
	p := openapi31.Parameter{Name: "If-Match", In: openapi31.ParameterInHeader}
	p.WithDescription("An ETag of the resource, or several, or `*`. If none is current, nothing is changed.")
	p.WithSchema(map[string]any{"type": "string", "examples": []any{`"1c2jv0kmw8r3d.7.4"`}})
	return p
}

func (d *document) queryParameters(query any) []openapi31.ParameterOrReference {
	var out []openapi31.ParameterOrReference
	for _, q := range d.schemas.query(query) {
		p := openapi31.Parameter{Name: q.name, In: openapi31.ParameterInQuery, Description: q.description}
		p.WithSchema(q.schema)
		if q.required {
			p.WithRequired(true)
		}
		if q.name == "limit" || q.name == "cursor" { // of every list
			out = append(out, d.shared(p))
		} else {
			out = append(out, openapi31.ParameterOrReference{Parameter: &p})
		}
	}
	return out
}

// shared returns a reference to the component of a parameter, or the parameter if another one has its name.
func (d *document) shared(p openapi31.Parameter) openapi31.ParameterOrReference {
	components, made := d.schemas.components, openapi31.ParameterOrReference{Parameter: &p}
	if old, ok := components.Parameters[p.Name]; ok && !reflect.DeepEqual(old, made) {
		return made
	}
	components.WithParametersItem(p.Name, made)
	return openapi31.ParameterOrReference{Reference: &openapi31.Reference{Ref: "#/components/parameters/" + p.Name}}
}

// requestBody documents one type of body: a form if it has a file, else JSON.
func (d *document) requestBody(op Op) *openapi31.RequestBody {
	if op.JSON == nil && op.Form == nil {
		return nil
	}
	body := (&openapi31.RequestBody{}).WithRequired(!op.OptionalBody)
	documented := mediaMultipart
	if op.Form == nil || op.JSON != nil && !hasFile(op.Form) {
		documented = mediaJSON
		body.WithContentItem(documented, openapi31.MediaType{Schema: d.schemas.request(op.JSON)})
	} else {
		body.WithContentItem(documented, openapi31.MediaType{Schema: d.schemas.form(op.Form, op.OpenForm)})
	}
	var also []string
	if op.JSON != nil && documented != mediaJSON {
		also = append(also, mediaJSON)
	}
	if op.Form != nil && documented != mediaMultipart {
		also = append(also, mediaMultipart)
	}
	if op.JSON != nil && op.Form != nil {
		also = append(also, mediaURLEncoded)
	}
	if also != nil {
		without := map[bool]string{true: ", without the file"}[documented == mediaMultipart]
		body.WithDescription("Also accepted"+without+": "+strings.Join(also, ", ")+".").WithMapOfAnythingItem(alsoKey, also)
	}
	return body
}

const (
	mediaJSON       = "application/json"
	mediaMultipart  = "multipart/form-data"
	mediaURLEncoded = "application/x-www-form-urlencoded"
)

// alsoKey is the extension that lists the other types which the body may have. They are not beside the documented one,
// because generators choose between several by rules of their own: some send JSON where only a form has the file, some
// send no Content-Type.
const alsoKey = "x-also-accepted"

// variantsKey is the extension with the schemas of other bodies of a success, by the query parameter that asks for them.
// They are not alternatives in the schema of the response, which would change its type for clients that never ask for them.
const variantsKey = "x-variants"

func (d *document) responses(method string, ids []string, p auth.Policy, op Op) openapi31.Responses {
	all := openapi31.Responses{}
	success := openapi31.Response{Description: http.StatusText(op.Status)}
	if op.Response != nil {
		success.WithContentItem(mediaOf(op), openapi31.MediaType{Schema: d.schemas.response(op.Response)})
	}
	if len(op.Variants) > 0 {
		variants := map[string]any{}
		for query, body := range op.Variants {
			variants[query] = d.schemas.response(body)
		}
		success.WithMapOfAnythingItem(variantsKey, variants)
	}
	for name, text := range responseHeaders(method, op) {
		success.WithHeadersItem(name, d.header(name, text))
	}
	all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(op.Status), openapi31.ResponseOrReference{Response: &success})
	if method == http.MethodGet && op.Status == http.StatusOK {
		all.WithMapOfResponseOrReferenceValuesItem("304", d.notModified())
	}
	if op.moves {
		status, moved := d.moved(method)
		all.WithMapOfResponseOrReferenceValuesItem(status, moved)
	}
	for status, body := range op.Also {
		other := openapi31.Response{Description: http.StatusText(status)}
		other.WithContentItem("application/json", openapi31.MediaType{Schema: d.schemas.response(body)})
		all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{Response: &other})
	}
	field := firstField(ids, op)
	for status, errs := range failures(method, ids, p, op) {
		if problem, ok := all.MapOfResponseOrReferenceValues[strconv.Itoa(status)]; ok {
			d.addProblem(problem.Response, errs)
			continue
		}
		all.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), d.problem(errs, field))
	}
	return all
}

func (d *document) notModified() openapi31.ResponseOrReference {
	const name = "NotModified"
	r := openapi31.Response{Description: "Not modified: If-None-Match matches the ETag."}
	d.schemas.components.WithResponsesItem(name, openapi31.ResponseOrReference{Response: &r})
	return openapi31.ResponseOrReference{Reference: &openapi31.Reference{Ref: "#/components/responses/" + name}}
}

// moved returns the response for what was replaced by another thing, and its status.
func (d *document) moved(method string) (string, openapi31.ResponseOrReference) {
	name, status, text := "MovedPermanently", http.StatusMovedPermanently, "It was merged into another one."
	if method != http.MethodGet {
		name, status, text = "PermanentRedirect", http.StatusPermanentRedirect, "It was merged into another one. Repeat the request there."
	}
	r := openapi31.Response{Description: text}
	r.WithHeadersItem("Location", d.header("MovedLocation", "The same path of the one that stays."))
	d.schemas.components.WithResponsesItem(name, openapi31.ResponseOrReference{Response: &r})
	return strconv.Itoa(status), openapi31.ResponseOrReference{Reference: &openapi31.Reference{Ref: "#/components/responses/" + name}}
}

// firstField returns an error of an input of the operation, for the example of a 422.
func firstField(ids []string, op Op) apperr.Field {
	switch {
	case op.JSON != nil:
		return web.Required(firstName(op.JSON, "json"))
	case op.Form != nil:
		return web.Required(firstName(op.Form, "formData"))
	case op.Query != nil:
		return web.BadFormat(queryNames(reflect.TypeOf(op.Query))[0])
	case len(ids) > 0:
		return web.BadFormat(ids[0])
	}
	return web.Unknown("colour") // a query parameter that the operation does not have
}

// firstName returns the name of the first field of a body.
func firstName(body any, tag string) string {
	name, _, _ := strings.Cut(reflect.TypeOf(body).Field(0).Tag.Get(tag), ",")
	return name
}

func mediaOf(op Op) string {
	if op.Media == "" {
		return "application/json"
	}
	return op.Media
}

// responseHeaders returns the headers of a success besides those of every response, which the introduction describes, and
// which the shared responses about errors have.
func responseHeaders(method string, op Op) map[string]string {
	out := map[string]string{}
	if op.Status == http.StatusCreated {
		out["Location"] = "The path of the new resource."
	}
	if method == http.MethodGet && op.Response != nil {
		out["ETag"] = "Send it in If-None-Match to get 304 while the resource is unchanged."
	}
	if op.Idempotent {
		out[idempotency.Replayed] = "true if this response was given before to the same Idempotency-Key. Absent otherwise."
	}
	maps.Copy(out, op.Headers)
	if isList(op.Response) {
		out["Link"] = `The URL of the next page, as <…>; rel="next" (RFC 8288): absolute if server.public_url is set, else a path. Absent on the last page.`
		out["X-Next-Cursor"] = "The cursor of the next page. Absent on the last page."
	}
	return out
}

// header returns a reference to the shared description of a header, or the description if there is another one of this
// name.
func (d *document) header(name, text string) openapi31.HeaderOrReference {
	h := openapi31.HeaderOrReference{Header: (&openapi31.Header{}).WithDescription(text).WithSchema(map[string]any{"type": "string"})}
	components := d.schemas.components
	if shared, ok := components.Headers[name]; !ok {
		components.WithHeadersItem(name, h)
	} else if *shared.Header.Description != text {
		return h
	}
	return openapi31.HeaderOrReference{Reference: &openapi31.Reference{Ref: "#/components/headers/" + name}}
}

// rateHeaders are those of limited routes, absent while the limits are off.
var rateHeaders = map[string]string{
	"RateLimit": "How many more requests of this kind are allowed now, and the seconds until there is one more: " +
		"`\"write\";r=199;t=1` (draft-ietf-httpapi-ratelimit-headers-10). Absent if the server has no limits.",
	"RateLimit-Policy": "How many requests of this kind are allowed at once, and the seconds in which that many are refilled: `\"write\";q=200;w=10`.",
}
