package site

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/moderation"
	"github.com/cinecircle/cinecircle/moderation/record"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/user"
)

// moderatedPage lists accounts by their status.
type moderatedPage struct {
	Status   string // "" for all
	Statuses []string
	Search   string
	Rows     []moderatedMember
	Next     string
}

// moderatedMember is an account as moderators see it.
type moderatedMember struct {
	memberCard
	Status      auth.Status
	Reason      string
	Until       *time.Time
	Application string
	LastLogin   *time.Time
	InvitedBy   int64  // 0: nobody
	Inviter     string // "" once that account is deleted
	Reports     int64
	Role        auth.Role
	Modifiable  bool // the viewer may suspend them
}

// memberStatuses are the filters of the page, "" for all.
var memberStatuses = []string{string(auth.StatusPending), string(auth.StatusSuspended), string(auth.StatusActive), ""}

func (s *Site) moderatedMembers(c *pageContext) error {
	p := moderatedPage{Status: c.queryOneOf("status", memberStatuses, ""), Statuses: memberStatuses, Search: searchText(c.Query("q"))}
	rows, next, err := s.Users.Members(c.Request.Context(), auth.Status(p.Status), p.Search, c.page(perPage))
	if err != nil {
		return err
	}
	if p.Rows, err = s.asModerated(c, rows...); err != nil {
		return err
	}
	p.Next = c.next(next)
	return c.show(http.StatusOK, "moderated", moderationMeta(c, "moderation.members"), p)
}

// moderationMeta is the head of a page for moderators.
func moderationMeta(c *pageContext, title string) meta {
	return meta{Title: c.text(title), Hidden: true, Private: true, Section: "moderation"}
}

// asModerated loads what moderators see of accounts.
func (s *Site) asModerated(c *pageContext, rows ...user.User) ([]moderatedMember, error) {
	ctx := c.Request.Context()
	cards, err := s.memberCards(c, rows)
	if err != nil {
		return nil, err
	}
	reports, err := s.Users.ReportCounts(ctx, rows...)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, u := range rows {
		if u.InvitedBy != nil {
			ids = append(ids, *u.InvitedBy)
		}
	}
	inviters, err := s.Users.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]moderatedMember, len(rows))
	for i, u := range rows {
		m := moderatedMember{
			memberCard: cards[i], Status: u.StatusAt(time.Now()), Reason: u.StatusReason, Until: u.SuspendedUntil, Application: u.Application,
			LastLogin: u.LastLogin, Reports: reports[u.ID], Role: u.Role,
			Modifiable: c.maySuspend(u),
		}
		if u.InvitedBy != nil {
			m.InvitedBy, m.Inviter = *u.InvitedBy, inviters[*u.InvitedBy].Username
		}
		out[i] = m
	}
	return out, nil
}

// maySuspend reports whether the viewer may suspend and warn an account.
func (c *pageContext) maySuspend(u user.User) bool {
	return u.Role == auth.RoleMember || u.Role == auth.RoleModerator && c.viewer.Admin()
}

// moderatedPath is the page about an account for moderators.
func moderatedPath(id int64) string { return "/moderate/members/" + strconv.FormatInt(id, 10) }

// caseOf is an account with what moderators know and can do about it.
type caseOf struct {
	form
	moderatedMember
	Removing  form    // the form that removes what the member posted
	Durations []int64 // days, 0 for until it is lifted
	Kinds     []string
	History   []logRow // what moderators did about the account, newest first
	Invited   []moderatedMember
	Films     []movie.Movie // the newest that the account added
}

// How many of those whom a member invited, and of the films that they added, the page lists.
const (
	maxInvited = 100
	maxAdded   = 20
)

// removable are the kinds of what can be removed at once, as fields of the form.
var removable = []string{"reviews", "comments", "lists", "movies"}

// durations are the choices of the form, in days.
var durations = []int64{1, 7, 30, 0}

func (s *Site) moderatedMember(c *pageContext) error {
	return s.showCase(c, http.StatusOK, suspending, removing)
}

// suspending and removing are the forms before anybody has typed.
var (
	suspending = form{Values: map[string]string{"days": "7"}}
	removing   = form{Values: map[string]string{"reviews": "1", "comments": "1", "lists": "1", "movies": "1"}}
)

func (s *Site) showCase(c *pageContext, status int, suspend, remove form) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	rows, err := s.asModerated(c, u)
	if err != nil {
		return err
	}
	history, _, err := s.logRows(c, moderation.LogFilter{TargetType: record.User, TargetID: u.ID})
	if err != nil {
		return err
	}
	invited, err := s.Users.Invited(c.Request.Context(), u.ID, maxInvited)
	if err != nil {
		return err
	}
	guests, err := s.asModerated(c, invited...)
	if err != nil {
		return err
	}
	films, err := s.Movies.AddedBy(c.Request.Context(), u.ID, maxAdded)
	if err != nil {
		return err
	}
	m := moderationMeta(c, "moderation.members")
	m.Title, m.Path = isolated(u.Username), moderatedPath(u.ID)
	return c.show(status, "case", m, caseOf{
		form: suspend, moderatedMember: rows[0], Removing: remove, Durations: durations, Kinds: removable, History: history,
		Invited: guests, Films: films,
	})
}

type suspendFields struct {
	Days   int64  `formData:"days" binding:"min=0,max=3650"` // 0: until it is lifted
	Reason string `formData:"reason" binding:"required,max=500"`
}

func (s *Site) suspend(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	var f suspendFields
	err = c.bind(&f)
	if err == nil {
		_, err = s.Users.Suspend(c.Request.Context(), c.viewer, u.ID, user.Suspension{Reason: f.Reason, Days: f.Days})
	}
	if err != nil {
		values := map[string]string{"days": c.field("days"), "reason": f.Reason}
		return c.redisplay(err, values, func(status int, shown form) error { return s.showCase(c, status, shown, removing) })
	}
	c.setToast("member.suspended", strconv.FormatInt(u.ID, 10))
	return c.redirectTo(moderatedPath(u.ID))
}

// decideOn lets a pending member in, rejects them, or lifts a suspension.
func (s *Site) decideOn(c *pageContext) error {
	id, err := c.id("user_id")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	ctx, note := c.Request.Context(), c.field("note")
	var said string
	arg, to := strconv.FormatInt(id, 10), c.returnPath(moderatedPath(id))
	switch c.field("do") {
	case "approve":
		said = "member.approved"
		_, err = s.Users.Approve(ctx, c.viewer, id, note)
	case "reject":
		said, arg, to = "member.rejected", "", "/moderate/members?status=pending"
		_, err = s.Users.Reject(ctx, c.viewer, id, note)
	case "unsuspend":
		said = "member.unsuspended"
		_, err = s.Users.Unsuspend(ctx, c.viewer, id, note)
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	c.setToast(said, arg)
	return c.redirectTo(to)
}
