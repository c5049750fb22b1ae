package testkit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/cinecircle/cinecircle/platform/openapi"
)

// contract is the OpenAPI document as a test understands it, independently of what wrote it.
type contract struct{ router routers.Router }

// contracts keeps what was parsed already: most tests of a package register the same routes.
var contracts sync.Map // from the text of a document to what parses it once

func loadContract(r *openapi.Router) (*contract, error) {
	body, err := r.Document()
	if err != nil {
		return nil, err
	}
	parse, _ := contracts.LoadOrStore(string(body), sync.OnceValues(func() (*contract, error) { return parseContract(body) }))
	return parse.(func() (*contract, error))()
}

func parseContract(body []byte) (*contract, error) {
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
	return &contract{router: router}, nil
}

// check fails the test when the answer is not one that the document announces, or when a request
// succeeded that the document forbids.
func (d *contract) check(t testing.TB, r *http.Request, res *Response) {
	t.Helper()
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		if res.Status != http.StatusNotFound && res.Status != http.StatusMethodNotAllowed && r.Method != http.MethodOptions && r.Method != http.MethodHead {
			t.Errorf("%s: status %d from a route that is not documented", res.what, res.Status)
		}
		return
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil && res.Status < http.StatusBadRequest && res.Status != http.StatusSwitchingProtocols {
		t.Errorf("%s: status %d for a request that the document forbids: %v", res.what, res.Status, err)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.Status, Header: res.Header,
		Body: io.NopCloser(bytes.NewReader(res.Body)), Options: options,
	}
	if kind := res.Header.Get("Content-Type"); strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "text/") {
		out.Options.ExcludeResponseBody = true // no schema describes these
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		t.Errorf("%s: status %d: the answer is not as documented: %v\n%s", res.what, res.Status, err, res.Body)
	}
}
