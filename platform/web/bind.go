package web

import (
	"errors"
	"mime"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/go-playground/validator/v10"
	"golang.org/x/text/unicode/norm"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The contract's limits on bodies, in bytes.
const (
	MaxJSON = 256 << 10
	MaxForm = 512 << 10
)

// The struct tags that name a field on the wire. A field carries one of them; its rules stand in
// `binding`, in the language of github.com/go-playground/validator; `raw:"true"` keeps the white
// space around a string; `id:"true"` reads an id as in a path, where one that is too large is unknown and
// not invalid.
const (
	tagJSON  = "json"
	tagQuery = "query"
	tagForm  = "formData"
)

var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.SetTagName("binding")
	v.RegisterTagNameFunc(wireName)
	return v
}

// embedded stands in a namespace for an embedded struct, whose fields count as if they stood outside.
const embedded = "*"

// wireName returns the name of a field on the wire, "" when it has none.
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

// maxFieldErrors is how many errors one answer lists: a body of nothing but mistakes should not be
// answered by a larger one.
const maxFieldErrors = 250

// check validates dst, a pointer to a struct, and returns all that is wrong with the request:
// what binding found and what the rules say of the other fields.
func check(dst any, found []apperr.Field) error {
	if err := rules.Struct(dst); err != nil {
		broken, ok := errors.AsType[validator.ValidationErrors](err)
		if !ok {
			return err
		}
		for _, e := range broken {
			_, name, _ := strings.Cut(e.Namespace(), ".")
			name = strings.TrimPrefix(name, embedded+".")
			if !slices.ContainsFunc(found, func(f apperr.Field) bool { return f.Name == name }) {
				found = append(found, ruleError(name, e))
			}
		}
	}
	if len(found) > 0 {
		return apperr.Validation(found[:min(len(found), maxFieldErrors)]...)
	}
	return nil
}

// cleanString returns s in NFC and, unless raw, without the white space around it. It is false
// for what no database should be asked to keep: invalid UTF-8 and NUL.
func cleanString(s string, raw bool) (string, bool) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", false
	}
	s = norm.NFC.String(s)
	if !raw {
		s = strings.TrimSpace(s)
	}
	return s, true
}

// contentType returns the media type of the request without its parameters, in lower case.
// It is "" for what cannot be read here: another character set, or a body that is packed.
func contentType(c *gin.Context) string {
	if packed := c.GetHeader("Content-Encoding"); packed != "" && packed != "identity" {
		return ""
	}
	said := c.GetHeader("Content-Type")
	if said == "application/json" || said == "application/x-www-form-urlencoded" { // nothing to parse
		return said
	}
	kind, params, err := mime.ParseMediaType(said)
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
	index   []int // as reflect.Value.FieldByIndex takes it
	raw, id bool
}

// fieldTables holds what fieldsOf found out about a type and a tag.
var fieldTables sync.Map

type fieldTable struct {
	t   reflect.Type
	tag string
}

// fieldsOf returns the fields of a struct type by their wire name. Those of embedded structs count as if
// they stood in it.
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
