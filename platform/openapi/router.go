// Package openapi registers routes and documents them in the same call, so no route exists without documentation
// or without a policy.
//
// [Router.GET] and its siblings put the guard, the binding of path and query, and the handler into
// gin, and the operation into the OpenAPI 3.1 document that [Router.Document] returns.
package openapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/idempotency"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Op describes an operation: its inputs, its responses and its errors.
type Op struct {
	Tag         string
	ID          string // the name of the operation in generated clients, such as listMovies; stable
	Summary     string
	Description string
	Class       auth.Class // "" means read for GET and write for other methods

	IfMatch    bool // takes If-Match, see web.IfMatch
	Idempotent bool // takes Idempotency-Key: the service stores the response with idempotency.Keep

	Query any // struct with `query` tags, nil for none
	JSON  any // struct with `json` tags: the body
	Form  any // struct with `formData` tags: the body; with JSON as well, either may be sent

	MaxFile int64 // bytes of the file in Form, if it may have more than other uploads

	LateQuery bool // the handler answers a request with an invalid query, see web.QueryError

	Restricted bool // pending and suspended members may call it although it is a write

	OptionalBody bool // the body may be left out
	OpenForm     bool // unknown names are ignored

	Status   int    // of success; 0 means 200
	Response any    // the body of success, nil for none
	Media    string // the content type of Response, "" means application/json

	Variants map[string]any // other bodies of success, by the query parameter that asks for them: "grouped=true"

	Also    map[int]any       // other statuses whose body is not a problem
	Headers map[string]string // additional headers of success and their descriptions
	Errors  []*apperr.Error   // errors besides those of the policy and the inputs

	moves    bool // see [Router.UseMoves]
	personal bool // see [Router.ForTokens]
}

// Route is a registered route.
type Route struct {
	Method, Path string // in the syntax of gin
	Policy       auth.Policy
	Op           Op
}

// Personal reports whether personal tokens may call the route.
func (r Route) Personal() bool { return r.Op.personal }

// Router registers routes.
type Router struct {
	*registry
	personal bool
}

// registry is what a router shares with that of its ForTokens.
type registry struct {
	engine  *gin.Engine
	guard   *auth.Guard
	version string
	routes  []Route
	keys    *idempotency.Keys
	moves   map[string]web.Successor // by the parameter of the path
}

// NewRouter returns a router that registers routes on engine behind guard. The document states version.
func NewRouter(engine *gin.Engine, guard *auth.Guard, version string) *Router {
	return &Router{registry: &registry{engine: engine, guard: guard, version: version}}
}

// ForTokens returns a router of the same routes: those that it registers may also be called with personal tokens, each
// within its scope. Other routes need a session.
func (r *Router) ForTokens() *Router { return &Router{registry: r.registry, personal: true} }

// UseKeys sets the keys of routes that take Idempotency-Key. Call it before registering them.
func (r *Router) UseKeys(k *idempotency.Keys) { r.keys = k }

// UseMoves makes requests to paths with a parameter, such as movie_id, lead to the successor of what it names where they
// would be a 404. Call it before registering them.
func (r *Router) UseMoves(param string, successor web.Successor) {
	if r.moves == nil {
		r.moves = map[string]web.Successor{}
	}
	r.moves[param] = successor
}

// GET registers a read, for HEAD as well.
func (r *Router) GET(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodGet, path, p, h, op)
}

// POST registers a write.
func (r *Router) POST(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodPost, path, p, h, op)
}

// PUT registers a write that sets a resource as a whole and is safe to repeat (RFC 9110 §9.3.4).
func (r *Router) PUT(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodPut, path, p, h, op)
}

// PATCH registers a change.
func (r *Router) PATCH(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodPatch, path, p, h, op)
}

// DELETE registers a removal.
func (r *Router) DELETE(path string, p auth.Policy, h web.Handler, op Op) {
	r.add(http.MethodDelete, path, p, h, op)
}

// Routes returns the routes in the order of their registration.
func (r *Router) Routes() []Route { return slices.Clone(r.routes) }

func (r *Router) add(method, path string, p auth.Policy, h web.Handler, op Op) {
	op = complete(method, path, op)
	op.personal = r.personal || p == auth.Optional || p == auth.Socket // whatever is public, and a member's notifications
	ids := pathIDs(path)
	if op.Idempotent {
		h = r.keyed(method, path, h)
	}
	h, op.moves = r.moving(path, h)
	enter, target := r.guard.Enter(auth.Rule{Policy: p, Class: op.Class, Personal: op.personal, Restricted: op.Restricted}), web.BindTarget(ids, op.Query)
	handle := web.Handle(func(c *gin.Context) error {
		if err := enter(c); err != nil {
			return err
		}
		if err := target(c); err != nil {
			if !op.LateQuery {
				return err
			}
			web.SetQueryError(c, err)
		}
		if op.JSON == nil && op.Form == nil && method != http.MethodGet { // the body of a GET has no meaning (RFC 9110 §9.3.1)
			web.LimitBody(c, web.MaxJSON)
			if err := web.DiscardBody(c); err != nil {
				return err
			}
		}
		return op.receive(c, h)
	})
	r.engine.Handle(method, path, handle)
	if method == http.MethodGet {
		r.engine.HEAD(path, handle)
	}
	r.routes = append(r.routes, Route{Method: method, Path: path, Policy: p, Op: op})
}

// receive calls h, with a body as large as the operation takes.
func (op Op) receive(c *gin.Context, h web.Handler) error {
	if op.MaxFile == 0 {
		return h(c)
	}
	done, err := web.AllowLarge(c, op.MaxFile+web.MaxForm)
	if err != nil {
		return err
	}
	defer done()
	return h(c)
}

// moving returns h with the redirects of [Router.UseMoves], and whether the path has them.
func (r *Router) moving(path string, h web.Handler) (web.Handler, bool) {
	for param, successor := range r.moves {
		if slices.Contains(strings.Split(path, "/"), ":"+param) {
			return func(c *gin.Context) error { return web.FollowMoved(c, h(c), param, successor) }, true
		}
	}
	return h, false
}

// keyed returns h for requests with an Idempotency-Key. It panics, at start and never at run time, without UseKeys.
func (r *Router) keyed(method, path string, h web.Handler) web.Handler {
	keys := r.keys
	if keys == nil {
		panic("openapi: " + method + " " + path + " takes keys, and UseKeys was not called")
	}
	return func(c *gin.Context) error { return keys.Do(c, h) }
}

// complete sets the defaults of an operation. It panics, at start and never at run time, if the operation has no name.
func complete(method, path string, op Op) Op {
	if op.Tag == "" || op.ID == "" || op.Summary == "" {
		panic("openapi: " + method + " " + path + " needs a tag, an id and a summary")
	}
	if op.Class == "" {
		op.Class = defaultClass(method)
	}
	if op.Status == 0 {
		op.Status = http.StatusOK
	}
	return op
}

// methods are the methods for which closeLiterals registers a response.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// closeLiterals makes a path such as /users/login answer 405 to methods that it does not have; gin would match them with
// /users/:user_id. It is called after all routes are registered.
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

// shadowed reports whether a literal path also matches the pattern of another route.
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

// pathIDs returns the names of the path parameters that are ids: id, all that end in _id, and n, the number of a row.
func pathIDs(path string) []string {
	var ids []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok && (name == "id" || name == "n" || strings.HasSuffix(name, "_id")) {
			ids = append(ids, name)
		}
	}
	return ids
}
