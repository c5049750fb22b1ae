// Command licences writes docs/licences.md: the licence of every module that is linked into the program on any released
// platform. With -check it fails if that file is out of date. With -texts it prints the texts of the licences, which must
// be distributed with a binary.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const list = "docs/licences.md"

const introduction = `# Licences

What is linked into the binaries, by ` + "`go run ./cmd/licences`" + `; ` + "`make deps`" + ` fails when this list is not that any more. The texts go into every
release archive as ` + "`THIRD_PARTY_LICENSES`" + `. cinecircle itself is under the MIT licence.

The documentation pages hold Swagger UI (Apache-2.0) and Redoc (MIT) with what they contain; their licence texts are served beside them, under
` + "`/docs/assets/`" + `.

| module | version | licence |
|---|---|---|
`

// data lists the data of others that is embedded, with the file of its licence.
var data = []struct{ what, version, licence, file string }{
	{"the list `passwords` of zxcvbn (the first 3,000 of 8 characters or more)", "4.4.2", "MIT", "platform/auth/common_passwords.LICENSE"},
	{"confusables and scripts of the Unicode Character Database", "17.0.0", "Unicode-3.0", "platform/lookalike/LICENSE"},
}

// module is the part of the output of go list -json that is used.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	if slices.Equal(args, []string{"-texts"}) {
		return writeTexts(os.Stdout, modules)
	}
	page, err := table(modules)
	if err != nil {
		return err
	}
	if !slices.Equal(args, []string{"-check"}) {
		return os.WriteFile(list, page, 0o644)
	}
	known, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	if !bytes.Equal(known, page) {
		return fmt.Errorf("%s is out of date; run go run ./cmd/licences", list)
	}
	return nil
}

// linked returns the modules of all builds by path. cgo and the platform decide which database driver is linked.
func linked() ([]module, error) {
	found := map[string]module{}
	for _, env := range [][]string{
		{"CGO_ENABLED=1", "GOOS=linux"}, {"CGO_ENABLED=0", "GOOS=linux"}, {"CGO_ENABLED=0", "GOOS=darwin"}, {"CGO_ENABLED=0", "GOOS=windows"},
	} {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", "-tags", "nomsgpack", "./cmd/cinecircle")
		cmd.Env, cmd.Stderr = append(append(os.Environ(), "GOARCH=amd64"), env...), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for dec := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *module }
			if err := dec.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("read go list: %w", err)
			}
			if p.Module != nil && !p.Module.Main {
				found[p.Module.Path] = *p.Module
			}
		}
	}
	var out []module
	for _, m := range found {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func table(modules []module) ([]byte, error) {
	page := bytes.NewBufferString(introduction)
	var unknown []string
	for _, m := range modules {
		name, err := licence(m)
		if err != nil {
			return nil, err
		}
		if name == "" {
			unknown = append(unknown, m.Path)
		}
		fmt.Fprintf(page, "| %s | %s | %s |\n", m.Path, m.Version, name)
	}
	for _, d := range data {
		fmt.Fprintf(page, "| %s | %s | %s |\n", d.what, d.version, d.licence)
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("unknown licence, read it: %s", strings.Join(unknown, ", "))
	}
	return page.Bytes(), nil
}

var fileName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([.-].*)?$`)

// texts returns the licence files of a module.
func texts(m module) ([][]byte, error) {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Path, err)
	}
	var out [][]byte
	for _, e := range entries {
		if !fileName.MatchString(e.Name()) || e.IsDir() || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// marks are phrases that identify licences.
var marks = []struct{ name, sentence string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license"},
	{"BSD-3-Clause", "neither the name"},
	{"BSD-3-Clause", "names of its contributors may not be used"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"ISC", "permission to use, copy, modify, and/or distribute"},
	{"MIT", "permission is hereby granted, free of charge"},
	{"Unlicense", "this is free and unencumbered software"},
}

// licence returns the names of the licences in the files of a module, joined by "and", or "" if it knows none of them.
func licence(m module) (string, error) {
	files, err := texts(m)
	if err != nil {
		return "", err
	}
	var names []string
	for _, text := range files {
		flat := strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(string(text)), ", version", " version")), " ")
		for _, mark := range marks {
			two := mark.name == "BSD-2-Clause" && slices.Contains(names, "BSD-3-Clause") // its text contains the phrase too
			if strings.Contains(flat, mark.sentence) && !two && !slices.Contains(names, mark.name) {
				names = append(names, mark.name)
			}
		}
	}
	return strings.Join(names, " and "), nil
}

func writeTexts(out io.Writer, modules []module) error {
	for _, m := range modules {
		files, err := texts(m)
		if err != nil {
			return err
		}
		for _, text := range files {
			if _, err := fmt.Fprintf(out, "%s %s\n%s\n%s\n\n", m.Path, m.Version, strings.Repeat("=", 72), bytes.TrimSpace(text)); err != nil {
				return err
			}
		}
	}
	for _, d := range data {
		text, err := os.ReadFile(d.file)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s %s\n%s\n%s\n\n", d.what, d.version, strings.Repeat("=", 72), bytes.TrimSpace(text)); err != nil {
			return err
		}
	}
	return nil
}
