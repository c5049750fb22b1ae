package site

import (
	"net/http"

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
	p := signInPage{form: f, Next: next, Mode: s.Users.Registration().Mode, Invited: f.Values["invite"] != ""}
	if p.Mode == user.ModeClosed && !p.Invited {
		nobody, err := s.nobody(c)
		if err != nil {
			return err
		}
		p.Closed = !nobody // the first account can always be made
	}
	return s.showSignIn(c, status, "join", p)
}

func (s *Site) showSignIn(c *pageContext, status int, name string, p signInPage) error {
	p.Contact = s.Users.Registration().Contact
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
	if err == nil {
		in, err = s.Users.Login(c.Request.Context(), f.Username, f.Password, c.device())
	}
	if err != nil {
		return c.redisplay(err, map[string]string{"username": f.Username}, func(status int, shown form) error {
			return s.showSignIn(c, status, "signin", signInPage{form: shown, Next: localPath(f.Next)})
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
	in, err := s.signUp(c, &f)
	if err != nil {
		values := map[string]string{"username": f.Username, "age": f.Age, "gender": f.Gender, "invite": f.Invite, "application": f.Application}
		return c.redisplay(errorAt(err, user.ErrUsernameTaken, "username"), values, func(status int, shown form) error {
			return s.showJoin(c, status, shown, localPath(f.Next))
		})
	}
	said := "joined"
	if s.Users.Registration().Mode == user.ModeApproval && f.Invite == "" {
		said = "applied"
	}
	c.setToast(said, "")
	return s.startSession(c, in, f.Next)
}

func (s *Site) signUp(c *pageContext, f *joinFields) (user.SignedIn, error) {
	err := c.bind(f)
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
