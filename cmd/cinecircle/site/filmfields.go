package site

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/cinecircle/cinecircle/platform/web"
)

// filmFields are the fields of the form of a film as they were sent.
type filmFields struct {
	values       map[string]string
	cast         []castRow
	places       []int // index of each row in the cast of body
	genres       []string
	details      bool   // the form has the fields that may stay empty
	body         []byte // as POST /movies wants it
	poster       *web.File
	removePoster bool
}

// readFilmFields reads the form by hand, because the number of its fields depends on the rows of the cast.
func readFilmFields(c *pageContext) (filmFields, error) {
	if err := c.readForm(maxFile); err != nil {
		return filmFields{}, err
	}
	sent := filmFields{values: map[string]string{}, poster: c.file("image"), removePoster: c.field("remove_image") != ""}
	for _, name := range append([]string{"title", "plot", "genre", "playtime", "remove_image"}, detailFields...) {
		sent.values[name] = c.field(name)
	}
	sent.genres, sent.details = c.sent.Values["genres"], c.sent.Values.Has("original_title")
	return sent, sent.readCast(c)
}

// readCast reads the rows of the cast that are not empty and composes the body.
func (f *filmFields) readCast(c *pageContext) error {
	members := []map[string]any{}
	for i := range maxCastRows {
		at := strconv.Itoa(i)
		if !c.sent.Values.Has("cast_name_" + at) {
			break
		}
		row := castRow{
			Name: c.field("cast_name_" + at), Role: c.field("cast_role_" + at), Age: c.field("cast_age_" + at),
			Agency: c.field("cast_agency_" + at), Gender: c.field("cast_gender_" + at),
		}
		if row == (castRow{}) {
			continue
		}
		f.cast, f.places = append(f.cast, row), append(f.places, len(members))
		members = append(members, row.member())
	}
	film := map[string]any{"title": f.values["title"], "plot": f.values["plot"], "genre": f.values["genre"], "cast": members}
	if playtime := f.values["playtime"]; !web.Blank(playtime) {
		film["playtime"] = numberOrText(playtime)
	}
	f.addDetails(film)
	body, err := json.Marshal(film)
	if err != nil {
		return fmt.Errorf("encode a film: %w", err)
	}
	f.body = body
	return nil
}

// maxCastRows is more than a film may have, so that too many rows are an error instead of being cut off.
const maxCastRows = 120

// member returns the row as in the body of POST /movies, without empty fields.
func (r castRow) member() map[string]any {
	m := map[string]any{"name": r.Name}
	for name, text := range map[string]string{"role": r.Role, "agency": r.Agency, "gender": r.Gender} {
		if !web.Blank(text) {
			m[name] = text
		}
	}
	if !web.Blank(r.Age) {
		m["age"] = numberOrText(r.Age)
	}
	return m
}

// numberOrText returns the number in a text, and the text when it is not a number.
func numberOrText(text string) any {
	if n, ok := wholeNumber(text); ok {
		return n
	}
	return text
}
