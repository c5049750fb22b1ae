package barrage

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// builder builds one request from its own random source.
type builder struct {
	rng   *rand.Rand
	known Known
	who   Identity
}

// identity returns the sender: a persistent one half of the time, anyone otherwise. Only the others send destructive
// requests.
func (g *builder) identity(destructive bool) Identity {
	all := g.known.Identities
	if destructive || g.chance(2) {
		return pick(g, slices.DeleteFunc(slices.Clone(all), func(i Identity) bool { return i.Persistent == destructive }))
	}
	return pick(g, all)
}

func pick[T any](g *builder, from []T) T { return from[g.rng.IntN(len(from))] }

func (g *builder) chance(oneIn int) bool { return g.rng.IntN(oneIn) == 0 }

// valid returns a request that the document allows.
func (g *builder) valid(op operation) *Request {
	s := &Request{Operation: op.name(), op: op, method: op.method, header: http.Header{}}
	s.path = strings.Split(strings.TrimPrefix(op.path, "/"), "/")
	for _, p := range op.params {
		g.parameter(s, p.Value)
	}
	if len(op.kinds) > 0 {
		s.mediaType = pick(g, op.kinds)
		g.body(s, op.bodies[s.mediaType])
	}
	g.identify(s)
	return s
}

func (g *builder) parameter(s *Request, p *openapi3.Parameter) {
	switch {
	case p.In == openapi3.ParameterInPath:
		for i, segment := range s.path {
			if segment == "{"+p.Name+"}" {
				s.path[i] = g.text(p.Name, p.Schema.Value)
			}
		}
	case p.In == openapi3.ParameterInQuery && p.Name == "cursor": // only a Link header has a valid one
	case p.Required || g.chance(2):
		s.query = append(s.query, pair{p.Name, g.text(p.Name, p.Schema.Value)})
	}
}

func (g *builder) body(s *Request, schema *openapi3.Schema) {
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !slices.Contains(schema.Required, name) && g.chance(2) {
			continue
		}
		property := schema.Properties[name].Value
		switch {
		case s.mediaType == "application/json":
			s.members = append(s.members, pair{name, g.json(name, property)})
		case property.Format != "binary":
			s.parts = append(s.parts, part{name: name, value: g.text(name, property)})
		case s.mediaType == "multipart/form-data":
			s.parts = append(s.parts, part{name: name, value: pick(g, images), fileName: "picture.png"})
		}
	}
}

// identify adds the token of the sender to the Authorization header or the cookies.
func (g *builder) identify(s *Request) {
	who := g.who
	s.Identity = who.Name
	if who.Access == "" {
		return
	}
	if g.chance(2) {
		s.Identity += " by header"
		s.header.Set("Authorization", "Bearer "+who.Access)
		return
	}
	s.Identity += " by cookie"
	s.header.Set("Cookie", g.known.Cookie+"="+who.Access+"; refresh_token="+who.Refresh)
	if g.chance(4) {
		s.Identity += " from another origin"
		s.header.Set("Origin", pick(g, []string{"https://evil.example", "null", "http://example.com:81"}))
	}
}

// text returns a valid value in the encoding of paths, queries and forms.
func (g *builder) text(name string, s *openapi3.Schema) string {
	raw := g.json(name, s)
	var text string
	if json.Unmarshal([]byte(raw), &text) == nil {
		return text
	}
	return raw
}

// json returns a valid value as JSON.
func (g *builder) json(name string, s *openapi3.Schema) string {
	known := g.known.Values[name]
	if own, ok := g.who.Values[name]; ok {
		known = own
	}
	if len(known) > 0 && !s.Type.Includes(openapi3.TypeArray) && !g.chance(10) {
		return asJSON(pick(g, known), s)
	}
	switch {
	case s.Type.Includes(openapi3.TypeNull) && g.chance(4):
		return "null"
	case len(s.Enum) > 0:
		if text, ok := pick(g, s.Enum).(string); ok {
			return quote(text)
		}
		return "null"
	case s.Type.Includes(openapi3.TypeNumber):
		return g.number(s)
	case s.Type.Includes(openapi3.TypeInteger):
		return strconv.FormatInt(g.integer(s), 10)
	case s.Type.Includes(openapi3.TypeBoolean):
		return pick(g, []string{"true", "false"})
	case s.Type.Includes(openapi3.TypeArray):
		return g.array(name, s)
	case s.Type.Includes(openapi3.TypeObject):
		return g.object(s)
	}
	return quote(g.characters(s))
}

func (g *builder) array(name string, s *openapi3.Schema) string {
	most := 3
	if s.MaxItems != nil && g.chance(8) {
		most = int(*s.MaxItems)
	}
	items := make([]string, max(g.rng.IntN(most+1), int(s.MinItems)))
	for i := range items {
		items[i] = g.json(name, s.Items.Value)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (g *builder) object(s *openapi3.Schema) string {
	var members []string
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || g.chance(2) {
			members = append(members, quote(name)+":"+g.json(name, s.Properties[name].Value))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// integer prefers the bounds, where errors are most likely.
func (g *builder) integer(s *openapi3.Schema) int64 {
	low, high := int64(0), int64(1)<<53
	if s.Min != nil {
		low = int64(*s.Min)
	}
	if s.Max != nil {
		high = int64(*s.Max)
	}
	return pick(g, []int64{low, high, low + g.rng.Int64N(high-low+1), low + g.rng.Int64N(min(high-low, 9)+1)})
}

// number returns one of the numbers between the bounds that are multiples of what the schema says.
func (g *builder) number(s *openapi3.Schema) string {
	steps := int((*s.Max - *s.Min) / *s.MultipleOf)
	return strconv.FormatFloat(*s.Min+float64(g.rng.IntN(steps+1))**s.MultipleOf, 'f', -1, 64)
}

// characters prefers the bounds as well, and characters of one to four bytes.
func (g *builder) characters(s *openapi3.Schema) string {
	low, high := int(s.MinLength), 40
	if s.MaxLength != nil {
		high = int(*s.MaxLength)
	}
	length := pick(g, []int{low, min(high, 2000), low + g.rng.IntN(min(high, 40)-min(low, 40)+1)})
	letter := pick(g, []string{"a", "é", "각", "🎬", "Ж"})
	return strings.Repeat(letter, length)
}

func asJSON(known string, s *openapi3.Schema) string {
	if s.Type.Includes(openapi3.TypeString) {
		return quote(known)
	}
	return known
}

func quote(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return `""` // strings always encode
	}
	return string(out)
}
