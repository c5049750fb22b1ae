// Package barrage is a fuzzer of HTTP APIs: it generates valid and faulty requests from an OpenAPI document. The same
// document, seed and number give the same request, so that a failure can be reproduced. The package knows nothing of
// the service behind the document.
//
// [Generator.Request] returns a request, and [Check] tests the invariants of every response.
package barrage

import (
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Identity is a sender of requests. Its tokens travel in the Authorization header or in cookies.
type Identity struct {
	Name       string
	Access     string // "" is anonymous
	Refresh    string
	Persistent bool                // sends at least half of the requests, and no destructive ones, so that its account and data remain
	Values     map[string][]string // by name; overrides Known.Values
}

// Known is what the document does not tell a generator.
type Known struct {
	Identities  []Identity
	Values      map[string][]string // valid values by the name of the parameter or field: ids that exist, names, passwords
	Cookie      string              // the name of the cookie with an access token
	Destructive map[string]bool     // "METHOD /path" of operations that delete the account, a session or data of the sender
}

// Generator generates requests. It is safe for concurrent use.
type Generator struct {
	ops   []operation
	known Known
	seed  uint64
}

// New returns a generator for the operations of doc.
func New(doc *openapi3.T, known Known, seed uint64) *Generator {
	return &Generator{ops: operations(doc), known: known, seed: seed}
}

// Operations returns the operations as "METHOD /path", sorted.
func (m *Generator) Operations() []string {
	names := make([]string, len(m.ops))
	for i, op := range m.ops {
		names[i] = op.name()
	}
	return names
}

// Request returns request number n.
func (m *Generator) Request(n uint64) *Request {
	g := &builder{rng: rand.New(rand.NewPCG(m.seed, n)), known: m.known}
	op := m.ops[n%uint64(len(m.ops))]
	g.who = g.identity(m.known.Destructive[op.name()])
	s := g.valid(op)
	for range pick(g, []int{0, 0, 1, 1, 2}) {
		g.addFault(s)
	}
	s.encode()
	return s
}

// Request is a generated request. Faults change its fields before it is encoded.
type Request struct {
	Operation string   // "METHOD /path" of the operation that it targets
	Identity  string   // the sender, and how it sends its token
	Faults    []string // what is wrong with it; empty if the document allows it
	Body      []byte

	op        operation
	method    string
	path      []string // the segments, not escaped
	query     []pair
	header    http.Header
	mediaType string   // of the body, "" for none
	members   []pair   // of a JSON object, the values as JSON
	parts     []part   // of a form
	after     []func() // faults to apply to the encoded request
	length    int64    // of the Content-Length header; -1 means chunked
	rawPath   string   // overrides path when set
	rawQuery  string
}

type pair struct{ name, value string }

// part is a field of a form, a file when fileName is set.
type part struct{ name, value, fileName string }

func (s *Request) fault(name string) { s.Faults = append(s.Faults, name) }

// String describes the request in one line.
func (s *Request) String() string {
	faults := "no faults"
	if len(s.Faults) > 0 {
		faults = strings.Join(s.Faults, ", ")
	}
	return s.method + " " + s.target() + " as " + s.Identity + " with " + faults
}

// addFault puts a random fault into a request. It tries up to eight, because not every fault applies.
func (g *builder) addFault(s *Request) {
	for range 8 {
		f := faults[g.rng.IntN(len(faults))]
		if f.apply(g, s) {
			s.fault(f.name)
			return
		}
	}
}
