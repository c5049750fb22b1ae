package site

import (
	"context"
	"net/http"
	"strconv"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// membersPage is a list of members.
type membersPage struct {
	Search  string
	Members []memberCard
	Next    string
}

func (s *Site) members(v *visit) error {
	p := membersPage{Search: searchText(v.Query("q"))}
	rows, next, err := s.findMembers(v, p.Search)
	if err != nil {
		return err
	}
	if p.Members, err = s.memberCards(v, rows); err != nil {
		return err
	}
	p.Next = v.next(next)
	return v.show(http.StatusOK, "members", meta{Title: v.text("members.title"), Section: "members"}, p)
}

func (s *Site) findMembers(v *visit, part string) ([]user.User, *page.Key, error) {
	f := user.Filter{}
	if part != "" {
		f.Part = &part
	}
	return s.Users.Search(v.Request.Context(), f, v.page(perPage))
}

// memberPage is somebody and what they wrote.
type memberPage struct {
	Member  user.User
	Avatar  picture
	Card    memberCard
	Self    bool
	Tab     string // reviews, followers or followings
	Reviews []reviewCard
	People  []memberCard
	Next    string
}

func (s *Site) member(v *visit) error {
	p, err := s.memberPage(v, "reviews")
	if err != nil {
		return err
	}
	rows, next, err := s.Reviews.LatestOfUser(v.Request.Context(), p.Member.ID, v.viewer.UserID, v.page(filmReviews))
	if err != nil {
		return err
	}
	if p.Reviews, err = s.reviewCards(v, rows); err != nil {
		return err
	}
	p.Next = v.next(next)
	return s.showMember(v, p)
}

func (s *Site) followers(v *visit) error {
	return s.people(v, "followers", s.Follows.Followers)
}

func (s *Site) followings(v *visit) error {
	return s.people(v, "followings", s.Follows.Followings)
}

// people shows one of the two lists of who follows whom.
func (s *Site) people(v *visit, tab string, list peopleList) error {
	p, err := s.memberPage(v, tab)
	if err != nil {
		return err
	}
	rows, next, err := list(v.Request.Context(), p.Member.ID, v.page(perPage))
	if err != nil {
		return err
	}
	if p.People, err = s.peopleCards(v, rows); err != nil {
		return err
	}
	p.Next = v.next(next)
	return s.showMember(v, p)
}

func (s *Site) peopleCards(v *visit, rows []follow.Person) ([]memberCard, error) {
	ids := make([]int64, len(rows))
	for i, person := range rows {
		ids[i] = person.ID
	}
	found, err := s.Users.ByIDs(v.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	users := make([]user.User, 0, len(ids))
	for _, id := range ids {
		if u, ok := found[id]; ok {
			users = append(users, u)
		}
	}
	return s.memberCards(v, users)
}

func (s *Site) memberPage(v *visit, tab string) (memberPage, error) {
	id, err := v.id("user_id")
	if err != nil {
		return memberPage{}, err
	}
	u, err := s.Users.Get(v.Request.Context(), id)
	if err != nil {
		return memberPage{}, err
	}
	cards, err := s.memberCards(v, []user.User{u})
	if err != nil {
		return memberPage{}, err
	}
	return memberPage{Member: u, Avatar: s.avatar(u), Card: cards[0], Self: u.ID == v.viewer.UserID, Tab: tab}, nil
}

func (s *Site) showMember(v *visit, p memberPage) error {
	section := "members"
	if p.Self {
		section = "me"
	}
	return v.show(http.StatusOK, "member", meta{
		Title: p.Member.Username, Description: v.text("member.description", p.Member.Username), Image: p.Avatar.URL, Kind: "profile",
		Feed: memberPath(p.Member.ID) + "/feed.atom", Section: section,
	}, p)
}

// follow begins or ends that the visitor follows somebody.
func (s *Site) follow(v *visit) error {
	id, err := v.id("user_id")
	if err != nil {
		return err
	}
	on := v.PostForm("on") == "true"
	if _, err := s.Follows.Set(v.Request.Context(), v.viewer.UserID, id, on); err != nil {
		return err
	}
	said, arg := "followed", ""
	if !on {
		said, arg = "unfollowed", strconv.FormatInt(id, 10)
	}
	if !v.partial() {
		v.leaveToast(said, arg)
		return v.goTo(v.back(memberPath(id)))
	}
	v.toastNow(v.toast(said, arg))
	u, err := s.Users.Get(v.Request.Context(), id)
	if err != nil {
		return err
	}
	return v.showPart("follow", memberCard{ID: id, Name: u.Username, Following: on, Followers: u.FollowerCount})
}

func memberPath(id int64) string { return "/member/" + strconv.FormatInt(id, 10) }

// peopleList is one of the two lists of the follows.
type peopleList func(ctx context.Context, userID int64, p page.Page) ([]follow.Person, *page.Key, error)
