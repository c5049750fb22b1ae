package site

import (
	"net/http"

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

func (s *Site) admin(v *visit) error { return v.goTo("/admin/members") }

func (s *Site) adminMembers(v *visit) error {
	p := adminPage{Tab: "members", Search: searchText(v.Query("q"))}
	rows, next, err := s.findMembers(v, p.Search)
	if err != nil {
		return err
	}
	if p.Members, err = s.memberCards(v, rows); err != nil {
		return err
	}
	return s.showAdmin(v, p, next)
}

func (s *Site) adminFilms(v *visit) error {
	p := adminPage{Tab: "films", Search: searchText(v.Query("q"))}
	rows, next, err := s.Movies.List(v.Request.Context(), movie.Filter{Title: p.Search}, movie.SortNewest, v.page(perPage))
	if err != nil {
		return err
	}
	p.Films = s.filmCards(rows)
	return s.showAdmin(v, p, next)
}

func (s *Site) showAdmin(v *visit, p adminPage, next *page.Key) error {
	p.Next = v.next(next)
	return v.show(http.StatusOK, "admin", meta{Title: v.text("admin.title"), Hidden: true, Section: "admin"}, p)
}

// setRole makes a member an admin, or an admin a member.
func (s *Site) setRole(v *visit) error {
	u, err := s.memberOf(v)
	if err != nil {
		return err
	}
	said := "admin.granted"
	if v.PostForm("admin") == "true" {
		err = s.Users.Grant(v.Request.Context(), u.Username)
	} else {
		said = "admin.revoked"
		err = s.Users.Revoke(v.Request.Context(), u.Username)
	}
	if err != nil {
		return err
	}
	v.leaveToast(said, "")
	return v.goTo(v.back("/admin/members"))
}

func (s *Site) memberOf(v *visit) (user.User, error) {
	id, err := v.id("user_id")
	if err != nil {
		return user.User{}, err
	}
	return s.Users.Get(v.Request.Context(), id)
}

func (s *Site) askDeleteMember(v *visit) error {
	u, err := s.memberOf(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "confirm", meta{Title: v.text("member.delete"), Hidden: true, Section: "admin"}, confirmPage{
		Heading: v.text("member.delete.heading", u.Username), Lead: v.text("member.delete.lead"),
		Action: v.Request.URL.Path, Button: v.text("member.delete"), Back: "/admin/members",
	})
}

func (s *Site) deleteMember(v *visit) error {
	u, err := s.memberOf(v)
	if err != nil {
		return err
	}
	if err := s.Users.Delete(v.Request.Context(), u.ID); err != nil {
		return err
	}
	v.leaveToast("member.deleted", "")
	return v.goTo("/admin/members")
}
