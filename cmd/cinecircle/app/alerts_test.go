package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// metricName matches the metrics of the program, of its database pools and of its process.
var metricName = regexp.MustCompile(`\b(?:cinecircle|go_sql|process)_[a-z_]+\b`)

// TestEveryMetricOfTheAlertsAndTheDashboardExists compares their names, and those of the operating page, with /metrics.
func TestEveryMetricOfTheAlertsAndTheDashboardExists(t *testing.T) {
	t.Parallel()
	s := apptest.NewInstance(t).Start()
	s.Get("", "/healthz") // so that there are requests to count
	exposed := string(s.Get("", "/metrics").Body)
	for _, name := range []string{"deploy/alerts.yml", "deploy/dashboard.json", "operating.md"} {
		content, err := os.ReadFile("../../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		found := metricName.FindAllString(string(content), -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric", name)
		}
		for _, metric := range found {
			if strings.HasSuffix(metric, "_") { // go_sql_*
				continue
			}
			if !regexp.MustCompile(`(?m)^`+metric+`[{ ]`).MatchString(exposed) && !strings.Contains(exposed, "\n# TYPE "+metric+" ") {
				t.Errorf("%s names %s, which the program does not have", name, metric)
			}
		}
	}
}

func TestTheDashboardShowsEveryMetricOfTheProgram(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../../docs/deploy/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID      int
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(content, &board); err != nil {
		t.Fatal(err)
	}
	shown := ""
	ids := map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			shown += target.Expr + "\n"
		}
	}
	s := apptest.NewInstance(t).Start()
	s.Get("", "/healthz")
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (cinecircle_\S+) `).FindAllStringSubmatch(string(s.Get("", "/metrics").Body), -1) {
		if !regexp.MustCompile(fmt.Sprintf(`\b%s(_bucket)?\b`, m[1])).MatchString(shown) {
			t.Errorf("no panel shows %s", m[1])
		}
	}
}
