package fastjson_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cinecircle/cinecircle/platform/fastjson"
	"github.com/cinecircle/cinecircle/platform/stars"
)

type inner struct {
	ID    int64   `json:"id"`
	Name  *string `json:"name"`
	Inner *inner  `json:"inner,omitempty"`
}

type embedded struct {
	Count int32 `json:"count"`
	Plain string
}

type shouting string

func (s shouting) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(s)) + "<"), nil }

// quiet has a method of its pointer, which encoding/json calls where it can take the address.
type quiet struct{ Text string }

func (q *quiet) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"<quiet>": q.Text})
}

// everything has a field of every kind that responses have, and of those that are left to encoding/json.
type everything struct {
	embedded
	ID     int64           `json:"id"`
	Bool   bool            `json:"bool"`
	Text   string          `json:"text"`
	Maybe  *string         `json:"maybe"`
	Float  float64         `json:"float"`
	At     time.Time       `json:"at"`
	Read   *time.Time      `json:"read"`
	Stars  stars.Stars     `json:"stars"`
	Rating *stars.Stars    `json:"rating"`
	Inner  inner           `json:"inner"`
	Inners []inner         `json:"inners"`
	Words  []string        `json:"words,omitempty"`
	Bytes  []byte          `json:"bytes"`
	Raw    json.RawMessage `json:"raw"`
	Counts map[string]int  `json:"counts"`
	Any    any             `json:"any"`
	Shout  shouting        `json:"shout"`
	Quiet  quiet           `json:"quiet"`
	Quiets []quiet         `json:"quiets"`
	Small  uint8           `json:"small"`
	Number json.Number     `json:"number,omitempty"`
	Empty  string          `json:"empty,omitempty"`
	Zero   *int64          `json:"zero,omitempty"`
	Off    bool            `json:"off,omitempty"`
	Struct inner           `json:"struct,omitempty"` //nolint:modernize // it is to have no effect
	Left   string          `json:"-"`
	Dash   string          `json:"-,"` //nolint:staticcheck // a field with the name -
	hidden string
	Quoted struct {
		N int64 `json:"n,string"`
	} `json:"quoted"`
	Twice struct {
		embedded
		Count string `json:"count"`
	} `json:"twice"`
	Omitted struct {
		At time.Time `json:"at,omitzero"`
	} `json:"omitted"`
}

var (
	texts = rapid.OneOf(rapid.String(), rapid.StringMatching("[\"\\\\<>&\u2028\u2029\u2027\x00-\x1f\x7f가-힣ab]*"),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	times = rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Unix(rapid.Int64Range(-62_000_000_000, 253_000_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		return at.In(time.FixedZone("", 60*rapid.IntRange(-1000, 1000).Draw(t, "offset")))
	})
	ints   = rapid.Int64()
	inners = rapid.Custom(func(t *rapid.T) inner {
		of := inner{ID: ints.Draw(t, "id"), Name: rapid.Ptr(texts, true).Draw(t, "name")}
		if rapid.Bool().Draw(t, "deep") {
			of.Inner = &inner{ID: of.ID}
		}
		return of
	})
	all = rapid.Custom(func(t *rapid.T) everything {
		e := everything{
			ID: ints.Draw(t, "id"), Bool: rapid.Bool().Draw(t, "bool"), Text: texts.Draw(t, "text"), Maybe: rapid.Ptr(texts, true).Draw(t, "maybe"),
			Float: rapid.Float64().Draw(t, "float"), At: times.Draw(t, "at"), Read: rapid.Ptr(times, true).Draw(t, "read"),
			Stars: stars.Stars(rapid.IntRange(1, 10).Draw(t, "stars")), Inner: inners.Draw(t, "inner"),
			Inners: rapid.SliceOf(inners).Draw(t, "inners"), Words: rapid.SliceOf(texts).Draw(t, "words"),
			Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"), Counts: rapid.MapOf(texts, rapid.Int()).Draw(t, "counts"),
			Shout: shouting(texts.Draw(t, "shout")), Small: rapid.Uint8().Draw(t, "small"), Left: "left", Dash: texts.Draw(t, "dash"), hidden: "hidden",
		}
		e.Count, e.Plain = rapid.Int32().Draw(t, "count"), texts.Draw(t, "plain")
		e.Any = rapid.SampledFrom([]any{nil, 1, "<", 1.5, e.Inner, &e.Inner, []any{nil, true}, e.At, e.Stars, quiet{"a"}, &quiet{"a"}, (*quiet)(nil)}).Draw(t, "any")
		e.Rating, e.Quiet, e.Quiets = &e.Stars, quiet{e.Text}, []quiet{{e.Text}}
		e.Raw = json.RawMessage(` {"a" : "<"} `)
		e.Empty, e.Zero, e.Off = rapid.StringN(0, 1, 1).Draw(t, "empty"), rapid.Ptr(ints, true).Draw(t, "zero"), e.Bool
		e.Quoted.N, e.Twice.Count, e.Omitted.At = e.ID, e.Text, e.At
		return e
	})
)

// TestMarshalWritesTheBytesOfEncodingJSON compares both for generated values, as they are, behind a pointer, and in lists.
func TestMarshalWritesTheBytesOfEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := all.Draw(t, "value")
		for name, v := range map[string]any{"value": e, "pointer": &e, "list": []everything{e, e}, "pointers": []*everything{&e, nil}, "any": []any{e, &e}} {
			got, err := fastjson.Marshal(v)
			want, wantErr := json.Marshal(v)
			if err != nil || wantErr != nil {
				t.Fatalf("%s: errors %v and %v of encoding/json", name, err, wantErr)
			}
			if string(got) != string(want) {
				t.Fatalf("%s:\n%s\nencoding/json:\n%s", name, got, want)
			}
		}
	})
}

func TestMarshalRefusesWhatEncodingJSONRefuses(t *testing.T) {
	for name, v := range map[string]any{
		"not a number": math.NaN(), "an infinite number": []float64{math.Inf(1)}, "a year of five digits": time.Date(12_345, 1, 1, 0, 0, 0, 0, time.UTC),
		"a function": struct{ F func() }{func() {}}, "raw text": struct{ Raw json.RawMessage }{json.RawMessage("{")},
	} {
		if got, err := fastjson.Marshal(v); err == nil {
			t.Errorf("%s is encoded as %s", name, got)
		}
		if _, err := json.Marshal(v); err == nil {
			t.Errorf("encoding/json encodes %s", name)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	name, at := "영화를 좋아하는 고양이", time.Now().UTC()
	type row struct {
		ID        int64      `json:"id"`
		Message   string     `json:"message"`
		Actor     *inner     `json:"actor"`
		ReviewID  *int64     `json:"review_id,omitempty"`
		CreatedAt time.Time  `json:"created_at"`
		ReadAt    *time.Time `json:"read_at"`
	}
	of := make([]row, 30)
	for i := range of {
		of[i] = row{ID: int64(i), Message: name + "님이 내 리뷰에 좋아요를 눌렀습니다!", Actor: &inner{ID: 1, Name: &name}, ReviewID: new(int64), CreatedAt: at}
	}
	b.Run("fastjson", func(b *testing.B) {
		for b.Loop() {
			if _, err := fastjson.Marshal(of); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if _, err := json.Marshal(of); err != nil {
				b.Fatal(err)
			}
		}
	})
}
