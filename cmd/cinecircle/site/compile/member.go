package compile

import (
	"fmt"
	"reflect"
	"sync/atomic"
	"text/template/parse"
)

// chain compiles .A.B.C, starting at a value.
func chain(from value, names []string) value {
	for _, name := range names {
		m, before := &member{name: name}, from
		from = func(f *frame, dot reflect.Value) (reflect.Value, error) {
			v, err := before(f, dot)
			if err != nil {
				return v, err
			}
			return m.of(v)
		}
	}
	return from
}

// member is a field, a method or a key of a map, by its name. It remembers how it was read the last time, because a
// place in a template has nearly always values of the same type.
type member struct {
	name string
	last atomic.Pointer[access]
}

// access is how a member of values of a type is read.
type access struct {
	typ         reflect.Type
	addressable bool
	get         func(reflect.Value) (reflect.Value, error)
}

// of returns the member of a value. That of no value is no value.
func (m *member) of(v reflect.Value) (reflect.Value, error) {
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return v, fmt.Errorf("nil has no %s", m.name)
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return v, nil
	}
	a := m.last.Load()
	if a == nil || a.typ != v.Type() || a.addressable != v.CanAddr() {
		get, err := find(m.name, v.Type(), v.CanAddr())
		if err != nil {
			return v, err
		}
		a = &access{typ: v.Type(), addressable: v.CanAddr(), get: get}
		m.last.Store(a)
	}
	return a.get(v)
}

// find returns how a member of a type is read: the method, the field, or the value of the key.
func find(name string, t reflect.Type, addressable bool) (func(reflect.Value) (reflect.Value, error), error) {
	if t == namedType {
		return func(v reflect.Value) (reflect.Value, error) { return v.Interface().(*named).get(name), nil }, nil
	}
	of := t
	if addressable {
		of = reflect.PointerTo(t)
	}
	if method, ok := of.MethodByName(name); ok {
		return byMethod(method.Index, addressable), checkResults(method.Type, name)
	}
	switch t.Kind() {
	case reflect.Pointer:
		inner, err := find(name, t.Elem(), true)
		return func(v reflect.Value) (reflect.Value, error) {
			if v.IsNil() {
				return v, fmt.Errorf("nil has no %s", name)
			}
			return inner(v.Elem())
		}, err
	case reflect.Struct:
		if field, ok := t.FieldByName(name); ok && field.IsExported() {
			return byIndex(field.Index), nil
		}
	case reflect.Map:
		if key := reflect.ValueOf(name); key.Type().AssignableTo(t.Key()) {
			return func(v reflect.Value) (reflect.Value, error) { return v.MapIndex(key), nil }, nil
		}
	}
	return nil, fmt.Errorf("%s has no %s", t, name)
}

func byMethod(index int, addressable bool) func(reflect.Value) (reflect.Value, error) {
	return func(v reflect.Value) (reflect.Value, error) {
		if addressable {
			v = v.Addr()
		}
		return result(v.Method(index).Call(nil))
	}
}

func byIndex(index []int) func(reflect.Value) (reflect.Value, error) {
	if len(index) == 1 {
		i := index[0]
		return func(v reflect.Value) (reflect.Value, error) { return v.Field(i), nil }
	}
	return func(v reflect.Value) (reflect.Value, error) { return v.FieldByIndexErr(index) }
}

// methodCall compiles the call of a method with arguments.
func (c *compiler) methodCall(receiver value, name string, args []parse.Node) (value, error) {
	gets := make([]value, len(args))
	for i, arg := range args {
		var err error
		if gets[i], err = c.arg(arg, anyType); err != nil {
			return nil, err
		}
	}
	return func(f *frame, dot reflect.Value) (reflect.Value, error) {
		v, err := receiver(f, dot)
		if err != nil {
			return v, err
		}
		method, err := methodOf(v, name, len(gets))
		if err != nil {
			return v, err
		}
		in := make([]reflect.Value, len(gets))
		for i, get := range gets {
			if in[i], err = get(f, dot); err != nil {
				return v, err
			}
			if in[i], err = fit(in[i], method.Type().In(i)); err != nil {
				return v, err
			}
		}
		return result(method.Call(in))
	}, nil
}

// methodOf returns a method of a value that has so many arguments, or of what it points to.
func methodOf(v reflect.Value, name string, arguments int) (reflect.Value, error) {
	v, isNil := indirect(v)
	if isNil || !v.IsValid() {
		return v, fmt.Errorf("nil has no %s", name)
	}
	if v.CanAddr() {
		v = v.Addr()
	}
	method := v.MethodByName(name)
	if !method.IsValid() || method.Type().IsVariadic() || method.Type().NumIn() != arguments {
		return v, fmt.Errorf("%s has no method %s with %d arguments", v.Type(), name, arguments)
	}
	return method, checkResults(method.Type(), name)
}

// named is what the function Options.Named returns.
type named struct {
	names  []string
	values []reflect.Value
}

var namedType = reflect.TypeFor[*named]()

// get returns the value of a name, none for an unknown one.
func (n *named) get(name string) reflect.Value {
	for i, one := range n.names {
		if one == name {
			return n.values[i]
		}
	}
	return reflect.Value{}
}

// named compiles a call of the function Options.Named.
func (c *compiler) named(args []parse.Node) (value, error) {
	if len(args)%2 != 0 {
		return nil, fmt.Errorf("%s takes pairs of name and value", c.Named)
	}
	names, gets := make([]string, len(args)/2), make([]value, len(args)/2)
	for i := range names {
		name, ok := args[2*i].(*parse.StringNode)
		if !ok {
			return nil, fmt.Errorf("%s: %s is not a name", c.Named, args[2*i])
		}
		names[i] = name.Text
		var err error
		if gets[i], err = c.arg(args[2*i+1], anyType); err != nil {
			return nil, err
		}
	}
	return func(f *frame, dot reflect.Value) (reflect.Value, error) {
		n := &named{names: names, values: make([]reflect.Value, len(gets))}
		for i, get := range gets {
			v, err := get(f, dot)
			if err != nil {
				return v, err
			}
			n.values[i] = inside(v)
		}
		return reflect.ValueOf(n), nil
	}, nil
}
