package compile

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"
	"time"
)

// function is a function of the templates.
type function func(args []reflect.Value) (reflect.Value, error)

// call compiles the call of a function.
func (c *compiler) call(name string, args []parse.Node) (value, error) {
	switch f := c.Functions[name]; {
	case name == c.Named:
		return c.named(args)
	case f != nil:
		return c.callOf(name, f, args)
	case name == "and" || name == "or":
		return c.shortCircuit(name == "or", args)
	}
	builtin, ok := builtins[name]
	if !ok {
		return nil, fmt.Errorf("the function %s is not supported", name)
	}
	if len(args) < builtin.least || len(args) > builtin.most {
		return nil, fmt.Errorf("%s has %d arguments", name, len(args))
	}
	gets, err := c.args(args, func(int) reflect.Type { return anyType })
	return applied(builtin.do, gets), err
}

func (c *compiler) args(nodes []parse.Node, to func(int) reflect.Type) ([]value, error) {
	gets := make([]value, len(nodes))
	for i, node := range nodes {
		var err error
		if gets[i], err = c.arg(node, to(i)); err != nil {
			return nil, err
		}
	}
	return gets, nil
}

// applied evaluates the arguments and calls a function, which does not keep them.
func applied(do function, gets []value) value {
	return func(f *frame, dot reflect.Value) (v reflect.Value, err error) {
		first := len(f.stack)
		for _, get := range gets {
			if v, err = get(f, dot); err != nil {
				return v, err
			}
			f.stack = append(f.stack, v)
		}
		v, err = do(f.stack[first:])
		f.stack = f.stack[:first]
		return v, err
	}
}

// callOf compiles the call of a function of the program.
func (c *compiler) callOf(name string, f any, args []parse.Node) (value, error) {
	t := reflect.TypeOf(f)
	if err := checkResults(t, name); err != nil {
		return nil, err
	}
	fixed := t.NumIn()
	if t.IsVariadic() {
		fixed--
	}
	if len(args) < fixed || len(args) > fixed && !t.IsVariadic() {
		return nil, fmt.Errorf("%s has %d arguments", name, len(args))
	}
	to := func(i int) reflect.Type {
		if i < fixed {
			return t.In(i)
		}
		return t.In(fixed).Elem()
	}
	gets, err := c.args(args, to)
	if err != nil {
		return nil, err
	}
	do := direct(f)
	if do == nil {
		do = reflected(reflect.ValueOf(f), to)
	}
	return applied(func(in []reflect.Value) (reflect.Value, error) {
		v, err := do(in)
		if err != nil {
			err = fmt.Errorf("call %s: %w", name, err)
		}
		return v, err
	}, gets), nil
}

// direct returns a call without reflection, nil for a type of functions that is not frequent.
func direct(f any) function {
	switch f := f.(type) {
	case func(string) string:
		return unary(sure(f))
	case func(string) (string, error):
		return unary(f)
	case func(string) template.HTML:
		return unary(sure(f))
	case func(string) (template.HTML, error):
		return unary(f)
	case func(string) template.HTMLAttr:
		return unary(sure(f))
	case func(int64) string:
		return unary(sure(f))
	case func(int64) int64:
		return unary(sure(f))
	case func(time.Time) string:
		return unary(sure(f))
	case func(time.Time) (string, error):
		return unary(f)
	case func(string) []string:
		return unary(sure(f))
	case func(int, string) string:
		return binary(func(n int, s string) (string, error) { return f(n, s), nil })
	case func(string, int64) (string, error):
		return binary(f)
	case func(string, ...any) (string, error):
		return variadic(f)
	case func(string, ...any) (template.HTML, error):
		return variadic(f)
	}
	return nil
}

func sure[A, R any](f func(A) R) func(A) (R, error) { return func(a A) (R, error) { return f(a), nil } }

func unary[A, R any](f func(A) (R, error)) function {
	return func(args []reflect.Value) (v reflect.Value, err error) {
		a, err := as[A](args[0])
		if err != nil {
			return v, err
		}
		r, err := f(a)
		return reflect.ValueOf(r), err
	}
}

func binary[A, B, R any](f func(A, B) (R, error)) function {
	return func(args []reflect.Value) (v reflect.Value, err error) {
		a, err := as[A](args[0])
		if err != nil {
			return v, err
		}
		b, err := as[B](args[1])
		if err != nil {
			return v, err
		}
		r, err := f(a, b)
		return reflect.ValueOf(r), err
	}
}

func variadic[R any](f func(string, ...any) (R, error)) function {
	return func(args []reflect.Value) (v reflect.Value, err error) {
		first, err := as[string](args[0])
		if err != nil {
			return v, err
		}
		var rest []any
		for _, arg := range args[1:] {
			one, err := as[any](arg)
			if err != nil {
				return v, err
			}
			rest = append(rest, one)
		}
		r, err := f(first, rest...)
		return reflect.ValueOf(r), err
	}
}

// as returns a value for a parameter of the type A.
func as[A any](v reflect.Value) (a A, err error) {
	to := reflect.TypeFor[A]()
	if !v.IsValid() || v.Type() != to {
		if v, err = fit(v, to); err != nil {
			return a, err
		}
	}
	a, _ = reflect.TypeAssert[A](v)
	return a, nil
}

func reflected(f reflect.Value, to func(int) reflect.Type) function {
	return func(args []reflect.Value) (reflect.Value, error) {
		in := make([]reflect.Value, len(args))
		for i, arg := range args {
			var err error
			if in[i], err = fit(arg, to(i)); err != nil {
				return arg, err
			}
		}
		return result(f.Call(in))
	}
}

// checkResults returns an error unless a function returns a value, or a value and an error.
func checkResults(t reflect.Type, name string) error {
	if n := t.NumOut(); n == 1 || n == 2 && t.Out(1) == reflect.TypeFor[error]() {
		return nil
	}
	return fmt.Errorf("%s must return a value, or a value and an error", name)
}

func result(out []reflect.Value) (reflect.Value, error) {
	if len(out) == 2 && !out[1].IsNil() {
		return out[0], out[1].Interface().(error)
	}
	return out[0], nil
}

// shortCircuit compiles and and or, which evaluate no argument after the one that they return.
func (c *compiler) shortCircuit(until bool, args []parse.Node) (value, error) {
	if len(args) == 0 {
		return nil, errors.New("and, or: no arguments")
	}
	gets, err := c.args(args, func(int) reflect.Type { return anyType })
	return func(f *frame, dot reflect.Value) (v reflect.Value, err error) {
		for _, get := range gets {
			if v, err = get(f, dot); err != nil || truth(v) == until {
				break
			}
		}
		return v, err
	}, err
}

// builtins are the functions of text/template that are supported, beside and and or.
var builtins = map[string]struct {
	do          function
	least, most int
}{
	"not":      {func(args []reflect.Value) (reflect.Value, error) { return truthValue(!truth(args[0])), nil }, 1, 1},
	"eq":       {func(args []reflect.Value) (reflect.Value, error) { return compared(args, equal) }, 2, 2},
	"ne":       {func(args []reflect.Value) (reflect.Value, error) { return compared(args, different) }, 2, 2},
	"gt":       {func(args []reflect.Value) (reflect.Value, error) { return compared(args, greater) }, 2, 2},
	"index":    {index, 2, 2},
	"print":    {printed, 1, 8},
	"urlquery": {urlquery, 1, 1},
}

var yes, no = reflect.ValueOf(true), reflect.ValueOf(false)

func truthValue(is bool) reflect.Value {
	if is {
		return yes
	}
	return no
}

// compared returns what a comparison of two values says.
func compared(args []reflect.Value, how func(a, b reflect.Value) (bool, error)) (reflect.Value, error) {
	is, err := how(inside(args[0]), inside(args[1]))
	return truthValue(is), err
}

func equal(a, b reflect.Value) (bool, error) {
	switch {
	case !a.IsValid() || !b.IsValid():
		return isNil(a) == isNil(b), nil
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return a.String() == b.String(), nil
	case a.CanInt() && b.CanInt():
		return a.Int() == b.Int(), nil
	case a.Kind() == reflect.Bool && b.Kind() == reflect.Bool:
		return a.Bool() == b.Bool(), nil
	}
	return false, fmt.Errorf("%s cannot be compared with %s", a.Type(), b.Type())
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
		return v.IsNil()
	}
	return false
}

func different(a, b reflect.Value) (bool, error) {
	same, err := equal(a, b)
	return !same, err
}

func greater(a, b reflect.Value) (bool, error) {
	if !a.CanInt() || !b.CanInt() {
		return false, errors.New("gt compares integers")
	}
	return a.Int() > b.Int(), nil
}

func index(args []reflect.Value) (v reflect.Value, err error) {
	of, isNil := indirect(args[0])
	at := inside(args[1])
	switch {
	case isNil || !of.IsValid():
		return v, errors.New("index of nil")
	case of.Kind() == reflect.Map:
		if at, err = fit(at, of.Type().Key()); err != nil {
			return v, err
		}
		if v = of.MapIndex(at); !v.IsValid() {
			v = reflect.Zero(of.Type().Elem())
		}
		return v, nil
	case of.Kind() == reflect.Slice && at.CanInt() && at.Int() >= 0 && at.Int() < int64(of.Len()):
		return of.Index(int(at.Int())), nil
	}
	return v, fmt.Errorf("index of %s is not supported, or out of range", of.Type())
}

// printed is [fmt.Sprint], which puts no spaces between strings.
func printed(args []reflect.Value) (reflect.Value, error) {
	if len(args) == 2 && args[0].IsValid() && args[0].Type() == stringType && args[1].IsValid() && args[1].Type() == stringType {
		return reflect.ValueOf(args[0].String() + args[1].String()), nil
	}
	all := make([]any, len(args))
	for i, arg := range args {
		var err error
		if all[i], err = as[any](arg); err != nil {
			return arg, err
		}
	}
	return reflect.ValueOf(fmt.Sprint(all...)), nil
}

func urlquery(args []reflect.Value) (reflect.Value, error) {
	one, err := as[any](args[0])
	return reflect.ValueOf(template.URLQueryEscaper(one)), err
}
