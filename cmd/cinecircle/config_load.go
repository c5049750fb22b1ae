package main

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

// yamlLine finds the one part of a YAML error that cannot hold a value of the file.
var yamlLine = regexp.MustCompile(` line \d+`)

// loadConfig returns the defaults, overridden by the YAML file at path, that by the file dotenv,
// and that by environ, which has the form of os.Environ. It changes nothing outside.
//
// An empty path means config.yaml, which may be missing, as dotenv may; a path that is named may
// not. An empty dotenv means none. An empty variable is one that is not set. The error has one line for each thing that is
// wrong, naming the key, and never the value of a secret one.
func loadConfig(path string, environ []string, dotenv string) (Config, error) {
	in, err := openSources(path, environ, dotenv)
	if err != nil {
		return Config{}, err
	}
	c := defaults()
	problems := in.unknown
	for _, s := range settingsOf(&c) {
		problems = append(problems, in.read(s))
	}
	problems = append(problems, c.validate())
	if err := errors.Join(problems...); err != nil {
		return Config{}, err
	}
	return c, nil
}

// sources is what was set outside, not yet typed.
type sources struct {
	values  *viper.Viper
	origins map[string]string // key → "config.yaml: server.addr" or the name of the variable
	unknown []error
}

func openSources(path string, environ []string, dotenv string) (*sources, error) {
	in := &sources{values: viper.New(), origins: map[string]string{}}
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

// addFile reads the YAML file and notes the keys of it that do not exist.
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
		// The parser's own words may quote a secret.
		return fmt.Errorf("%s is not valid YAML%s", name, yamlLine.FindString(err.Error()))
	}
	var tree map[string]any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		return fmt.Errorf("%s is not a map of keys%s", name, yamlLine.FindString(err.Error()))
	}
	found := leaves("", tree)
	for _, key := range slices.Sorted(maps.Keys(found)) {
		in.origins[key] = name + ": " + key
		in.unknown = append(in.unknown, in.checkKey(key, found[key], known))
	}
	return nil
}

// leaves returns the values of a tree by key, in lower case as viper has them. An empty section is one as
// well: viper forgets those, and a misspelt one would go unnoticed.
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
	case slices.Contains(known, key), section && (value == nil || isMap): // all of it commented out
		return nil
	case section:
		return fmt.Errorf("%s is a section of keys, not a value", in.origins[key])
	default:
		return fmt.Errorf("%s is not a known key", in.origins[key])
	}
}

// addVariables overrides what is there; where names the file that they stand in.
func (in *sources) addVariables(variables, keys map[string]string, where string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		key, ok := keys[name]
		switch {
		case !strings.HasPrefix(name, variablePrefix):
			// somebody else's
		case !ok:
			in.unknown = append(in.unknown, fmt.Errorf("%s%s is not a known variable", where, name))
		case variables[name] != "":
			in.values.Set(key, variables[name])
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

// readDotenv leaves the environment of the process alone, unlike godotenv.Load.
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
		// The parser's own words quote the rest of the file, secrets included.
		return nil, fmt.Errorf("%s line %d is not of the form NAME=value", name, faultyLine(text))
	}
	return variables, nil
}

// faultyLine is the line after the longest beginning of text that can be read.
func faultyLine(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}
