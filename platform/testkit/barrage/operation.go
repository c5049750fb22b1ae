package barrage

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is one method of one path of the document.
type operation struct {
	method, path string
	params       openapi3.Parameters
	bodies       map[string]*openapi3.Schema // by media type
	kinds        []string                    // their media types, in order
}

func (o operation) name() string { return o.method + " " + o.path }

// operations returns the operations of the document, sorted, so that a number always means the same request.
func operations(doc *openapi3.T) []operation {
	var out []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := operation{method: method, path: path, params: op.Parameters, bodies: map[string]*openapi3.Schema{}}
			if op.RequestBody != nil {
				for kind, media := range op.RequestBody.Value.Content {
					o.bodies[kind] = media.Schema.Value
				}
			}
			o.kinds = slices.Sorted(maps.Keys(o.bodies))
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.name(), b.name()) })
	return out
}
