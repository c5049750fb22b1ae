package site

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// tokensPage lists the viewer's personal tokens, and makes new ones.
type tokensPage struct {
	form
	Made  string // the new token, which is shown only once
	Rows  []user.Token
	Next  string
	Scope auth.Scope // chosen in the form
}

func (s *Site) tokens(c *pageContext) error {
	return s.showTokens(c, http.StatusOK, tokensPage{Scope: auth.ScopeRead, form: form{Values: map[string]string{"days": "90"}}})
}

func (s *Site) showTokens(c *pageContext, status int, p tokensPage) error {
	var next *page.Key
	var err error
	if p.Rows, next, err = s.Users.Tokens(c.Request.Context(), c.viewer.UserID, c.page(perPage)); err != nil {
		return err
	}
	p.Next = c.next(next)
	return c.show(status, "tokens", meta{Title: c.text("tokens.title"), Path: "/settings/tokens", Hidden: true, Private: true, Section: "me"}, p)
}

type tokenFields struct {
	Name  string `formData:"name" binding:"required,max=50"`
	Scope string `formData:"scope" binding:"required,oneof=read write"`
	Days  int64  `formData:"days" binding:"min=0,max=365"` // 0: it does not expire
}

// makeToken answers with a page and not with a redirect, because the token cannot be shown again.
func (s *Site) makeToken(c *pageContext) error {
	var f tokenFields
	var made string
	err := c.bind(&f)
	if err == nil {
		draft := user.TokenDraft{Name: f.Name, Scope: auth.Scope(f.Scope), Lifetime: time.Duration(f.Days) * 24 * time.Hour}
		_, made, err = s.Users.CreateToken(c.Request.Context(), c.viewer.UserID, draft)
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"name": f.Name, "days": c.field("days")}, func(status int, shown form) error {
			return s.showTokens(c, status, tokensPage{form: shown, Scope: auth.Scope(f.Scope)})
		})
	}
	return s.showTokens(c, http.StatusOK, tokensPage{Made: made, Scope: auth.ScopeRead, form: form{Values: map[string]string{"days": "90"}}})
}

func (s *Site) deleteToken(c *pageContext) error {
	id, err := c.id("token_id")
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Users.DeleteToken(c.Request.Context(), c.viewer.UserID, id); err != nil {
		return err
	}
	c.setToast("token.deleted", "")
	return c.redirectTo("/settings/tokens")
}

// revokeTokens deletes all of the viewer's tokens, from whichever page has the button.
func (s *Site) revokeTokens(c *pageContext) error {
	if err := c.readForm(0); err != nil {
		return err
	}
	if err := s.Users.RevokeTokens(c.Request.Context(), c.viewer.UserID); err != nil {
		return err
	}
	c.setToast("tokens.revoked", "")
	return c.redirectTo(c.returnPath("/settings/tokens"))
}
