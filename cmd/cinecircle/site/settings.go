package site

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// settingsPage is where a member changes their account.
type settingsPage struct {
	Profile, Image, Password form
	Avatar                   picture
	Member                   user.User
	Devices                  []device
}

// device is where the member is signed in.
type device struct {
	ID       int64
	Name, IP string
	Since    time.Time
	LastUsed time.Time
	Current  bool
}

// mostDevices is how many an account may be signed in on.
const mostDevices = 50

func (s *Site) settings(v *visit) error {
	return s.showSettings(v, http.StatusOK, func(*settingsPage) {})
}

// showSettings shows the page with one of its forms as set puts it.
func (s *Site) showSettings(v *visit, status int, set func(*settingsPage)) error {
	me, err := v.me()
	if err != nil {
		return err
	}
	if me.ID == 0 {
		return auth.ErrUserGone
	}
	p := settingsPage{Member: me, Avatar: s.avatar(me)}
	p.Profile.Values = map[string]string{
		"username": me.Username, "age": strconv.FormatInt(me.Age, 10), "gender": string(me.Gender),
	}
	rows, _, err := s.Users.Sessions(v.Request.Context(), me.ID, page.Page{Limit: mostDevices})
	if err != nil {
		return err
	}
	for _, one := range rows {
		p.Devices = append(p.Devices, device{
			ID: one.ID, Name: v.deviceName(one.UserAgent), IP: one.IP, Since: one.CreatedAt, LastUsed: one.LastUsedAt,
			Current: one.ID == v.viewer.SessionID,
		})
	}
	set(&p)
	return v.show(status, "settings", meta{Title: v.text("settings.title"), Path: "/settings", Hidden: true, Section: "me"}, p)
}

type profileFields struct {
	Username string `formData:"username" binding:"required,min=2,max=50"`
	Age      string `formData:"age"`
	Gender   string `formData:"gender" binding:"required,oneof=male female"`
}

func (s *Site) changeProfile(v *visit) error {
	var f profileFields
	if err := s.storeProfile(v, &f); err != nil {
		values := map[string]string{"username": f.Username, "age": f.Age, "gender": f.Gender}
		return v.again(atField(err, user.ErrUsernameTaken, "username"), values, func(status int, shown form) error {
			return s.showSettings(v, status, func(p *settingsPage) { p.Profile = shown })
		})
	}
	v.leaveToast("settings.saved", "")
	return v.goTo("/settings")
}

func (s *Site) storeProfile(v *visit, f *profileFields) error {
	err := web.BindForm(v.Context, f, 0)
	age, wrong := whole(f.Age, "age")
	if wrong != nil {
		return gather(err, validation(*wrong))
	}
	if err != nil {
		return err
	}
	_, err = s.Users.Change(v.Request.Context(), v.viewer, v.ClientIP(), v.viewer.UserID, user.Patch{
		Username: &f.Username, Age: &age, Gender: (*user.Gender)(&f.Gender),
	})
	return err
}

type imageFields struct {
	Image  *web.File `formData:"image"`
	Remove string    `formData:"remove"`
}

func (s *Site) changeImage(v *visit) error {
	if err := s.storeImage(v); err != nil {
		return v.again(web.Blame(err, "image"), nil, func(status int, shown form) error {
			return s.showSettings(v, status, func(p *settingsPage) { p.Image = shown })
		})
	}
	v.leaveToast("settings.saved", "")
	return v.goTo("/settings")
}

// storeImage takes the image that was sent, or takes the present one away.
func (s *Site) storeImage(v *visit) error {
	var f imageFields
	if err := web.BindForm(v.Context, &f, maxFile); err != nil {
		return err
	}
	ctx := v.Request.Context()
	if f.Remove != "" {
		_, err := s.Users.SetImage(ctx, v.viewer.UserID, nil)
		return err
	}
	file, err := upload(f.Image, "image", v.viewer.UserID)
	if err != nil {
		return err
	}
	if file == nil {
		return validation(web.Required("image"))
	}
	pic, err := s.Users.Decode(ctx, *file)
	if err != nil {
		return err
	}
	_, err = s.Users.SetImage(ctx, v.viewer.UserID, pic)
	return err
}

type passwordFields struct {
	Current string `formData:"current_password" raw:"true" binding:"required,max=1000"`
	New     string `formData:"password" raw:"true" binding:"required,min=8,max=128"`
}

func (s *Site) changePassword(v *visit) error {
	var f passwordFields
	err := web.BindForm(v.Context, &f, 0)
	if err == nil {
		_, err = s.Users.Change(v.Request.Context(), v.viewer, v.ClientIP(), v.viewer.UserID, user.Patch{
			Password: &f.New, CurrentPassword: &f.Current,
		})
	}
	if err != nil {
		return v.again(err, nil, func(status int, shown form) error {
			return s.showSettings(v, status, func(p *settingsPage) { p.Password = shown })
		})
	}
	v.leaveToast("password.saved", "")
	return v.goTo("/settings")
}

// endDevice signs the visitor out somewhere else, here, or everywhere.
func (s *Site) endDevice(v *visit) error {
	here, err := s.endSessions(v)
	if err != nil {
		return err
	}
	if here {
		auth.ClearCookies(v.Writer, s.Edge.HTTPS(v.Request))
		v.leaveToast("signedout", "")
		return v.goTo("/")
	}
	v.leaveToast("device.ended", "")
	return v.goTo("/settings#devices")
}

// endSessions ends what the form names and reports whether the visitor's own session is among it.
func (s *Site) endSessions(v *visit) (here bool, err error) {
	ctx := v.Request.Context()
	if v.PostForm("all") != "" {
		return true, s.Users.EndSessions(ctx, v.viewer.UserID)
	}
	id, ok := web.ParseID(v.PostForm("id"))
	if !ok {
		return false, user.ErrNoSession
	}
	return id == v.viewer.SessionID, s.Users.EndSession(ctx, v.viewer.UserID, id)
}

func (s *Site) askDeleteAccount(v *visit) error { return s.showDeleteAccount(v, http.StatusOK, form{}) }

func (s *Site) showDeleteAccount(v *visit, status int, f form) error {
	return v.show(status, "confirm", meta{Title: v.text("account.delete"), Hidden: true, Section: "me"}, confirmPage{
		Heading: v.text("account.delete.heading"), Lead: v.text("account.delete.lead"), Action: "/settings/delete",
		Button: v.text("account.delete"), Back: "/settings", Password: true, form: f,
	})
}

type deleteFields struct {
	Password string `formData:"current_password" raw:"true" binding:"required,max=1000"`
}

// deleteAccount asks for the password, because an open browser is not its owner.
func (s *Site) deleteAccount(v *visit) error {
	var f deleteFields
	ctx := v.Request.Context()
	err := web.BindForm(v.Context, &f, 0)
	if err == nil { // changes nothing, and tells whether the password is right
		_, err = s.Users.Change(ctx, asMember(v.viewer), v.ClientIP(), v.viewer.UserID, user.Patch{CurrentPassword: &f.Password})
	}
	if err == nil {
		err = s.Users.Delete(ctx, v.viewer.UserID)
	}
	if err != nil {
		return v.again(err, nil, func(status int, shown form) error { return s.showDeleteAccount(v, status, shown) })
	}
	auth.ClearCookies(v.Writer, s.Edge.HTTPS(v.Request))
	v.leaveToast("account.deleted", "")
	return v.goTo("/")
}

// asMember is the viewer without the rights of an admin, who has to give the password for their own account too.
func asMember(viewer auth.Viewer) auth.Viewer {
	viewer.Role = auth.RoleMember
	return viewer
}
