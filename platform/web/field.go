package web

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// The texts without parameters, by the code of the field error.
var fieldTexts = map[string]apperr.Text{
	"required": {EN: "This field is required.", KO: "필수 항목입니다."},
	"unknown":  {EN: "Unknown field.", KO: "알 수 없는 항목입니다."},
	"repeated": {EN: "This field may appear only once.", KO: "한 번만 보낼 수 있는 항목입니다."},
	"format":   {EN: "This value has the wrong format.", KO: "형식이 올바르지 않습니다."},
}

// FieldCodes are the codes of field errors that are of no particular operation. The code of a 422 of an operation can be
// the code of a field as well, see [Blame].
var FieldCodes = []string{"required", "unknown", "repeated", "type", "min", "max", "enum", "format", "exclusive", "invalid", "password_too_common", "invite_required", "invite_invalid", "username_reserved"}

// badCursor has a specific text, because a valid cursor of another list is also refused.
var badCursor = apperr.Field{Name: "cursor", Code: "format", Text: apperr.Text{
	EN: "This cursor belongs to another list.", KO: "이 목록의 커서가 아닙니다.",
}}

// fieldError returns a field error with its standard text.
func fieldError(name, code string) apperr.Field {
	return apperr.Field{Name: name, Code: code, Text: fieldTexts[code]}
}

// Unknown returns the error for an unknown name.
func Unknown(name string) apperr.Field { return fieldError(name, "unknown") }

// Required returns the error for a missing field.
func Required(name string) apperr.Field { return fieldError(name, "required") }

// BadFormat returns the error for a value in the wrong format.
func BadFormat(name string) apperr.Field { return fieldError(name, "format") }

// WrongType returns the error for a value that is not of the type want, such as "integer" or "string".
func WrongType(name, want string) apperr.Field {
	return apperr.Field{Name: name, Code: "type", Text: apperr.Text{
		EN: "This must be of type " + want + ".", KO: want + " 타입이어야 합니다.",
	}}
}

// badStars returns the field error for a rating, with the code of [stars.Parse].
func badStars(name, code string) apperr.Field {
	switch code {
	case "type":
		return WrongType(name, "number")
	case "min":
		return atLeast(name, stars.Min.String(), "", "")
	case "max":
		return atMost(name, stars.Max.String(), "", "")
	}
	return apperr.Field{Name: name, Code: code, Text: apperr.Text{
		EN: "This must be a multiple of 0.5.", KO: "0.5 단위여야 합니다.",
	}}
}

func atLeast(name, bound, unit, ko string) apperr.Field {
	return apperr.Field{Name: name, Code: "min", Text: apperr.Text{
		EN: fmt.Sprintf("This must be at least %s%s.", bound, unit),
		KO: fmt.Sprintf("%s%s 이상이어야 합니다.", bound, ko),
	}}
}

func atMost(name, bound, unit, ko string) apperr.Field {
	return apperr.Field{Name: name, Code: "max", Text: apperr.Text{
		EN: fmt.Sprintf("This must be at most %s%s.", bound, unit),
		KO: fmt.Sprintf("%s%s 이하여야 합니다.", bound, ko),
	}}
}

// Blame returns err with the field of the request that caused it, if err is a 422 without fields.
func Blame(err error, field string) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind == apperr.Invalid && len(e.Fields) == 0 {
		return e.At(field)
	}
	return err
}

// listed returns the values of a oneof rule, separated by commas.
func listed(values string) string { return strings.Join(strings.Fields(values), ", ") }

// ruleError returns the field error for a broken binding rule.
func ruleError(name string, e validator.FieldError) apperr.Field {
	unit, ko := "", ""
	switch e.Kind().String() {
	case "string":
		unit, ko = " character", "자"
	case "slice":
		unit, ko = " item", "개"
	}
	if unit != "" && e.Param() != "1" {
		unit += "s"
	}
	switch e.Tag() {
	case "required", ruleFilled:
		return fieldError(name, "required")
	case "min", "gte":
		return atLeast(name, e.Param(), unit, ko)
	case "max", "lte":
		return atMost(name, e.Param(), unit, ko)
	case "unique":
		return apperr.Field{Name: name, Code: "repeated", Text: apperr.Text{
			EN: "A value may appear only once.", KO: "같은 값은 한 번만 쓸 수 있습니다.",
		}}
	case "oneof":
		return apperr.Field{Name: name, Code: "enum", Text: apperr.Text{
			EN: "This must be one of: " + listed(e.Param()) + ".", KO: "다음 중 하나여야 합니다: " + listed(e.Param()) + ".",
		}}
	}
	return fieldError(name, "format")
}
