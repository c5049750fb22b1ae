package openapi

import (
	"maps"
	"reflect"
	"strconv"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go/openapi31"

	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

const componentPrefix = "#/components/schemas/"

// schemas converts Go types to JSON schemas and collects the named ones as components. The tag `binding` determines
// both the validation of a request and its schema.
type schemas struct{ components *openapi31.Components }

// response returns the schema of a response: fields without omitempty are required.
func (s *schemas) response(v any) map[string]any {
	return s.reflect(v, "json", jsonschema.InterceptDefName(responseName),
		jsonschema.InterceptProp(requireSent), jsonschema.InterceptNullability(nullPointers), nullableReferences)
}

// request returns the schema of a JSON body: no unknown names, and no null but for pointers to pointers.
func (s *schemas) request(v any) map[string]any {
	return s.taken(v, "json", false)
}

// form is request for a form. If it is open, unknown names are allowed.
func (s *schemas) form(v any, open bool) map[string]any { return s.taken(v, "formData", open) }

func (s *schemas) taken(v any, tag string, open bool) map[string]any {
	return s.reflect(v, tag, jsonschema.InterceptDefName(requestName),
		jsonschema.InterceptProp(applyRules), jsonschema.InterceptNullability(neverNull),
		jsonschema.InterceptSchema(furtherNames(open)))
}

func (s *schemas) reflect(v any, tag string, options ...func(*jsonschema.ReflectContext)) map[string]any {
	r := jsonschema.Reflector{}
	r.InlineDefinition(stars.Stars(0))
	options = append(options,
		jsonschema.DefinitionsPrefix(componentPrefix),
		jsonschema.CollectDefinitions(s.collect),
		jsonschema.PropertyNameTag(tag),
		jsonschema.InterceptSchema(fileSchema),
		jsonschema.InterceptSchema(starsSchema),
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
		panic("openapi: two types have the component name " + name)
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

// responseName returns Movie for movie.response, MovieCount for movie.countResponse and Notification for
// notify.notificationResponse.
func responseName(_ reflect.Type, name string) string {
	return shortName(strings.TrimSuffix(name, "Response"))
}

// requestName returns MovieCreateRequest for movie.createRequest, and MovieActorRequest for movie.actor,
// whose schema in a response has other rules.
func requestName(_ reflect.Type, name string) string {
	return shortName(strings.TrimSuffix(name, "Request") + "Request")
}

// shortName removes the names of packages that add nothing to the name of the type.
func shortName(name string) string {
	for _, pkg := range []string{"Web", "Notify", "Reaction", "Diary", "Stars", "Ops"} {
		if short, ok := strings.CutPrefix(name, pkg); ok && short != "" {
			return short
		}
	}
	return name
}

// inlineFiles puts the schema of an uploaded file where it is referred to: generators know a file by its format there, and
// would make a type of their own of a component.
func (s *schemas) inlineFiles() {
	name := requestName(nil, "WebFile")
	for _, schema := range s.components.Schemas {
		properties, _ := schema["properties"].(map[string]any)
		for _, property := range properties {
			if p, ok := property.(map[string]any); ok && p["$ref"] == componentPrefix+name {
				delete(p, "$ref")
				maps.Copy(p, s.components.Schemas[name])
			}
		}
	}
	delete(s.components.Schemas, name)
}

// fileSchema is the schema of an uploaded file (OpenAPI 3.1 §4.8.14.3).
func fileSchema(p jsonschema.InterceptSchemaParams) (bool, error) {
	if p.Processed || p.Value.Type() != reflect.TypeFor[web.File]() && p.Value.Type() != reflect.TypeFor[*web.File]() {
		return false, nil
	}
	p.Schema.WithType(jsonschema.String.Type()).WithFormat("binary")
	return true, nil
}

// starsSchema is the schema of a rating.
func starsSchema(p jsonschema.InterceptSchemaParams) (bool, error) {
	if p.Processed || elem(p.Value.Type()) != reflect.TypeFor[stars.Stars]() {
		return false, nil
	}
	p.Schema.AddType(jsonschema.Number)
	p.Schema.WithMinimum(0.5).WithMaximum(5).WithMultipleOf(0.5)
	return true, nil
}

// int64Format keeps generated clients from reading ids into 32 bits.
func int64Format(p jsonschema.InterceptSchemaParams) (bool, error) {
	if p.Processed && elem(p.Value.Type()).Kind() == reflect.Int64 {
		p.Schema.WithFormat("int64")
	}
	return false, nil
}

// furtherNames says of every object that it has no members which its schema does not name, unless they are allowed. It says
// nothing then: that is what JSON schema means by it, and not every generator takes additionalProperties in a form.
func furtherNames(allowed bool) func(jsonschema.InterceptSchemaParams) (bool, error) {
	return func(p jsonschema.InterceptSchemaParams) (bool, error) {
		if !allowed && p.Processed && p.Schema.HasType(jsonschema.Object) {
			p.Schema.WithAdditionalProperties(*(&jsonschema.SchemaOrBool{}).WithTypeBoolean(false))
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

// nullPointers allows null for pointers that are always sent, and for nothing else: lists are never
// null, and a field with omitempty is absent instead, unless it is a pointer to a pointer.
func nullPointers(p jsonschema.InterceptNullabilityParams) {
	if p.Type.Kind() != reflect.Pointer || p.OmitEmpty && p.Type.Elem().Kind() != reflect.Pointer {
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

func neverNull(p jsonschema.InterceptNullabilityParams) {
	if p.Type.Kind() != reflect.Pointer || p.Type.Elem().Kind() != reflect.Pointer { // see web.BindJSON
		p.Schema.RemoveType(jsonschema.Null)
	}
}

// nullableReferences lets a pointer to a component be null.
func nullableReferences(rc *jsonschema.ReflectContext) { rc.EnvelopNullability = true }

// applyRules applies the rules of a `binding` tag to the schema.
func applyRules(p jsonschema.InterceptPropParams) error {
	if !p.Processed {
		return nil
	}
	schema, of := p.PropertySchema, elem(p.Field.Type)
	for rule := range strings.SplitSeq(p.Field.Tag.Get("binding"), ",") {
		name, value, _ := strings.Cut(rule, "=")
		switch name {
		case "dive": // the rules after it are about the elements; those that are objects have rules of their own
			if of = of.Elem(); of.Kind() == reflect.Struct {
				return nil
			}
			schema = schema.Items.SchemaOrBool.TypeObject
		case "required":
			p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
			if p.Field.Type.Kind() == reflect.String && schema.MinLength == 0 {
				schema.WithMinLength(1) // a required plain string may not be empty
			}
		default:
			applyRule(schema, of.Kind(), name, value)
		}
	}
	return nil
}

func applyRule(s *jsonschema.Schema, of reflect.Kind, name, value string) {
	switch name {
	case "oneof":
		for one := range strings.FieldsSeq(value) {
			s.Enum = append(s.Enum, one)
		}
	case "filled":
		s.WithMinLength(1)
	case "unique":
		s.WithUniqueItems(true)
	case "min", "max":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			panic("openapi: the rule " + name + " needs a number")
		}
		bound(s, of, name == "min", n)
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
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
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
	schema, err := r.Reflect(v, jsonschema.PropertyNameTag("query"), jsonschema.InlineRefs, jsonschema.InterceptSchema(starsSchema),
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

// hasFile reports whether a form has a field for a file, which cannot be urlencoded.
func hasFile(form any) bool {
	for f := range reflect.TypeOf(form).Fields() {
		if f.Type == reflect.TypeFor[*web.File]() {
			return true
		}
	}
	return false
}

func isList(v any) bool { return v != nil && reflect.TypeOf(v).Kind() == reflect.Slice }
