package site

import (
	"html/template"
	"net/http"

	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// securityPage is the second factor of the viewer, and the address to which mail about the account goes.
type securityPage struct {
	form
	Mail  form
	Email user.Email
	Mails bool // the program sends mail

	Tokens int64 // how many personal tokens work
	user.TOTPState
	Setup    *setup   // a new secret, nil unless it waits for its first code
	Recovery []string // the recovery codes, which are shown once
}

// setup is a secret in the forms in which apps take it.
type setup struct {
	Secret string
	URL    template.URL // otpauth:, which apps on the same phone open
	QR     template.HTML
}

func (s *Site) security(c *pageContext) error {
	return s.showSecurity(c, http.StatusOK, securityPage{})
}

func (s *Site) showSecurity(c *pageContext, status int, p securityPage) error {
	var err error
	if p.TOTPState, err = s.Users.TOTPState(c.Request.Context(), c.viewer.UserID); err != nil {
		return err
	}
	p.Mails = s.Users.SendsMail()
	if p.Email, err = s.Users.EmailOf(c.Request.Context(), c.viewer.UserID); err != nil {
		return err
	}
	if p.Tokens, err = s.Users.CountTokens(c.Request.Context(), c.viewer.UserID); err != nil {
		return err
	}
	m := meta{Title: c.text("security.title"), Path: securityPath, Hidden: true, Private: true, Section: "me"}
	return c.show(status, "security", m, p)
}

const securityPath = "/settings/security"

// beginTOTP answers with a page and not with a redirect, because the secret cannot be shown again.
func (s *Site) beginTOTP(c *pageContext) error {
	if err := c.noForm(); err != nil {
		return err
	}
	made, err := s.Users.BeginTOTP(c.Request.Context(), c.viewer.UserID)
	if err != nil {
		return err
	}
	return s.showSecurity(c, http.StatusOK, securityPage{Setup: &setup{
		Secret: made.Secret, URL: template.URL(made.URL), QR: template.HTML(made.QR), //nolint:gosec // made by package totp
	}})
}

type codeFields struct {
	Code string `formData:"code" binding:"required,max=20"`
}

func (s *Site) confirmTOTP(c *pageContext) error {
	var f codeFields
	var codes []string
	err := c.bind(&f)
	if err == nil {
		codes, err = s.Users.ConfirmTOTP(c.Request.Context(), c.viewer, f.Code)
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error {
			return s.showSecurity(c, status, securityPage{form: shown, Setup: &setup{}})
		})
	}
	return s.showSecurity(c, http.StatusOK, securityPage{Recovery: codes})
}

type totpOffFields struct {
	Code     string `formData:"code" binding:"required,max=50"`
	Password string `formData:"current_password" raw:"true" binding:"required,max=1000"`
}

func (s *Site) turnTOTPOff(c *pageContext) error {
	var f totpOffFields
	err := c.bind(&f)
	if err == nil {
		second := signInCodeFields{Code: f.Code}.second()
		err = s.Users.TurnTOTPOff(c.Request.Context(), asMember(c.viewer), c.ClientIP(), f.Password, second)
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error {
			return s.showSecurity(c, status, securityPage{form: shown})
		})
	}
	c.setToast("totp.off", "")
	return c.redirectTo(securityPath)
}

type addressFields struct {
	Email    string `formData:"email" binding:"max=254"`
	Password string `formData:"current_password" raw:"true" binding:"required,max=1000"`
	Remove   string `formData:"remove"`
}

// changeEmail sends a link to a new address, or forgets the address.
func (s *Site) changeEmail(c *pageContext) error {
	var f addressFields
	err := c.bind(&f)
	said := "email.sent"
	switch {
	case err != nil:
	case f.Remove != "":
		said = "email.removed"
		err = s.Users.RemoveEmail(c.Request.Context(), asMember(c.viewer), c.ClientIP(), f.Password)
	case f.Email == "":
		err = validation(web.Required("email"))
	default:
		err = s.Users.SetEmail(c.Request.Context(), asMember(c.viewer), c.ClientIP(), f.Password, f.Email)
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"email": f.Email}, func(status int, shown form) error {
			for i, m := range shown.Mistakes { // the form about the second factor asks for the password, too
				if m.ID == "current_password" {
					shown.Mistakes[i].ID = "email-password"
				}
			}
			return s.showSecurity(c, status, securityPage{Mail: shown})
		})
	}
	c.setToast(said, "")
	return c.redirectTo(securityPath)
}
