package site

import (
	"fmt"
	"net/url"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
)

// viewingCard is an entry of a diary.
type viewingCard struct {
	ID, UserID int64
	Film       filmCard
	Day        diary.Day
	DayLabel   string
	DayOfMonth int
	Stars      string // "" without a rating
	Rewatch    bool
	Note       string
	Tags       []string
	Own        bool
}

// diaryMonth is the entries of a month, the latest first.
type diaryMonth struct {
	Label string
	Rows  []viewingCard
}

// dayTime returns the beginning of a day.
func dayTime(d diary.Day) time.Time {
	return time.Date(int(d/10_000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

func (c *pageContext) dayText(d diary.Day) string {
	text, err := c.site.pages.texts[c.prefs.Lang].day(dayTime(d))
	if err != nil {
		return d.String()
	}
	return text
}

// monthText returns the name of a month with its year.
func (c *pageContext) monthText(at time.Time) string {
	return c.text("diary.month", at.Year(), c.text("month."+at.Format("01")))
}

// viewingCards loads the films in one query.
func (s *Site) viewingCards(c *pageContext, rows []diary.Shown) ([]viewingCard, error) {
	ids := make([]int64, len(rows))
	for i, v := range rows {
		ids[i] = v.MovieID
	}
	films, err := s.Movies.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]viewingCard, 0, len(rows))
	for _, v := range rows {
		if m, ok := films[v.MovieID]; ok {
			out = append(out, s.viewingCard(c, v.Viewing, m))
		}
	}
	return out, nil
}

func (s *Site) viewingCard(c *pageContext, v diary.Viewing, m movie.Movie) viewingCard {
	card := viewingCard{
		ID: v.ID, UserID: v.UserID, Tags: v.TagList(), Film: s.filmCard(m), Day: v.WatchedOn, DayLabel: c.dayText(v.WatchedOn), DayOfMonth: int(v.WatchedOn % 100),
		Rewatch: v.Rewatch, Own: c.viewer.UserID != 0 && c.viewer.UserID == v.UserID,
	}
	if v.Rating != nil {
		card.Stars = decimal(*v.Rating)
	}
	card.Note = noteText(v)
	return card
}

// memberDiary shows the diary of a member, as a list or as the calendar of a month.
func (s *Site) memberDiary(c *pageContext) error {
	p, err := s.memberPage(c, "diary")
	if err != nil {
		return err
	}
	p.Year = int64(time.Now().In(s.Zone).Year())
	if c.queryOneOf("view", []string{"calendar"}, "") == "calendar" {
		if p.Calendar, err = s.calendar(c, p.Member.ID); err != nil {
			return err
		}
		return s.showMember(c, p)
	}
	var f diary.Filter
	if day, ok := queryOf(c, "day", diary.ParseDay); ok {
		f.From, f.To = &day, &day
	}
	if p.Tag = searchText(c.Query("tag")); p.Tag != "" {
		f.Tag = &p.Tag
	}
	rows, next, err := s.Diary.Diary(c.Request.Context(), p.Member.ID, c.viewer, f, c.page(perPage))
	if err != nil {
		return err
	}
	cards, err := s.viewingCards(c, rows)
	if err != nil {
		return err
	}
	p.Months, p.Next = c.months(cards), c.next(next)
	return s.showMember(c, p)
}

// months groups entries, which are in their order, by months.
func (c *pageContext) months(cards []viewingCard) (out []diaryMonth) {
	for i, card := range cards {
		if i == 0 || card.Day/100 != cards[i-1].Day/100 {
			out = append(out, diaryMonth{Label: c.monthText(dayTime(card.Day))})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, card)
	}
	return out
}

// calendarPage is a month of a diary.
type calendarPage struct {
	Label         string
	Before, After string // addresses of the months beside it, "" for none
	Weekdays      []weekday
	Weeks         [][]calendarDay
}

type weekday struct{ Name, Short string }

// calendarDay is a cell of the calendar; Number is 0 outside of the month.
type calendarDay struct {
	Number  int
	Today   bool
	First   *viewingCard
	More    int // further entries of the day
	DayPath string
}

// firstYear is the first one that a calendar can show.
const firstYear = int64(diary.FirstDay / 10_000)

// monthViewings is how many entries of a month its calendar shows, the latest ones.
const monthViewings = 400

// calendar returns the month that the address names, this one instead of none. Weeks begin on Sunday.
func (s *Site) calendar(c *pageContext, userID int64) (*calendarPage, error) {
	today := dayTime(s.today())
	first := today.AddDate(0, 0, 1-today.Day())
	month, ok := queryOf(c, "month", func(text string) (time.Time, bool) {
		at, err := time.Parse("2006-01", text)
		return at, err == nil && !at.After(first) && int64(at.Year()) >= firstYear
	})
	if ok {
		first = month
	}
	from, to := diary.DayOf(first), diary.DayOf(first.AddDate(0, 1, -1))
	rows, _, err := s.Diary.Diary(c.Request.Context(), userID, c.viewer, diary.Filter{From: &from, To: &to}, page.Page{Limit: monthViewings})
	if err != nil {
		return nil, err
	}
	cards, err := s.viewingCards(c, rows)
	if err != nil {
		return nil, err
	}
	address := func(at time.Time) string {
		return memberPath(userID) + "/diary?view=calendar&month=" + at.Format("2006-01")
	}
	p := &calendarPage{Label: c.monthText(first)}
	if before := first.AddDate(0, -1, 0); int64(before.Year()) >= firstYear {
		p.Before = address(before)
	}
	if after := first.AddDate(0, 1, 0); !after.After(today) {
		p.After = address(after)
	}
	for i := range 7 {
		p.Weekdays = append(p.Weekdays, weekday{Name: c.text(fmt.Sprintf("weekday.%d", i)), Short: c.text(fmt.Sprintf("weekday.short.%d", i))})
	}
	byDay := map[diary.Day][]viewingCard{}
	for _, card := range cards {
		byDay[card.Day] = append(byDay[card.Day], card)
	}
	day := first.AddDate(0, 0, -int(first.Weekday()))
	for day.Before(first.AddDate(0, 1, 0)) {
		week := make([]calendarDay, 7)
		for i := range week {
			if day.Month() == first.Month() {
				week[i] = cell(userID, day, byDay[diary.DayOf(day)], day.Equal(today))
			}
			day = day.AddDate(0, 0, 1)
		}
		p.Weeks = append(p.Weeks, week)
	}
	return p, nil
}

func cell(userID int64, day time.Time, entries []viewingCard, today bool) calendarDay {
	out := calendarDay{Number: day.Day(), Today: today}
	if len(entries) > 0 {
		out.First, out.More = &entries[0], len(entries)-1
		out.DayPath = memberPath(userID) + "/diary?day=" + url.QueryEscape(diary.DayOf(day).String())
	}
	return out
}

// histogramLabel returns a histogram in words.
func (c *pageContext) histogramLabel(counts [stars.Max]int64) string {
	text := ""
	for i, n := range counts {
		if text != "" {
			text += ", "
		}
		text += c.text("rating.bars", decimal(stars.Stars(i+1)), number(n))
	}
	return text
}
