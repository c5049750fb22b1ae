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

// Contract is the OpenAPI document as a test understands it, independently of what wrote it. It may be
// used by several goroutines at once.
type Contract struct {
	Doc    *openapi3.T
	router routers.Router
}

// contracts keeps what was parsed already: most tests of a package register the same routes.
var contracts sync.Map // from the text of a document to what parses it once

// ContractOf returns the document of a router, read as any client would; it fails unless it is a valid one.
func ContractOf(r *openapi.Router) (*Contract, error) {
	body, err := r.Document()
	if err != nil {
		return nil, err
	}
	parse, _ := contracts.LoadOrStore(string(body), sync.OnceValues(func() (*Contract, error) { return parseContract(body) }))
	return parse.(func() (*Contract, error))()
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

// check fails the test when the document does not cover the answer.
func (d *Contract) check(t testing.TB, r *http.Request, res *Response) {
	t.Helper()
	if err := d.Judge(r, res.Status, res.Header, res.Body); err != nil {
		t.Errorf("%s: %v\n%s", res.what, err, res.Body)
	}
}

// Judge says why an answer is not one that the document announces, or that a request succeeded which
// the document forbids. It reads the body of r.
func (d *Contract) Judge(r *http.Request, status int, header http.Header, body []byte) error {
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		page := strings.HasPrefix(header.Get("Content-Type"), "text/html") // the document is of the API
		if status < http.StatusBadRequest && !page && r.Method != http.MethodOptions && r.Method != http.MethodHead {
			return fmt.Errorf("status %d from a route that is not documented", status)
		}
		return nil
	}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, MultiError: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	// Only of these does it matter, and what is wrong with a large body takes long to say.
	if status < http.StatusBadRequest && status != http.StatusSwitchingProtocols {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			return fmt.Errorf("status %d for a request that the document forbids: %w", status, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: status, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: options,
	}
	if kind := header.Get("Content-Type"); strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "text/") {
		out.Options.ExcludeResponseBody = true // no schema describes these
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		return fmt.Errorf("status %d: the answer is not as documented: %w", status, err)
	}
	return nil
}
