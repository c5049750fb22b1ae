package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/user"
)

type resetFields struct {
	Token    string `formData:"token" raw:"true" binding:"required,max=200"`
	Password string `formData:"password" raw:"true" binding:"required,min=8,max=128"`
}

// reset sets a password. Nobody is signed in by that: who has the link by mistake would be, unseen.
func (s *Site) reset(c *pageContext) error {
	var f resetFields
	return s.useLink(c, "reset", "password.reset", "/signin", &f, &f.Token, func() error {
		return s.Users.ResetPassword(c.Request.Context(), c.ClientIP(), f.Token, f.Password)
	})
}

// resetLinkPage shows an admin the link with which a member sets a new password.
type resetLinkPage struct {
	Member user.User
	Link   string
}

// askResetLink asks first, because a new link makes the earlier ones invalid.
func (s *Site) askResetLink(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("admin.reset"), Hidden: true, Private: true, Section: "admin"}, confirmPage{
		Heading: c.html("admin.reset.heading", u.Username), Lead: c.text("admin.reset.lead"), Button: c.text("admin.reset.do"),
		Action: c.Request.URL.Path, Back: "/admin/members", Harmless: true,
	})
}

func (s *Site) makeResetLink(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	link, err := s.Users.ResetLink(c.Request.Context(), c.viewer, u.ID)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "resetlink", meta{Title: c.text("admin.reset"), Path: "/admin/members", Hidden: true, Private: true, Section: "admin"}, resetLinkPage{
		Member: u, Link: absolute(s.base(c.Context), link),
	})
}
