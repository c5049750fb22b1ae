package site_test

import "testing"

func TestTheDetailsOfAFilmAreStoredShownAndKept(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	fields := []string{
		"title", "기생충", "plot", "", "genre", "Drama", "playtime", "131", "original_title", "Parasite", "aliases", "Gisaengchung\r\nParasitos",
		"release_date", "2019-05-30", "production_year", "2018", "directors", "봉준호, Sol Baek", "countries", "KR", "languages", "ko",
		"age_grade", "15", "genres", "Thriller", "genres", "Drama", "imdb", "tt6751668", "tmdb", "496243",
	}
	mina.upload("/films/new", nil, fields...).has(t, 200, "Parasite", ">2019<", "Drama", "Thriller", "봉준호", "15+",
		`"datePublished":"2019-05-30"`, `"director":[{"@type":"Person","name":"봉준호"}`)
	mina.get("/film/1").has(t, 200, "South Korea · Korean", "Also known as: Gisaengchung, Parasitos", "On other sites: <a",
		`href="https://www.imdb.com/title/tt6751668"`, `href="https://www.themoviedb.org/movie/496243"`)
	mina.post("/preferences", "lang", "ko", "to", "/film/1").has(t, 200, "대한민국 · 한국어", "다른 제목: ")
	mina.post("/preferences", "lang", "en", "to", "/").has(t, 200)
	m, err := a.Movies.Get(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	before, err := m.ReadDetails()
	if err != nil || len(before.Genres) != 2 || before.Genres[0] != "Drama" || len(before.Aliases) != 2 || before.ExternalIDs.TMDB != 496243 {
		t.Fatalf("details %+v, %v", before, err)
	}
	mina.get("/film/1/edit").has(t, 200, `value="Parasite"`, "Gisaengchung", `value="2019-05-30"`, `value="봉준호, Sol Baek"`, `value="Thriller" checked`, `value="tt6751668"`)
	mina.get("/films?year=2019").has(t, 200, "기생충", "2019 · Drama")
	mina.get("/films?person=sol+baek").has(t, 200, "기생충")
	mina.get("/films?q=sol+baek").has(t, 200, `href="/films?person=sol%20baek"`, "Films by or with sol baek")
	mina.get("/films?q=sol").has(t, 200).hasNot(t, "/films?person=")
	mina.get("/films?year=2018").has(t, 200, "No film matches these filters.")
	wrong := append([]string{}, fields...)
	for i := 0; i < len(wrong); i += 2 {
		switch wrong[i] {
		case "countries":
			wrong[i+1] = "KR, XX"
		case "release_date":
			wrong[i+1] = "2019-02-30"
		case "imdb":
			wrong[i+1] = "6751668"
		}
	}
	p := mina.upload("/film/1/edit", nil, wrong...)
	p.has(t, 422, "KR, XX", `href="#countries"`, `href="#release_date"`, `href="#imdb"`, `value="Thriller" checked`)
	if m, err = a.Movies.Get(t.Context(), 1); err != nil || m.ReleaseDate != "2019-05-30" {
		t.Errorf("released %q, %v", m.ReleaseDate, err)
	}
}
