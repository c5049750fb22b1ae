// Package openapi registers routes and writes the document about them, in one call: a route that
// is not documented, or does not say who may call it, cannot exist.
//
// [Router.GET] and its siblings put the guard, the binding of path and query, and the handler into
// gin, and the operation into the OpenAPI 3.1 document that [Router.Document] returns.
package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Op describes an operation: what goes in, what comes out, what can go wrong.
type Op struct {
	Tag         string
	Summary     string
	Description string
	Class       auth.Class // "" means read for GET and write for the others

	Query any // struct with `query` tags, nil for none
	JSON  any // struct with `json` tags: the body
	Form  any // struct with `formData` tags: the body; with JSON as well, either may be sent

	OptionalBody bool // the body may be left out
	OpenForm     bool // names that Form does not have are ignored

	Status   int    // of success; 0 means 200
	Response any    // what success answers with, nil for no body
	Media    string // the content type of Response, "" means application/json

	Also    map[int]any       // further statuses and what they answer with instead of a problem
	Headers map[string]string // further headers of a success and what they say
	Errors  []*apperr.Error   // what can go wrong beyond what the policy and the inputs imply
}

// Route is a registered route.
type Route struct {
	Method, Path string // Path as gin has it
	Policy       auth.Policy
}

// Router registers routes.
type Router struct {
	engine *gin.Engine
	guard  *auth.Guard
	doc    *document
	routes []Route
}

// NewRouter returns a router that registers on engine behind guard. Version goes into the document.
func NewRouter(engine *gin.Engine, guard *auth.Guard, version string) *Router {
	return &Router{engine: engine, guard: guard, doc: newDocument(version)}
}

// GET registers a read; HEAD is answered as well.
func (r *Router) GET(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodGet, path, p, h, op)
}

// POST registers a write.
func (r *Router) POST(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodPost, path, p, h, op)
}

// PATCH registers a change.
func (r *Router) PATCH(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodPatch, path, p, h, op)
}

// DELETE registers a removal.
func (r *Router) DELETE(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodDelete, path, p, h, op)
}

// Routes returns what was registered, in that order.
func (r *Router) Routes() []Route { return slices.Clone(r.routes) }

func (r *Router) add(method, path string, p auth.Policy, h web.Handler, op Op) {
	if op.Class == "" {
		op.Class = defaultClass(method)
	}
	if op.Status == 0 {
		op.Status = http.StatusOK
	}
	ids := pathIDs(path)
	enter, target := r.guard.Enter(p, op.Class), web.BindTarget(ids, op.Query)
	handle := web.Handle(func(c *gin.Context) error {
		if err := enter(c); err != nil {
			return err
		}
		if err := target(c); err != nil {
			return err
		}
		return h(c)
	})
	r.engine.Handle(method, path, handle)
	if method == http.MethodGet {
		r.engine.HEAD(path, handle)
	}
	r.routes = append(r.routes, Route{Method: method, Path: path, Policy: p})
	if err := r.doc.add(method, path, ids, p, op); err != nil {
		panic(fmt.Sprintf("openapi: document %s %s: %v", method, path, err)) // at start, never at run time
	}
}

// methods are what somebody may try on a path.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// closeLiterals has a path such as /users/login answer 405 to the methods that it does not have, where
// gin would take it for /users/:user_id. It is called when all routes are registered.
func (r *Router) closeLiterals() {
	known := map[string][]string{}
	for _, route := range r.routes {
		known[route.Path] = append(known[route.Path], route.Method)
		if route.Method == http.MethodGet {
			known[route.Path] = append(known[route.Path], http.MethodHead)
		}
	}
	for path, has := range known {
		if !r.shadowed(path) {
			continue
		}
		allow := strings.Join(append(has, http.MethodOptions), ", ")
		for _, method := range methods {
			if !slices.Contains(has, method) {
				r.engine.Handle(method, path, web.Handle(web.NotAllowed(allow)))
			}
		}
	}
}

// shadowed reports whether a literal path also fits the pattern of another route.
func (r *Router) shadowed(path string) bool {
	return !strings.Contains(path, ":") && slices.ContainsFunc(r.routes, func(o Route) bool {
		return o.Path != path && web.Fits(path, o.Path)
	})
}

func defaultClass(method string) auth.Class {
	if method == http.MethodGet {
		return auth.ClassRead
	}
	return auth.ClassWrite
}

// pathIDs returns the names of the path parameters that are ids, which is all that end in _id or are :id.
func pathIDs(path string) []string {
	var ids []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok && (name == "id" || strings.HasSuffix(name, "_id")) {
			ids = append(ids, name)
		}
	}
	return ids
}
