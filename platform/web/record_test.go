package web_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/web"
)

// recorded has a field of each kind that a record fills.
type recorded struct {
	Title string   `json:"title" binding:"required,max=5"`
	Plot  *string  `json:"plot" binding:"omitempty,max=5"`
	Date  **string `json:"date"`
	Year  **int64  `json:"year" binding:"omitempty,min=1870"`
	Time  *int64   `json:"time" binding:"required,min=1"`
	Names []string `json:"names" binding:"omitempty,max=2,dive,filled"`
}

// TestRecordsHaveTheRulesOfJSON gives the same values to both.
func TestRecordsHaveTheRulesOfJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		texts, values map[string]string
		ints          map[string]int64
	}{
		"valid":        {texts: map[string]string{"title": " a\r\nb ", "plot": "", "date": "x"}, values: map[string]string{"names": `["a","b"]`}, ints: map[string]int64{"time": 3, "year": 1900}},
		"absent":       {},
		"rules":        {texts: map[string]string{"title": "abcdef", "plot": "abcdef"}, values: map[string]string{"names": `["","b","c"]`}, ints: map[string]int64{"time": 0, "year": 1}},
		"wrong types":  {texts: map[string]string{"title": "a", "time": "x", "year": "x", "names": "x"}},
		"wrong values": {texts: map[string]string{"title": "a\x00"}, values: map[string]string{"names": `[1]`}, ints: map[string]int64{"time": 1}},
		"surrogate":    {texts: map[string]string{"title": "a"}, values: map[string]string{"names": `["\ud800"]`}, ints: map[string]int64{"time": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got, want recorded
			record, object := web.NewRecord(&got), map[string]json.RawMessage{}
			for _, field := range []string{"title", "plot", "date", "year", "time", "names"} {
				if text, has := c.texts[field]; has {
					record.Text(field, text)
					object[field], _ = json.Marshal(text)
				}
				if value, has := c.values[field]; has {
					record.JSON(field, value)
					object[field] = json.RawMessage(value)
				}
				if n, has := c.ints[field]; has {
					record.Int(field, n)
					object[field], _ = json.Marshal(n)
				}
			}
			body, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			refused := fieldsOf(web.ParseJSON(body, &want))
			if diff := cmp.Diff(refused, fieldsOf(record.Check())); diff != "" {
				t.Errorf("errors (-JSON +record):\n%s", diff)
			}
			if diff := cmp.Diff(want, got); diff != "" && refused == nil {
				t.Errorf("values (-JSON +record):\n%s", diff)
			}
		})
	}
}

// fieldsOf returns the code of an error, and those of its fields.
func fieldsOf(err error) map[string]string {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return nil
	}
	found := map[string]string{"": e.Code}
	for _, f := range e.Fields {
		found[f.Name] = f.Code
	}
	return found
}

func TestRecordTakesATextThatIsNoJSONForAText(t *testing.T) {
	t.Parallel()
	var got recorded
	record := web.NewRecord(&got)
	record.Text("title", "a")
	record.Int("time", 1)
	record.JSON("names", "x")
	if diff := cmp.Diff(map[string]string{"": "validation_failed", "names": "type"}, fieldsOf(record.Check())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
