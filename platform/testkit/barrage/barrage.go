// Package barrage makes requests from an OpenAPI document: good ones, and ones that are broken in ways
// that they name. The same document, seed and number give the same request, so whatever one of them
// breaks can be sent again. It knows the document and nothing of the service behind it.
//
// [Maker.Shot] makes a request, [Judge] holds any answer to what every answer has to keep.
package barrage

import (
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Identity is somebody who sends requests: by the header, the cookie, or neither.
type Identity struct {
	Name    string
	Access  string // "" is nobody
	Refresh string
	Lasting bool                // whose play is to go on: sends half of the requests, and none that are costly
	Values  map[string][]string // in place of Known.Values, where it has the name
}

// Known is what a maker cannot read in the document.
type Known struct {
	Identities []Identity
	Values     map[string][]string // good values by name of parameter or field: ids that exist, names, passwords
	Cookie     string              // the cookie that carries an access token
	Costly     map[string]bool     // "METHOD /path" of operations that cost their sender the account, the session, or things
}

// Maker makes requests. It may be used by several goroutines at once.
type Maker struct {
	ops   []operation
	known Known
	seed  uint64
}

// New returns a maker for the operations of doc.
func New(doc *openapi3.T, known Known, seed uint64) *Maker {
	return &Maker{ops: operations(doc), known: known, seed: seed}
}

// Operations returns the operations as "METHOD /path", in a fixed order.
func (m *Maker) Operations() []string {
	names := make([]string, len(m.ops))
	for i, op := range m.ops {
		names[i] = op.name()
	}
	return names
}

// Shot makes request number n.
func (m *Maker) Shot(n uint64) *Shot {
	g := &generator{rng: rand.New(rand.NewPCG(m.seed, n)), known: m.known}
	op := m.ops[n%uint64(len(m.ops))]
	g.who = g.someone(m.known.Costly[op.name()])
	s := g.good(op)
	for range pick(g, []int{0, 0, 1, 1, 2}) {
		g.spoil(s)
	}
	s.encode(g)
	return s
}

// Shot is one request in the making. Its fields are what a fault may spoil before it is encoded.
type Shot struct {
	Operation string   // "METHOD /path" of the operation that it is meant for
	Identity  string   // who sends it, and by which carrier
	Faults    []string // what is wrong with it; empty for one that the document allows
	Body      []byte

	op        operation
	method    string
	path      []string // the segments, not escaped
	query     []pair
	header    http.Header
	mediaType string   // of the body, "" for none
	members   []pair   // of a JSON object, the values as JSON
	parts     []part   // of a form
	after     []func() // faults of the encoded request
	length    int64    // announced; -1 is chunked
	rawPath   string   // overrides path when set
	rawQuery  string
}

type pair struct{ name, value string }

// part is a field of a form, a file when fileName is set.
type part struct{ name, value, fileName string }

func (s *Shot) fault(name string) { s.Faults = append(s.Faults, name) }

// String says what was sent, in one line.
func (s *Shot) String() string {
	faults := "nothing wrong"
	if len(s.Faults) > 0 {
		faults = strings.Join(s.Faults, ", ")
	}
	return s.method + " " + s.target() + " as " + s.Identity + " with " + faults
}

// spoil puts one fault into a request, if any that is drawn can be put there.
func (g *generator) spoil(s *Shot) {
	for range 8 {
		f := faults[g.rng.IntN(len(faults))]
		if f.put(g, s) {
			s.fault(f.name)
			return
		}
	}
}
