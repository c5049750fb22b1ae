package site

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/notify"
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

// inboxRow is an entry in the list: all notifications of one type about the same.
type inboxRow struct {
	ID      int64 // of the newest notification
	Type    notify.Type
	Unread  bool
	Actor   string // who did it last, "" for a deleted account
	ActorID int64
	Others  int64  // how many more did the same
	Told    string // the message where nobody did it
	Admin   bool
	Avatar  shownImage
	Gone    bool   // what the notification is about was deleted
	OfList  bool   // and it is a list
	About   string // the film of the review, or the title of the list, "" for none
	FilmID  int64
	Poster  shownImage
	// Link is where a press on the entry leads, "" for nowhere.
	Link      string
	Sentence  template.HTML
	CreatedAt time.Time
}

func (s *Site) inbox(c *pageContext) error {
	p := inboxPage{OnlyUnread: c.queryOneOf("unread", []string{"true", "false"}, "") == "true"}
	in, err := s.Notifications.Groups(c.Request.Context(), c.viewer.UserID, p.OnlyUnread, c.page(perPage))
	if err != nil {
		return err
	}
	latest := make([]notify.Notification, len(in.Rows))
	for i, group := range in.Rows {
		latest[i] = group.Latest
	}
	about, err := s.subjects(c, latest)
	if err != nil {
		return err
	}
	for _, group := range in.Rows {
		row := s.inboxRow(group, about, c.prefs.Lang)
		row.Sentence = c.noticeSentence(row)
		p.Rows = append(p.Rows, row)
		p.UpTo = max(p.UpTo, group.LastSeq)
	}
	p.Unread, p.Next = in.Unread, c.next(in.Next)
	title := c.text("inbox.title")
	if p.OnlyUnread {
		title = c.text("inbox.unread") + " · " + title
	}
	return c.show(http.StatusOK, "inbox", meta{Title: title, Hidden: true, Private: true, Section: "inbox"}, p)
}

// noticeSubjects is who and what notifications are about, without what was deleted.
type noticeSubjects struct {
	actors  map[int64]user.Face
	filmsOf map[int64]int64 // films of reviews
	films   map[int64]movie.Movie
	lists   map[int64]list.List
}

func (s *Site) subjects(c *pageContext, rows []notify.Notification) (about noticeSubjects, err error) {
	var actors, reviews, films, lists []int64
	for _, n := range rows {
		if n.ActorID != nil {
			actors = append(actors, *n.ActorID)
		}
		if n.ReviewID != nil {
			reviews = append(reviews, *n.ReviewID)
		}
		if n.ListID != nil {
			lists = append(lists, *n.ListID)
		}
	}
	ctx := c.Request.Context()
	if about.actors, err = s.Users.Faces(ctx, actors); err != nil {
		return about, err
	}
	if about.lists, err = s.Lists.ByIDs(ctx, lists); err != nil {
		return about, err
	}
	if about.filmsOf, err = s.Reviews.FilmsOf(ctx, c.viewer, reviews); err != nil {
		return about, err
	}
	for _, film := range about.filmsOf {
		films = append(films, film)
	}
	for _, n := range rows {
		if n.Type == notify.TypeModeration && n.MovieID != nil {
			films = append(films, *n.MovieID)
		}
	}
	about.films, err = s.Movies.ByIDs(ctx, films)
	return about, err
}

// inboxRow returns the entry of a group.
func (s *Site) inboxRow(group notify.GroupRow, about noticeSubjects, lang string) inboxRow {
	newest := group.Latest
	out := inboxRow{
		ID: newest.ID, Type: newest.Type, Unread: group.IsUnread, CreatedAt: newest.CreatedAt, Others: max(0, group.People-1),
		Told: group.Told(lang),
	}
	if actor := about.actors[deref(newest.ActorID)]; actor.ID != 0 {
		out.Actor, out.ActorID, out.Avatar, out.Admin = actor.Username, actor.ID, s.avatar(actor), actor.Admin
	}
	switch {
	case newest.ReviewID != nil:
		film, ok := about.films[about.filmsOf[*newest.ReviewID]]
		out.About, out.FilmID, out.Poster, out.Gone = film.Title, film.ID, s.poster(film), !ok
	case newest.ListID != nil:
		one, ok := about.lists[*newest.ListID]
		out.About, out.Gone, out.OfList = one.Title, !ok, true
	}
	if out.Told != "" {
		out.Gone = false // the sentence says what was deleted
	}
	if noticePath(newest, out.Others, about) != "" {
		out.Link = "/inbox/open/" + strconv.FormatInt(newest.ID, 10)
		if newest.Type == notify.TypeFollow && out.Others > 0 {
			out.Link += "?others=" + strconv.FormatInt(out.Others, 10)
		}
	}
	return out
}

// noticeSentence says who did what.
func (c *pageContext) noticeSentence(r inboxRow) template.HTML {
	if r.Told != "" {
		return isolatedHTML(r.Told)
	}
	name := r.Actor
	if name == "" {
		name = c.text("notice.gone")
	}
	var who template.HTML
	switch r.Others {
	case 0:
		who = c.html("notice.who.one", name)
	case 1:
		who = c.html("notice.who.two", name)
	default:
		who = c.html("notice.who.more", name, r.Others)
	}
	key := "notice.did." + string(r.Type)
	switch {
	case r.About != "":
		return c.html(key, who, r.About)
	case r.Gone:
		return c.html(key+".gone", who)
	}
	return c.html(key, who)
}

// noticePath returns the page that a notification is about, "" when that was deleted. others is how many members did the
// same.
func noticePath(n notify.Notification, others int64, about noticeSubjects) string {
	switch {
	case n.Told("") != "":
		return toldPath(n, about)
	case n.ReviewID != nil:
		if about.filmsOf[*n.ReviewID] == 0 {
			return ""
		}
		if n.CommentID == nil {
			return reviewPath(*n.ReviewID)
		}
		return atComment(*n.ReviewID, *n.CommentID)
	case n.ListID != nil:
		if about.lists[*n.ListID].ID != 0 {
			return listPath(*n.ListID)
		}
	case n.Type == notify.TypeFollowRequest:
		return "/settings/requests"
	case n.Type == notify.TypeFollow && others > 0:
		return memberPath(n.UserID) + "/followers"
	case about.actors[deref(n.ActorID)].ID != 0:
		return memberPath(*n.ActorID)
	}
	return ""
}

// toldPath is noticePath for the types without an actor.
func toldPath(n notify.Notification, about noticeSubjects) string {
	switch {
	case n.Type == notify.TypeAccount:
		return "/settings"
	case n.Type == notify.TypeReport:
		return "/moderate/reports"
	case n.ImportID != nil:
		return importPath(*n.ImportID)
	case n.ReviewID != nil && about.filmsOf[*n.ReviewID] != 0:
		return reviewPath(*n.ReviewID)
	case n.ListID != nil && about.lists[*n.ListID].ID != 0:
		return listPath(*n.ListID)
	case n.Type == notify.TypeModeration && n.ReviewID == nil && n.MovieID != nil && about.films[*n.MovieID].ID != 0:
		return filmPath(*n.MovieID)
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
	about, err := s.subjects(c, []notify.Notification{n})
	if err != nil {
		return err
	}
	others, _ := strconv.ParseInt(c.Query("others"), 10, 64)
	if to := noticePath(n, others, about); to != "" {
		return c.redirectTo(to)
	}
	return c.redirectTo("/inbox")
}

// markRead marks the group of a notification as read, or all up to the newest that was shown.
func (s *Site) markRead(c *pageContext) error {
	if err := c.readForm(0); err != nil {
		return err
	}
	ctx := c.Request.Context()
	if id, ok := web.ParseID(c.field("id")); ok {
		if _, err := s.Notifications.Open(ctx, c.viewer.UserID, id); err != nil {
			return err
		}
		return c.redirectTo(c.returnPath("/inbox"))
	}
	upTo, err := strconv.ParseInt(c.field("up_to"), 10, 64)
	if err != nil || upTo < 0 {
		return errNotFound
	}
	if err := s.Notifications.MarkRead(ctx, c.viewer.UserID, nil, upTo); err != nil {
		return err
	}
	c.setToast("inbox.read", "")
	return c.redirectTo(c.returnPath("/inbox"))
}
