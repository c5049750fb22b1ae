package diary_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/cinecircle/cinecircle/diary"
)

// The limits of the API stand in struct tags, where constants cannot be used. Pages and imports use the constants.
func TestTheLimitsOfTheAPIAreThoseOfPagesAndImports(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"note": fmt.Sprintf("max=%d", diary.MaxNote),
		"tags": fmt.Sprintf("max=%d,dive,filled,max=%d", diary.MaxTags, diary.MaxTag),
		"tag":  fmt.Sprintf("max=%d", diary.MaxTag),
	}
	found := map[string]int{}
	for _, r := range newStage(t).Router.Routes() {
		for _, input := range []any{r.Op.JSON, r.Op.Query} {
			if input == nil || !strings.Contains(r.Path, "/diary") {
				continue
			}
			for f := range reflect.TypeOf(input).Fields() {
				name := f.Tag.Get("json") + f.Tag.Get("query")
				if want[name] == "" {
					continue
				}
				found[name]++
				if rules := f.Tag.Get("binding"); !strings.HasSuffix(rules, ","+want[name]) {
					t.Errorf("%s %s: %s has the rules %q, want %s", r.Method, r.Path, name, rules, want[name])
				}
			}
		}
	}
	if found["note"] != 2 || found["tags"] != 2 || found["tag"] != 2 {
		t.Errorf("found %v, want two of each", found)
	}
}
