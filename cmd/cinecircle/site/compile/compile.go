// Package compile executes the templates of package html/template without its interpreter. Package html/template still
// parses them and decides how each value is escaped where it stands; what it has decided is compiled to closures. They
// read fields by index where the interpreter looks them up by name, call functions without reflection, and escape the
// usual values without allocating. A compiled template prints what html/template prints.
//
// Compile refuses what it does not know: break, continue, assignments, functions after a pipe, and the functions call,
// html, js, len, printf, println and slice.
package compile

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// Templates are compiled templates. They are safe for concurrent use.
type Templates struct{ byName map[string]*program }

// Options say what the functions of the templates are.
type Options struct {
	Functions template.FuncMap // of the set
	// Constant are the names of functions whose result depends on nothing but their arguments. They are called once if
	// those are strings, as in {{t "nav.films"}}.
	Constant []string
	// Named is the name of the function that returns a map of its arguments, name by name. It is not called: a template
	// that gets its result as the dot reads the values directly.
	Named string
}

// Compile returns the templates of a set, which it changes: it must not be executed afterwards.
func Compile(set *template.Template, o Options) (*Templates, error) {
	all, err := escaped(set)
	if err != nil {
		return nil, err
	}
	t := &Templates{byName: map[string]*program{}}
	c := &compiler{Options: o, templates: t, escapers: newEscapers()}
	for _, one := range all.Templates() {
		if one.Tree == nil {
			continue
		}
		if err := c.compile(c.program(one.Name()), one.Root); err != nil {
			return nil, fmt.Errorf("compile the template %s: %w", one.Name(), err)
		}
	}
	for name, p := range t.byName {
		if p.body == nil {
			return nil, fmt.Errorf("the template %s is called and not defined", name)
		}
	}
	return t, nil
}

// caller is the name of the template that calls all others.
const caller = "compile"

// errStop ends the execution of a template that is executed only to have it escaped.
var errStop = errors.New("stop")

type stopped struct{}

func (stopped) Write([]byte) (int, error) { return 0, errStop }

// escaped escapes all templates, as they are called and as they are by themselves, and returns them, with those that
// package html/template has derived from others for other contexts. One template calls them all, because package
// html/template takes its time for each that is executed first.
func escaped(set *template.Template) (*texttemplate.Template, error) {
	var calls strings.Builder
	for _, t := range set.Templates() {
		if t.Tree != nil {
			fmt.Fprintf(&calls, "{{template %q .}}", t.Name())
		}
	}
	if _, err := set.New(caller).Parse(calls.String()); err != nil {
		return nil, fmt.Errorf("call the templates: %w", err)
	}
	var failed *template.Error
	if err := set.ExecuteTemplate(stopped{}, caller, nil); errors.As(err, &failed) { // others come from having no data
		return nil, fmt.Errorf("escape the templates: %w", err)
	}
	inner := reflect.ValueOf(set).Elem().FieldByName("text") // the only way to what was derived
	if !inner.IsValid() || inner.Type() != reflect.TypeFor[*texttemplate.Template]() {
		return nil, errors.New("package html/template keeps its templates elsewhere than it did")
	}
	return (*texttemplate.Template)(inner.UnsafePointer()), nil
}

// Execute appends what a template prints to out. After an error out has the beginning of it.
func (t *Templates) Execute(out *bytes.Buffer, name string, data any) error {
	p, ok := t.byName[name]
	if !ok {
		return fmt.Errorf("the template %s is not defined", name)
	}
	f := &frame{out: out}
	return f.call(p, reflect.ValueOf(data))
}

// program is a compiled template.
type program struct {
	body  action // nil until it is compiled
	slots int    // number of variables, with $
}

// action prints something.
type action func(f *frame, dot reflect.Value) error

// value evaluates something. What text/template calls no value is the zero Value.
type value func(f *frame, dot reflect.Value) (reflect.Value, error)

// frame is the state of an execution.
type frame struct {
	out   *bytes.Buffer
	stack []reflect.Value // the variables of the templates that are running, and arguments
	base  int             // where the variables of the innermost template begin
	depth int
}

// maxDepth is how deep templates may call each other, so that two that call each other without end do not end the
// process.
const maxDepth = 1000

// call executes a template.
func (f *frame) call(p *program, dot reflect.Value) error {
	if f.depth == maxDepth {
		return errors.New("templates call each other without end")
	}
	before, length := f.base, len(f.stack)
	f.base = length
	for range p.slots {
		f.stack = append(f.stack, dot) // the first is $, the others are set before they are read
	}
	f.depth++
	err := p.body(f, dot)
	f.depth--
	f.base, f.stack = before, f.stack[:length]
	return err
}

// compiler compiles one set.
type compiler struct {
	Options

	templates *Templates
	escapers  *escapers
	variables []string // those that can be seen, from the outside in
	slots     int      // the most of them in the current template
}

// program returns the program of a template, which need not be compiled yet.
func (c *compiler) program(name string) *program {
	p, ok := c.templates.byName[name]
	if !ok {
		p = &program{}
		c.templates.byName[name] = p
	}
	return p
}

func (c *compiler) compile(p *program, root *parse.ListNode) (err error) {
	c.variables, c.slots = []string{"$"}, 1
	p.body, err = c.list(root)
	p.slots = c.slots
	return err
}

// list compiles a list of nodes, nil for none. Texts that follow each other are printed at once.
func (c *compiler) list(list *parse.ListNode) (action, error) {
	var all []action
	var text []byte
	flush := func() {
		if len(text) > 0 {
			all = append(all, printing(text))
		}
		text = nil
	}
	if list == nil {
		list = &parse.ListNode{}
	}
	for _, node := range list.Nodes {
		do, constant, err := c.node(node)
		if err != nil {
			return nil, err
		}
		if do == nil {
			text = append(text, constant...)
			continue
		}
		flush()
		all = append(all, do)
	}
	flush()
	if len(all) == 1 {
		return all[0], nil
	}
	return func(f *frame, dot reflect.Value) error {
		for _, do := range all {
			if err := do(f, dot); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func printing(text []byte) action {
	return func(f *frame, _ reflect.Value) error { _, err := f.out.Write(text); return err }
}

// node compiles a node. Of one that always prints the same it returns that, and no action.
func (c *compiler) node(node parse.Node) (do action, constant []byte, err error) {
	switch n := node.(type) {
	case *parse.TextNode:
		return nil, n.Text, nil
	case *parse.ActionNode:
		do, err = c.action(n)
		if err == nil && len(n.Pipe.Decl) == 0 && c.isConstant(n.Pipe.Cmds[0]) {
			var out bytes.Buffer
			err = do(&frame{out: &out}, reflect.Value{})
			do, constant = nil, out.Bytes()
		}
	case *parse.TemplateNode:
		do, err = c.template(n)
	case *parse.IfNode:
		do, err = c.branch(&n.BranchNode)
	case *parse.WithNode:
		do, err = c.branch(&n.BranchNode)
	case *parse.RangeNode:
		do, err = c.loop(n)
	default:
		err = errors.New("not supported")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", node, err)
	}
	return do, constant, nil
}

// isConstant reports whether a command is a constant, or the call of a constant function with nothing but strings.
func (c *compiler) isConstant(cmd *parse.CommandNode) bool {
	args := cmd.Args
	if name := functionOf(cmd); name != "" {
		if !slices.Contains(c.Constant, name) {
			return false
		}
		args = args[1:]
	}
	return !slices.ContainsFunc(args, func(arg parse.Node) bool { return arg.Type() != parse.NodeString })
}

// functionOf returns the name of the function that a command calls, "" for none.
func functionOf(cmd *parse.CommandNode) string {
	if name, ok := cmd.Args[0].(*parse.IdentifierNode); ok {
		return name.Ident
	}
	return ""
}

// at says at which node an error happened.
func at(node parse.Node, err error) error { return fmt.Errorf("at <%s>: %w", node, err) }

// action compiles what prints a value, or declares a variable.
func (c *compiler) action(n *parse.ActionNode) (action, error) {
	get, chain, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	if len(n.Pipe.Decl) > 0 {
		return c.declaration(n.Pipe, get)
	}
	if len(chain) == 0 {
		return nil, errors.New("nothing escapes it")
	}
	e, err := c.escapers.of(chain)
	if err != nil {
		return nil, err
	}
	return func(f *frame, dot reflect.Value) error {
		v, err := get(f, dot)
		if err == nil {
			err = e.print(f.out, v)
		}
		if err != nil {
			return at(n, err)
		}
		return nil
	}, nil
}

func (c *compiler) declaration(p *parse.PipeNode, get value) (action, error) {
	if len(p.Decl) != 1 {
		return nil, errors.New("more than one variable")
	}
	slot := c.declare(p.Decl[0])
	return func(f *frame, dot reflect.Value) error {
		v, err := get(f, dot)
		if err != nil {
			return at(p, err)
		}
		f.stack[f.base+slot] = v
		return nil
	}, nil
}

// declare returns the slot of a new variable.
func (c *compiler) declare(v *parse.VariableNode) int {
	c.variables = append(c.variables, v.Ident[0])
	c.slots = max(c.slots, len(c.variables))
	return len(c.variables) - 1
}

func (c *compiler) template(n *parse.TemplateNode) (action, error) {
	p := c.program(n.Name)
	if n.Pipe == nil {
		return func(f *frame, _ reflect.Value) error { return f.call(p, reflect.Value{}) }, nil
	}
	get, chain, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	if len(chain)+len(n.Pipe.Decl) > 0 {
		return nil, errors.New("it is escaped, or declares a variable")
	}
	return func(f *frame, dot reflect.Value) error {
		v, err := get(f, dot)
		if err != nil {
			return at(n, err)
		}
		return f.call(p, v)
	}, nil
}

// branch compiles if and with.
func (c *compiler) branch(n *parse.BranchNode) (action, error) {
	defer c.restore(len(c.variables))
	get, chain, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	if len(chain) > 0 || len(n.Pipe.Decl) > 1 {
		return nil, errors.New("it is escaped, or declares variables")
	}
	slot := -1
	if len(n.Pipe.Decl) == 1 {
		slot = c.declare(n.Pipe.Decl[0])
	}
	with := n.NodeType == parse.NodeWith
	yes, err := c.scoped(n.List)
	if err != nil {
		return nil, err
	}
	no, err := c.scoped(n.ElseList)
	if err != nil {
		return nil, err
	}
	return func(f *frame, dot reflect.Value) error {
		v, err := get(f, dot)
		if err != nil {
			return at(n.Pipe, err)
		}
		if slot >= 0 {
			f.stack[f.base+slot] = v
		}
		if !truth(v) {
			return no(f, dot)
		}
		if with {
			dot = v
		}
		return yes(f, dot)
	}, nil
}

// scoped compiles a list whose variables are not seen after it.
func (c *compiler) scoped(list *parse.ListNode) (action, error) {
	defer c.restore(len(c.variables))
	return c.list(list)
}

// restore forgets all but the first n variables.
func (c *compiler) restore(n int) { c.variables = c.variables[:n] }

// loop compiles range.
func (c *compiler) loop(n *parse.RangeNode) (action, error) {
	defer c.restore(len(c.variables))
	get, chain, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	if len(chain) > 0 {
		return nil, errors.New("it is escaped")
	}
	index, element := -1, -1
	switch decl := n.Pipe.Decl; len(decl) {
	case 0:
	case 1:
		element = c.declare(decl[0])
	default:
		index, element = c.declare(decl[0]), c.declare(decl[1])
	}
	each, err := c.scoped(n.List)
	if err != nil {
		return nil, err
	}
	none, err := c.scoped(n.ElseList)
	if err != nil {
		return nil, err
	}
	return func(f *frame, dot reflect.Value) error {
		v, err := get(f, dot)
		if err != nil {
			return at(n.Pipe, err)
		}
		empty := true
		err = elements(v, func(key, one reflect.Value) error {
			empty = false
			if element >= 0 {
				f.stack[f.base+element] = one
			}
			if index >= 0 {
				f.stack[f.base+index] = key
			}
			return each(f, one)
		})
		if err == nil && empty {
			err = none(f, dot)
		}
		return err
	}, nil
}

// elements calls do with the elements of a slice, or of a map in the order of its keys, which are strings.
func elements(v reflect.Value, do func(key, one reflect.Value) error) error {
	v, isNil := indirect(v)
	switch {
	case isNil || !v.IsValid():
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		for i := range v.Len() {
			if err := do(reflect.ValueOf(i), v.Index(i)); err != nil {
				return err
			}
		}
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			if err := do(key, v.MapIndex(key)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("range over %s is not supported", v.Type())
	}
	return nil
}
