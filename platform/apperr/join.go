package apperr

import "errors"

// Join returns one [ErrValidation] with the fields of all errs, or the first of errs that names no field, or nil
// when all of them are nil.
func Join(errs ...error) error {
	var fields []Field
	for _, err := range errs {
		e, ok := errors.AsType[*Error](err)
		switch {
		case err == nil:
		case ok && len(e.Fields) > 0:
			fields = append(fields, e.Fields...)
		default:
			return err
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return Validation(fields...)
}
