package site

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/user"
)

// settingsPage is the page on which members manage their account.
type settingsPage struct {
	Profile, Image, Password form
	Avatar                   shownImage
	Member                   user.User
	Devices                  []device
}

// device is a session of the member.
type device struct {
	ID       int64
	Name, IP string
	Since    time.Time
	LastUsed time.Time
	Current  bool
}

// maxDevices is the number of sessions that the page lists. An account cannot have more.
const maxDevices = 50

func (s *Site) settings(c *pageContext) error {
	return s.showSettings(c, http.StatusOK, func(*settingsPage) {})
}

// showSettings shows the page after set has filled in one of its forms.
func (s *Site) showSettings(c *pageContext, status int, set func(*settingsPage)) error {
	me, err := c.me()
	if err != nil {
		return err
	}
	if me.ID == 0 {
		return auth.ErrUserGone
	}
	p := settingsPage{Member: me, Avatar: s.avatar(me.Face())}
	p.Profile.Values = map[string]string{
		"username": me.Username, "age": strconv.FormatInt(me.Age, 10), "gender": string(me.Gender), "bio": me.Bio,
	}
	rows, _, err := s.Users.Sessions(c.Request.Context(), me.ID, page.Page{Limit: maxDevices})
	if err != nil {
		return err
	}
	for _, one := range rows {
		p.Devices = append(p.Devices, device{
			ID: one.ID, Name: c.deviceName(one.UserAgent), IP: one.IP, Since: one.CreatedAt, LastUsed: one.LastUsedAt,
			Current: one.ID == c.viewer.SessionID,
		})
	}
	set(&p)
	return c.show(status, "settings", meta{Title: c.text("settings.title"), Path: "/settings", Hidden: true, Private: true, Section: "me"}, p)
}

type profileFields struct {
	Username string `formData:"username" binding:"required,min=2,max=50"`
	Age      string `formData:"age"`
	Gender   string `formData:"gender" binding:"required,oneof=male female"`
	Bio      string `formData:"bio" binding:"max=500"`
}

func (s *Site) changeProfile(c *pageContext) error {
	var f profileFields
	if err := s.storeProfile(c, &f); err != nil {
		values := map[string]string{"username": f.Username, "age": f.Age, "gender": f.Gender, "bio": f.Bio}
		return c.redisplay(errorAt(err, user.ErrUsernameTaken, "username"), values, func(status int, shown form) error {
			return s.showSettings(c, status, func(p *settingsPage) { p.Profile = shown })
		})
	}
	c.setToast("settings.saved", "")
	return c.redirectTo("/settings")
}

func (s *Site) storeProfile(c *pageContext, f *profileFields) error {
	err := c.bind(f)
	age, wrong := parseWhole(f.Age, "age")
	if wrong != nil {
		return apperr.Join(err, validation(*wrong))
	}
	if err != nil {
		return err
	}
	patch := user.Patch{Username: &f.Username, Age: &age, Gender: (*user.Gender)(&f.Gender)}
	if c.sent.Values.Has("bio") { // a page from before the form had it keeps it
		patch.Bio = &f.Bio
	}
	_, err = s.Users.Change(c.Request.Context(), c.viewer, c.ClientIP(), c.viewer.UserID, patch)
	return err
}

type imageFields struct {
	Image  *web.File `formData:"image"`
	Remove string    `formData:"remove"`
}

func (s *Site) changeImage(c *pageContext) error {
	if err := s.storeImage(c); err != nil {
		return c.redisplay(web.Blame(err, "image"), nil, func(status int, shown form) error {
			return s.showSettings(c, status, func(p *settingsPage) { p.Image = shown })
		})
	}
	c.setToast("settings.saved", "")
	return c.redirectTo("/settings")
}

// storeImage sets or removes the profile image.
func (s *Site) storeImage(c *pageContext) error {
	var f imageFields
	if err := c.bindUpload(&f, maxFile); err != nil {
		return err
	}
	ctx := c.Request.Context()
	if f.Remove != "" {
		_, err := s.Users.SetImage(ctx, c.viewer.UserID, nil)
		return err
	}
	file, err := uploadOf(f.Image, "image", c.viewer.UserID)
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
	_, err = s.Users.SetImage(ctx, c.viewer.UserID, pic)
	return err
}

type passwordFields struct {
	Current string `formData:"current_password" raw:"true" binding:"required,max=1000"`
	New     string `formData:"password" raw:"true" binding:"required,min=8,max=128"`
}

func (s *Site) changePassword(c *pageContext) error {
	var f passwordFields
	err := c.bind(&f)
	if err == nil {
		_, err = s.Users.Change(c.Request.Context(), c.viewer, c.ClientIP(), c.viewer.UserID, user.Patch{
			Password: &f.New, CurrentPassword: &f.Current,
		})
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error {
			return s.showSettings(c, status, func(p *settingsPage) { p.Password = shown })
		})
	}
	c.setToast("password.saved", "")
	return c.redirectTo("/settings")
}

// endDevice ends one session of the viewer, or all.
func (s *Site) endDevice(c *pageContext) error {
	here, err := s.endSessions(c)
	if err != nil {
		return err
	}
	if here {
		s.Cookies.Clear(c.Writer, c.Request)
		c.setToast("signedout", "")
		return c.redirectTo("/")
	}
	c.setToast("device.ended", "")
	return c.redirectTo("/settings#devices")
}

// endSessions ends the sessions in the form and reports whether the current one is among them.
func (s *Site) endSessions(c *pageContext) (here bool, err error) {
	if err := c.readForm(0); err != nil {
		return false, err
	}
	ctx := c.Request.Context()
	if c.field("all") != "" {
		return true, s.Users.EndSessions(ctx, c.viewer.UserID)
	}
	id, ok := web.ParseID(c.field("id"))
	if !ok {
		return false, user.ErrNoSession
	}
	return id == c.viewer.SessionID, s.Users.EndSession(ctx, c.viewer.UserID, id)
}

func (s *Site) askDeleteAccount(c *pageContext) error {
	return s.showDeleteAccount(c, http.StatusOK, form{})
}

func (s *Site) showDeleteAccount(c *pageContext, status int, f form) error {
	return c.show(status, "confirm", meta{Title: c.text("account.delete"), Hidden: true, Private: true, Section: "me"}, confirmPage{
		Heading: c.html("account.delete.heading"), Lead: c.text("account.delete.lead"), Action: "/settings/delete",
		Button: c.text("account.delete"), Back: "/settings", Password: true, Export: true, form: f,
	})
}

type deleteFields struct {
	Password string `formData:"current_password" raw:"true" binding:"required,max=1000"`
}

// deleteAccount requires the password, because somebody else may use an unlocked device.
func (s *Site) deleteAccount(c *pageContext) error {
	var f deleteFields
	err := c.bind(&f)
	if err == nil {
		err = s.checkPassword(c, f.Password)
	}
	if err == nil {
		err = s.Users.Delete(c.Request.Context(), c.viewer.UserID)
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error { return s.showDeleteAccount(c, status, shown) })
	}
	s.Cookies.Clear(c.Writer, c.Request)
	c.setToast("account.deleted", "")
	return c.redirectTo("/")
}

// checkPassword returns an error of the field current_password unless it is the password of the viewer.
func (s *Site) checkPassword(c *pageContext, password string) error {
	_, err := s.Users.Change(c.Request.Context(), asMember(c.viewer), c.ClientIP(), c.viewer.UserID, user.Patch{CurrentPassword: &password})
	return err // nothing is changed
}

// asMember returns the viewer without admin rights, so that admins too need the password for their own account.
func asMember(viewer auth.Viewer) auth.Viewer {
	viewer.Role = auth.RoleMember
	return viewer
}
