package compile

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template/parse"
)

// anyType is the parameter type of functions that take what they get.
var anyType = reflect.TypeFor[any]()

// pipe compiles a pipeline: its value, and the names of the escapers that it is piped through.
func (c *compiler) pipe(p *parse.PipeNode) (get value, chain []string, err error) {
	if p.IsAssign {
		return nil, nil, errors.New("an assignment is not supported")
	}
	for _, cmd := range p.Cmds[1:] {
		name := functionOf(cmd)
		if !isEscaper(name) || len(cmd.Args) > 1 {
			return nil, nil, fmt.Errorf("%s after a pipe is not supported", cmd)
		}
		chain = append(chain, name)
	}
	get, err = c.command(p.Cmds[0])
	return get, chain, err
}

func (c *compiler) command(cmd *parse.CommandNode) (value, error) {
	first, args := cmd.Args[0], cmd.Args[1:]
	if name := functionOf(cmd); name != "" {
		get, err := c.call(name, args)
		if err != nil || !c.isConstant(cmd) {
			return get, err
		}
		v, err := get(&frame{}, reflect.Value{})
		return func(*frame, reflect.Value) (reflect.Value, error) { return v, nil }, err
	}
	if len(args) == 0 {
		return c.arg(first, anyType)
	}
	if field, ok := first.(*parse.FieldNode); ok {
		last := len(field.Ident) - 1
		return c.methodCall(chain(ofDot, field.Ident[:last]), field.Ident[last], args)
	}
	return nil, fmt.Errorf("%s cannot have arguments", first)
}

func ofDot(_ *frame, dot reflect.Value) (reflect.Value, error) { return dot, nil }

// arg compiles an operand that is given to a parameter of a type. The value may need fit.
func (c *compiler) arg(node parse.Node, to reflect.Type) (value, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return ofDot, nil
	case *parse.FieldNode:
		return chain(ofDot, n.Ident), nil
	case *parse.VariableNode:
		slot := len(c.variables) - 1
		for c.variables[slot] != n.Ident[0] { // the parser has seen that there is one
			slot--
		}
		return chain(func(f *frame, _ reflect.Value) (reflect.Value, error) { return f.stack[f.base+slot], nil }, n.Ident[1:]), nil
	case *parse.PipeNode:
		get, escaped, err := c.pipe(n)
		if err == nil && len(escaped)+len(n.Decl) > 0 {
			err = fmt.Errorf("%s inside another action is not supported", n)
		}
		return get, err
	case *parse.ChainNode:
		get, err := c.arg(n.Node, anyType)
		if err != nil {
			return nil, err
		}
		return chain(get, n.Field), nil
	case *parse.IdentifierNode:
		return c.call(n.Ident, nil)
	}
	v, err := constantOf(node, to)
	return func(*frame, reflect.Value) (reflect.Value, error) { return v, nil }, err
}

// constantOf returns a constant as a value of a type.
func constantOf(node parse.Node, to reflect.Type) (v reflect.Value, err error) {
	switch n := node.(type) {
	case *parse.StringNode:
		v = reflect.ValueOf(n.Text)
	case *parse.BoolNode:
		v = reflect.ValueOf(n.True)
	case *parse.NumberNode:
		if !n.IsInt || strings.ContainsAny(n.Text, ".eEpP'") {
			return v, fmt.Errorf("the number %s is not supported", n)
		}
		v = reflect.ValueOf(int(n.Int64))
	case *parse.NilNode:
		return reflect.Zero(to), nil
	default:
		return v, fmt.Errorf("%s is not supported", node)
	}
	if to == anyType {
		return v, nil
	}
	if v.Kind() == to.Kind() || v.CanInt() && reflect.Zero(to).CanInt() {
		return v.Convert(to), nil
	}
	return v, fmt.Errorf("%s is no %s", node, to)
}

// fit returns a value for a parameter of a type, as text/template does.
func fit(v reflect.Value, to reflect.Type) (reflect.Value, error) {
	if !v.IsValid() {
		switch to.Kind() {
		case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
			return reflect.Zero(to), nil
		}
		return v, fmt.Errorf("no value for a parameter of the type %s", to)
	}
	if v.Type().AssignableTo(to) {
		return v, nil
	}
	if v.Kind() == reflect.Interface && !v.IsNil() {
		if v = v.Elem(); v.Type().AssignableTo(to) {
			return v, nil
		}
	}
	switch {
	case v.Kind() == reflect.Pointer && v.Type().Elem().AssignableTo(to):
		if v.IsNil() {
			return v, fmt.Errorf("nil for a parameter of the type %s", to)
		}
		return v.Elem(), nil
	case reflect.PointerTo(v.Type()).AssignableTo(to) && v.CanAddr():
		return v.Addr(), nil
	}
	return v, fmt.Errorf("a value of the type %s for a parameter of the type %s", v.Type(), to)
}

// indirect returns what pointers and interfaces lead to. A nil one of them it returns as it is.
func indirect(v reflect.Value) (end reflect.Value, isNil bool) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return v, true
		}
		v = v.Elem()
	}
	return v, false
}

// inside returns the value in an interface.
func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// truth is [text/template.IsTrue].
func truth(v reflect.Value) bool {
	v = inside(v)
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() > 0
	case reflect.Struct:
		return true
	default:
		return !v.IsZero()
	}
}
