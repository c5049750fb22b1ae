package site

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/cinecircle/cinecircle/user"
)

// forgottenPage is the page on which somebody asks for a link to set a new password.
type forgottenPage struct {
	form
	Mail    bool // links are sent
	Contact string
}

func (s *Site) forgottenForm(c *pageContext) error {
	return s.showForgotten(c, http.StatusOK, form{})
}

func (s *Site) showForgotten(c *pageContext, status int, f form) error {
	p := forgottenPage{form: f, Mail: s.Users.SendsMail(), Contact: s.Users.Registration().Contact}
	return c.show(status, "forgotten", meta{Title: c.text("forgotten.title"), Path: "/forgotten", Hidden: true, Section: "signin"}, p)
}

type forgottenFields struct {
	Who string `formData:"who" binding:"required,max=254"`
}

// forgotten asks for a link. What has an @ is an address, and perhaps a name as well.
func (s *Site) forgotten(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	var f forgottenFields
	err := c.bind(&f)
	if err == nil {
		err = s.Users.ForgotPassword(c.Request.Context(), f.Who, false)
	}
	if err == nil && strings.Contains(f.Who, "@") {
		err = s.Users.ForgotPassword(c.Request.Context(), f.Who, true)
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"who": f.Who}, func(status int, shown form) error {
			return s.showForgotten(c, status, shown)
		})
	}
	c.setToast("forgotten.sent", "")
	return c.redirectTo("/signin")
}

// linkPage is the page of a link with a token. It asks first: programs that look at mail open the links in it.
type linkPage struct {
	form
	Token string
	Dead  bool // the link does not work any more
}

// linkForm returns the handler that shows a page of a link, which is also the path. check says whether its token works:
// nobody should fill in a form, or press a button, for a link that does not.
func (s *Site) linkForm(page string, check func(ctx context.Context, token string) error) handler {
	return func(c *pageContext) error {
		token := c.Query("token")
		err := check(c.Request.Context(), token)
		if isDeadLink(err) {
			return s.showLink(c, http.StatusNotFound, page, linkPage{Dead: true})
		}
		if err != nil {
			return err
		}
		return s.showLink(c, http.StatusOK, page, linkPage{Token: token})
	}
}

func isDeadLink(err error) bool {
	return errors.Is(err, user.ErrResetInvalid) || errors.Is(err, user.ErrEmailInvalid)
}

func (*Site) showLink(c *pageContext, status int, page string, p linkPage) error {
	return c.show(status, page, meta{Title: c.text(page + ".title"), Path: "/" + page, Hidden: true, Private: true, Section: "signin"}, p)
}

// useLink reads the form of a page of a link, uses its token, and leads to another page with a toast.
func (s *Site) useLink(c *pageContext, page, toast, to string, fields any, token *string, use func() error) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	err := c.bind(fields)
	if err == nil {
		err = use()
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error {
			return s.showLink(c, status, page, linkPage{form: shown, Token: *token, Dead: isDeadLink(err)})
		})
	}
	c.setToast(toast, "")
	return c.redirectTo(to)
}

type emailFields struct {
	Token string `formData:"token" raw:"true" binding:"required,max=200"`
}

func (s *Site) confirmEmail(c *pageContext) error {
	var f emailFields
	return s.useLink(c, "email", "email.confirmed", "/", &f, &f.Token, func() error {
		return s.Users.ConfirmEmail(c.Request.Context(), f.Token)
	})
}
