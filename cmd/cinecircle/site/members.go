package site

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/user"
)

// membersPage is a list of members.
type membersPage struct {
	Search  string
	Found   string       // how many members were found, "" without a search
	Active  []memberCard // who wrote lately, in front of the list of all
	Members []memberCard
	Next    string
}

func (s *Site) members(c *pageContext) error {
	p := membersPage{Search: searchText(c.Query("q"))}
	rows, next, err := s.findMembers(c, p.Search)
	if err != nil {
		return err
	}
	if p.Members, err = s.memberCards(c, rows); err != nil {
		return err
	}
	if p.Search != "" {
		p.Found = c.found("members", len(rows), next != nil)
	} else {
		active, err := s.activeFirst(c)
		if err != nil {
			return err
		}
		p.Members = slices.DeleteFunc(p.Members, func(m memberCard) bool {
			return slices.ContainsFunc(active, func(a memberCard) bool { return a.ID == m.ID })
		})
		if c.Query("after") == "" {
			p.Active = active
		}
	}
	p.Next = c.next(next)
	return c.show(http.StatusOK, "members", meta{
		Title: c.text("members.title"), Description: c.text("site.description"), Section: "members",
	}, p)
}

// activeFirst returns the most active members.
func (s *Site) activeFirst(c *pageContext) ([]memberCard, error) {
	all, err := s.Reviews.Active(c.Request.Context(), c.viewer)
	if err != nil {
		return nil, err
	}
	cards, err := s.activeCards(c, all[:min(len(all), activeMembers)])
	return slices.DeleteFunc(cards, func(card memberCard) bool { return card.ID == 0 }), err
}

func (s *Site) findMembers(c *pageContext, part string) ([]user.User, *page.Key, error) {
	f := user.Filter{}
	if part != "" {
		f.Part = &part
	}
	return s.Users.Search(c.Request.Context(), c.viewer, f, c.page(perPage))
}

// memberPage is a member with what one of the tabs has.
type memberPage struct {
	Member user.User
	Avatar shownImage
	Card   memberCard
	Self   bool
	// How the viewer relates to the member, who may not let them see what they write.
	Blocking, Muting, FollowsYou, Closed bool

	Tab     string
	Reviews []reviewCard
	People  []memberCard
	Films   []filmCard
	Lists   []listCard
	Sort    string // of the films that were rated, "" elsewhere
	Sorts   []string
	Months  []diaryMonth // of the diary
	Tag     string       // of the entries of the diary, "" for all
	// Calendar is a month of the diary instead of its list.
	Calendar *calendarPage
	Year     int64 // this year, or that of the review
	Next     string
}

func (s *Site) member(c *pageContext) error {
	p, err := s.memberPage(c, "reviews")
	if err != nil {
		return err
	}
	rows, next, err := s.Reviews.LatestOfUser(c.Request.Context(), p.Member.ID, c.viewer, c.page(filmReviews))
	if err != nil {
		return err
	}
	if p.Reviews, err = s.reviewCards(c, rows); err != nil {
		return err
	}
	p.Next = c.next(next)
	return s.showMember(c, p)
}

func (s *Site) followers(c *pageContext) error {
	return s.showPeople(c, "followers", s.Follows.Followers)
}

func (s *Site) followings(c *pageContext) error {
	return s.showPeople(c, "followings", s.Follows.Followings)
}

// showPeople shows the followers or the followings of a member.
func (s *Site) showPeople(c *pageContext, tab string, list listPeople) error {
	p, err := s.memberPage(c, tab)
	if err != nil {
		return err
	}
	rows, next, err := list(c.Request.Context(), p.Member.ID, c.viewer, c.page(perPage))
	if err != nil {
		return err
	}
	if p.People, err = s.peopleCards(c, rows); err != nil {
		return err
	}
	p.Next = c.next(next)
	return s.showMember(c, p)
}

func (s *Site) peopleCards(c *pageContext, rows []follow.Person) ([]memberCard, error) {
	ids := make([]int64, len(rows))
	for i, person := range rows {
		ids[i] = person.ID
	}
	found, err := s.Users.ByIDs(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	users := make([]user.User, 0, len(ids))
	for _, id := range ids {
		if u, ok := found[id]; ok {
			users = append(users, u)
		}
	}
	return s.memberCards(c, users)
}

func (s *Site) memberPage(c *pageContext, tab string) (memberPage, error) {
	id, err := c.id("user_id")
	if err != nil {
		return memberPage{}, err
	}
	u, err := s.Users.Visible(c.Request.Context(), c.viewer, id)
	if err != nil {
		return memberPage{}, err
	}
	cards, err := s.memberCards(c, []user.User{u})
	if err != nil {
		return memberPage{}, err
	}
	relations, err := s.relationsTo(c, u)
	if err != nil {
		return memberPage{}, err
	}
	self := u.ID == c.viewer.UserID
	if self { // the page has private ones, too
		if u.ListCount, err = s.Lists.Own(c.Request.Context(), u.ID); err != nil {
			return memberPage{}, err
		}
	}
	to := relations[u.ID]
	return memberPage{
		Member: u, Avatar: s.avatar(u.Face()), Card: cards[0], Self: self, Tab: tab,
		Blocking: to.Blocking, Muting: to.Muting, FollowsYou: to.FollowedBy,
	}, nil
}

// ofMember shows the head of a member alone when a page would show what only followers of the member see.
func (s *Site) ofMember(tab string, page handler) handler {
	return func(c *pageContext) error {
		err := page(c)
		if !errors.Is(err, follow.ErrPrivateAccount) {
			return err
		}
		p, err := s.memberPage(c, tab)
		if err != nil {
			return err
		}
		p.Closed = true
		return s.showMember(c, p)
	}
}

func (s *Site) showMember(c *pageContext, p memberPage) error {
	section := "members"
	if p.Self {
		section = "me"
	}
	m := meta{
		Title: s.memberTitle(c, p), Description: c.text("member.description", p.Member.Username), Image: p.Avatar.URL, Kind: "profile",
		Section: section, Hidden: p.Member.IsPrivate,
	}
	if !p.Member.IsPrivate {
		m.Feed = memberPath(p.Member.ID) + "/feed.atom"
	}
	return c.show(http.StatusOK, "member", m, p)
}

func (s *Site) memberTitle(c *pageContext, p memberPage) string {
	if p.Tab == "reviews" {
		return isolated(p.Member.Username)
	}
	return isolated(p.Member.Username) + " · " + c.text("member."+p.Tab)
}

// follow makes the viewer follow or unfollow a member.
func (s *Site) follow(c *pageContext) error {
	id, err := c.id("user_id")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	on := c.field("on") == "true"
	before, err := s.memberOf(c)
	if err != nil {
		return err
	}
	had, err := s.relationsTo(c, before)
	if err != nil {
		return err
	}
	f, err := s.Follows.Set(c.Request.Context(), c.viewer.UserID, id, on)
	if err != nil {
		return err
	}
	said, arg := followToast(f, had[id]), strconv.FormatInt(id, 10)
	if !c.partial() {
		c.setToast(said, arg)
		return c.redirectTo(c.returnPath(memberPath(id)))
	}
	c.sendToast(c.toast(said, arg))
	u, err := s.Users.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	part := "follow"
	if onPageOf(c.GetHeader("HX-Current-URL"), id) {
		part = "followed"
	}
	return c.showPart(part, memberCard{
		ID: id, Name: u.Username, Following: f.IsFollowing, Requested: f.Requested, Private: u.IsPrivate, Followers: u.FollowerCount,
	})
}

// followToast returns what is said about a follow as it is now, and was before.
func followToast(now follow.Follow, before user.Relation) string {
	switch {
	case now.IsFollowing:
		return "followed"
	case now.Requested:
		return "requested"
	case before.Requested:
		return "unrequested"
	}
	return "unfollowed"
}

// onPageOf reports whether an address is that of the page of a member, with one of its tabs.
func onPageOf(address string, id int64) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Path == memberPath(id) || strings.HasPrefix(u.Path, memberPath(id)+"/"))
}

func memberPath(id int64) string { return "/member/" + strconv.FormatInt(id, 10) }

// listPeople is one of the two lists of the follows.
type listPeople func(ctx context.Context, userID int64, reader auth.Viewer, p page.Page) ([]follow.Person, *page.Key, error)
