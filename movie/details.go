package movie

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Details are the fields of a film that lists neither sort nor filter by in this form. The zero value of a field means
// that it is unknown.
type Details struct {
	OriginalTitle  string
	Aliases        []string
	ProductionYear int64
	Genres         []string // the first is Movie.Genre
	Directors      []string
	Countries      []string // ISO 3166-1 alpha-2
	Languages      []string // ISO 639-1, or ISO 639-3 where that has none
	AgeGrade       string
	ExternalIDs    ExternalIDs
}

// ExternalIDs are the ids of a film in other catalogues. Empty ones are unknown.
type ExternalIDs struct {
	IMDb       string `json:"imdb,omitempty" example:"tt6751668"`
	TMDB       int64  `json:"tmdb,omitempty" example:"496243"`
	KOBIS      string `json:"kobis,omitempty" example:"20183782"`
	KMDb       string `json:"kmdb,omitempty" example:"K18345"`
	Wikidata   string `json:"wikidata,omitempty" example:"Q61448040"`
	Letterboxd string `json:"letterboxd,omitempty" example:"hTha"`
	MovieLens  int64  `json:"movielens,omitempty" example:"202439"`
}

// ExternalID is the id of a film in another catalogue, such as imdb:tt0111161. At most one film has it.
type ExternalID struct{ Kind, Value string }

// String returns the id as the query of GET /movies writes it.
func (e ExternalID) String() string { return e.Kind + ":" + e.Value }

// List returns the ids that are known, always in the same order.
func (e ExternalIDs) List() []ExternalID {
	var all []ExternalID
	for _, id := range []ExternalID{
		{"imdb", e.IMDb},
		{"tmdb", numberID(e.TMDB)},
		{"kobis", e.KOBIS},
		{"kmdb", e.KMDb},
		{"wikidata", e.Wikidata},
		{"letterboxd", e.Letterboxd},
		{"movielens", numberID(e.MovieLens)},
	} {
		if id.Value != "" {
			all = append(all, id)
		}
	}
	return all
}

func numberID(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// stored is Details as JSON, every field as it is in a response.
type stored struct {
	OriginalTitle  *string     `json:"original_title"`
	Aliases        []string    `json:"aliases"`
	ProductionYear *int64      `json:"production_year"`
	Genres         []string    `json:"genres"`
	Directors      []string    `json:"directors"`
	Countries      []string    `json:"countries"`
	Languages      []string    `json:"languages"`
	AgeGrade       *string     `json:"age_grade"`
	ExternalIDs    ExternalIDs `json:"external_ids"`
}

// The places of the fields of [stored] in its JSON.
const (
	atOriginalTitle = iota
	atAliases
	atProductionYear
	atGenres
	atDirectors
	atCountries
	atLanguages
	atAgeGrade
	atExternalIDs
	detailFields
)

// detailMarks stand before the second and all later fields in the JSON of [stored]. They cannot be in a value, where a quote
// has a backslash before it and no text before a colon.
var detailMarks = [...]string{
	`,"aliases":`, `,"production_year":`, `,"genres":`, `,"directors":`, `,"countries":`, `,"languages":`, `,"age_grade":`, `,"external_ids":`,
}

// encode returns d as JSON, or "" if nothing but one genre is known: that is in Movie.Genre, and most films of an older
// catalogue have no more.
func (d Details) encode() (string, error) {
	s := stored{
		Aliases: listOf(d.Aliases), Genres: listOf(d.Genres), Directors: listOf(d.Directors), Countries: listOf(d.Countries),
		Languages: listOf(d.Languages), ExternalIDs: d.ExternalIDs,
		OriginalTitle: orNil(d.OriginalTitle), ProductionYear: orNil(d.ProductionYear), AgeGrade: orNil(d.AgeGrade),
	}
	if s.OriginalTitle == nil && s.ProductionYear == nil && s.AgeGrade == nil && s.ExternalIDs == (ExternalIDs{}) && len(s.Genres) < 2 &&
		len(s.Aliases)+len(s.Directors)+len(s.Countries)+len(s.Languages) == 0 {
		return "", nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode the details of a movie: %w", err)
	}
	return string(text), nil
}

func listOf(values []string) []string {
	if values == nil {
		return []string{}
	}
	return values
}

// orNil returns nil for the zero value, which stands for null.
func orNil[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}
	return &value
}

func orZero[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

// ReadDetails returns the details of the film.
func (m Movie) ReadDetails() (Details, error) {
	if m.Details == "" {
		d := Details{}
		if m.Genre != "" {
			d.Genres = []string{m.Genre}
		}
		return d, nil
	}
	var s stored
	if err := json.Unmarshal([]byte(m.Details), &s); err != nil {
		return Details{}, fmt.Errorf("read the details of movie %d: %w", m.ID, err)
	}
	return Details{
		OriginalTitle: orZero(s.OriginalTitle), Aliases: s.Aliases, ProductionYear: orZero(s.ProductionYear), Genres: s.Genres,
		Directors: s.Directors, Countries: s.Countries, Languages: s.Languages, AgeGrade: orZero(s.AgeGrade), ExternalIDs: s.ExternalIDs,
	}, nil
}

var (
	rawNull, rawList, rawObject = json.RawMessage("null"), json.RawMessage("[]"), json.RawMessage("{}")

	noDetails = [detailFields]json.RawMessage{rawNull, rawList, rawNull, rawList, rawList, rawList, rawList, rawNull, rawObject}
	oneGenre  = genreLists()
)

// genreLists returns the JSON of a list with one genre, by the genre.
func genreLists() map[string]json.RawMessage {
	lists := map[string]json.RawMessage{"": rawList}
	for _, genre := range Genres() {
		lists[genre] = json.RawMessage(`["` + genre + `"]`)
	}
	return lists
}

// rawDetails returns the JSON of every field of [stored]. It does not parse them, which would take longer than reading the
// row. The caller must not change the texts.
func (m Movie) rawDetails() (parts [detailFields]json.RawMessage) {
	if m.Details == "" {
		parts = noDetails
		parts[atGenres] = oneGenre[m.Genre]
		return parts
	}
	text := m.Details[len(`{"original_title":`) : len(m.Details)-1]
	bytes := []byte(text)
	begin := 0
	for i, mark := range detailMarks {
		n := strings.Index(text[begin:], mark)
		parts[i] = bytes[begin : begin+n]
		begin += n + len(mark)
	}
	parts[detailFields-1] = bytes[begin:]
	return parts
}

// GenresAndDirectors returns the JSON lists of the genres and of the directors of the film. It is for the statistics of many
// films, and does not parse them.
func (m Movie) GenresAndDirectors() (genres, directors json.RawMessage) {
	parts := m.rawDetails()
	return parts[atGenres], parts[atDirectors]
}

// otherTitles returns the titles of the film that are not Title, each once.
func (d Details) otherTitles(title string) []string {
	var others []string
	seen := map[string]bool{"": true, title: true}
	for _, t := range append([]string{d.OriginalTitle}, d.Aliases...) {
		if !seen[t] {
			seen[t] = true
			others = append(others, t)
		}
	}
	return others
}
