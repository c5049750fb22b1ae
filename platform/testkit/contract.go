package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/cinecircle/cinecircle/platform/openapi"
)

// Contract checks requests and responses against an OpenAPI document, independently of the code that generated
// it. It is safe for concurrent use.
type Contract struct {
	Doc    *openapi3.T
	router routers.Router
}

// contracts caches the parsed documents of a test binary by their routes: most tests of a package register the
// same routes, and a document takes far longer to make than to use.
var contracts struct {
	sync.Mutex
	cached []cachedContract
}

type cachedContract struct {
	routes   []openapi.Route
	contract *Contract
}

// ContractOf parses the document of a router as a client does, and returns an error unless it is valid.
func ContractOf(r *openapi.Router) (*Contract, error) {
	contracts.Lock()
	defer contracts.Unlock()
	routes := r.Routes()
	for _, c := range contracts.cached {
		if reflect.DeepEqual(c.routes, routes) {
			return c.contract, nil
		}
	}
	body, err := r.Document()
	if err != nil {
		return nil, err
	}
	contract, err := parseContract(body)
	if err != nil {
		return nil, err
	}
	contracts.cached = append(contracts.cached, cachedContract{routes, contract})
	return contract, nil
}

func parseContract(body []byte) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(body)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route: %w", err)
	}
	return &Contract{Doc: doc, router: router}, nil
}

// check fails the test when the response does not match the document.
func (d *Contract) check(t testing.TB, r *http.Request, res *Response) {
	t.Helper()
	if err := d.Judge(r, res.Status, res.Header, res.Body); err != nil {
		t.Errorf("%s: %v\n%s", res.what, err, res.Body)
	}
}

// Judge returns an error when the response does not match the document, or when a request succeeded that the
// document forbids. It reads the body of r.
func (d *Contract) Judge(r *http.Request, status int, header http.Header, body []byte) error {
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		page := strings.HasPrefix(header.Get("Content-Type"), "text/html") // the document describes the API only
		if status < http.StatusBadRequest && !page && r.Method != http.MethodOptions && r.Method != http.MethodHead {
			return fmt.Errorf("status %d from an undocumented route", status)
		}
		return nil
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	// A refused request may be invalid, one that is redirected too, and describing the faults of a large body takes long.
	if status < http.StatusMultipleChoices && status != http.StatusSwitchingProtocols {
		options.ExcludeRequestBody = alsoAccepted(route.Operation, r.Header.Get("Content-Type"))
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			return fmt.Errorf("status %d for a request that the document forbids: %w", status, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: status, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: options,
	}
	if kind := header.Get("Content-Type"); strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "text/") || kind == "application/yaml" || kind == "application/zip" {
		out.Options.ExcludeResponseBody = true // these are texts and files
	}
	variant, err := d.variant(r, route.Operation, status)
	if err == nil && variant != nil {
		out.Options.ExcludeResponseBody = true
		err = matches(variant, body)
	}
	if err != nil {
		return fmt.Errorf("status %d: the response does not match its variant: %w", status, err)
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		return fmt.Errorf("status %d: the response does not match the document: %w", status, err)
	}
	return judgeCode(route.Operation, status, body)
}

// alsoAccepted reports whether the document lists a type of body without its schema.
func alsoAccepted(o *openapi3.Operation, contentType string) bool {
	if o.RequestBody == nil {
		return false
	}
	kind, _, _ := strings.Cut(contentType, ";")
	also, _ := o.RequestBody.Value.Extensions["x-also-accepted"].([]any)
	return slices.Contains(also, any(kind))
}

// variant returns the schema of another body for which the query of a request asks, nil for none. It is a list of a
// component.
func (d *Contract) variant(r *http.Request, o *openapi3.Operation, status int) (*openapi3.Schema, error) {
	response := o.Responses.Status(status)
	if response == nil {
		return nil, nil
	}
	variants, _ := response.Value.Extensions["x-variants"].(map[string]any)
	for query, schema := range variants {
		name, value, _ := strings.Cut(query, "=")
		if r.URL.Query().Get(name) != value {
			continue
		}
		text, err := json.Marshal(schema)
		if err != nil {
			return nil, fmt.Errorf("encode the schema for %s: %w", query, err)
		}
		var list openapi3.Schema
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("read the schema for %s: %w", query, err)
		}
		item := d.Doc.Components.Schemas[strings.TrimPrefix(list.Items.Ref, "#/components/schemas/")]
		if item == nil {
			return nil, fmt.Errorf("the schema for %s refers to %s, which does not exist", query, list.Items.Ref)
		}
		list.Items.Value = item.Value
		return &list, nil
	}
	return nil, nil
}

// matches returns an error when a body does not match a schema.
func matches(schema *openapi3.Schema, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err //nolint:wrapcheck // the caller says what it is about
	}
	return schema.VisitJSON(value) //nolint:wrapcheck // the caller says what it is about
}

// judgeCode returns an error when the document does not list the code of a problem under its status.
func judgeCode(o *openapi3.Operation, status int, body []byte) error {
	response := o.Responses.Status(status)
	if response == nil || status < http.StatusBadRequest {
		return nil
	}
	var problem struct{ Code string }
	if err := json.Unmarshal(body, &problem); err != nil || problem.Code == "" {
		return err //nolint:wrapcheck // the schema was checked before
	}
	codes, ok := response.Value.Extensions["x-problem-codes"].([]any)
	if !ok || !slices.Contains(codes, any(problem.Code)) {
		return fmt.Errorf("status %d: the document lists the codes %v, not %s", status, codes, problem.Code)
	}
	return nil
}
