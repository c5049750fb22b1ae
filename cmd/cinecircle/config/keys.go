package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// setting is a key and the field that holds its value.
type setting struct {
	key   string
	field reflect.Value
}

// variable returns the name of the environment variable of s.
func (s setting) variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// settingsOf returns the settings of c in the order of their declaration. Their fields point into c.
func settingsOf(c *Config) []setting { return appendSettings(nil, "", reflect.ValueOf(c).Elem()) }

func appendSettings(list []setting, prefix string, section reflect.Value) []setting {
	for field, value := range section.Fields() {
		key := prefix + field.Tag.Get("mapstructure")
		if field.Type.Kind() == reflect.Struct && !readsText(field.Type) {
			list = appendSettings(list, key+".", value)
		} else {
			list = append(list, setting{key, value})
		}
	}
	return list
}

// read sets the field of s if a source has a value for it.
func (in *sources) read(s setting) error {
	if !in.values.IsSet(s.key) {
		return nil
	}
	// Numbers and booleans are read as they are spelt, so that a value means the same in the file and in a variable.
	if spelling, ok := in.spellings[s.key]; ok && s.field.Kind() != reflect.String && s.field.Kind() != reflect.Slice {
		in.values.Set(s.key, spelling)
	}
	before := reflect.New(s.field.Type()).Elem()
	before.Set(s.field)
	err := in.values.UnmarshalKey(s.key, s.field.Addr().Interface(), viper.DecodeHook(convert))
	if err == nil {
		return nil
	}
	s.field.Set(before) // or validation would report what was read of it as well
	// The decoder's own message quotes the value and names Go types.
	got := fmt.Sprintf(", got %q", fmt.Sprint(in.values.Get(s.key)))
	switch s.field.Interface().(type) {
	case Secret, Masked:
		got = ""
	}
	if in.origins[s.key] == "" { // the key is a section, which checkKey has reported
		return nil
	}
	return fmt.Errorf("%s: must be %s%s", in.origins[s.key], wanted(s.field.Type()), got)
}

// errConvert is never shown: read names the key and the wanted type instead.
var errConvert = errors.New("of another type")

// convert is stricter than viper's conversions, which read 12.7 as 12, a duration of 20 as 20 nanoseconds, and a
// secret of 0123 as "83".
func convert(_, to reflect.Type, data any) (any, error) {
	text, isText := data.(string)
	switch {
	case to == reflect.TypeFor[time.Duration]() && isText:
		return time.ParseDuration(text)
	case readsText(to) && isText:
		value := reflect.New(to)
		err := value.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
		return value.Elem().Interface(), err
	case to == reflect.TypeFor[time.Duration](), readsText(to):
		return nil, errConvert
	case to.Kind() == reflect.Bool && isText:
		return parseBool(text)
	case to.Kind() == reflect.Int && isText:
		return parseInt(text)
	case to.Kind() == reflect.Slice && isText:
		return splitList(text), nil
	case reflect.TypeOf(data).Kind() != to.Kind():
		return nil, errConvert
	}
	return data, nil
}

// parseBool accepts what is a boolean in YAML 1.2 and a word for it: not 1, t or yes.
func parseBool(text string) (bool, error) {
	switch text {
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	return false, errConvert
}

// parseInt accepts decimal numbers only, and no leading zero, which means octal to some.
func parseInt(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		return 0, errConvert
	}
	return n, nil
}

// splitList returns the parts of a comma-separated list, trimmed and without empty parts.
func splitList(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// wanted completes "must be …".
func wanted(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a duration with its unit, such as 30m or 20s"
	case readsText(t):
		return `a rate such as "30/1m", "10/1s burst 100" or "off"`
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Slice:
		return "a list of strings"
	default:
		return "text in quotes"
	}
}
