package site

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// inboxPage is the list of notifications.
type inboxPage struct {
	Rows       []inboxRow
	Unread     int64
	OnlyUnread bool
	Next       string
	UpTo       int64 // the newest seq shown, for marking all up to it
}

// inboxRow is an entry in the list: a notification, or all likes of one review.
type inboxRow struct {
	ID      int64   // of the newest notification
	IDs     []int64 // of the unread notifications
	Type    notify.Type
	Actor   string // "" for a deleted account
	ActorID int64
	Others  int64 // how many more did the same
	Admin   bool
	Avatar  shownImage
	Gone    bool   // what the notification is about was deleted
	Film    string // the film of a liked review
	FilmID  int64
	List    string // the title of a liked list, "" for none
	Poster  shownImage
	// Link is where a press on the entry leads, "" for nowhere.
	Link      string
	Sentence  template.HTML
	CreatedAt time.Time
}

// Unread reports whether the entry has notifications that were not read.
func (r inboxRow) Unread() bool { return len(r.IDs) > 0 }

// inboxFetch is how many notifications a page of the inbox reads. Its likes become fewer entries.
const inboxFetch = 50

func (s *Site) inbox(c *pageContext) error {
	p := inboxPage{OnlyUnread: c.Query("unread") == "true"}
	in, err := s.Notifications.Inbox(c.Request.Context(), c.viewer.UserID, p.OnlyUnread, c.page(inboxFetch))
	if err != nil {
		return err
	}
	about, err := s.subjects(c, in)
	if err != nil {
		return err
	}
	for _, group := range groupNotices(in.Rows) {
		row := s.inboxRow(group, about)
		row.Sentence = c.noticeSentence(row)
		p.Rows = append(p.Rows, row)
		p.UpTo = max(p.UpTo, group[0].Seq)
	}
	p.Unread, p.Next = in.Unread, c.next(in.Next)
	title := c.text("inbox.title")
	if p.OnlyUnread {
		title = c.text("inbox.unread") + " · " + title
	}
	return c.show(http.StatusOK, "inbox", meta{Title: title, Hidden: true, Private: true, Section: "inbox"}, p)
}

// groupNotices puts the likes of one review together, where the newest of them is. Other notifications stay alone.
func groupNotices(rows []notify.Notification) [][]notify.Notification {
	var out [][]notify.Notification
	places := map[int64]int{} // of the likes of a review
	for _, n := range rows {
		if n.Type != notify.TypeReviewLike || n.ReviewID == nil {
			out = append(out, []notify.Notification{n})
			continue
		}
		place, ok := places[*n.ReviewID]
		if !ok {
			place = len(out)
			places[*n.ReviewID] = place
			out = append(out, nil)
		}
		out[place] = append(out[place], n)
	}
	return out
}

// noticeSubjects is who and what notifications are about, without what was deleted.
type noticeSubjects struct {
	actors  map[int64]user.User
	filmsOf map[int64]int64 // films of reviews
	films   map[int64]movie.Movie
	lists   map[int64]list.List
}

func (s *Site) subjects(c *pageContext, in notify.Inbox) (about noticeSubjects, err error) {
	var actors, reviews, films, lists []int64
	for id := range in.Actors {
		actors = append(actors, id)
	}
	for _, n := range in.Rows {
		if n.ReviewID != nil {
			reviews = append(reviews, *n.ReviewID)
		}
		if n.ListID != nil {
			lists = append(lists, *n.ListID)
		}
	}
	ctx := c.Request.Context()
	if about.actors, err = s.Users.ByIDs(ctx, actors); err != nil {
		return about, err
	}
	if about.lists, err = s.Lists.ByIDs(ctx, lists); err != nil {
		return about, err
	}
	if about.filmsOf, err = s.Reviews.FilmsOf(ctx, reviews); err != nil {
		return about, err
	}
	for _, film := range about.filmsOf {
		films = append(films, film)
	}
	about.films, err = s.Movies.ByIDs(ctx, films)
	return about, err
}

// inboxRow returns the entry for notifications of one kind about the same, the newest first.
func (s *Site) inboxRow(group []notify.Notification, about noticeSubjects) inboxRow {
	newest := group[0]
	out := inboxRow{ID: newest.ID, Type: newest.Type, CreatedAt: newest.CreatedAt}
	var actors []int64
	var deleted int64
	for _, n := range group {
		if n.ReadAt == nil {
			out.IDs = append(out.IDs, n.ID)
		}
		switch id := deref(n.ActorID); {
		case about.actors[id].ID == 0:
			deleted++
		case !slices.Contains(actors, id): // who liked twice counts once
			actors = append(actors, id)
		}
	}
	out.Others = int64(len(actors)) + deleted - 1
	if len(actors) > 0 {
		actor := about.actors[actors[0]]
		out.Actor, out.ActorID, out.Avatar, out.Admin = actor.Username, actor.ID, s.avatar(actor), isAdmin(actor)
	}
	if newest.ReviewID != nil {
		film, ok := about.films[about.filmsOf[*newest.ReviewID]]
		out.Film, out.FilmID, out.Poster, out.Gone = film.Title, film.ID, s.poster(film), !ok
	}
	if newest.ListID != nil {
		out.List = about.lists[*newest.ListID].Title
	}
	if noticePath(newest, about) != "" {
		out.Link = "/inbox/open/" + strconv.FormatInt(newest.ID, 10)
	}
	return out
}

// noticeSentence says who did what. Members with a name come before those whose account was deleted.
func (c *pageContext) noticeSentence(r inboxRow) template.HTML {
	name := r.Actor
	if name == "" {
		name = c.text("notice.gone")
	}
	switch {
	case r.List != "":
		return c.html("notice.list_like.named", name, r.List)
	case r.Type != notify.TypeReviewLike:
		return c.html("notice."+string(r.Type), name)
	case r.Gone:
		return c.html("notice.liked", name)
	case r.Others == 0:
		return c.html("notice.review_like", name, r.Film)
	case r.Others == 1:
		return c.html("notice.review_likes.two", name, r.Film)
	}
	return c.html("notice.review_likes.more", name, r.Others, r.Film)
}

// noticePath returns the page that a notification is about, "" when that was deleted.
func noticePath(n notify.Notification, about noticeSubjects) string {
	switch {
	case n.ReviewID != nil && about.filmsOf[*n.ReviewID] != 0:
		return reviewPath(*n.ReviewID)
	case n.ListID != nil:
		if about.lists[*n.ListID].ID != 0 {
			return listPath(*n.ListID)
		}
	case n.ReviewID == nil && about.actors[deref(n.ActorID)].ID != 0:
		return memberPath(*n.ActorID)
	}
	return ""
}

// openNotice marks a notification as read and leads to what it is about. It is a link, so that it works in a new tab; a
// browser that only fetches it ahead, and a link on another site, mark nothing.
func (s *Site) openNotice(c *pageContext) error {
	id, err := c.id("notification_id")
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	if strings.Contains(c.GetHeader("Sec-Purpose"), "prefetch") {
		c.Status(http.StatusNoContent) // browsers then fetch it when it is pressed
		c.Writer.WriteHeaderNow()
		return nil
	}
	if s.Origin.Foreign(c.Request) {
		return c.redirectTo("/inbox")
	}
	n, err := s.Notifications.Open(c.Request.Context(), c.viewer.UserID, id)
	if err != nil {
		return err
	}
	about, err := s.subjects(c, notify.Inbox{Rows: []notify.Notification{n}, Actors: map[int64]notify.Actor{deref(n.ActorID): {}}})
	if err != nil {
		return err
	}
	if to := noticePath(n, about); to != "" {
		return c.redirectTo(to)
	}
	return c.redirectTo("/inbox")
}

// markRead marks the chosen notifications as read, or all up to the newest that was shown.
func (s *Site) markRead(c *pageContext) error {
	if err := c.readForm(0); err != nil {
		return err
	}
	var ids []int64
	for _, text := range c.sent.Values["id"] {
		if id, ok := web.ParseID(text); ok && len(ids) < page.MaxLimit {
			ids = append(ids, id)
		}
	}
	upTo, err := strconv.ParseInt(c.field("up_to"), 10, 64)
	if len(ids) == 0 && (err != nil || upTo < 0) {
		return errNotFound
	}
	if err := s.Notifications.MarkRead(c.Request.Context(), c.viewer.UserID, ids, upTo); err != nil {
		return err
	}
	if len(ids) == 0 {
		c.setToast("inbox.read", "")
	}
	return c.redirectTo(c.returnPath("/inbox"))
}
