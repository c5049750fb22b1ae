package demo

import (
	"fmt"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
)

// The invented directors of the films in each language. Each of them made several, so that statistics have favourites.
var (
	koreanDirectors  = []string{"윤슬기", "백도현", "한여울", "서지안", "문태강", "강이서", "오한결"}
	englishDirectors = []string{"Imogen Vale", "Theo Marsh", "Ada Quill", "Jonah Reyes", "Petra Lindqvist", "Samir Haddad", "Noor Castellan"}
)

// alsoOf is the second genre that some films of a genre have.
var alsoOf = map[string]string{
	"Action": "Crime", "Adventure": "Action", "Animation": "Family", "Comedy": "Romance", "Crime": "Drama", "Drama": "Family",
	"Family": "Comedy", "Fantasy": "Adventure", "History": "Drama", "Horror": "Mystery", "Music": "Drama", "Mystery": "Thriller",
	"Romance": "Drama", "SF": "Adventure", "Thriller": "Crime", "War": "History", "Western": "Adventure",
}

// draft returns film number i as the services store it: release, people and the like follow from its number.
func (f film) draft(i int) movie.Draft {
	year := 1968 + i*37%58
	released := strconv.Itoa(year)
	if year >= 1980 { // of older films only the year is known
		released = fmt.Sprintf("%d-%02d-%02d", year, 1+i*7%12, 1+i*11%28)
	}
	d := movie.Details{Genres: []string{f.genre}, AgeGrade: []string{"12", "all", "15", "adult"}[i%4]}
	if also := alsoOf[f.genre]; also != "" && i%3 != 0 {
		d.Genres = append(d.Genres, also)
	}
	if f.genre == "Family" || f.genre == "Animation" {
		d.AgeGrade = "all"
	}
	if i%5 == 0 {
		d.ProductionYear = int64(year - 1)
	}
	if isKorean(f.title) {
		d.Directors, d.Countries, d.Languages = []string{koreanDirectors[i*5%len(koreanDirectors)]}, []string{"KR"}, []string{"ko"}
	} else {
		d.Directors, d.Countries, d.Languages = []string{englishDirectors[i*5%len(englishDirectors)]}, []string{[]string{"GB", "US", "IE"}[i%3]}, []string{"en"}
	}
	return movie.Draft{Title: f.title, Plot: f.plot, Cast: castOf(f.cast), Playtime: f.minutes, ReleaseDate: released, Details: d}
}
