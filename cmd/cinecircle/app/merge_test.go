package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app"
	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/stars"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// merger is a program with two films and an admin who merges them.
type merger struct {
	*app.App
	t          *testing.T
	admin      user.User
	token      string
	from, into int64
	now        time.Time
}

func newMerger(t *testing.T) *merger {
	t.Helper()
	m := &merger{App: apptest.New(t), t: t, now: time.Now().Truncate(time.Second)}
	m.admin = apptest.Member(t, m.App, "admin", auth.RoleAdmin)
	m.token = apptest.SignIn(t, m.App, m.admin).Access
	m.from, m.into = apptest.Film(t, m.App, 0), apptest.Film(t, m.App, 0)
	return m
}

// later stops the clock a minute later.
func (m *merger) later() {
	m.now = m.now.Add(time.Minute)
	m.SetTime(m.now)
}

func (m *merger) do(method, target, token, body string) *httptest.ResponseRecorder {
	m.t.Helper()
	r := httptest.NewRequestWithContext(m.t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	m.Handler.ServeHTTP(w, r)
	return w
}

func (m *merger) merge(status int, body string) map[string]any {
	m.t.Helper()
	return m.mergeFilms(status, m.from, body)
}

func (m *merger) mergeFilms(status int, from int64, body string) (got map[string]any) {
	m.t.Helper()
	w := m.do(http.MethodPost, fmt.Sprintf("/movies/%d/merge", from), m.token, body)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != status {
		m.t.Fatalf("merge: %d %s (%v), want %d", w.Code, w.Body, err, status)
	}
	return got
}

func (m *merger) mergeInto(more string) map[string]any {
	m.t.Helper()
	return m.merge(http.StatusOK, fmt.Sprintf(`{"into": %d%s}`, m.into, more))
}

func (m *merger) member(name string) user.User {
	m.t.Helper()
	return apptest.Member(m.t, m.App, name, auth.RoleMember)
}

func (m *merger) react(u user.User, film int64, kind reaction.Type) {
	m.t.Helper()
	m.later()
	m.must(m.Reactions.React(m.t.Context(), u.ID, film, kind))
}

func (m *merger) review(u user.User, film int64, title string) int64 {
	m.t.Helper()
	m.later()
	r, err := m.Reviews.Create(m.t.Context(), review.Draft{UserID: u.ID, MovieID: film, Title: title, Content: "c"})
	m.must(r, err)
	return r.ID
}

func (m *merger) must(_ any, err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// rows returns the rows of a table that are about the film that goes, which must be none, and about the one that stays.
func (m *merger) rows(table string) int {
	m.t.Helper()
	var n [2]int
	for i, film := range []int64{m.from, m.into} {
		if err := m.DB.Row(m.t.Context(), "SELECT COUNT(*) FROM "+table+" WHERE movie_id = ?", film).Scan(&n[i]); err != nil {
			m.t.Fatal(err)
		}
	}
	if n[0] != 0 {
		m.t.Errorf("%s has %d rows of a film that was merged", table, n[0])
	}
	return n[1]
}

func TestMergeKeepsTheNewerReactionAndCountsAgain(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann, bob, eve := m.member("ann"), m.member("bob"), m.member("eve")
	m.react(ann, m.into, reaction.Like)
	m.react(ann, m.from, reaction.Dislike) // newer
	m.react(bob, m.from, reaction.Dislike)
	m.react(bob, m.into, reaction.Like) // newer
	m.react(eve, m.from, reaction.Like)
	got := m.mergeInto("")
	if got["id"] != float64(m.into) || got["like_count"] != 2.0 || got["dislike_count"] != 1.0 {
		t.Errorf("merged film %v, want 2 likes and 1 dislike", got)
	}
	for u, want := range map[user.User]reaction.Type{ann: reaction.Dislike, bob: reaction.Like, eve: reaction.Like} {
		if kind, err := m.Reactions.Of(t.Context(), u.ID, m.into); kind != want || err != nil {
			t.Errorf("%s: %q (%v), want %q", u.Username, kind, err, want)
		}
	}
	if n := m.rows("movie_reactions"); n != 3 {
		t.Errorf("%d reactions, want 3", n)
	}
	m.wantNoDrift()
}

func TestMergeKeepsTheNewerRatingAndCountsAgain(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann, bob, eve := m.member("ann"), m.member("bob"), m.member("eve")
	rate := func(u user.User, film int64, halves stars.Stars) {
		m.later()
		m.must(nil, m.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			if err := user.AddCounts(tx, u.ID, user.Counts{Ratings: 1}); err != nil {
				return err
			}
			if err := movie.AddCounts(tx, film, movie.Counts{Ratings: 1, HalfStars: int64(halves)}); err != nil {
				return err
			}
			return tx.Create(&reaction.MovieRating{UserID: u.ID, MovieID: film, Rating: halves, RatedAt: m.now}).Error
		}))
	}
	rate(ann, m.into, 2)
	rate(ann, m.from, 10) // newer
	rate(bob, m.from, 1)
	rate(bob, m.into, 9) // newer
	rate(eve, m.from, 10)
	got := m.mergeInto("")
	if got["rating_count"] != 3.0 || got["rating_average"] != 4.83 {
		t.Errorf("merged film %v, want 3 ratings and an average of 4.83", got)
	}
	var h reaction.RatingHistogram
	m.must(nil, m.DB.Reader(t.Context()).Take(&h, m.into).Error)
	if diff := cmp.Diff(reaction.RatingHistogram{MovieID: m.into, Half9: 1, Half10: 2}, h); diff != "" {
		t.Errorf("histogram (-want +got):\n%s", diff)
	}
	if u, err := m.Users.Get(t.Context(), ann.ID); err != nil || u.RatingCount != 1 {
		t.Errorf("ann has rated %d films (%v), want 1", u.RatingCount, err)
	}
	m.rows("movie_ratings")
	m.wantNoDrift()
}

func TestMergeMovesWhatIsWatchedAndWanted(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann, bob, eve := m.member("ann"), m.member("bob"), m.member("eve")
	ctx := t.Context()
	mark := func(u user.User, film int64) {
		m.later()
		m.must(m.Diary.Mark(ctx, u.ID, film))
	}
	want := func(u user.User, film int64) {
		m.later()
		m.must(m.Diary.Want(ctx, u.ID, film))
	}
	mark(ann, m.from)
	mark(ann, m.into)
	want(bob, m.into)
	mark(bob, m.from) // takes it off the watchlist
	mark(eve, m.into)
	want(eve, m.from) // after it was marked
	m.must(nil, m.DB.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Create(&diary.Viewing{UserID: ann.ID, MovieID: m.from, WatchedOn: 20261129, Tags: "[]", CreatedAt: m.now, UpdatedAt: m.now}).Error
	}))
	m.mergeInto("")
	for table, count := range map[string]int{"watched_films": 3, "watchlist_films": 1, "viewings": 1} {
		if n := m.rows(table); n != count {
			t.Errorf("%s has %d rows, want %d", table, n, count)
		}
	}
	if u, err := m.Users.Get(ctx, ann.ID); err != nil || u.WatchedCount != 1 {
		t.Errorf("ann has watched %d films (%v), want 1", u.WatchedCount, err)
	}
	m.wantNoDrift()
}

func TestMergeReplacesTheFilmInLists(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann, a, b := m.member("ann"), apptest.Film(t, m.App, 0), apptest.Film(t, m.App, 0)
	type entries []list.Entry
	e := func(film int64, note string) list.Entry { return list.Entry{MovieID: film, Note: note} }
	cases := []struct {
		before, after entries
		changed       bool
		id, version   int64
	}{
		{entries{e(a, "1"), e(m.from, "2"), e(b, "")}, entries{e(a, "1"), e(m.into, "2"), e(b, "")}, true, 0, 0},
		{entries{e(m.from, "1"), e(a, ""), e(m.into, "3"), e(b, "4")}, entries{e(m.into, "1"), e(a, ""), e(b, "4")}, true, 0, 0},
		{entries{e(a, ""), e(m.into, ""), e(b, ""), e(m.from, "4")}, entries{e(a, ""), e(m.into, "4"), e(b, "")}, true, 0, 0},
		{entries{e(a, ""), e(m.into, "2")}, entries{e(a, ""), e(m.into, "2")}, false, 0, 0},
	}
	for i := range cases {
		c := &cases[i]
		l, err := m.Lists.Create(t.Context(), list.Draft{UserID: ann.ID, Title: "l", IsPublic: i%2 == 0})
		m.must(l, err)
		l, err = m.Lists.Replace(t.Context(), l.ID, c.before, func(list.List) bool { return true })
		m.must(l, err)
		c.id, c.version = l.ID, l.Version
	}
	m.later()
	m.mergeInto("")
	for i, c := range cases {
		items, _, err := m.Lists.Items(t.Context(), list.List{ID: c.id}, page.Page{Limit: 10})
		m.must(items, err)
		var got entries
		for at, it := range items {
			got = append(got, list.Entry{MovieID: it.MovieID, Note: it.Note})
			if it.Position != int64(at)+1 {
				t.Errorf("list %d: film %d is at %d", i, at+1, it.Position)
			}
		}
		if diff := cmp.Diff(c.after, got); diff != "" {
			t.Errorf("list %d (-want +got):\n%s", i, diff)
		}
		l, err := m.Lists.Get(t.Context(), c.id, auth.Viewer{UserID: ann.ID})
		if err != nil || l.ItemCount != int64(len(c.after)) || (l.Version > c.version) != c.changed || l.UpdatedAt.Equal(m.now) != c.changed {
			t.Errorf("list %d has %d films, version %d after %d, changed %v (%v)", i, l.ItemCount, l.Version, c.version, l.UpdatedAt, err)
		}
	}
	m.rows("list_items")
}

func TestMergeRefusesTwoReviewsOfAMember(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	var want []any
	for i := range movie.MaxConflicts + 1 {
		u := m.member(fmt.Sprint("member", i))
		m.review(u, m.from, "from")
		m.review(u, m.into, "into")
		if i < movie.MaxConflicts {
			want = append(want, float64(u.ID))
		}
	}
	m.react(m.admin, m.from, reaction.Like)
	got := m.merge(http.StatusConflict, fmt.Sprintf(`{"into": %d}`, m.into))
	if diff := cmp.Diff(want, got["user_ids"]); diff != "" || got["code"] != "merge_conflict" {
		t.Errorf("%v (-want +got):\n%s", got["code"], diff)
	}
	if kind, err := m.Reactions.Of(t.Context(), m.admin.ID, m.from); kind != reaction.Like || err != nil {
		t.Errorf("a refused merge has moved the reaction: %q (%v)", kind, err)
	}
	m.wantNoDrift()
}

func TestMergeDiscardsTheOlderReview(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	ann, bob, eve := m.member("ann"), m.member("bob"), m.member("eve")
	old, kept := m.review(ann, m.into, "old"), m.review(ann, m.from, "kept")
	gone := m.review(bob, m.from, "gone")
	edited := m.review(bob, m.into, "first")
	moved := m.review(eve, m.from, "moved")
	for _, id := range []int64{old, kept, gone, moved} {
		m.later()
		m.must(m.Reactions.SetLike(t.Context(), auth.Viewer{UserID: m.admin.ID}, id, true))
	}
	got := m.mergeInto(`, "discard_older": true`)
	if got["review_count"] != 3.0 {
		t.Errorf("review_count %v, want 3", got["review_count"])
	}
	for id, there := range map[int64]bool{old: false, kept: true, gone: false, edited: true, moved: true} {
		r, err := m.Reviews.Get(t.Context(), id, auth.Viewer{})
		if (err == nil) != there || there && r.MovieID != m.into {
			t.Errorf("review %d of film %d: %v", id, r.MovieID, err)
		}
	}
	if r, err := m.Reviews.Get(t.Context(), kept, auth.Viewer{}); err != nil || r.LikeCount != 1 {
		t.Errorf("the review that stays has %d likes (%v), want its own 1", r.LikeCount, err)
	}
	for u, about := range map[user.User]int64{ann: kept, bob: edited, eve: moved} {
		in, err := m.Notifications.Inbox(t.Context(), u.ID, false, page.Page{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range in.Rows {
			if *n.ReviewID != about || *n.MovieID != m.into {
				t.Errorf("a notification of %s leads to review %d of film %d, want %d of %d", u.Username, *n.ReviewID, *n.MovieID, about, m.into)
			}
		}
		if len(in.Rows) == 0 || in.Unread != 1 {
			t.Errorf("%s has %d notifications, %d of them unread, want 1", u.Username, len(in.Rows), in.Unread)
		}
	}
	m.wantNoDrift()
}

func TestMergeFillsOnlyWhatIsEmpty(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	poster := apptest.Poster(t, m.App, m.from)
	plot := "p"
	m.must(m.Movies.Update(t.Context(), m.from, movie.Patch{
		Plot: &plot, Title: new("other"), Cast: []movie.CastMember{{Name: "송강호"}}, ReleaseDate: new("2019-05"), Genres: []string{"SF", "Drama"},
		OriginalTitle: new("Parasite"), Directors: []string{"봉준호"}, AgeGrade: new("15"), ExternalIDs: &movie.ExternalIDs{IMDb: "tt6751668", TMDB: 496243},
	}))
	m.must(m.Movies.Update(t.Context(), m.into, movie.Patch{ExternalIDs: &movie.ExternalIDs{TMDB: 1, KMDb: "K18345"}, Aliases: []string{"alias"}}))
	got := m.mergeInto("")
	for field, want := range map[string]any{
		"release_date": "2019-05", "year": 2019.0, "genre": "Drama", "genres": []any{"Drama"}, "original_title": "Parasite",
		"directors": []any{"봉준호"}, "aliases": []any{"alias"}, "age_grade": "15", "playtime": 1.0,
		"external_ids": map[string]any{"imdb": "tt6751668", "tmdb": 1.0, "kmdb": "K18345"},
	} {
		if diff := cmp.Diff(want, got[field]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
	}
	m.must(nil, m.DB.Row(t.Context(), "SELECT movie_id FROM movie_external_ids WHERE kind = 'imdb'").Scan(&m.from))
	if m.from != m.into {
		t.Errorf("the external id names film %d, want %d", m.from, m.into)
	}
	if url, _ := got["poster_image_url"].(string); got["title"] != "t" || got["plot"] != plot || len(got["cast"].([]any)) != 1 || !strings.HasSuffix(url, poster) {
		t.Errorf("merged film %v", got)
	}
	other := apptest.Film(t, m.App, 0)
	apptest.Poster(t, m.App, other)
	m.must(m.Movies.Update(t.Context(), other, movie.Patch{Plot: new("q"), Cast: []movie.CastMember{}}))
	again := m.mergeFilms(http.StatusOK, other, fmt.Sprintf(`{"into": %d}`, m.into))
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("a film that lacks nothing was changed (-before +after):\n%s", diff)
	}
	if films, _, err := m.Movies.List(t.Context(), movie.Filter{Title: "other"}, movie.SortMatch, page.Page{Limit: 10}); len(films) != 0 || err != nil {
		t.Errorf("the merged film is still found: %v %v", films, err)
	}
}

func TestMergeRefusals(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	member := apptest.SignIn(t, m.App, m.member("mina")).Access
	path, body := fmt.Sprintf("/movies/%d/merge", m.from), fmt.Sprintf(`{"into": %d}`, m.into)
	for _, c := range []struct {
		target, token, body string
		status              int
		code                string
	}{
		{path, "", body, 401, "unauthorized"},
		{path, member, body, 403, "forbidden"},
		{"/movies/999999/merge", member, body, 404, "not_found"},
		{"/movies/0/merge", member, body, 422, "validation_failed"},
		{"/movies/999999/merge", m.token, body, 404, "not_found"},
		{"/movies/0/merge", m.token, body, 422, "validation_failed"},
		{path, m.token, `{}`, 422, "validation_failed"},
		{path, m.token, `{"into": "8"}`, 422, "validation_failed"},
		{path, m.token, `{"into": 8, "discard_older": null}`, 422, "validation_failed"},
		{path, m.token, fmt.Sprintf(`{"into": %d}`, m.from), 422, "self_merge"},
		{path, m.token, `{"into": 999999}`, 404, "not_found"},
	} {
		w := m.do(http.MethodPost, c.target, c.token, c.body)
		var got struct{ Code string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != c.status || got.Code != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.target, c.body, w.Code, w.Body, c.status, c.code)
		}
	}
}

func TestRequestsForAMergedFilmLeadToTheOneThatStays(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	first := m.from
	m.mergeInto("")
	last := apptest.Film(t, m.App, 0)
	m.mergeFilms(http.StatusOK, m.into, fmt.Sprintf(`{"into": %d}`, last)) // a chain
	for _, c := range []struct {
		method, target, token, body string
		status                      int
		location                    string
	}{
		{"GET", "/movies/%d", "", "", 301, "/movies/%d"},
		{"HEAD", "/movies/%d", "", "", 301, "/movies/%d"},
		{"GET", "/movies/%d/reviews?limit=3&sort=-id", "", "", 301, "/movies/%d/reviews?limit=3&sort=-id"},
		{"GET", "/movies/%d/reaction_count", "", "", 301, "/movies/%d/reaction_count"},
		{"PATCH", "/movies/%d", m.token, `{"plot": "p"}`, 308, "/movies/%d"},
		{"DELETE", "/movies/%d/poster_image", m.token, "", 308, "/movies/%d/poster_image"},
		{"POST", "/movies/%d/merge", m.token, `{"into": 1}`, 308, "/movies/%d/merge"},
		{"GET", "/film/%d", "", "", 301, "/film/%d"},
		{"GET", "/film/%d?sort=id", "", "", 301, "/film/%d?sort=id"},
		{"GET", "/film/%d/feed.atom", "", "", 301, "/film/%d/feed.atom"},
		{"POST", "/film/%d/delete", m.token, "", 308, "/film/%d/delete"},
		{"PATCH", "/movies/%d", "", `{"plot": "p"}`, 401, ""},
		{"GET", "/movies/%d?colour=red", "", "", 422, ""},
		{"GET", "/movies/99999%d", "", "", 404, ""},
	} {
		for _, id := range []int64{first, m.into} {
			w := m.do(c.method, fmt.Sprintf(c.target, id), c.token, c.body)
			want := ""
			if c.location != "" {
				want = fmt.Sprintf(c.location, last)
			}
			if w.Code != c.status || w.Header().Get("Location") != want {
				t.Errorf("%s %s: %d to %q, want %d to %q", c.method, fmt.Sprintf(c.target, id), w.Code, w.Header().Get("Location"), c.status, want)
			}
		}
	}
	if cache := m.do("GET", fmt.Sprintf("/movies/%d", first), m.token, "").Header().Get("Cache-Control"); cache != "private, no-cache" {
		t.Errorf("a redirect of a member has Cache-Control %q", cache)
	}
	m.must(nil, m.Movies.Delete(t.Context(), last, auth.Viewer{Role: auth.RoleAdmin}))
	if w := m.do("GET", fmt.Sprintf("/movies/%d", first), "", ""); w.Code != http.StatusNotFound {
		t.Errorf("after the last film is deleted: %d, want 404", w.Code)
	}
}

// TestMergeWhileMembersReactLosesNothing merges while 16 members react to and review both films.
func TestMergeWhileMembersReactLosesNothing(t *testing.T) {
	t.Parallel()
	m := newMerger(t)
	var members []user.User
	for i := range 16 {
		members = append(members, m.member(fmt.Sprint("member", i)))
	}
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, u := range members {
		all.Go(func() {
			<-start
			film := []int64{m.from, m.into}[i%2]
			_, _ = m.Reactions.React(t.Context(), u.ID, film, reaction.Like) // a 404 after the merge
			_, _ = m.Reviews.Create(t.Context(), review.Draft{UserID: u.ID, MovieID: film, Title: "t", Content: "c"})
			_, _ = m.Diary.Mark(t.Context(), u.ID, film)
		})
	}
	all.Go(func() {
		<-start
		if _, err := m.Movies.Merge(t.Context(), m.from, m.into, false); err != nil {
			t.Error(err)
		}
	})
	close(start)
	all.Wait()
	m.rows("movie_reactions")
	m.rows("reviews")
	m.rows("watched_films")
	m.wantNoDrift()
}

// wantNoDrift compares every stored counter with what it counts.
func (m *merger) wantNoDrift() {
	m.t.Helper()
	if found := drifts(m.t, m.App, false); len(found) > 0 {
		m.t.Errorf("counters are wrong: %q", found)
	}
}
