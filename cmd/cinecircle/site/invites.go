package site

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/user"
)

// invitesPage lists the viewer's invites, those of all members for moderators, and makes new ones.
type invitesPage struct {
	form
	May  bool // the viewer may make invites
	All  bool // the page lists everybody's
	Rows []inviteRow
	Next string
}

// inviteRow is an invite with the address to pass on.
type inviteRow struct {
	user.Invite
	URL   string // "" once nobody can use it any more
	Maker string
}

func (s *Site) invites(c *pageContext) error {
	return s.showInvites(c, http.StatusOK, form{Values: map[string]string{"uses": "1", "days": "7"}})
}

func (s *Site) showInvites(c *pageContext, status int, f form) error {
	ctx := c.Request.Context()
	rows, next, err := s.Users.Invites(ctx, c.viewer, c.page(perPage))
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, one := range rows {
		ids[i] = one.UserID
	}
	makers, err := s.Users.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	p := invitesPage{form: f, May: s.Users.MayInvite(c.viewer), All: c.viewer.Moderates(), Next: c.next(next)}
	for _, one := range rows {
		row := inviteRow{Invite: one}
		if one.UsesLeft > 0 && (one.ExpiresAt == nil || one.ExpiresAt.After(time.Now())) {
			row.URL = absolute(s.base(c.Context), s.Users.InviteURL(one))
		}
		if p.All && one.UserID != c.viewer.UserID {
			row.Maker = makers[one.UserID].Username
		}
		p.Rows = append(p.Rows, row)
	}
	return c.show(status, "invites", meta{Title: c.text("invites.title"), Path: "/settings/invites", Hidden: true, Private: true, Section: "me"}, p)
}

type inviteFields struct {
	Uses int64 `formData:"uses" binding:"required,min=1,max=100"`
	Days int64 `formData:"days" binding:"min=0,max=90"` // 0: it does not expire
}

func (s *Site) makeInvite(c *pageContext) error {
	if !s.Users.MayInvite(c.viewer) {
		return apperr.ErrForbidden
	}
	var f inviteFields
	err := c.bind(&f)
	if err == nil {
		draft := user.InviteDraft{Uses: f.Uses, Lifetime: time.Duration(f.Days) * 24 * time.Hour}
		_, err = s.Users.CreateInvite(c.Request.Context(), c.viewer, draft)
	}
	if err != nil {
		values := map[string]string{"uses": c.field("uses"), "days": c.field("days")}
		return c.redisplay(err, values, func(status int, shown form) error { return s.showInvites(c, status, shown) })
	}
	c.setToast("invite.made", "")
	return c.redirectTo("/settings/invites")
}

func (s *Site) deleteInvite(c *pageContext) error {
	id, err := c.id("invite_id")
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Users.DeleteInvite(c.Request.Context(), c.viewer, id); err != nil {
		return err
	}
	c.setToast("invite.deleted", "")
	return c.redirectTo("/settings/invites")
}
