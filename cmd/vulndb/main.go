// Command vulndb writes a database for govulncheck (https://go.dev/security/vuln/database) from the reports in a pinned
// version of the Go module golang.org/x/vulndb. That module comes from the module cache or the Go proxy like any other,
// so the check needs no other host. The database has only reports about modules of this program, the standard library
// and the toolchain.
//
//	go run ./cmd/vulndb FOLDER     writes the database and prints its date
//	go run ./cmd/vulndb -refresh   pins the newest reports, in pinned.json
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const reports = "golang.org/x/vulndb"

//go:embed pinned.json
var pinned []byte

// pin is a version of the reports and the hash of its files.
type pin struct{ Version, Sum, Dir string }

// report has the fields of an OSV file that the index needs.
type report struct {
	ID       string
	Modified time.Time
	Aliases  []string
	Affected []struct {
		Package struct{ Name string }
		Ranges  []struct{ Events []map[string]string }
	}
	raw []byte
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: vulndb FOLDER or vulndb -refresh")
	}
	if args[0] == "-refresh" {
		return refresh(filepath.Join("scripts", "vulndb", "pinned.json"))
	}
	var want pin
	if err := json.Unmarshal(pinned, &want); err != nil {
		return fmt.Errorf("read pinned.json: %w", err)
	}
	got, err := download(want.Version)
	if err != nil {
		return err
	}
	if got.Sum != want.Sum {
		return fmt.Errorf("%s@%s has the hash %s, want %s", reports, want.Version, got.Sum, want.Sum)
	}
	modules, err := requirements()
	if err != nil {
		return err
	}
	found, err := read(filepath.Join(got.Dir, "data", "osv"), modules)
	if err != nil {
		return err
	}
	day := strings.Split(want.Version, "-")[1][:8]
	fmt.Fprintf(os.Stderr, "vulndb: %d reports of %s concern our %d modules\n", len(found), day, len(modules))
	return write(args[0], day, modules, found)
}

func refresh(file string) error {
	newest, err := download("latest")
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(map[string]string{"version": newest.Version, "sum": newest.Sum}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(body, '\n'), 0o644)
}

func download(version string) (pin, error) {
	var p pin
	out, err := exec.Command("go", "mod", "download", "-json", reports+"@"+version).Output()
	if err != nil {
		return p, fmt.Errorf("go mod download %s@%s: %w: %s", reports, version, err, out)
	}
	return p, json.Unmarshal(out, &p)
}

// requirements returns every module that may be part of a build.
func requirements() (map[string]bool, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}}", "all").Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m all: %w", err)
	}
	modules := map[string]bool{"stdlib": true, "toolchain": true}
	for line := range strings.Lines(string(out)) {
		modules[strings.TrimSpace(line)] = true
	}
	return modules, nil
}

func read(folder string, modules map[string]bool) ([]report, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no reports in %s: %w", folder, err)
	}
	var out []report
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		r := report{raw: body}
		if err := json.Unmarshal(body, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, a := range r.Affected {
			if modules[a.Package.Name] {
				out = append(out, r)
				break
			}
		}
	}
	return out, nil
}

// The three files of the index.
type (
	moduleVuln struct {
		ID       string    `json:"id"`
		Modified time.Time `json:"modified"`
		Fixed    string    `json:"fixed,omitempty"`
	}
	moduleEntry struct {
		Path  string       `json:"path"`
		Vulns []moduleVuln `json:"vulns"`
	}
	vulnEntry struct {
		ID       string    `json:"id"`
		Modified time.Time `json:"modified"`
		Aliases  []string  `json:"aliases,omitempty"`
	}
)

func write(folder, day string, modules map[string]bool, found []report) error {
	modified, err := time.Parse("20060102", day)
	if err != nil {
		return err
	}
	byModule := map[string][]moduleVuln{}
	vulns := make([]vulnEntry, 0, len(found))
	files := map[string]any{"index/db.json": map[string]time.Time{"modified": modified}}
	for _, r := range found {
		files["ID/"+r.ID+".json"] = json.RawMessage(r.raw)
		vulns = append(vulns, vulnEntry{r.ID, r.Modified, r.Aliases})
		for _, a := range r.Affected {
			seen := slices.ContainsFunc(byModule[a.Package.Name], func(v moduleVuln) bool { return v.ID == r.ID })
			if modules[a.Package.Name] && !seen {
				byModule[a.Package.Name] = append(byModule[a.Package.Name], moduleVuln{ID: r.ID, Modified: r.Modified})
			}
		}
	}
	entries := make([]moduleEntry, 0, len(byModule))
	for path, list := range byModule {
		entries = append(entries, moduleEntry{path, list})
	}
	slices.SortFunc(entries, func(a, b moduleEntry) int { return strings.Compare(a.Path, b.Path) })
	files["index/modules.json"], files["index/vulns.json"] = entries, vulns
	for name, content := range files {
		if err := writeJSON(filepath.Join(folder, name), content); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(file string, content any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("encode %s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	return os.WriteFile(file, body, 0o600)
}
