package config

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
	"github.com/spf13/viper"
)

const repository = "../../../"

func TestConfigFileOfTheRepositoryHasEveryKeyWithItsDefault(t *testing.T) {
	c := mustLoad(t, repository+"config.yaml", nil, "")
	if diff := cmp.Diff(plain(Default()), plain(c)); diff != "" {
		t.Errorf("config.yaml differs from the defaults (-default +config.yaml):\n%s", diff)
	}
	file := viper.New()
	file.SetConfigFile(repository + "config.yaml")
	if err := file.ReadInConfig(); err != nil {
		t.Fatal(err)
	}
	for _, s := range settingsOf(new(Config)) {
		if !file.IsSet(s.key) {
			t.Errorf("config.yaml does not have %s", s.key)
		}
	}
	wantSampleIn(t, "config.yaml", "  # secret: "+sampleSecret)
}

func TestExampleDotenvHasEveryVariableWithItsDefault(t *testing.T) {
	wantSampleIn(t, ".env.example", "#CINECIRCLE_AUTH_SECRET="+sampleSecret)
	example := strings.ReplaceAll(readFile(t, ".env.example"), "\n#CINECIRCLE_", "\nCINECIRCLE_")
	example = strings.ReplaceAll(example, sampleSecret, "")
	variables, err := godotenv.Unmarshal(example)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range settingsOf(new(Config)) {
		want = append(want, s.variable())
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(variables))); diff != "" {
		t.Errorf("variables (-keys +.env.example):\n%s", diff)
	}
	c := mustLoad(t, "", nil, writeFile(t, emptyFolder(t), ".env", example))
	if diff := cmp.Diff(plain(Default()), plain(c)); diff != "" {
		t.Errorf(".env.example differs from the defaults (-default +.env.example):\n%s", diff)
	}
}

func TestUntouchedExampleDotenvSetsNothing(t *testing.T) {
	variables, err := godotenv.Unmarshal(readFile(t, ".env.example"))
	if err != nil || len(variables) > 0 {
		t.Errorf("it sets %v, %v", variables, err)
	}
}

// A row is: key, variable, default, meaning.
var documentedKey = regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\| `([A-Z0-9_]+)` \\| (?:–|`([^`]+)`) \\| (.+) \\|$")

func TestConfigurationPageHasEveryKeyInOrderWithItsDefault(t *testing.T) {
	type row struct{ Key, Variable, Default string }
	var want, got []row
	d := Default()
	for _, s := range settingsOf(&d) {
		want = append(want, row{s.key, s.variable(), asText(s.field.Interface())})
	}
	for _, m := range documentedKey.FindAllStringSubmatch(readFile(t, "docs/configuration.md"), -1) {
		got = append(got, row{m[1], m[2], m[3]})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/configuration.md (-program +page):\n%s", diff)
	}
}

// plain has the values as text, so that a list without members is one, nil or not.
func plain(c Config) map[string]string {
	values := map[string]string{}
	for _, s := range settingsOf(&c) {
		values[s.key] = asText(s.field.Interface())
	}
	return values
}

func wantSampleIn(t *testing.T, name, line string) {
	t.Helper()
	if !strings.Contains(readFile(t, name), "\n"+line+"\n") {
		t.Errorf("%s does not have the line %q, whose secret is refused", name, line)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(repository + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
