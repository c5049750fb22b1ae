package site_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/platform/auth"
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
	mina.get("/member/1/diary").has(t, 200, "소금빛 기차", "a slow train", "4.5", `href="/log/1"`, today.Format("January 2006"))
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

func TestTagsAreWrittenShownAndLookedFor(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "소금빛 기차")
	addFilm(t, a, 1, "Kite Season")
	send := func(path, tags string) seen {
		return mina.post(path, "day", "other", "watched_on", "2020-02-29", "rating", "", "note", "", "tags", tags)
	}
	send("/film/1/log", " Cinema ,cinema, 심야 상영,, ").has(t, 200, "Logged in your diary.")
	send("/film/2/log", "").has(t, 200, "Logged in your diary.")
	p := mina.get("/member/1/diary")
	p.has(t, 200, `<a class="chip" href="/member/1/diary?tag=Cinema">`, "심야 상영", "Kite Season")
	if n := strings.Count(p.body, "?tag="); n != 2 {
		t.Errorf("the diary has %d tags, want 2", n)
	}
	p = mina.get("/member/1/diary?tag=CINEMA")
	p.has(t, 200, "소금빛 기차", "All entries")
	p.hasNot(t, "Kite Season")
	mina.get("/member/1/diary?tag=home").has(t, 200, "There are no entries with this tag.")
	mina.get("/log/1").has(t, 200, `value="Cinema, 심야 상영"`)
	send("/log/1", strings.Repeat("가", 51)).has(t, 422, "each of at most 50 characters", `id="tags-error"`)
	send("/log/1", strings.Repeat("가", 50)).has(t, 200, "Entry saved.", "가가가")
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprint("t", i))
	}
	send("/log/1", strings.Join(many, ",")).has(t, 422, "Use at most 20 tags")
	send("/log/1", strings.Join(many[:20], ",")).has(t, 200, "Entry saved.", "t19")
	send("/log/1", "").has(t, 200, "Entry saved.")
	mina.get("/member/1/diary").hasNot(t, "?tag=")
}

// TestTheLongNoteOfAnImportStaysWhenItsEntryIsChanged also changes the entry of an import that has a tag with a comma.
func TestTheLongNoteOfAnImportStaysWhenItsEntryIsChanged(t *testing.T) {
	t.Parallel()
	a, server := openSite(t)
	mina := newBrowser(t, server)
	mina.join("mina")
	addFilm(t, a, 1, "Kite Season")
	note, tags := strings.Repeat("long ", 200)+"note", []string{"home, alone"}
	if _, err := a.Diary.Log(t.Context(), diary.Draft{UserID: 1, MovieID: 1, WatchedOn: 20200229, Note: &note, Tags: tags}); err != nil {
		t.Fatal(err)
	}
	mina.get("/log/1").has(t, 200, `data-max="1004"`)
	send := func(note string) seen {
		return mina.post("/log/1", "day", "other", "watched_on", "2020-03-01", "rating", "4", "note", note, "tags", "home, alone")
	}
	send(note).has(t, 200, "Entry saved.", "March 2020", note)
	if v, err := a.Diary.Get(t.Context(), 1, auth.Viewer{UserID: 1}); err != nil || !slices.Equal(v.TagList(), tags) {
		t.Errorf("the tags are %q, %v", v.Tags, err)
	}
	send(note[:501]).has(t, 422, "This must be at most 500 characters.")
	mina.post("/film/1/log", "day", "other", "watched_on", "2020-03-01", "rating", "", "note", note[:501]).has(t, 422, "at most 500 characters")
	send(note[:500]).has(t, 200, "Entry saved.")
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
	mina.get("/member/1/diary?view=calendar").has(t, 200, time.Now().In(a.Site.Zone).Format("January 2006"))
	mina.get("/member/1/diary?view=calendar&month=1895-01").has(t, 200, "month=1895-02").hasNot(t, "month=1894-12")
	mina.get("/member/1/year/2024").has(t, 200, "2024 in films", "<dd>3</dd>", "<dd>4</dd>", "<dd>6</dd>", "Drama", "Posters of the year")
	mina.get("/member/1/year/2023").has(t, 200, "Nothing logged in 2023.")
	mina.get("/member/1/year/3000").has(t, 404)
	mina.get("/member/9/year/2024").has(t, 404)
}
