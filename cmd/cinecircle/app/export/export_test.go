// Package export_test holds what members take along: the archives of the running program.
package export_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// get sends a request of a member.
func get(t testing.TB, a *app.App, target, token string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.Handler.ServeHTTP(answer, r)
	return answer
}

// files is what an archive has, by the names.
type files map[string]string

func export(t testing.TB, a *app.App, token, format string) files {
	t.Helper()
	answer := get(t, a, "/users/me/export?format="+format, token)
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return unzip(t, answer.Body.Bytes())
}

func unzip(t testing.TB, archive []byte) files {
	t.Helper()
	all := files{}
	for _, f := range must(zip.NewReader(bytes.NewReader(archive), int64(len(archive))))(t).File {
		if _, twice := all[f.Name]; twice {
			t.Errorf("the archive has %s twice", f.Name)
		}
		from := must(f.Open())(t)
		all[f.Name] = string(must(io.ReadAll(from))(t))
	}
	return all
}

// lines returns the objects of a file of JSON Lines.
func (f files) lines(t testing.TB, name string) (all []map[string]any) {
	t.Helper()
	text, ok := f[name]
	if !ok {
		t.Fatalf("the archive has no %s", name)
	}
	for in := bufio.NewScanner(strings.NewReader(text)); in.Scan(); {
		var line map[string]any
		check(t, json.Unmarshal(in.Bytes(), &line))
		all = append(all, line)
	}
	return all
}

// community is a member who has one of everything, and another one.
type community struct {
	a             *app.App
	member, other user.User
	token         string
	films         []int64
	mine          int64 // a review of the member
}

// text is one that a spreadsheet and a careless writer would change.
const text = "=1+1, \"quoted\"\r\n<b>&amp;</b> 등불\u2028 🎬 \\."

func newCommunity(t testing.TB) *community {
	t.Helper()
	c := &community{a: apptest.New(t)}
	c.member, c.other = apptest.Member(t, c.a, "영화광", auth.RoleMember), apptest.Member(t, c.a, "other", auth.RoleMember)
	c.token = apptest.SignIn(t, c.a, c.member).Access
	for i, d := range []movie.Draft{
		{Title: "등불 나룻배", ReleaseDate: "2011-09-08", Details: movie.Details{OriginalTitle: "The Lantern Ferry", ProductionYear: 2010, Directors: []string{"한서율", "Lee, B."}, ExternalIDs: movie.ExternalIDs{IMDb: "tt9900001", TMDB: 9900001, Letterboxd: "Zf1A", KOBIS: "2024A603"}}},
		{Title: `Salt, Rust & "Gold"`, ReleaseDate: "1997"},
		{Title: `Salt, Rust & "Gold"`, ReleaseDate: "2019"},
		{Title: "+1 More", ReleaseDate: "2013"},
		{Title: "Untitled Harbour Project", Details: movie.Details{ExternalIDs: movie.ExternalIDs{TMDB: 9900005}}},
	} {
		d.Playtime, d.Genre = 90, "Drama"
		if i == 3 {
			d.Plot = text
		}
		c.films = append(c.films, must(c.a.Movies.Create(t.Context(), c.member.ID, d))(t).ID)
	}
	return c
}

// live lets the member have one of everything.
func (c *community) live(t testing.TB) { c.liveWith(t, text) }

// liveWith is live with a text.
func (c *community) liveWith(t testing.TB, text string) {
	t.Helper()
	ctx, me := t.Context(), auth.Viewer{UserID: c.member.ID}
	bio := text
	must(c.a.Users.Change(ctx, me, "", me.UserID, user.Patch{Bio: &bio}))(t)
	must(c.a.Users.ChangePreferences(ctx, me.UserID, user.PreferencesPatch{Notifications: map[string]bool{"follow": false}, Spoilers: new(user.HideSpoilers)}))(t)
	pic := must(c.a.Users.Decode(ctx, picture.Upload{Data: apptest.JPEG(t)}))(t)
	must(c.a.Users.SetImage(ctx, me.UserID, pic))(t)
	note, rewatch := text, true
	must(c.a.Diary.Log(ctx, diary.Draft{UserID: me.UserID, MovieID: c.films[0], WatchedOn: 2020_01_02, Rating: new(stars.Stars(7)), Note: &note, Tags: []string{"극장", "a, b"}}))(t)
	must(c.a.Diary.Log(ctx, diary.Draft{UserID: me.UserID, MovieID: c.films[0], WatchedOn: 2020_01_02, Rewatch: &rewatch}))(t)
	must(c.a.Diary.Log(ctx, diary.Draft{UserID: me.UserID, MovieID: c.films[1], WatchedOn: 1999_12_31, Rating: new(stars.Stars(2)), Note: &note}))(t)
	must(c.a.Reviews.Create(ctx, review.Draft{UserID: me.UserID, MovieID: c.films[0], Title: "제목", Content: text, Spoiler: true, Comments: review.Followed, Image: &picture.Upload{Data: apptest.PNG(t)}}))(t)
	mine := must(c.a.Reviews.Create(ctx, review.Draft{UserID: me.UserID, MovieID: c.films[1], Title: "second", Content: "plain", Image: &picture.Upload{Data: apptest.JPEG(t)}}))(t)
	c.mine = mine.ID
	must(c.a.Reactions.Rate(ctx, me.UserID, c.films[2], 9))(t)
	must(c.a.Reactions.React(ctx, me.UserID, c.films[2], reaction.Like))(t)
	must(c.a.Reactions.React(ctx, me.UserID, c.films[1], reaction.Dislike))(t)
	must(c.a.Diary.Mark(ctx, me.UserID, c.films[4]))(t)
	must(c.a.Diary.Want(ctx, me.UserID, c.films[3]))(t)
	for _, d := range []list.Draft{{Title: "a/b: =c", Description: text, Ranked: true}, {Title: "public", IsPublic: true}, {Title: "public", IsPublic: true}} {
		d.UserID = me.UserID
		l := must(c.a.Lists.Create(ctx, d))(t)
		for _, film := range []int64{c.films[3], c.films[0]} {
			must(c.a.Lists.Add(ctx, l.ID, list.Entry{MovieID: film, Note: text}, nil))(t)
		}
	}
	theirs := must(c.a.Reviews.Create(ctx, review.Draft{UserID: c.other.ID, MovieID: c.films[2], Title: "t", Content: "SECRET OF OTHERS"}))(t)
	said := must(c.a.Comments.Create(ctx, auth.Viewer{UserID: c.other.ID}, comment.Draft{ReviewID: theirs.ID, Content: "SECRET OF OTHERS"}))(t)
	must(c.a.Comments.Create(ctx, me, comment.Draft{ReviewID: theirs.ID, Content: text, Spoiler: true, ReplyTo: &said.ID}))(t)
	must(c.a.Reactions.SetLike(ctx, me, theirs.ID, true))(t)
	must(c.a.Reactions.SetLike(ctx, auth.Viewer{UserID: c.other.ID}, mine.ID, true))(t)
	must(c.a.Follows.Set(ctx, me.UserID, c.other.ID, true))(t)
	must(c.a.Follows.Set(ctx, c.other.ID, me.UserID, true))(t)
}

func TestAMemberTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	got := export(t, c.a, c.token, "cinecircle")
	for name, want := range map[string]int{
		"cinecircle.json": 1, "profile.jsonl": 1, "watched.jsonl": 4, "ratings.jsonl": 3, "diary.jsonl": 3, "reviews.jsonl": 2, "reactions.jsonl": 2,
		"watchlist.jsonl": 1, "lists.jsonl": 3, "list_items.jsonl": 6, "comments.jsonl": 1, "likes.jsonl": 1, "follows.jsonl": 1, "notifications.jsonl": 1,
	} {
		if all := got.lines(t, name); len(all) != want {
			t.Errorf("%s has %d lines, want %d: %v", name, len(all), want, all)
		}
	}
	film := got.lines(t, "diary.jsonl")[1]["movie"]
	want := map[string]any{
		"title": "등불 나룻배", "year": 2011.0, "original_title": "The Lantern Ferry", "production_year": 2010.0, "directors": []any{"한서율", "Lee, B."},
		"external_ids": map[string]any{"imdb": "tt9900001", "tmdb": 9900001.0, "letterboxd": "Zf1A", "kobis": "2024A603"},
	}
	if diff := cmp.Diff(want, film); diff != "" {
		t.Errorf("film (-want +got):\n%s", diff)
	}
	if written := got.lines(t, "reviews.jsonl")[0]; written["content"] != strings.TrimSpace(text) && written["content"] != text {
		t.Errorf("the review is %q", written["content"])
	} else if image, ok := got[fmt.Sprint(written["image"])]; !ok || !strings.HasPrefix(image, "\x89PNG") {
		t.Errorf("its image is %.20q", image)
	}
	if image, ok := got[fmt.Sprint(got.lines(t, "profile.jsonl")[0]["image"])]; !ok || !strings.HasPrefix(image, "\xff\xd8") {
		t.Errorf("the image of the profile is %.20q", image)
	}
}

func TestAnExportSaysWhyModeratorsActed(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	moderator := apptest.Member(t, c.a, "steward", auth.RoleModerator)
	by := auth.Viewer{UserID: moderator.ID, Role: auth.RoleModerator}
	check(t, c.a.Moderation.SetHidden(t.Context(), by, "review", c.mine, true, "It quotes a whole article."))
	all := export(t, c.a, c.token, "cinecircle").lines(t, "notifications.jsonl")
	got := all[len(all)-1]
	delete(got, "created_at")
	want := map[string]any{"type": "moderation", "username": nil, "action": "hide", "note": "It quotes a whole article.", "movie": got["movie"], "read_at": nil}
	if got["movie"] == nil {
		delete(want, "movie")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
}

// TestAnExportHasNothingThatIsSecret looks for the values of secret columns and for what others wrote.
func TestAnExportHasNothingThatIsSecret(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	_, personal := apptest.Token(t, c.a, c.member.ID, auth.ScopeRead)
	stored := must(c.a.Users.Get(t.Context(), c.member.ID))(t)
	var all strings.Builder
	for name, content := range export(t, c.a, c.token, "cinecircle") {
		all.WriteString(name + "\n" + content)
	}
	for _, secret := range []string{stored.PasswordHash, personal, c.token, "SECRET OF OTHERS", "password", "secret", "token", "totp"} {
		if strings.Contains(all.String(), secret) && secret != "" && !strings.Contains("password secret", secret) || strings.Contains(all.String(), `"`+secret) {
			t.Errorf("the archive has %q", secret)
		}
	}
}

func TestListsThatBecamePrivateAreNotAmongTheLikes(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	ctx, me := t.Context(), auth.Viewer{UserID: c.member.ID}
	var ids []int64
	for _, title := range []string{"stays", "goes"} {
		l := must(c.a.Lists.Create(ctx, list.Draft{UserID: c.other.ID, Title: title, IsPublic: true}))(t)
		must(c.a.Reactions.SetListLike(ctx, me, l.ID, true))(t)
		ids = append(ids, l.ID)
	}
	private := false
	must(c.a.Lists.Update(ctx, ids[1], list.Patch{IsPublic: &private}))(t)
	if likes := export(t, c.a, c.token, "cinecircle")["likes.jsonl"]; !strings.Contains(likes, "stays") || strings.Contains(likes, "goes") {
		t.Errorf("likes: %s", likes)
	}
	is := true
	must(c.a.Users.Change(ctx, auth.Viewer{UserID: c.other.ID}, "", c.other.ID, user.Patch{IsPrivate: &is}))(t)
	if likes := export(t, c.a, c.token, "cinecircle")["likes.jsonl"]; likes != "" {
		t.Errorf("likes of lists of a private account: %s", likes)
	}
}

// table returns a CSV file without its header.
func (f files) table(t testing.TB, name string) [][]string {
	t.Helper()
	text, ok := f[name]
	if !ok {
		t.Fatalf("the archive has no %s, but %v", name, slices.Sorted(func(yield func(string) bool) {
			for name := range f {
				if !yield(name) {
					return
				}
			}
		}))
	}
	rows := must(csv.NewReader(strings.NewReader(text)).ReadAll())(t)
	return rows[1:]
}

func TestLetterboxdGetsWhatItImports(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	c.live(t)
	got := export(t, c.a, c.token, "letterboxd")
	if header, _, _ := strings.Cut(got["diary-1.csv"], "\n"); header != "LetterboxdURI,tmdbID,imdbID,Title,Year,Directors,Rating,WatchedDate,Rewatch,Tags,Review" {
		t.Errorf("header %s", header)
	}
	note := must(c.a.Diary.Get(t.Context(), 1, auth.Viewer{UserID: c.member.ID}))(t).Note
	ferry := []string{"https://boxd.it/Zf1A", "9900001", "tt9900001", "등불 나룻배", "2011", "한서율, Lee, B."}
	salt := []string{"", "", "", `Salt, Rust & "Gold"`, "1997", ""}
	read := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") } // as encoding/csv does
	written := must(c.a.Reviews.Get(t.Context(), 1, auth.Viewer{UserID: c.member.ID}))(t)
	written.Reveal()
	want := [][]string{
		append(slices.Clone(salt), "1", "1999-12-31", "false", "", read(*note)),
		append(slices.Clone(ferry), "3.5", "2020-01-02", "false", "극장, a, b", read(*note)),
		append(slices.Clone(ferry), "", "2020-01-02", "true", "", "제목\n\n"+read(written.Content.String())),
	}
	if diff := cmp.Diff(want, got.table(t, "diary-1.csv")); diff != "" {
		t.Errorf("diary (-want +got):\n%s", diff)
	}
	undated := [][]string{
		append(slices.Clone(ferry), "3.5", ""), // its latest viewing has no rating
		append(slices.Clone(salt), "1", "second\n\nplain"),
		{"", "", "", `Salt, Rust & "Gold"`, "2019", "", "4.5", ""},
		{"", "9900005", "", "Untitled Harbour Project", "", "", "", ""},
	}
	if diff := cmp.Diff(undated, got.table(t, "films-1.csv")); diff != "" {
		t.Errorf("films (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"", "", "", "+1 More", "2013", ""}}, got.table(t, "watchlist-1.csv")); diff != "" {
		t.Errorf("watchlist (-want +got):\n%s", diff)
	}
	if rows := got.table(t, "lists/001-a-b- =c-1.csv"); len(rows) != 2 || rows[0][3] != "+1 More" || rows[1][3] != "등불 나룻배" {
		t.Errorf("list %q", rows)
	}
	if got["lists/001-a-b- =c.txt"] == "" {
		t.Error("the description of the list is missing")
	}
}

func TestFilesForLetterboxdStayBelowAMegabyte(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	ctx := t.Context()
	note := strings.Repeat("가", 500)
	for day := diary.Day(2020_01_01); day < 2020_01_29; day++ {
		for range 30 {
			must(c.a.Diary.Log(ctx, diary.Draft{UserID: c.member.ID, MovieID: c.films[0], WatchedOn: day, Note: &note}))(t)
		}
	}
	got, rows := export(t, c.a, c.token, "letterboxd"), 0
	for part := 1; got[fmt.Sprintf("diary-%d.csv", part)] != ""; part++ {
		name := fmt.Sprintf("diary-%d.csv", part)
		if size := len(got[name]); size >= 1_000_000 {
			t.Errorf("%s has %d bytes", name, size)
		}
		rows += len(got.table(t, name))
	}
	if got["diary-2.csv"] == "" || rows != 28*30 {
		t.Errorf("%d rows, want %d in two parts", rows, 28*30)
	}
}

func TestAMemberDownloadsOneExportAtATime(t *testing.T) {
	t.Parallel()
	c := newCommunity(t)
	e := must(c.a.Exports.Begin(t.Context(), auth.Viewer{UserID: c.member.ID}, "cinecircle"))(t)
	if answer := get(t, c.a, "/users/me/export", c.token); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "export_running") {
		t.Errorf("the second one: %d %s", answer.Code, answer.Body)
	}
	other := apptest.SignIn(t, c.a, c.other).Access
	if answer := get(t, c.a, "/users/me/export", other); answer.Code != http.StatusOK {
		t.Errorf("of somebody else: %d %s", answer.Code, answer.Body)
	}
	e.Close()
	if answer := get(t, c.a, "/users/me/export", c.token); answer.Code != http.StatusOK {
		t.Errorf("after the first one: %d %s", answer.Code, answer.Body)
	}
}

func TestExportsAreRated(t *testing.T) {
	t.Parallel()
	config := apptest.Config(t)
	config.Limits.Enabled, config.Limits.Export.Count, config.Limits.Export.Burst = true, 2, 2
	a := apptest.With(t, config)
	token := apptest.SignIn(t, a, apptest.Member(t, a, "member", auth.RoleMember)).Access
	for i, want := range []int{200, 200, 429} {
		if answer := get(t, a, "/users/me/export", token); answer.Code != want || want == 429 && answer.Header().Get("Retry-After") == "" {
			t.Errorf("export %d: %d, want %d: %s", i+1, answer.Code, want, answer.Body)
		}
	}
}
