package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/joho/godotenv"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"
)

const (
	defaultConfigFile = "config.yaml"
	variablePrefix    = "CINECIRCLE_"
)

// yamlLine matches the line number in a YAML error. The rest of the error may contain values of the file.
var yamlLine = regexp.MustCompile(` line \d+`)

// ErrInvalid matches the errors of [Load] and [Invalid]: a mistake in the settings, which only a person can correct.
var ErrInvalid = errors.New("the configuration is invalid")

// Invalid returns an error with the text of err that matches ErrInvalid, and nil for nil.
func Invalid(err error) error {
	if err == nil {
		return nil
	}
	return invalid{err}
}

type invalid struct{ error }

func (i invalid) Unwrap() error        { return i.error }
func (i invalid) Is(target error) bool { return target == ErrInvalid }

// Load returns the defaults, overridden by the YAML file at path, then by the file dotenv, and then by environ, which
// has the form of os.Environ. It has no side effects.
//
// An empty path means config.yaml if it exists; any other path must exist. The file dotenv may be missing, and an empty
// dotenv means no file. An empty variable counts as not set. The error matches ErrInvalid, has one line with the key for
// each problem, and never contains the value of a secret.
func Load(path string, environ []string, dotenv string) (Config, error) {
	in, err := openSources(path, environ, dotenv)
	if err != nil {
		return Config{}, Invalid(err)
	}
	c := Default()
	problems := in.unknown
	for _, s := range settingsOf(&c) {
		problems = append(problems, in.read(s))
	}
	problems = append(problems, c.validate())
	return c, Invalid(once(errors.Join(problems...)))
}

// once returns err, whose text has a line for each problem, without lines that repeat an earlier one.
func once(err error) error {
	if err == nil {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// sources holds the values from the file and the variables, not yet converted.
type sources struct {
	values  *viper.Viper
	origins map[string]string // key → "config.yaml: server.addr" or the name of the variable
	unknown []error

	spellings map[string]string // key → a number or boolean as the file has it
}

func openSources(path string, environ []string, dotenv string) (*sources, error) {
	in := &sources{values: viper.New(), origins: map[string]string{}, spellings: map[string]string{}}
	keys := map[string]string{} // variable → key
	for _, s := range settingsOf(new(Config)) {
		keys[s.variable()] = s.key
	}
	if err := in.addFile(path, slices.Collect(maps.Values(keys))); err != nil {
		return nil, err
	}
	fromFile, err := readDotenv(dotenv)
	if err != nil {
		return nil, err
	}
	in.addVariables(fromFile, keys, dotenv+": ")
	in.addVariables(variablesOf(environ), keys, "")
	return in, nil
}

// addFile reads the YAML file and records its unknown keys.
func (in *sources) addFile(path string, known []string) error {
	name := path
	if name == "" {
		name = defaultConfigFile
	}
	content, err := os.ReadFile(name)
	if path == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	in.values.SetConfigType("yaml")
	if err := in.values.ReadConfig(bytes.NewReader(content)); err != nil {
		// The parser's message may quote a secret.
		return fmt.Errorf("%s is not valid YAML%s", name, yamlLine.FindString(err.Error()))
	}
	var tree map[string]any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		return fmt.Errorf("%s is not a map of keys%s", name, yamlLine.FindString(err.Error()))
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return fmt.Errorf("%s is not valid YAML%s", name, yamlLine.FindString(err.Error()))
	}
	in.addSpellings("", &document)
	found := leaves("", tree)
	for _, key := range slices.Sorted(maps.Keys(found)) {
		in.origins[key] = name + ": " + key
		in.unknown = append(in.unknown, in.checkKey(key, found[key], known))
	}
	return nil
}

// addSpellings records how the file spells numbers and booleans. YAML reads 010 as 8 and 1_0 as 10.
func (in *sources) addSpellings(prefix string, node *yaml.Node) {
	switch node.Kind {
	case yaml.DocumentNode:
		in.addSpellings(prefix, node.Content[0])
	case yaml.AliasNode:
		in.addSpellings(prefix, node.Alias)
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			below := prefix + "." + strings.ToLower(node.Content[i].Value)
			if node.Content[i].ShortTag() == "!!merge" {
				below = prefix
			}
			in.addSpellings(below, node.Content[i+1])
		}
	case yaml.ScalarNode:
		switch node.ShortTag() {
		case "!!int", "!!float", "!!bool":
			in.spellings[strings.TrimPrefix(prefix, ".")] = node.Value
		}
	}
}

// leaves returns the values of a tree by key, in lower case as in viper. An empty section counts as a value: viper
// drops it, and a misspelt one would go unnoticed.
func leaves(prefix string, tree map[string]any) map[string]any {
	found := map[string]any{}
	for name, value := range tree {
		name = prefix + strings.ToLower(name)
		if below, ok := value.(map[string]any); ok && len(below) > 0 {
			maps.Copy(found, leaves(name+".", below))
		} else {
			found[name] = value
		}
	}
	return found
}

func (in *sources) checkKey(key string, value any, known []string) error {
	section := slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, key+".") })
	_, isMap := value.(map[string]any)
	switch {
	case slices.Contains(known, key) && isMap:
		return fmt.Errorf("%s is a value, not a section of keys", in.origins[key])
	case slices.Contains(known, key), section && (value == nil || isMap): // all keys of the section are commented out
		return nil
	case section:
		return fmt.Errorf("%s is a section of keys, not a value", in.origins[key])
	default:
		return fmt.Errorf("%s is not a known key", in.origins[key])
	}
}

// addVariables overrides earlier values. where is the file of the variables, for error messages.
func (in *sources) addVariables(variables, keys map[string]string, where string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		key, ok := keys[name]
		switch {
		case !strings.HasPrefix(name, variablePrefix):
			// not a variable of this program
		case !ok:
			in.unknown = append(in.unknown, fmt.Errorf("%s%s is not a known variable", where, name))
		case variables[name] != "":
			in.values.Set(key, variables[name])
			delete(in.spellings, key)
			in.origins[key] = where + name
		}
	}
}

func variablesOf(environ []string) map[string]string {
	variables := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			variables[name] = value
		}
	}
	return variables
}

// readDotenv does not change the environment of the process, unlike godotenv.Load.
func readDotenv(name string) (map[string]string, error) {
	if name == "" {
		return nil, nil
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read variables: %w", err)
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	variables, err := godotenv.Unmarshal(text)
	if err != nil {
		// The parser's message quotes the rest of the file, including secrets.
		return nil, fmt.Errorf("%s line %d is not of the form NAME=value", name, faultyLine(text))
	}
	return variables, nil
}

// faultyLine returns the number of the first line that makes text invalid.
func faultyLine(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}
