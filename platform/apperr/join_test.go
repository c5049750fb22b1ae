package apperr_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

func TestJoinListsTheFieldsOfAllErrors(t *testing.T) {
	t.Parallel()
	title, content := apperr.Field{Name: "title", Code: "max"}, apperr.Field{Name: "content", Code: "max"}
	err := apperr.Join(nil, apperr.Validation(title), nil, fmt.Errorf("wrapped: %w", apperr.Validation(content)))
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || !errors.Is(err, apperr.ErrValidation) {
		t.Fatalf("%v, want a validation error", err)
	}
	if diff := cmp.Diff([]apperr.Field{title, content}, e.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestJoinReturnsTheFirstErrorWithoutFields(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	field := apperr.Validation(apperr.Field{Name: "title", Code: "max"})
	for _, want := range []error{broken, apperr.ErrForbidden} {
		if got := apperr.Join(field, want, errors.New("later")); !errors.Is(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestJoinOfNoErrorIsNil(t *testing.T) {
	t.Parallel()
	if err := apperr.Join(nil, nil); err != nil {
		t.Errorf("%v, want nil", err)
	}
}
