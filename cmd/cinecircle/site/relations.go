package site

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/page"
)

// relationsPage lists members with whom the viewer has something to do that nobody else sees.
type relationsPage struct {
	Kind string // requests, blocked or muted
	Rows []relationRow
	Next string
}

type relationRow struct {
	ID     int64
	Name   string
	Avatar shownImage
	Kind   string
	Since  time.Time
}

func (s *Site) requests(c *pageContext) error {
	return s.showRelations(c, "requests", func(ctx context.Context, _ int64, p page.Page) ([]follow.Person, *page.Key, error) {
		return s.Follows.Requests(ctx, c.viewer, p)
	})
}

func (s *Site) blocked(c *pageContext) error { return s.showRelations(c, "blocked", s.Follows.Blocks) }
func (s *Site) muted(c *pageContext) error   { return s.showRelations(c, "muted", s.Follows.Mutes) }

func (s *Site) showRelations(c *pageContext, kind string, list ownPeople) error {
	rows, next, err := list(c.Request.Context(), c.viewer.UserID, c.page(perPage))
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, person := range rows {
		ids[i] = person.ID
	}
	found, err := s.Users.Faces(c.Request.Context(), ids)
	if err != nil {
		return err
	}
	p := relationsPage{Kind: kind, Next: c.next(next)}
	for _, person := range rows {
		p.Rows = append(p.Rows, relationRow{
			ID: person.ID, Name: person.Username, Avatar: s.avatar(found[person.ID]), Kind: kind, Since: person.Since,
		})
	}
	return c.show(http.StatusOK, "relations", meta{Title: c.text(kind + ".title"), Hidden: true, Private: true, Section: "me"}, p)
}

// ownPeople is a list of members that only the viewer sees.
type ownPeople func(ctx context.Context, userID int64, p page.Page) ([]follow.Person, *page.Key, error)

// answerRequest accepts or declines the request of a member to follow the viewer.
func (s *Site) answerRequest(c *pageContext) error {
	id, err := c.id("user_id")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	said := "request.declined"
	if c.field("accept") == "true" {
		said = "request.accepted"
		_, err = s.Follows.Accept(c.Request.Context(), c.viewer.UserID, id)
	} else {
		err = s.Follows.Decline(c.Request.Context(), c.viewer.UserID, id)
	}
	if err != nil {
		return err
	}
	c.setToast(said, strconv.FormatInt(id, 10))
	return c.redirectTo("/settings/requests")
}

// askBlock asks for confirmation, because a block ends follows that unblocking does not bring back.
func (s *Site) askBlock(c *pageContext) error {
	u, err := s.memberOf(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("member.block"), Hidden: true, Private: true, Section: "members"}, confirmPage{
		Heading: c.html("member.block.heading", u.Username), Lead: c.text("member.block.lead"),
		Action: memberPath(u.ID) + "/block", Button: c.text("member.block"), Back: memberPath(u.ID), Harmless: true,
		Hidden: map[string]string{"on": "true", "to": memberPath(u.ID)},
	})
}

func (s *Site) block(c *pageContext) error {
	return s.setRelation(c, map[bool]string{true: "blocked", false: "unblocked"}, s.Follows.SetBlock)
}

func (s *Site) mute(c *pageContext) error {
	return s.setRelation(c, map[bool]string{true: "muted", false: "unmuted"}, s.Follows.SetMute)
}

// setRelation blocks or mutes a member, or ends that, and says which.
func (s *Site) setRelation(c *pageContext, said map[bool]string, set func(ctx context.Context, userID, otherID int64, on bool) error) error {
	id, err := c.id("user_id")
	if err != nil {
		return err
	}
	if err := c.readForm(0); err != nil {
		return err
	}
	on := c.field("on") == "true"
	if err := set(c.Request.Context(), c.viewer.UserID, id, on); err != nil {
		return err
	}
	c.setToast(said[on], strconv.FormatInt(id, 10))
	return c.redirectTo(c.returnPath(memberPath(id)))
}
