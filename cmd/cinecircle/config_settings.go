package main

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

// setting is one key and where its value is kept.
type setting struct {
	key   string
	field reflect.Value
}

// variable is the name of s in the environment.
func (s setting) variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// settingsOf returns the keys in the order of their declaration; they point into c.
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

// read sets s to what stands in the sources, if anything does.
func (in *sources) read(s setting) error {
	if !in.values.IsSet(s.key) {
		return nil
	}
	err := in.values.UnmarshalKey(s.key, s.field.Addr().Interface(), viper.DecodeHook(convert))
	if err == nil {
		return nil
	}
	// The decoder's own words quote the value and speak of Go types.
	shown := fmt.Sprintf("%q", fmt.Sprint(in.values.Get(s.key)))
	switch s.field.Interface().(type) {
	case secretText, maskedText:
		shown = "the value"
	}
	if in.origins[s.key] == "" { // it stands there as a section, which was said already
		return nil
	}
	return fmt.Errorf("%s: %s is not %s", in.origins[s.key], shown, wanted(s.field.Type()))
}

// errConvert never reaches a person: read says which key and what it wants.
var errConvert = errors.New("of another type")

// convert is stricter than viper's own conversions, which take 12.7 for 12, a duration of 20 for
// 20 nanoseconds, and 0123 for a secret of "83".
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
		return strconv.ParseBool(text)
	case to.Kind() == reflect.Int && isText:
		return strconv.Atoi(text)
	case to.Kind() == reflect.Slice && isText:
		return splitList(text), nil
	case reflect.TypeOf(data).Kind() != to.Kind():
		return nil, errConvert
	}
	return data, nil
}

// splitList returns the parts between the commas, without spaces and without empty ones.
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

// wanted completes "… is not".
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
		return "a list of texts"
	default:
		return "text; put it in quotes"
	}
}
