package movie

import (
	"encoding/json"
	"testing"
)

func TestDetailsAreEncodedAsJSONMarshalDoes(t *testing.T) {
	t.Parallel()
	texts := []string{
		"Parasite", "기생충", `"quoted" \ text`, "a <b> & c", "tab\tnew\nline\x00\x7f", "line\u2028separators\u2029", "no \xff UTF-8", "\ufffd", "😀", " ",
	}
	for _, text := range texts {
		for _, d := range []Details{
			{OriginalTitle: text},
			{OriginalTitle: text, Aliases: texts, AgeGrade: text, ProductionYear: 1999},
			{Genres: []string{"Drama", text}, Directors: []string{text}, Countries: []string{"KR"}, Languages: []string{"ko", "en"}},
			{ExternalIDs: ExternalIDs{IMDb: text}},
			{ExternalIDs: ExternalIDs{IMDb: "tt6751668", TMDB: 496243}},
			{ExternalIDs: ExternalIDs{Wikidata: text, MovieLens: 7}},
		} {
			want, err := json.Marshal(d.stored())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := d.encode(); err != nil || got != string(want) {
				t.Errorf("%+v:\n%s, %v, want\n%s", d, got, err, want)
			}
		}
	}
	for _, cast := range [][]CastMember{nil, {}, {{Name: "송강호"}}} {
		want, err := json.Marshal(append([]CastMember{}, cast...))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := encodeCast(cast); err != nil || got != string(want) {
			t.Errorf("the cast %+v: %s, %v, want %s", cast, got, err, want)
		}
	}
}
