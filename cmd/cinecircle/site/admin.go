package site

import (
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// adminPage is what admins look after.
type adminPage struct {
	Tab     string // films or members
	Search  string
	Films   []filmCard
	Members []memberCard
	Next    string
}

func (s *Site) admin(c *pageContext) error { return c.redirectTo("/admin/members") }

func (s *Site) adminMembers(c *pageContext) error {
	p := adminPage{Tab: "members", Search: searchText(c.Query("q"))}
	rows, next, err := s.findMembers(c, p.Search)
	if err != nil {
		return err
	}
	if p.Members, err = s.memberCards(c, rows); err != nil {
		return err
	}
	return s.showAdmin(c, p, next)
}

func (s *Site) adminFilms(c *pageContext) error {
	p := adminPage{Tab: "films", Search: searchText(c.Query("q"))}
	rows, next, err := s.Movies.List(c.Request.Context(), movie.Filter{Title: p.Search}, movie.SortNewest, c.page(perPage))
	if err != nil {
		return err
	}
	p.Films = s.filmCards(rows, "grid")
	return s.showAdmin(c, p, next)
}

func (s *Site) showAdmin(c *pageContext, p adminPage, next *page.Key) error {
	p.Next = c.next(next)
	return c.show(http.StatusOK, "admin", meta{Title: c.text("admin.title"), Hidden: true, Private: true, Section: "admin"}, p)
}

// askRole asks for the password before a member becomes an admin or an admin a member, because nothing else gives as
// much power over the others.
func (s *Site) askRole(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	return s.showRole(c, http.StatusOK, u, !u.Face().Admin, form{})
}

func (s *Site) showRole(c *pageContext, status int, u user.User, grant bool, f form) error {
	path := "/admin/members/" + strconv.FormatInt(u.ID, 10) + "/role"
	p := confirmPage{
		Heading: c.html("admin.grant.heading", u.Username), Lead: c.text("admin.grant.lead"), Button: c.text("admin.grant"),
		Action: path, Back: "/admin/members", Password: true, Harmless: true, Hidden: map[string]string{"admin": strconv.FormatBool(grant)}, form: f,
	}
	if !grant {
		p.Heading, p.Lead, p.Button = c.html("admin.revoke.heading", u.Username), c.text("admin.revoke.lead"), c.text("admin.revoke")
	}
	return c.show(status, "confirm", meta{Title: p.Button, Path: path, Hidden: true, Private: true, Section: "admin"}, p)
}

// setRole makes a member an admin, or an admin a member.
func (s *Site) setRole(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	var f roleFields
	err = c.bind(&f)
	if err == nil {
		err = s.checkPassword(c, f.Password)
	}
	said := "admin.granted"
	switch {
	case err != nil:
	case f.Admin == "true":
		err = s.Users.Grant(c.Request.Context(), u.Username)
	default:
		said = "admin.revoked"
		err = s.Users.Revoke(c.Request.Context(), u.Username)
	}
	if err != nil {
		return c.redisplay(err, nil, func(status int, shown form) error { return s.showRole(c, status, u, f.Admin == "true", shown) })
	}
	c.setToast(said, strconv.FormatInt(u.ID, 10))
	return c.redirectTo("/admin/members")
}

type roleFields struct {
	Admin    string `formData:"admin"`
	Password string `formData:"current_password" raw:"true" binding:"required,max=1000"`
}

func (s *Site) memberOf(c *pageContext) (user.User, error) {
	id, err := c.id("user_id")
	if err != nil {
		return user.User{}, err
	}
	return s.Users.Visible(c.Request.Context(), c.viewer, id)
}

func (s *Site) askDeleteMember(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("member.delete"), Hidden: true, Private: true, Section: "admin"}, confirmPage{
		Heading: c.html("member.delete.heading", u.Username), Lead: c.text("member.delete.lead"),
		Action: c.Request.URL.Path, Button: c.text("member.delete"), Back: "/admin/members", Films: true,
	})
}

func (s *Site) deleteMember(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	if c.field("with") == "movies" {
		err = s.Users.DeleteWithMovies(c.Request.Context(), u.ID, c.viewer)
	} else {
		err = s.Users.Delete(c.Request.Context(), u.ID)
	}
	if err != nil {
		return err
	}
	c.setToast("member.deleted", "")
	return c.redirectTo("/admin/members")
}
