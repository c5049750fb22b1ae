package site

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// signInPage is the page for signing in or joining.
type signInPage struct {
	form
	Next string // where to go afterwards

	Contact string // of the operator, "" if it is not configured
	Mail    bool   // links for lost passwords are sent

	// How people join: Mode, and whether the visitor has an invite, without which nobody joins a Closed community.
	Mode            user.Mode
	Invited, Closed bool
}

func (s *Site) signInForm(c *pageContext) error {
	if c.viewer.UserID != 0 {
		return c.redirectTo(localOrHome(c.Query("next")))
	}
	return s.showSignIn(c, http.StatusOK, "signin", signInPage{Next: localPath(c.Query("next"))})
}

func (s *Site) joinForm(c *pageContext) error {
	if c.viewer.UserID != 0 {
		return c.redirectTo(localOrHome(c.Query("next")))
	}
	return s.showJoin(c, http.StatusOK, form{Values: map[string]string{"invite": c.Query("invite")}}, localPath(c.Query("next")))
}

// showJoin shows the form for joining, as far as the community takes new members.
func (s *Site) showJoin(c *pageContext, status int, f form, next string) error {
	closed, err := s.joinClosed(c, f.Values["invite"])
	if err != nil {
		return err
	}
	return s.showSignIn(c, status, "join", signInPage{
		form: f, Next: next, Mode: s.Users.Registration().Mode, Invited: f.Values["invite"] != "", Closed: closed,
	})
}

// joinClosed reports whether registration is closed to somebody with this invite, "" for none. The first account can
// always be made.
func (s *Site) joinClosed(c *pageContext, invite string) (bool, error) {
	if s.Users.Registration().Mode != user.ModeClosed || invite != "" {
		return false, nil
	}
	nobody, err := s.nobody(c)
	return !nobody, err
}

func (s *Site) showSignIn(c *pageContext, status int, name string, p signInPage) error {
	p.Contact, p.Mail = s.Users.Registration().Contact, s.Users.SendsMail()
	return c.show(status, name, meta{Title: c.text("nav." + name), Description: c.text("site.description"), Section: name}, p)
}

type signInFields struct {
	Username string `formData:"username" binding:"required,max=1000"`
	Password string `formData:"password" raw:"true" binding:"required,max=1000"`
	Next     string `formData:"next"`
}

func (s *Site) signIn(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	var f signInFields
	err := c.bind(&f)
	var in user.SignedIn
	var challenge string
	if err == nil {
		in, challenge, err = s.Users.SignIn(c.Request.Context(), f.Username, f.Password, c.device())
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"username": f.Username}, func(status int, shown form) error {
			return s.showSignIn(c, status, "signin", signInPage{form: shown, Next: localPath(f.Next)})
		})
	}
	if challenge != "" {
		return s.showSignInCode(c, http.StatusOK, signInCodePage{Challenge: challenge, Next: localPath(f.Next)})
	}
	return s.startSession(c, in, f.Next)
}

// signInCodePage is the second step of signing in. It has a challenge in place of the password.
type signInCodePage struct {
	form
	Challenge, Next string
}

func (s *Site) showSignInCode(c *pageContext, status int, p signInCodePage) error {
	return c.show(status, "signincode", meta{Title: c.text("nav.signin"), Path: "/signin", Hidden: true, Private: true, Section: "signin"}, p)
}

type signInCodeFields struct {
	Challenge string `formData:"challenge" raw:"true" binding:"max=200"`
	Code      string `formData:"code" binding:"required,max=100"`
	Next      string `formData:"next"`
}

// second returns what was typed as a recovery code if it is longer than codes of apps are.
func (f signInCodeFields) second() user.SecondFactor {
	if len(strings.Join(strings.Fields(f.Code), "")) <= maxAppCode {
		return user.SecondFactor{Code: f.Code}
	}
	return user.SecondFactor{RecoveryCode: f.Code}
}

// maxAppCode is the length up to which a code is one of an app. Theirs have six digits, recovery codes many more.
const maxAppCode = 8

func (s *Site) signInCode(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	var f signInCodeFields
	err := c.bind(&f)
	var in user.SignedIn
	if err == nil {
		in, err = s.Users.FinishSignIn(c.Request.Context(), f.Challenge, f.second(), c.device())
	}
	if errors.Is(err, user.ErrSignInExpired) {
		return c.redisplay(err, nil, func(status int, shown form) error {
			return s.showSignIn(c, status, "signin", signInPage{form: shown, Next: localPath(f.Next)})
		})
	}
	if err != nil {
		return c.redisplay(errorAt(err, user.ErrTOTPInvalid, "code"), nil, func(status int, shown form) error {
			return s.showSignInCode(c, status, signInCodePage{form: shown, Challenge: f.Challenge, Next: localPath(f.Next)})
		})
	}
	return s.startSession(c, in, f.Next)
}

// startSession signs a browser in and ends the previous session of the browser, whose tokens would stay valid after
// their cookies are overwritten (ASVS 7.2.4).
func (s *Site) startSession(c *pageContext, in user.SignedIn, next string) error {
	if _, err := s.Users.Logout(c.Request.Context(), auth.AccessCookies(c.Request), nil); err != nil {
		return err
	}
	web.SetViewerID(c.Context, in.UserID)
	s.Cookies.Set(c.Writer, c.Request, in.Access, in.Refresh)
	return c.redirectTo(localOrHome(next))
}

type joinFields struct {
	Username string `formData:"username" binding:"required,min=2,max=50"`
	Password string `formData:"password" raw:"true" binding:"required,min=8,max=128"`
	Age      string `formData:"age"`
	Gender   string `formData:"gender" binding:"required,oneof=male female"`
	Next     string `formData:"next"`

	Invite      string `formData:"invite" binding:"max=100"`
	Application string `formData:"application" binding:"max=500"`
}

// join creates an account and signs the browser in.
func (s *Site) join(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	var f joinFields
	wrong := c.bind(&f)
	if closed, err := s.joinClosed(c, f.Invite); err != nil {
		return err
	} else if closed { // which matters more than what is wrong with the form
		_ = c.Error(user.ErrRegistrationClosed) // for the access log
		return s.showJoin(c, http.StatusForbidden, form{}, localPath(f.Next))
	}
	in, err := s.signUp(c, f, wrong)
	if err != nil {
		values := map[string]string{"username": f.Username, "age": f.Age, "gender": f.Gender, "invite": f.Invite, "application": f.Application}
		return c.redisplay(errorAt(err, user.ErrUsernameTaken, "username"), values, func(status int, shown form) error {
			return s.showJoin(c, status, shown, localPath(f.Next))
		})
	}
	said := "joined"
	if in.Pending {
		said = "applied"
	}
	c.setToast(said, "")
	return s.startSession(c, in, f.Next)
}

// signUp creates the account of a form in which something may be wrong.
func (s *Site) signUp(c *pageContext, f joinFields, err error) (user.SignedIn, error) {
	age, wrong := parseWhole(f.Age, "age")
	if wrong != nil {
		return user.SignedIn{}, apperr.Join(err, validation(*wrong))
	}
	if err != nil {
		return user.SignedIn{}, err
	}
	from := c.device()
	return s.Users.Join(c.Request.Context(), user.Draft{
		Username: f.Username, Password: f.Password, Age: age, Gender: user.Gender(f.Gender), Address: from.IP,
		Invite: f.Invite, Application: f.Application,
	}, from)
}

// signOut ends the session of this browser.
func (s *Site) signOut(c *pageContext) error {
	if err := c.checkOrigin(); err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if _, err := s.Users.Logout(c.Request.Context(), auth.AccessCookies(c.Request), nil); err != nil {
		return err
	}
	s.Cookies.Clear(c.Writer, c.Request)
	c.setToast("signedout", "")
	return c.redirectTo("/")
}
