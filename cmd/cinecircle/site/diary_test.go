package site_test

import (
	"fmt"
	"testing"
	"time"
)

func TestAFilmIsLoggedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina, other := newBrowser(t, server), newBrowser(t, server)
	mina.join("mina")
	other.join("other")
	addFilm(t, a, 1, "소금빛 기차")
	today := time.Now().In(a.Site.Zone)
	day := today.Format(time.DateOnly)
	mina.get("/film/1/log").has(t, 200, "When did you watch it?", "Today", "Yesterday", `value="`+day+`" checked`)
	p := mina.post("/film/1/log", "day", day, "watched_on", "", "rating", "4.5", "note", "a slow train")
	p.has(t, 200, "Logged in your diary.", `value="4.5" checked`, `<a class="pill on" href="/film/1/log">`)
	diary := mina.get("/member/1/diary")
	diary.has(t, 200, "소금빛 기차", "a slow train", "4.5", `href="/log/1"`, today.Format("January 2006"))
	other.get("/member/1/diary").has(t, 200, "a slow train")
	other.get("/member/1/diary").hasNot(t, `href="/log/1"`)
	mina.get("/film/1/log").has(t, 200, `name="rewatch" value="1" checked`)
	mina.get("/log/1").has(t, 200, "a slow train", `value="4.5" checked`)
	mina.post("/log/1", "day", "other", "watched_on", "2020-02-29", "rating", "", "note", "", "rewatch", "1").has(t, 200, "Entry saved.", "February 2020", "Rewatch")
	other.get("/log/1").has(t, 403)
	other.post("/log/1/delete").has(t, 403)
	mina.get("/log/1/delete").has(t, 200, "Delete the entry on “소금빛 기차”")
	mina.post("/log/1/delete").has(t, 200, "Entry deleted.", "Nothing logged yet.")
	mina.get("/log/1").has(t, 404)
}

func TestAWrongDayIsKeptAndExplained(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "A")
	for sent, want := range map[string]string{
		"":           "Please fill this in.",
		"2020-02-30": "format",
		"1895-12-27": "This must not be before 1895-12-28.",
		"9999-01-01": "This must not be after today",
	} {
		p := mina.post("/film/1/log", "day", "other", "watched_on", sent, "rating", "3", "note", "kept")
		p.has(t, 422, want, "kept", `value="3" checked`, `value="other" checked`)
	}
	mina.get("/member/1/diary").has(t, 200, "Nothing logged yet.")
}

func TestTheCalendarShowsAMonthAndTheYearItsSums(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	for i := range 3 {
		addFilm(t, a, 1, fmt.Sprintf("Film %d", i+1))
		mina.post(fmt.Sprintf("/film/%d/log", i+1), "day", "other", "watched_on", "2024-02-29", "rating", "4").has(t, 200)
	}
	mina.post("/film/1/log", "day", "other", "watched_on", "2024-07-01", "rating", "", "rewatch", "1").has(t, 200)
	mina.get("/member/1/diary?view=calendar&month=2024-02").has(t, 200,
		"February 2024", "Film 3", "+2", "/member/1/diary?day=2024-02-29", "month=2024-01", "month=2024-03", ">29<")
	mina.get("/member/1/diary?day=2024-02-29").has(t, 200, "Film 1", "Film 2", "Film 3")
	mina.get("/member/1/diary?view=calendar&month=1700-01").has(t, 200, time.Now().In(a.Site.Zone).Format("January 2006"))
	mina.get("/member/1/year/2024").has(t, 200, "2024 in films", "<dd>3</dd>", "<dd>4</dd>", "<dd>6</dd>", "Drama", "Posters of the year")
	mina.get("/member/1/year/2023").has(t, 200, "Nothing logged in 2023.")
	mina.get("/member/1/year/3000").has(t, 404)
	mina.get("/member/9/year/2024").has(t, 404)
}
