package docs_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/config"
)

// composeFile is what the tests compare of a Compose file.
type composeFile struct {
	Services map[string]struct {
		Image    string
		Build    struct{ Context string }
		Env      map[string]string `yaml:"environment"`
		Volumes  []string
		Networks map[string]map[string]string
		ReadOnly bool `yaml:"read_only"`
		Tmpfs    []string
	}
	Configs map[string]struct{ Content string }
}

// variable is one of a Compose file, with a default or the text of an error or neither.
var variable = regexp.MustCompile(`\$\{(\w+)(?:(:-|:\?)([^}]*))?\}`)

// compose reads a Compose file as with these variables, which are all that it needs.
func compose(t *testing.T, path string, variables map[string]string) composeFile {
	t.Helper()
	text := variable.ReplaceAllStringFunc(read(t, filepath.Join(root, path)), func(found string) string {
		part := variable.FindStringSubmatch(found)
		value, ok := variables[part[1]]
		if !ok && part[2] != ":-" {
			t.Errorf("%s needs %s", path, part[1])
		}
		if !ok {
			return part[3]
		}
		return value
	})
	var file composeFile
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return file
}

func TestComposeFilesFitTheProgramAndItsImage(t *testing.T) {
	t.Parallel()
	dockerfile := read(t, filepath.Join(root, "Dockerfile"))
	for _, line := range []string{"VOLUME /data", "EXPOSE 8000", "USER 65532:65532", `ENTRYPOINT ["/cinecircle"]`, `CMD ["/cinecircle", "healthcheck"]`} {
		if !strings.Contains(dockerfile, line) {
			t.Errorf("the Dockerfile has no %s", line)
		}
	}
	secrets := map[string]string{"AUTH_SECRET": strings.Repeat("0f", 32), "MYSQL_PASSWORD": "x", "S3_SECRET_KEY": "x"}
	for _, c := range []struct {
		path, volume string
		variables    map[string]string
		instances    int
	}{
		{"compose.yaml", "data:/data", nil, 1},
		{"docs/deploy/compose.yaml", "data:/data", map[string]string{"DOMAIN": "film.example"}, 1},
		{"compose.cluster.yaml", "", secrets, 3},
	} {
		instances := 0
		for name, service := range compose(t, c.path, c.variables).Services {
			if service.Image != "cinecircle" {
				continue
			}
			instances++
			if got := filepath.Join(filepath.Dir(c.path), service.Build.Context); got != "." {
				t.Errorf("%s builds %s in %s, where no Dockerfile is", c.path, name, got)
			}
			if c.volume != "" && !slices.Contains(service.Volumes, c.volume) {
				t.Errorf("%s keeps the data of %s in %q, want %s", c.path, name, service.Volumes, c.volume)
			}
			if !service.ReadOnly || !slices.Contains(service.Tmpfs, "/tmp") {
				t.Errorf("%s: %s needs a /tmp, and nothing else of its image", c.path, name)
			}
			var environ []string
			for _, key := range slices.Sorted(maps.Keys(service.Env)) {
				environ = append(environ, key+"="+service.Env[key])
			}
			if _, err := config.Load("", environ, ""); err != nil {
				t.Errorf("%s: %s does not start: %v", c.path, name, err)
			}
		}
		if instances != c.instances {
			t.Errorf("%s has %d instances, want %d", c.path, instances, c.instances)
		}
	}
}

// foldersOfTheProgram returns the folders of the repository that have packages, other than tests and clients, sorted.
func foldersOfTheProgram(t *testing.T) (folders []string) {
	t.Helper()
	for _, file := range goFiles(t) {
		rel, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		folder, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if !strings.HasSuffix(file, "_test.go") && folder != "clients" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return folders
}

func TestTheReadmeListsEveryFolder(t *testing.T) {
	t.Parallel()
	readme := read(t, filepath.Join(root, "README.md"))
	for _, folder := range foldersOfTheProgram(t) {
		if !strings.Contains(readme, "| `"+folder+"/") {
			t.Errorf("the table of folders has no row for %s/", folder)
		}
	}
}

func TestTheImageIsBuiltFromEveryPackage(t *testing.T) {
	t.Parallel()
	want := foldersOfTheProgram(t)
	if got := firstGroups(read(t, filepath.Join(root, ".dockerignore")), `(?m)^!([a-z]+)$`); !slices.Equal(got, want) {
		t.Errorf(".dockerignore leaves in %q, want %q", got, want)
	}
}

// make test-proxies runs the program behind the Caddyfile; no test runs the Compose file.
func TestTheComposeFileWithCaddyHasTheTestedCaddyfile(t *testing.T) {
	t.Parallel()
	file := compose(t, "docs/deploy/compose.yaml", map[string]string{"DOMAIN": "film.example"})
	_, tested, _ := strings.Cut(read(t, "deploy/Caddyfile"), "film.example {")
	if got, want := file.Configs["caddyfile"].Content, "film.example {"+strings.ReplaceAll(tested, "127.0.0.1:8000", "cinecircle:8000"); got != want {
		t.Errorf("the Caddyfile in the Compose file is %q, want %q", got, want)
	}
	address := file.Services["caddy"].Networks["default"]["ipv4_address"]
	if trusted := file.Services["cinecircle"].Env["CINECIRCLE_SERVER_TRUSTED_PROXIES"]; trusted != address || address == "" {
		t.Errorf("cinecircle trusts %q, Caddy has %q", trusted, address)
	}
}
