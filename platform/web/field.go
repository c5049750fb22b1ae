package web

import (
	"errors"
	"fmt"

	"github.com/go-playground/validator/v10"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The sentences that need no parameter, by the code of the field error.
var fieldTexts = map[string]apperr.Text{
	"required": {EN: "This field is required.", KO: "필수 항목입니다."},
	"unknown":  {EN: "This name is not known here.", KO: "알 수 없는 항목입니다."},
	"repeated": {EN: "This name may appear only once.", KO: "한 번만 보낼 수 있는 항목입니다."},
	"format":   {EN: "This value does not have the right form.", KO: "형식이 올바르지 않습니다."},
}

// badCursor says more than that the form is wrong: a good cursor of another list is refused as well.
var badCursor = apperr.Field{Name: "cursor", Code: "format", Text: apperr.Text{
	EN: "This cursor is not one of this list.", KO: "이 목록의 커서가 아닙니다.",
}}

// fieldError is a field error with a standard sentence.
func fieldError(name, code string) apperr.Field {
	return apperr.Field{Name: name, Code: code, Text: fieldTexts[code]}
}

// Unknown is the error for a name that is not known.
func Unknown(name string) apperr.Field { return fieldError(name, "unknown") }

// Required is the error for a field that is missing.
func Required(name string) apperr.Field { return fieldError(name, "required") }

// BadFormat is the error for a value of the wrong form.
func BadFormat(name string) apperr.Field { return fieldError(name, "format") }

// WrongType is the error for a value that is not a want, such as "integer" or "string".
func WrongType(name, want string) apperr.Field {
	return apperr.Field{Name: name, Code: "type", Text: apperr.Text{
		EN: "This must be of type " + want + ".", KO: "값의 타입이 " + want + "이어야 합니다.",
	}}
}

// Blame returns err with the field of the request that it is about, when it is a 422 that names none.
func Blame(err error, field string) error {
	if e, ok := errors.AsType[*apperr.Error](err); ok && e.Kind == apperr.Invalid && len(e.Fields) == 0 {
		return e.At(field)
	}
	return err
}

// ruleError turns a broken binding rule into a field error.
func ruleError(name string, e validator.FieldError) apperr.Field {
	unit, ko := "", ""
	switch e.Kind().String() {
	case "string":
		unit, ko = " characters", "자"
	case "slice":
		unit, ko = " items", "개"
	}
	switch e.Tag() {
	case "required":
		return fieldError(name, "required")
	case "min", "gte":
		return apperr.Field{Name: name, Code: "min", Text: apperr.Text{
			EN: fmt.Sprintf("This must be at least %s%s.", e.Param(), unit),
			KO: fmt.Sprintf("%s%s 이상이어야 합니다.", e.Param(), ko),
		}}
	case "max", "lte":
		return apperr.Field{Name: name, Code: "max", Text: apperr.Text{
			EN: fmt.Sprintf("This must be at most %s%s.", e.Param(), unit),
			KO: fmt.Sprintf("%s%s 이하여야 합니다.", e.Param(), ko),
		}}
	case "oneof":
		return apperr.Field{Name: name, Code: "enum", Text: apperr.Text{
			EN: "This must be one of: " + e.Param() + ".", KO: "다음 중 하나여야 합니다: " + e.Param() + ".",
		}}
	}
	return fieldError(name, "format")
}
