package site

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/platform/web"
)

// otherDay is the value of the choice of a day that is neither today nor yesterday.
const otherDay = "other"

// logForm is the page for logging a film, or for changing an entry of the diary.
type logForm struct {
	form
	ID       int64 // 0 for a new entry
	Film     filmCard
	Days     []dayChoice
	Today    diary.Day
	Choices  []starChoice
	Rated    bool
	Back     string
	MaxNote  int // more than diary.MaxNote for the note of an import, which may stay as it is
	Earliest diary.Day
}

// dayChoice is a day that takes one tap.
type dayChoice struct {
	Value, Label string
	Chosen       bool
}

type logFields struct {
	Day       string `formData:"day"`
	WatchedOn string `formData:"watched_on"`
	Rating    string `formData:"rating"`
	Rewatch   string `formData:"rewatch"`
	Note      string `formData:"note" binding:"max=10000"`
	Tags      string `formData:"tags"` // separated by commas
}

func (f logFields) values() map[string]string {
	return map[string]string{"day": f.Day, "watched_on": f.WatchedOn, "rating": f.Rating, "rewatch": f.Rewatch, "note": f.Note, "tags": f.Tags}
}

// checked is what a form says about a viewing.
type checked struct {
	Day     diary.Day
	Rating  *stars.Stars
	Rewatch bool
	Note    *string
	Tags    []string
}

// check returns the values of the form, or every error in them. A note that was there may be longer than a new one.
func (f logFields) check(s *diary.Service, noteBefore string) (checked, error) {
	out := checked{Rewatch: f.Rewatch != ""}
	var dayWrong, ratingWrong error
	text := f.Day
	if text == otherDay || text == "" {
		text = f.WatchedOn
	}
	day, ok := diary.ParseDay(text)
	switch {
	case text == "":
		dayWrong = validation(web.Required("watched_on"))
	case !ok:
		dayWrong = validation(web.BadFormat("watched_on"))
	default:
		out.Day, dayWrong = day, s.CheckDay("watched_on", day)
	}
	if f.Rating != "" {
		rating, code := stars.Parse(f.Rating)
		if code != "" {
			ratingWrong = validation(web.BadFormat("rating"))
		}
		out.Rating = &rating
	}
	var noteWrong error
	if utf8.RuneCountInString(f.Note) > diary.MaxNote && f.Note != noteBefore {
		noteWrong = validation(apperr.Field{Name: "note", Code: "max", Text: apperr.Text{
			EN: fmt.Sprintf("This must be at most %d characters.", diary.MaxNote), KO: fmt.Sprintf("%d자 이하여야 합니다.", diary.MaxNote),
		}})
	}
	if f.Note != "" {
		out.Note = &f.Note
	}
	var tagsWrong error
	out.Tags, tagsWrong = tagsOf(f.Tags)
	return out, apperr.Join(dayWrong, ratingWrong, noteWrong, tagsWrong)
}

// tagsOf returns the tags in a text that separates them by commas, each once.
func tagsOf(text string) ([]string, error) {
	tags := []string{}
	long := false
	for part := range strings.SplitSeq(text, ",") {
		if tag := strings.TrimSpace(part); !web.Blank(tag) {
			tags = append(tags, tag)
			long = long || utf8.RuneCountInString(tag) > diary.MaxTag
		}
	}
	if tags = diary.DistinctTags(tags); long || len(tags) > diary.MaxTags {
		return nil, validation(apperr.Field{Name: "tags", Code: "max", Text: apperr.Text{
			EN: fmt.Sprintf("Use at most %d tags, each of at most %d characters.", diary.MaxTags, diary.MaxTag),
			KO: fmt.Sprintf("태그는 %d개까지, 각각 %d자까지 쓸 수 있습니다.", diary.MaxTags, diary.MaxTag),
		}})
	}
	return tags, nil
}

// tagsText is the opposite of tagsOf.
func tagsText(v diary.Viewing) string { return strings.Join(v.TagList(), ", ") }

func (s *Site) logForm(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	found, err := s.viewerOf(c, m)
	if err != nil {
		return err
	}
	f := logFields{Day: s.today().String()}
	if of := found[m.ID]; of != nil && of.Watched {
		f.Rewatch = "1"
	}
	return s.showLogForm(c, http.StatusOK, m, 0, form{Values: f.values()})
}

// today returns the day in the zone of the service.
func (s *Site) today() diary.Day { return diary.DayOf(time.Now().In(s.Zone)) }

// showLogForm shows the form for the entry id, or for a new one when it is 0.
func (s *Site) showLogForm(c *pageContext, status int, m movie.Movie, id int64, f form) error {
	p := logForm{form: f, ID: id, Film: s.filmCard(m), Today: s.today(), Back: filmPath(m.ID), MaxNote: diary.MaxNote, Earliest: diary.FirstDay}
	title := c.text("log.title")
	if id != 0 {
		title, p.Back = c.text("log.edit"), memberPath(c.viewer.UserID)+"/diary"
	}
	yesterday := diary.DayOf(time.Now().In(s.Zone).AddDate(0, 0, -1))
	chosen := f.Values["day"]
	if chosen != p.Today.String() && chosen != yesterday.String() {
		chosen = otherDay
	}
	for _, day := range []dayChoice{{Value: p.Today.String(), Label: "log.today"}, {Value: yesterday.String(), Label: "log.yesterday"}, {Value: otherDay, Label: "log.other_day"}} {
		p.Days = append(p.Days, dayChoice{Value: day.Value, Label: c.text(day.Label), Chosen: day.Value == chosen})
	}
	rating, code := stars.Parse(f.Values["rating"])
	p.Choices, p.Rated = starChoices(rating), code == ""
	if id != 0 {
		p.MaxNote = max(diary.MaxNote, utf8.RuneCountInString(f.Values["note"]))
	}
	return c.show(status, "logform", meta{Title: title + " · " + isolated(m.Title), Hidden: true, Section: "films"}, p)
}

func (s *Site) saveLog(c *pageContext) error {
	m, err := s.filmOf(c)
	if err != nil {
		return err
	}
	var f logFields
	wrong := c.bind(&f)
	of, err := f.check(s.Diary, "")
	if err = apperr.Join(wrong, err); err == nil {
		_, err = s.Diary.Log(c.Request.Context(), diary.Draft{
			UserID: c.viewer.UserID, MovieID: m.ID, WatchedOn: of.Day, Rewatch: &of.Rewatch, Rating: of.Rating, Note: of.Note, Tags: of.Tags,
		})
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error { return s.showLogForm(c, status, m, 0, shown) })
	}
	c.setToast("logged", "")
	return c.redirectTo(filmPath(m.ID))
}

// ownViewing returns the entry in the path with its film, if the viewer wrote it.
func (s *Site) ownViewing(c *pageContext) (diary.Viewing, movie.Movie, error) {
	id, err := c.id("viewing_id")
	if err != nil {
		return diary.Viewing{}, movie.Movie{}, err
	}
	v, err := s.Diary.Get(c.Request.Context(), id, c.viewer)
	if err == nil && !c.viewer.MayEdit(v.UserID) {
		err = c.notOwn("problem.not_own_viewing")
	}
	if err != nil {
		return v, movie.Movie{}, err
	}
	m, err := s.Movies.Get(c.Request.Context(), v.MovieID)
	return v, m, err
}

func (s *Site) viewingForm(c *pageContext) error {
	v, m, err := s.ownViewing(c)
	if err != nil {
		return err
	}
	f := logFields{Day: v.WatchedOn.String(), WatchedOn: v.WatchedOn.String()}
	if v.Rating != nil {
		f.Rating = v.Rating.String()
	}
	if v.Rewatch {
		f.Rewatch = "1"
	}
	f.Note, f.Tags = noteText(v), tagsText(v)
	return s.showLogForm(c, http.StatusOK, m, v.ID, form{Values: f.values()})
}

func (s *Site) saveViewing(c *pageContext) error {
	v, m, err := s.ownViewing(c)
	if err != nil {
		return err
	}
	var f logFields
	wrong := c.bind(&f)
	of, err := f.check(s.Diary, noteText(v))
	if err = apperr.Join(wrong, err); err == nil {
		p := diary.Patch{WatchedOn: &of.Day, Rewatch: &of.Rewatch, Note: &of.Note}
		if f.Rating != ratingText(v.Rating) { // a rating that is given anew becomes that of the member
			p.Rating = &of.Rating
		}
		if f.Tags != tagsText(v) { // those of an import may have commas
			p.Tags = &of.Tags
		}
		err = s.Diary.Update(c.Request.Context(), v.ID, p)
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error { return s.showLogForm(c, status, m, v.ID, shown) })
	}
	c.setToast("log.saved", "")
	return c.redirectTo(memberPath(v.UserID) + "/diary")
}

func noteText(v diary.Viewing) string {
	if v.Note == nil {
		return ""
	}
	return *v.Note
}

func ratingText(s *stars.Stars) string {
	if s == nil {
		return ""
	}
	return s.String()
}

func (s *Site) askDeleteViewing(c *pageContext) error {
	v, m, err := s.ownViewing(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("log.delete"), Hidden: true, Private: true}, confirmPage{
		Heading: c.html("log.delete.heading", m.Title, c.dayText(v.WatchedOn)), Lead: c.text("log.delete.lead"),
		Action: "/log/" + strconv.FormatInt(v.ID, 10) + "/delete", Button: c.text("log.delete"), Back: "/log/" + strconv.FormatInt(v.ID, 10),
	})
}

func (s *Site) deleteViewing(c *pageContext) error {
	v, _, err := s.ownViewing(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Diary.Delete(c.Request.Context(), v.ID); err != nil {
		return err
	}
	c.setToast("log.deleted", "")
	return c.redirectTo(memberPath(v.UserID) + "/diary")
}
