package openapi

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/web"
)

const componentPrefix = "#/components/schemas/"

// schemas turns Go types into JSON schemas, collecting the named ones as components. One `binding`
// tag drives the validation of a request and its schema.
type schemas struct{ components *openapi31.Components }

// response returns the schema of what we send: every field without omitempty is there.
func (s *schemas) response(v any) map[string]any {
	return s.reflect(v, "json", jsonschema.InterceptDefName(responseName),
		jsonschema.InterceptProp(requireSent), jsonschema.InterceptNullability(nullPointers), nullableReferences)
}

// request returns the schema of a JSON body that we take: nothing but what it names, and no null.
func (s *schemas) request(v any) map[string]any {
	return s.taken(v, "json", false)
}

// form is request for a form, which may be open to names that are then ignored.
func (s *schemas) form(v any, open bool) map[string]any { return s.taken(v, "formData", open) }

func (s *schemas) taken(v any, tag string, open bool) map[string]any {
	return s.reflect(v, tag, jsonschema.InterceptDefName(requestName),
		jsonschema.InterceptProp(applyRules), jsonschema.InterceptNullability(neverNull),
		jsonschema.InterceptSchema(furtherNames(open)))
}

func (s *schemas) reflect(v any, tag string, options ...func(*jsonschema.ReflectContext)) map[string]any {
	r := jsonschema.Reflector{}
	options = append(options,
		jsonschema.DefinitionsPrefix(componentPrefix),
		jsonschema.CollectDefinitions(s.collect),
		jsonschema.PropertyNameTag(tag),
		jsonschema.InterceptSchema(fileSchema),
		jsonschema.InterceptSchema(int64Format),
		jsonschema.RootRef,
	)
	schema, err := r.Reflect(v, options...)
	if err != nil {
		panic("openapi: reflect schema: " + err.Error())
	}
	return simple(schema)
}

func (s *schemas) collect(name string, schema jsonschema.Schema) {
	made := simple(schema)
	if old, ok := s.components.Schemas[name]; ok && !reflect.DeepEqual(old, made) {
		panic("openapi: two types want to be the component " + name)
	}
	s.components.WithSchemasItem(name, made)
}

func simple(schema jsonschema.Schema) map[string]any {
	m, err := schema.ToSchemaOrBool().ToSimpleMap()
	if err != nil {
		panic("openapi: encode schema: " + err.Error())
	}
	return m
}

// responseName makes Movie of movie.response, MovieCount of movie.countResponse and Notification of
// notify.notificationResponse.
func responseName(_ reflect.Type, name string) string {
	return shortName(strings.TrimSuffix(name, "Response"))
}

// requestName makes MovieCreateRequest of movie.createRequest, and MovieActorRequest of movie.actor,
// which may be a response as well and then has other rules.
func requestName(_ reflect.Type, name string) string {
	return shortName(strings.TrimSuffix(name, "Request") + "Request")
}

// shortName leaves out the packages that do not say what a thing is.
func shortName(name string) string {
	for _, pkg := range []string{"Web", "Notify", "Reaction", "Ops"} {
		if short, ok := strings.CutPrefix(name, pkg); ok && short != "" {
			return short
		}
	}
	return name
}

// fileSchema is how an uploaded file looks (OpenAPI 3.1 §4.8.14.3).
func fileSchema(p jsonschema.InterceptSchemaParams) (bool, error) {
	if p.Processed || p.Value.Type() != reflect.TypeFor[web.File]() && p.Value.Type() != reflect.TypeFor[*web.File]() {
		return false, nil
	}
	p.Schema.WithType(jsonschema.String.Type()).WithFormat("binary")
	return true, nil
}

// int64Format keeps generated clients from reading ids into 32 bits.
func int64Format(p jsonschema.InterceptSchemaParams) (bool, error) {
	if p.Processed && p.Value.Kind() == reflect.Int64 {
		p.Schema.WithFormat("int64")
	}
	return false, nil
}

// furtherNames says of every object whether it may have members that its schema does not name.
func furtherNames(allowed bool) func(jsonschema.InterceptSchemaParams) (bool, error) {
	return func(p jsonschema.InterceptSchemaParams) (bool, error) {
		if p.Processed && p.Schema.HasType(jsonschema.Object) {
			p.Schema.WithAdditionalProperties(*(&jsonschema.SchemaOrBool{}).WithTypeBoolean(allowed))
		}
		return false, nil
	}
}

func requireSent(p jsonschema.InterceptPropParams) error {
	if p.Processed && !strings.Contains(p.Field.Tag.Get("json"), ",omitempty") {
		p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
	}
	return nil
}

// nullPointers keeps null for pointers that are always sent, and drops it for the rest: lists are never
// null, and what may be absent is absent.
func nullPointers(p jsonschema.InterceptNullabilityParams) {
	if p.Type.Kind() != reflect.Pointer || p.OmitEmpty {
		p.Schema.RemoveType(jsonschema.Null)
	}
	if p.Schema.AnyOf == nil {
		return
	}
	p.Schema.Type = nil // or it would forbid the null of the anyOf
	for _, one := range p.Schema.AnyOf {
		if one.TypeObject.Ref != nil {
			one.TypeObject.Type = nil
		}
	}
}

func neverNull(p jsonschema.InterceptNullabilityParams) { p.Schema.RemoveType(jsonschema.Null) }

// nullableReferences lets a pointer to a component be null.
func nullableReferences(rc *jsonschema.ReflectContext) { rc.EnvelopNullability = true }

// applyRules carries the rules of a `binding` tag into the schema.
func applyRules(p jsonschema.InterceptPropParams) error {
	if !p.Processed {
		return nil
	}
	for rule := range strings.SplitSeq(p.Field.Tag.Get("binding"), ",") {
		name, value, _ := strings.Cut(rule, "=")
		if name == "dive" {
			return nil // what follows is about the elements
		}
		applyRule(p, name, value)
	}
	return nil
}

func applyRule(p jsonschema.InterceptPropParams, name, value string) {
	switch name {
	case "required":
		p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
	case "oneof":
		for one := range strings.FieldsSeq(value) {
			p.PropertySchema.Enum = append(p.PropertySchema.Enum, one)
		}
	case "min", "max":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			panic("openapi: the rule " + name + " wants a number")
		}
		bound(p.PropertySchema, elem(p.Field.Type).Kind(), name == "min", n)
	}
	if elem(p.Field.Type).Kind() == reflect.String && name == "required" && p.Field.Type.Kind() == reflect.String &&
		p.PropertySchema.MinLength == 0 {
		p.PropertySchema.WithMinLength(1) // a required plain string may not be empty
	}
}

func bound(s *jsonschema.Schema, k reflect.Kind, lower bool, n int64) {
	switch {
	case k == reflect.String && lower:
		s.WithMinLength(n)
	case k == reflect.String:
		s.WithMaxLength(n)
	case k == reflect.Slice && lower:
		s.WithMinItems(n)
	case k == reflect.Slice:
		s.WithMaxItems(n)
	case lower:
		s.WithMinimum(float64(n))
	default:
		s.WithMaximum(float64(n))
	}
}

func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// parameter is a query parameter.
type parameter struct {
	name        string
	description *string
	required    bool
	schema      map[string]any
}

// query returns the parameters of a query struct in the order of its fields.
func (s *schemas) query(v any) []parameter {
	if v == nil {
		return nil
	}
	r := jsonschema.Reflector{}
	schema, err := r.Reflect(v, jsonschema.PropertyNameTag("query"), jsonschema.InlineRefs,
		jsonschema.InterceptProp(applyRules), jsonschema.InterceptNullability(neverNull))
	if err != nil {
		panic("openapi: reflect query: " + err.Error())
	}
	var out []parameter
	for _, name := range queryNames(reflect.TypeOf(v)) {
		property := schema.Properties[name].TypeObject
		p := parameter{name: name, description: property.Description}
		for _, r := range schema.Required {
			p.required = p.required || r == name
		}
		property.Description = nil
		p.schema = simple(*property)
		out = append(out, p)
	}
	return out
}

func queryNames(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if f.Anonymous {
			names = append(names, queryNames(f.Type)...)
		} else if name := f.Tag.Get("query"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// needsFile reports whether a form makes no sense without a file, and so cannot be urlencoded.
func needsFile(form any) bool {
	for f := range reflect.TypeOf(form).Fields() {
		if f.Type == reflect.TypeFor[*web.File]() && strings.HasPrefix(f.Tag.Get("binding"), "required") {
			return true
		}
	}
	return false
}

func isList(v any) bool { return v != nil && reflect.TypeOf(v).Kind() == reflect.Slice }
