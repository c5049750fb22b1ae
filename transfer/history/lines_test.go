package history

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"
)

// TestEntriesTellWhereTheyStand counts lines as text editors do: also blank ones, those within quotation marks, and titles above
// the table; and names the column of a wrong value as the file does.
func TestEntriesTellWhereTheyStand(t *testing.T) {
	t.Parallel()
	const letterboxd = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
	text := letterboxd + "2020-01-05,Salt,1997,https://boxd.it/a,,,\"one\n\nthree\",,2020-01-05\n" +
		"\n\n2020-01-06,Salt,1997,https://boxd.it/b,,,fine,,yesterday\n2020-01-06,Salt,1997,https://boxd.it/c,5.5,,fine,,2020-01-06\n"
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	hangul, err := korean.EUCKR.NewEncoder().String(strings.ReplaceAll(text, "Salt", "소금"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2 viewing", "7 viewing Watched Date", "7 review", "8 rating Rating"}
	for name, data := range map[string]string{
		"LF": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "CR": strings.ReplaceAll(text, "\n", "\r"), "a mark": "\uFEFF" + text,
		"UTF-16": wide, "CP949": hangul, "no break at the end": strings.TrimSuffix(text, "\n"),
	} {
		_, all := entries(t, "reviews.csv", []byte(data), Options{})
		var got []string
		for _, e := range all {
			said := fmt.Sprintf("%d %s", e.Line, e.Kind)
			if e.Columns.Wrong != "" {
				said += " " + e.Columns.Wrong
			}
			if e.Failed != fine || e.Line != 8 {
				got = append(got, said)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	_, all := entries(t, "ratings.csv", []byte("sep=;\n\nMy ratings\n\nConst;Your Rating;Title;Title Type;Year\ntt0000001;11;A;Movie;2001\n;7;B;Movie;2001\n"), Options{})
	if len(all) != 2 || all[0].Line != 6 || all[0].Columns.Wrong != "Your Rating" || all[1].Line != 7 || all[1].Columns.Wrong != "Const" {
		t.Errorf("a table below titles: %+v", all)
	}
	_, all = entries(t, "SimklBackup.json", []byte("{\n \"movies\": [\n  {\"status\": \"completed\", \"user_rating\": 7,\n   \"movie\": {\"title\": \"A\", \"year\": 2001, \"ids\": {}}},\n"+
		"  {\"status\": \"completed\", \"user_rating\": 17, \"movie\": {\"title\": \"B\", \"year\": 2001, \"ids\": {}}}\n ]\n}\n"), Options{})
	for _, e := range all {
		if want := map[string]int64{"A": 3, "B": 5}[e.Film.Title]; e.Line != want {
			t.Errorf("%s %s is on line %d, want %d", e.Kind, e.Film.Title, e.Line, want)
		}
	}
	_, all = entries(t, "export.zip", zipped(t, [2]string{"letterboxd-me/lists/My Ferries.csv", "Letterboxd list export v7\nDate,Name,Tags,URL,Description\n" +
		"2020-03-01,Ferries,,https://boxd.it/l,\"a\n\nb\"\n\nPosition,Name,Year,URL,Description\n1,Salt,1997,https://boxd.it/a,\n"}), Options{})
	if len(all) != 2 || all[0].Line != 3 || all[1].Line != 8 || all[1].File != "lists/My Ferries.csv" {
		t.Errorf("a list: %+v", all)
	}
}
