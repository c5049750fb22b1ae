package site

import (
	"net/http"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// doorPage is the page to sign in or up on.
type doorPage struct {
	form
	Next string // where to go afterwards
}

func (s *Site) signInForm(v *visit) error {
	if v.viewer.UserID != 0 {
		return v.goTo(orHome(v.Query("next")))
	}
	return s.showDoor(v, http.StatusOK, "signin", doorPage{Next: local(v.Query("next"))})
}

func (s *Site) joinForm(v *visit) error {
	if v.viewer.UserID != 0 {
		return v.goTo(orHome(v.Query("next")))
	}
	return s.showDoor(v, http.StatusOK, "join", doorPage{Next: local(v.Query("next"))})
}

func (s *Site) showDoor(v *visit, status int, name string, p doorPage) error {
	return v.show(status, name, meta{Title: v.text(name + ".title"), Description: v.text("site.description"), Section: name}, p)
}

func orHome(address string) string {
	if to := local(address); to != "" {
		return to
	}
	return "/"
}

type signInFields struct {
	Username string `formData:"username" binding:"required,max=1000"`
	Password string `formData:"password" raw:"true" binding:"required,max=1000"`
	Next     string `formData:"next"`
}

func (s *Site) signIn(v *visit) error {
	if err := v.foreign(); err != nil {
		return err
	}
	var f signInFields
	err := web.BindForm(v.Context, &f, 0)
	var in user.SignedIn
	if err == nil {
		in, err = s.Users.Login(v.Request.Context(), f.Username, f.Password, v.device())
	}
	if err != nil {
		return v.again(err, map[string]string{"username": f.Username}, func(status int, shown form) error {
			return s.showDoor(v, status, "signin", doorPage{form: shown, Next: local(f.Next)})
		})
	}
	return s.welcome(v, in, f.Next)
}

// welcome signs a browser in. The session that it had before ends: its tokens would be overwritten here and go on
// being good elsewhere (ASVS 7.2.4).
func (s *Site) welcome(v *visit, in user.SignedIn, next string) error {
	if _, err := s.Users.Logout(v.Request.Context(), v.cookie(auth.AccessCookie), ""); err != nil {
		return err
	}
	web.SetViewerID(v.Context, in.UserID)
	auth.SetCookies(v.Writer, s.Edge.HTTPS(v.Request), in.Access, in.Refresh, s.RefreshTTL)
	return v.goTo(orHome(next))
}

type joinFields struct {
	Username string `formData:"username" binding:"required,min=2,max=50"`
	Password string `formData:"password" raw:"true" binding:"required,min=8,max=128"`
	Age      string `formData:"age"`
	Gender   string `formData:"gender" binding:"required,oneof=male female"`
	Next     string `formData:"next"`
}

// join makes an account and signs it in at once.
func (s *Site) join(v *visit) error {
	if err := v.foreign(); err != nil {
		return err
	}
	var f joinFields
	err := s.signUp(v, &f)
	var in user.SignedIn
	if err == nil {
		in, err = s.Users.Login(v.Request.Context(), f.Username, f.Password, v.device())
	}
	if err != nil {
		values := map[string]string{"username": f.Username, "age": f.Age, "gender": f.Gender}
		return v.again(atField(err, user.ErrUsernameTaken, "username"), values, func(status int, shown form) error {
			return s.showDoor(v, status, "join", doorPage{form: shown, Next: local(f.Next)})
		})
	}
	v.leaveToast("joined", "")
	return s.welcome(v, in, f.Next)
}

func (s *Site) signUp(v *visit, f *joinFields) error {
	err := web.BindForm(v.Context, f, 0)
	age, wrong := whole(f.Age, "age")
	if wrong != nil {
		return gather(err, validation(*wrong))
	}
	if err != nil {
		return err
	}
	_, err = s.Users.Create(v.Request.Context(), user.Draft{
		Username: f.Username, Password: f.Password, Age: age, Gender: user.Gender(f.Gender),
	})
	return err
}

// signOut ends the session of this browser.
func (s *Site) signOut(v *visit) error {
	if err := v.foreign(); err != nil {
		return err
	}
	if _, err := s.Users.Logout(v.Request.Context(), v.cookie(auth.AccessCookie), ""); err != nil {
		return err
	}
	auth.ClearCookies(v.Writer, s.Edge.HTTPS(v.Request))
	v.leaveToast("signedout", "")
	return v.goTo("/")
}
