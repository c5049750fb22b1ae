package site

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/notify"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// inboxPage is what happened to the visitor.
type inboxPage struct {
	Rows       []notice
	Unread     int64
	OnlyUnread bool
	Next       string
	UpTo       int64 // the newest seq that is shown, for marking all that was there to be seen
}

// notice is one notification.
type notice struct {
	ID        int64
	Type      notify.Type
	Actor     string // "" for somebody who is gone
	ActorID   int64
	Avatar    picture
	Link      string
	CreatedAt time.Time
	Unread    bool
}

func (s *Site) inbox(v *visit) error {
	p := inboxPage{OnlyUnread: v.Query("unread") == "true"}
	in, err := s.Notifications.Inbox(v.Request.Context(), v.viewer.UserID, p.OnlyUnread, v.page(perPage))
	if err != nil {
		return err
	}
	faces, err := s.actors(v, in)
	if err != nil {
		return err
	}
	for _, n := range in.Rows {
		p.Rows = append(p.Rows, s.notice(n, faces))
		p.UpTo = max(p.UpTo, n.Seq)
	}
	p.Unread, p.Next = in.Unread, v.next(in.Next)
	return v.show(http.StatusOK, "inbox", meta{Title: v.text("inbox.title"), Hidden: true, Section: "inbox"}, p)
}

// actors returns the accounts behind the notifications.
func (s *Site) actors(v *visit, in notify.Inbox) (map[int64]user.User, error) {
	var ids []int64
	for id := range in.Actors {
		ids = append(ids, id)
	}
	return s.Users.ByIDs(v.Request.Context(), ids)
}

func (s *Site) notice(n notify.Notification, faces map[int64]user.User) notice {
	out := notice{ID: n.ID, Type: n.Type, CreatedAt: n.CreatedAt, Unread: n.ReadAt == nil}
	if n.ActorID != nil {
		if actor, ok := faces[*n.ActorID]; ok {
			out.Actor, out.ActorID, out.Avatar = actor.Username, actor.ID, s.avatar(actor)
		}
	}
	switch {
	case n.Type == notify.TypeReviewLike && n.ReviewID != nil:
		out.Link = reviewPath(*n.ReviewID)
	case out.ActorID != 0:
		out.Link = memberPath(out.ActorID)
	}
	return out
}

// markRead marks one notification, or all up to the newest that was shown.
func (s *Site) markRead(v *visit) error {
	var ids []int64
	upTo, err := strconv.ParseInt(v.PostForm("up_to"), 10, 64)
	if id, ok := web.ParseID(v.PostForm("id")); ok {
		ids = []int64{id}
	} else if err != nil || upTo < 0 {
		return errUnknown
	}
	if err := s.Notifications.MarkRead(v.Request.Context(), v.viewer.UserID, ids, upTo); err != nil {
		return err
	}
	if len(ids) == 0 {
		v.leaveToast("inbox.read", "")
	}
	return v.goTo(v.back("/inbox"))
}
