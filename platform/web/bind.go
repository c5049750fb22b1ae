package web

import (
	"errors"
	"mime"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/go-playground/validator/v10"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The struct tags that name a field on the wire; a field has one of them. Its rules are in the tag `binding`, in the
// syntax of github.com/go-playground/validator. `raw:"true"` is for secrets: only their Unicode form is
// normalised, see [CleanText] for all other strings. `id:"true"` reads an
// id as [ParseID] does.
const (
	tagJSON  = "json"
	tagQuery = "query"
	tagForm  = "formData"
)

// ruleFilled is the rule of a text that may be absent but not empty. Its error is `required`.
const ruleFilled = "filled"

var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.SetTagName("binding")
	v.RegisterTagNameFunc(wireName)
	v.RegisterAlias(ruleFilled, "min=1")
	return v
}

// embedded is the name of an embedded struct in a namespace; its fields count as fields of the outer struct.
const embedded = "*"

// wireName returns the name of a field on the wire, "" if it has none.
func wireName(f reflect.StructField) string {
	if f.Anonymous {
		return embedded
	}
	for _, tag := range []string{tagJSON, tagQuery, tagForm} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	return ""
}

// Checked is a request with rules that tags cannot express.
type Checked interface {
	// Check returns the fields that break a rule. It is called after binding, also when other rules are broken.
	Check() []apperr.Field
}

// MaxFieldErrors limits the errors in one response, so that it is not larger than a body full of mistakes.
const MaxFieldErrors = 250

// check validates dst, a pointer to a struct. It returns one error with the fields that binding found, followed by the
// other fields that break a rule of their tags or of [Checked].
func check(dst any, found []apperr.Field) error {
	if err := rules.Struct(dst); err != nil {
		broken, ok := errors.AsType[validator.ValidationErrors](err)
		if !ok {
			return err
		}
		for _, e := range broken {
			_, name, _ := strings.Cut(e.Namespace(), ".")
			found = addField(found, ruleError(strings.TrimPrefix(name, embedded+"."), e))
		}
	}
	if c, ok := dst.(Checked); ok {
		for _, f := range c.Check() {
			found = addField(found, f)
		}
	}
	if len(found) > 0 {
		return apperr.Validation(found[:min(len(found), MaxFieldErrors)]...)
	}
	return nil
}

// addField appends f unless its field has an error already, or is in a value of the wrong type: a number in the place of
// an object lacks every member, and its type is what is wrong.
func addField(found []apperr.Field, f apperr.Field) []apperr.Field {
	if slices.ContainsFunc(found, func(o apperr.Field) bool {
		return o.Name == f.Name || o.Code == "type" && strings.HasPrefix(f.Name, o.Name+".")
	}) {
		return found
	}
	return append(found, f)
}

// contentType returns the media type of the request without its parameters, in lower case. It is "" for an unsupported
// charset or Content-Encoding.
func contentType(c *gin.Context) string {
	if coding := c.GetHeader("Content-Encoding"); coding != "" && coding != "identity" {
		return ""
	}
	header := c.GetHeader("Content-Type")
	if header == "application/json" || header == "application/x-www-form-urlencoded" { // nothing to parse
		return header
	}
	kind, params, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return ""
	}
	return kind
}

// field describes one field of a bound struct.
type field struct {
	index   []int // for reflect.Value.FieldByIndex
	raw, id bool
}

// fieldTables caches the results of fieldsOf.
var fieldTables sync.Map

type fieldTable struct {
	t   reflect.Type
	tag string
}

// fieldsOf returns the fields of a struct type by their wire name, including those of embedded structs.
func fieldsOf(t reflect.Type, tag string) map[string]field {
	key := fieldTable{t, tag}
	if known, ok := fieldTables.Load(key); ok {
		return known.(map[string]field)
	}
	out := make(map[string]field, t.NumField())
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
			out[name] = field{index: f.Index, raw: f.Tag.Get("raw") == "true", id: f.Tag.Get("id") == "true"}
		}
	}
	fieldTables.Store(key, out)
	return out
}
