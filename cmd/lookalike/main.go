// Command lookalike writes the tables of package platform/lookalike from the files of the Unicode Consortium in a folder:
// confusables.txt of UTS #39, and Scripts.txt, ScriptExtensions.txt and PropertyValueAliases.txt of the Unicode Character
// Database.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: lookalike FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1], "platform/lookalike"); err != nil {
		fmt.Fprintln(os.Stderr, "lookalike:", err)
		os.Exit(1)
	}
}

func write(from, to string) error {
	confusables, version, err := read(filepath.Join(from, "confusables.txt"))
	if err != nil {
		return err
	}
	out := "# Unicode " + version + ", confusables.txt: a character; what it looks like\n"
	for _, f := range confusables {
		out += f[0] + ";" + f[1] + "\n"
	}
	if err := os.WriteFile(filepath.Join(to, "confusables.txt"), []byte(out), 0o644); err != nil {
		return err
	}
	scripts, version, err := scriptsOf(from)
	if err != nil {
		return err
	}
	out = "# Unicode " + version + ", Scripts.txt and ScriptExtensions.txt: a range; its scripts\n" + scripts
	return os.WriteFile(filepath.Join(to, "scripts.txt"), []byte(out), 0o644)
}

// scriptsOf returns the ranges of characters that are not common to all scripts, with the codes of their scripts.
func scriptsOf(from string) (table, version string, err error) {
	codes := map[string]string{}
	aliases, _, err := read(filepath.Join(from, "PropertyValueAliases.txt"))
	if err != nil {
		return "", "", err
	}
	for _, f := range aliases {
		if f[0] == "sc" {
			codes[f[2]] = f[1]
		}
	}
	scripts, version, err := read(filepath.Join(from, "Scripts.txt"))
	if err != nil {
		return "", "", err
	}
	extensions, _, err := read(filepath.Join(from, "ScriptExtensions.txt"))
	if err != nil {
		return "", "", err
	}
	of := map[int]string{}
	for _, f := range scripts {
		if code := codes[f[1]]; code != "Zyyy" && code != "Zinh" {
			fill(of, f[0], code)
		}
	}
	for _, f := range extensions {
		fill(of, f[0], f[1])
	}
	chars := make([]int, 0, len(of))
	for c := range of {
		chars = append(chars, c)
	}
	slices.Sort(chars)
	var out strings.Builder
	for i := 0; i < len(chars); {
		first, set := chars[i], of[chars[i]]
		for i++; i < len(chars) && chars[i] == chars[i-1]+1 && of[chars[i]] == set; {
			i++
		}
		fmt.Fprintf(&out, "%X-%X;%s\n", first, chars[i-1], set)
	}
	return out.String(), version, nil
}

func fill(of map[int]string, interval, set string) {
	first, last, found := strings.Cut(interval, "..")
	if !found {
		last = first
	}
	from, _ := strconv.ParseInt(first, 16, 32)
	to, _ := strconv.ParseInt(last, 16, 32)
	for c := from; c <= to; c++ {
		of[int(c)] = set
	}
}

// read returns the fields of the lines of a file of the Unicode Consortium, and its version.
func read(path string) (rows [][]string, version string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimPrefix(lines.Text(), "\ufeff")
		if v, ok := strings.CutPrefix(line, "# Version: "); ok {
			version = v
		} else if version == "" && strings.HasPrefix(line, "# Scripts-") {
			version = strings.TrimSuffix(strings.TrimPrefix(line, "# Scripts-"), ".txt")
		}
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Split(line, ";")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if len(fields) > 1 {
			rows = append(rows, fields)
		}
	}
	return rows, version, nil
}
