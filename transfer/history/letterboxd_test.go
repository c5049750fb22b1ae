package history

import "testing"

func TestLetterboxdExportIsReadInOrder(t *testing.T) {
	t.Parallel()
	s, _ := entries(t, "letterboxd-rivermoth-2024-03-01-11-20-utc.zip", zippedFolder(t, "letterboxd/tree", ""), Options{})
	if s.Format != Letterboxd || s.Encoding != "utf-8" || s.Guessed || len(s.Ignored) > 0 {
		t.Errorf("%v in %s (guessed %v), ignored %q", s.Format, s.Encoding, s.Guessed, s.Ignored)
	}
	same(t, said(t, "export.zip", zippedFolder(t, "letterboxd/tree", ""), Options{}),
		"watched The Lantern Ferry (2011) letterboxd:Zf1A",
		`watched Salt, Rust & "Gold" (1997) letterboxd:Zf2B`,
		`watched Salt, Rust & "Gold" (2019) letterboxd:Zf3C`,
		"watched Été à Minuit (2004) letterboxd:Zf4D",
		"watched +1 More (2013) letterboxd:Zf6P",
		"rating The Lantern Ferry (2011) letterboxd:Zf1A 4.5*",
		`rating Salt, Rust & "Gold" (1997) letterboxd:Zf2B 0.5*`,
		`rating Salt, Rust & "Gold" (2019) letterboxd:Zf3C 3*`,
		"rating Été à Minuit (2004) letterboxd:Zf4D 5*",
		`viewing The Lantern Ferry (2011) letterboxd:Zf1A on 2020-11-01 first 4* note "The lamp goes out twice, and twice it is not the wind.\n\n\"Row,\" she said.\n\nSee also" #cinema#with Mette`,
		`viewing Salt, Rust & "Gold" (2019) letterboxd:Zf3C on 2021-07-18 first 3*`,
		"viewing Été à Minuit (2004) letterboxd:Zf4D on 2021-12-31 first",
		"viewing The Lantern Ferry (2011) letterboxd:Zf1A on 2023-02-10 again 4.5* #rewatch",
		"viewing The Lantern Ferry (2011) letterboxd:Zf1A on 2023-02-10 again 4.5*",
		`review The Lantern Ferry (2011) letterboxd:Zf1A "Second time: I had forgotten the dog. 5 < 6 & so on."`,
		`review Salt, Rust & "Gold" (1997) letterboxd:Zf2B "No date on this one, only words."`,
		`reaction Salt, Rust & "Gold" (2019) letterboxd:Zf3C`,
		"watchlist Untitled Harbour Project letterboxd:Zf5N",
		"watchlist Zwölf Boote (1962) letterboxd:Zf7Z",
		`list "빈 목록"`,
		`list "Ferries, ranked" "All the boats.\n\nPosition,Name,Year,URL,Description\n1,Not A Film,1900,x,this line is still the description"`,
		`list_item The Lantern Ferry (2011) letterboxd:Zf1A at 1 note "still the \"best\""`,
		`list_item Salt, Rust & "Gold" (2019) letterboxd:Zf3C at 2 note "spoiler\n\ntext"`,
		"list_item Untitled Harbour Project letterboxd:Zf5N at 3",
	)
}
