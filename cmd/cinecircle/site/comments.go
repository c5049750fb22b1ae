package site

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// commentsShown is how many comments stand below a review: the newest, or those from a certain one on.
const commentsShown = 50

// commentsPart is the comments below a review, the oldest first.
type commentsPart struct {
	ReviewID int64
	Count    int64
	Rows     []commentCard
	Newest   int64 // the id of the last row, 0 without rows
	// Earlier and Later lead to the comments around these, "" for none.
	Earlier, Later string
	Form           *commentForm // nil when the viewer may not comment
	SignIn         string       // where a guest who would like to comment signs in
	Closed         string       // why a member may not
}

// commentCard is a comment as a page shows it.
type commentCard struct {
	ID, ReviewID, AuthorID int64
	Path                   string // on the page of the review
	Author                 string
	Film                   string // that the review is about, where the page does not say it
	Admin                  bool
	Avatar                 shownImage
	Deleted, Masked        bool
	To                     string // whom it answers, "" for nobody whom the viewer sees
	ToPath                 string // where the comment that it answers is
	Opened                 bool   // in its place, where the focus goes to it
	Content                string
	CreatedAt              time.Time
	Edited                 bool
	Answerable             bool
	Editable, Deletable    bool
	ByOther                bool // than the viewer, who is signed in
	Moderates, Hidden      bool // as of a review
}

// commentForm is the form for a new comment, or the one for changing one.
type commentForm struct {
	form
	ReviewID  int64
	ID        int64 // of the comment that is changed
	ReplyTo   int64 // the comment that is answered, 0 for none
	ReplyName string
}

// comments loads the comments below a review. The query of the page may say from which comment on.
func (s *Site) comments(c *pageContext, r review.Shown) (commentsPart, error) {
	p := commentsPart{ReviewID: r.ID, Count: r.CommentCount}
	rows, err := s.commentRows(c, &p)
	if err != nil {
		return p, err
	}
	if len(rows) > 0 {
		p.Newest = rows[len(rows)-1].ID
	}
	open, err := s.mayComment(c, r, &p)
	if err != nil {
		return p, err
	}
	if open {
		p.Form = &commentForm{ReviewID: r.ID}
	}
	p.Rows, err = s.commentCards(c, rows, open)
	return p, err
}

// commentRows returns the comments of a part, the oldest first, and sets what leads to the others.
func (s *Site) commentRows(c *pageContext, p *commentsPart) ([]comment.Shown, error) {
	ctx, at := c.Request.Context(), page.Page{Limit: commentsShown}
	here := reviewPath(p.ReviewID)
	if from := c.queryID("from"); from != 0 {
		// Among the newest a comment is shown with what was written before it.
		newest, next, err := s.Comments.OfReview(ctx, p.ReviewID, c.viewer, comment.SortNewest, at)
		if err != nil {
			return nil, err
		}
		if next == nil || next.ID <= from {
			slices.Reverse(newest)
			if next != nil {
				p.Earlier = here + "?before=" + strconv.FormatInt(next.ID, 10)
			}
			return newest, nil
		}
		at.After = &page.Key{ID: from - 1}
		rows, next, err := s.Comments.OfReview(ctx, p.ReviewID, c.viewer, comment.SortOldest, at)
		if next != nil {
			p.Later = here + "?from=" + strconv.FormatInt(next.ID+1, 10)
		}
		if len(rows) > 0 {
			p.Earlier = here + "?before=" + strconv.FormatInt(rows[0].ID, 10)
		}
		return rows, err
	}
	if before := c.queryID("before"); before != 0 {
		at.After = &page.Key{ID: before}
		p.Later = here + "?from=" + strconv.FormatInt(before, 10)
	}
	rows, next, err := s.Comments.OfReview(ctx, p.ReviewID, c.viewer, comment.SortNewest, at)
	if next != nil {
		p.Earlier = here + "?before=" + strconv.FormatInt(next.ID, 10)
	}
	slices.Reverse(rows)
	return rows, err
}

// mayComment reports whether the viewer may comment on a review, and sets why not.
func (s *Site) mayComment(c *pageContext, r review.Shown, p *commentsPart) (bool, error) {
	if c.viewer.UserID == 0 {
		p.SignIn = signInFor(reviewPath(r.ID) + "#comments")
		return false, nil
	}
	if r.Hidden != 0 { // nobody comments on it, and there is nothing to explain beside what the page says
		return false, nil
	}
	err := s.Comments.CheckMayComment(c.Request.Context(), r.ID, c.viewer)
	switch {
	case r.Hidden != 0:
		p.Closed = c.text("comments.closed.hidden")
	case errors.Is(err, comment.ErrClosed) && r.Comments == review.Followed:
		p.Closed = c.text("comments.closed.followed")
	case errors.Is(err, comment.ErrClosed):
		p.Closed = c.text("comments.closed.nobody")
	case errors.Is(err, follow.ErrBlocked):
		p.Closed = c.text("comments.closed.blocked")
	default:
		return err == nil, err
	}
	return false, nil
}

// commentCards loads the authors in one query, and whom replies answer.
func (s *Site) commentCards(c *pageContext, rows []comment.Shown, open bool) ([]commentCard, error) {
	var ids []int64
	for _, r := range rows {
		if r.UserID != nil {
			ids = append(ids, *r.UserID)
		}
	}
	authors, err := s.Users.Faces(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	return s.commentCardsBy(c, rows, authors, open), nil
}

// commentCardsBy is commentCards with authors that have been loaded.
func (s *Site) commentCardsBy(c *pageContext, rows []comment.Shown, authors map[int64]user.Face, open bool) []commentCard {
	names := map[int64]string{} // of the authors of the comments on the page
	for _, r := range rows {
		if r.UserID != nil {
			names[r.ID] = *r.Username
		}
	}
	out := make([]commentCard, len(rows))
	here := c.Param("review_id") != "" // on the page of the review
	for i := range rows {
		r := &rows[i]
		out[i] = s.commentCard(c, r, authors[deref(r.UserID)], open)
		switch {
		case r.ReplyTo == nil:
		case here:
			out[i].To, out[i].ToPath = names[*r.ReplyTo], "#comment-"+strconv.FormatInt(*r.ReplyTo, 10)
		default:
			out[i].To, out[i].ToPath = names[*r.ReplyTo], atComment(r.ReviewID, *r.ReplyTo)
		}
	}
	return out
}

func (s *Site) commentCard(c *pageContext, r *comment.Shown, author user.Face, open bool) commentCard {
	if r.Deleted() {
		return commentCard{ID: r.ID, ReviewID: r.ReviewID, Deleted: true}
	}
	return commentCard{
		ID: r.ID, ReviewID: r.ReviewID, Path: atComment(r.ReviewID, r.ID), AuthorID: *r.UserID, Author: *r.Username, Admin: author.Admin, Avatar: s.avatar(author),
		Masked: r.Masked(), Content: r.Content.String(), CreatedAt: r.CreatedAt, Edited: r.UpdatedAt.After(r.CreatedAt),
		Answerable: open, Editable: r.EditableBy(c.viewer), Deletable: c.viewer.UserID != 0 && r.DeletableBy(c.viewer),
		ByOther: c.viewer.UserID != 0 && !r.EditableBy(c.viewer), Moderates: c.viewer.Moderates(), Hidden: r.Hidden,
	}
}

// newComments answers the script with the comments after one, which stand at the end of the page already.
func (s *Site) newComments(c *pageContext) error {
	r, err := s.reviewOf(c)
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt(c.Query("after"), 10, 64)
	if err != nil || after < 0 || !c.partial() {
		return c.redirectTo(reviewPath(r.ID) + "#comments")
	}
	rows, _, err := s.Comments.OfReview(c.Request.Context(), r.ID, c.viewer, comment.SortOldest, page.Page{Limit: commentsShown, After: &page.Key{ID: after}})
	if err != nil {
		return err
	}
	open, err := s.mayComment(c, r, &commentsPart{})
	if err != nil {
		return err
	}
	cards, err := s.commentCards(c, rows, open)
	if err != nil {
		return err
	}
	return c.showPart("comment-rows", cards)
}

// commentPage is the page of one comment, which is answered or changed there.
type commentPage struct {
	Heading string
	Review  reviewCard
	Title   string       // of the review
	Comment *commentCard // nil when it is changed
	Form    *commentForm // the answer to it
	Edit    *commentForm
}

// showComment shows the page of a comment on a review after set has filled it.
func (s *Site) showComment(c *pageContext, status int, reviewID int64, heading string, set func(*commentPage)) error {
	r, err := s.Reviews.Show(c.Request.Context(), reviewID, c.viewer)
	if err != nil {
		return err
	}
	if r.Spoiler && r.UserID != c.viewer.UserID { // the viewer asked for the comment, not for the review
		r.Mask()
	}
	cards, err := s.reviewCards(c, []review.Shown{r})
	if err != nil {
		return err
	}
	p := commentPage{Heading: c.text(heading), Review: cards[0], Title: c.titleOf(r.Review)}
	set(&p)
	return c.show(status, "comment", meta{Title: p.Heading + " · " + c.reviewTitle(r), Hidden: true}, p)
}

// comment shows one comment whole, also if it is a spoiler: for htmx in its place, else on a page of its own.
func (s *Site) comment(c *pageContext) error {
	id, err := c.id("comment_id")
	if err != nil {
		return err
	}
	shown, err := s.Comments.Show(c.Request.Context(), id, c.viewer)
	if err != nil {
		return err
	}
	card, open, err := s.oneComment(c, shown)
	if err != nil {
		return err
	}
	if c.partial() {
		card.Opened = true
		return c.showPart("comment-text", card)
	}
	return s.showComment(c, http.StatusOK, shown.ReviewID, "comment.one.title", func(p *commentPage) {
		p.Comment = &card
		if open && !card.Deleted {
			p.Form = &commentForm{ReviewID: card.ReviewID, ReplyTo: card.ID, ReplyName: card.Author}
		}
	})
}

// oneComment returns the card of a comment, and whether the viewer may answer it.
func (s *Site) oneComment(c *pageContext, shown comment.Shown) (commentCard, bool, error) {
	r, err := s.Reviews.Show(c.Request.Context(), shown.ReviewID, c.viewer)
	if err != nil {
		return commentCard{}, false, err
	}
	open, err := s.mayComment(c, r, &commentsPart{})
	if err != nil {
		return commentCard{}, false, err
	}
	cards, err := s.commentCards(c, []comment.Shown{shown}, open)
	if err != nil {
		return commentCard{}, false, err
	}
	card := cards[0]
	if shown.ReplyTo != nil {
		to, err := s.Comments.Show(c.Request.Context(), *shown.ReplyTo, c.viewer)
		if err == nil && !to.Deleted() {
			card.To, card.ToPath = *to.Username, atComment(to.ReviewID, to.ID)
		}
	}
	return card, open, nil
}

// commentOn shows the form for an answer to a comment, or for a comment.
func (s *Site) commentOn(c *pageContext) error {
	r, err := s.reviewOf(c)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(c.Query("reply_to"), 10, 64)
	if err != nil || to < 1 {
		return c.redirectTo(reviewPath(r.ID) + "#comments")
	}
	return s.showReply(c, http.StatusOK, r.ID, to, form{Values: map[string]string{}})
}

// showReply shows the form for an answer to a comment, or for a comment when to is 0.
func (s *Site) showReply(c *pageContext, status int, reviewID, to int64, f form) error {
	shown := &commentForm{form: f, ReviewID: reviewID, ReplyTo: to}
	var answered *commentCard
	heading := "comment.content"
	if to != 0 {
		found, err := s.Comments.Show(c.Request.Context(), to, c.viewer)
		if errors.Is(err, comment.ErrNotFound) && status != http.StatusOK { // what was typed becomes a comment of its own
			f.Alert = c.text("comment.reply.gone")
			return s.showReply(c, status, reviewID, 0, f)
		}
		if err != nil {
			return err
		}
		card, _, err := s.oneComment(c, found)
		if err != nil {
			return err
		}
		card.Answerable = false
		answered, shown.ReplyName, heading = &card, card.Author, "comment.reply.title"
	}
	return s.showComment(c, status, reviewID, heading, func(p *commentPage) { p.Comment, p.Form = answered, shown })
}

type commentFields struct {
	Content string `formData:"content" binding:"required,max=2000"`
	Spoiler string `formData:"spoiler"`
	ReplyTo string `formData:"reply_to"`
}

func (f commentFields) values() map[string]string {
	return map[string]string{"content": f.Content, "spoiler": f.Spoiler}
}

func (s *Site) addComment(c *pageContext) error {
	r, err := s.reviewOf(c)
	if err != nil {
		return err
	}
	var f commentFields
	err = c.bind(&f)
	d := comment.Draft{ReviewID: r.ID, Content: f.Content, Spoiler: f.Spoiler != ""}
	to, wrong := strconv.ParseInt(f.ReplyTo, 10, 64)
	if wrong == nil && to > 0 {
		d.ReplyTo = &to
	}
	var made comment.Shown
	if err == nil {
		made, err = s.Comments.Create(c.Request.Context(), c.viewer, d)
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error {
			return s.showReply(c, status, r.ID, to, shown)
		})
	}
	c.setToast("comment.posted", "")
	return c.redirectTo(reviewPath(r.ID) + "#comment-" + strconv.FormatInt(made.ID, 10))
}

// ownComment returns the comment in the path if the viewer may change it.
func (s *Site) ownComment(c *pageContext) (comment.Shown, error) {
	id, err := c.id("comment_id")
	if err != nil {
		return comment.Shown{}, err
	}
	return s.Comments.Editable(c.Request.Context(), id, c.viewer)
}

func (s *Site) editComment(c *pageContext) error {
	one, err := s.ownComment(c)
	if err != nil {
		return err
	}
	f := commentFields{Content: one.Content.Whole()}
	if one.Spoiler {
		f.Spoiler = "1"
	}
	return s.showEdit(c, http.StatusOK, one, form{Values: f.values()})
}

func (s *Site) showEdit(c *pageContext, status int, one comment.Shown, f form) error {
	return s.showComment(c, status, one.ReviewID, "comment.edit.title", func(p *commentPage) {
		p.Edit = &commentForm{form: f, ReviewID: one.ReviewID, ID: one.ID}
	})
}

func (s *Site) changeComment(c *pageContext) error {
	one, err := s.ownComment(c)
	if err != nil {
		return err
	}
	var f commentFields
	err = c.bind(&f)
	spoils := f.Spoiler != ""
	if err == nil {
		_, err = s.Comments.Update(c.Request.Context(), one.ID, comment.Patch{Content: &f.Content, Spoiler: &spoils})
	}
	if err != nil {
		return c.redisplay(err, f.values(), func(status int, shown form) error { return s.showEdit(c, status, one, shown) })
	}
	c.setToast("comment.saved", "")
	return c.redirectTo(atComment(one.ReviewID, one.ID))
}

// removableComment returns the comment in the path if the viewer may delete it.
func (s *Site) removableComment(c *pageContext) (comment.Shown, error) {
	id, err := c.id("comment_id")
	if err != nil {
		return comment.Shown{}, err
	}
	return s.Comments.Deletable(c.Request.Context(), id, c.viewer)
}

func (s *Site) askDeleteComment(c *pageContext) error {
	one, err := s.removableComment(c)
	if err != nil {
		return err
	}
	return c.show(http.StatusOK, "confirm", meta{Title: c.text("comment.delete.heading"), Hidden: true, Private: true}, confirmPage{
		Heading: c.html("comment.delete.heading"), Lead: c.text("comment.delete.lead"), Action: commentPath(one.ID) + "/delete",
		Button: c.text("comment.delete"), Back: reviewPath(one.ReviewID) + "#comments",
	})
}

func (s *Site) deleteComment(c *pageContext) error {
	one, err := s.removableComment(c)
	if err != nil {
		return err
	}
	if err := c.noForm(); err != nil {
		return err
	}
	if err := s.Comments.Delete(c.Request.Context(), one.ID); err != nil {
		return err
	}
	if c.partial() { // the script has said so
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.setToast("comment.deleted", "")
	return c.redirectTo(reviewPath(one.ReviewID) + "#comments")
}

// atComment returns the address of a comment on the page of its review.
func atComment(reviewID, id int64) string {
	comment := strconv.FormatInt(id, 10)
	return reviewPath(reviewID) + "?from=" + comment + "#comment-" + comment
}

func commentPath(id int64) string { return "/comment/" + strconv.FormatInt(id, 10) }
