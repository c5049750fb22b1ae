package comment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cinecircle/cinecircle/follow"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/review"
	"github.com/cinecircle/cinecircle/user"
)

// Shown is a comment as a reader sees it. Username and image are nil once it is deleted.
type Shown struct {
	Comment
	Username        *string
	ProfileImageURL *string // also nil without an image
	MovieID         int64
	ReviewAuthorID  int64

	image *string
}

// Source implements [spoiler.Work].
func (c *Shown) Source() spoiler.Source {
	s := spoiler.Source{MovieID: c.MovieID, Spoiler: c.Spoiler}
	if c.UserID != nil {
		s.AuthorID = *c.UserID
	}
	return s
}

// Reveal implements [spoiler.Work].
func (c *Shown) Reveal() { c.Content.Reveal() }

// Masked reports whether the reader does not get to see the content.
func (c *Shown) Masked() bool { return c.Content.Masked() }

// EditableBy reports whether a member is the author.
func (c *Shown) EditableBy(v auth.Viewer) bool { return c.UserID != nil && *c.UserID == v.UserID }

// DeletableBy reports whether a member may delete the comment: its author, that of the review, and moderators.
func (c *Shown) DeletableBy(v auth.Viewer) bool {
	return c.UserID != nil && c.VisibleTo(v) && (c.EditableBy(v) || c.ReviewAuthorID == v.UserID || v.Moderates())
}

// table maps a [Comment] to its columns.
var table = database.TableOf[Comment]()

// selectShown returns a query of comments in from, without its condition.
func selectShown(from string) string {
	return "SELECT " + table.ColumnsOf("comments") + ", users.username, users.profile_image, reviews.movie_id, reviews.user_id FROM " + from +
		" JOIN reviews ON reviews.id = comments.review_id LEFT JOIN users ON users.id = comments.user_id WHERE "
}

var (
	showComment = selectShown("comments") + "comments.id = ?"
	// listOfReview names the index, because MySQL prefers the primary key, which has the same order, as soon as there is a LIMIT.
	listOfReview = map[string]string{
		database.SQLite: selectShown("comments") + "comments.review_id = ?",
		database.MySQL:  selectShown("comments FORCE INDEX (idx_comments_review)") + "comments.review_id = ?",
	}
)

// targets returns the fields that receive the columns of [selectShown].
func (c *Shown) targets() []any {
	return append(table.Targets(&c.Comment), &c.Username, &c.image, &c.MovieID, &c.ReviewAuthorID)
}

// withImage sets the URL of the profile image.
func (s *Service) withImage(c *Shown) {
	if c.image != nil {
		c.ProfileImageURL = s.users.ImageURL(user.Face{ProfileImage: *c.image})
	}
}

// Show returns a comment as a reader sees it, whole also if it is a spoiler and as a stub if it is deleted. It returns
// [ErrNotFound] also when the reader does not see the review, or what its author writes; authors always see their own.
func (s *Service) Show(ctx context.Context, id int64, reader auth.Viewer) (Shown, error) {
	c, err := s.shown(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if err := s.checkShown(ctx, c, reader); err != nil {
		return Shown{}, err
	}
	c.Reveal()
	return c, nil
}

// checkShown returns [ErrNotFound] when a reader does not see a comment.
func (s *Service) checkShown(ctx context.Context, c Shown, reader auth.Viewer) error {
	if c.EditableBy(reader) {
		return nil
	}
	if !c.VisibleTo(reader) {
		return ErrNotFound
	}
	_, err := s.reviews.Get(ctx, c.ReviewID, reader)
	if errors.Is(err, review.ErrNotFound) {
		return ErrNotFound
	}
	if err != nil || c.Deleted() {
		return err
	}
	return s.checkAuthor(ctx, *c.UserID, reader)
}

// checkAuthor returns [ErrNotFound] when a reader does not see what a member writes.
func (s *Service) checkAuthor(ctx context.Context, author int64, reader auth.Viewer) error {
	may, err := follow.MaySee(ctx, s.db, reader, author)
	if err == nil && !may {
		err = ErrNotFound
	}
	return err
}

// Editable returns a comment if a member may change it, or else [ErrNotFound] or apperr.ErrForbidden.
func (s *Service) Editable(ctx context.Context, id int64, by auth.Viewer) (Shown, error) {
	return s.changeable(ctx, id, by, (*Shown).EditableBy)
}

// Deletable returns a comment if a member may delete it, as [Service.Editable] does. The author of a review may delete also
// those comments on it that they do not see.
func (s *Service) Deletable(ctx context.Context, id int64, by auth.Viewer) (Shown, error) {
	return s.changeable(ctx, id, by, (*Shown).DeletableBy)
}

func (s *Service) changeable(ctx context.Context, id int64, by auth.Viewer, may func(*Shown, auth.Viewer) bool) (Shown, error) {
	c, err := s.shown(ctx, id)
	if err == nil && c.Deleted() {
		err = ErrNotFound
	}
	if err != nil {
		return Shown{}, err
	}
	if may(&c, by) {
		return c, nil
	}
	if err := s.checkShown(ctx, c, by); err != nil {
		return Shown{}, err
	}
	return Shown{}, apperr.ErrForbidden
}

// shown returns a comment that is not revealed, whoever may see it.
func (s *Service) shown(ctx context.Context, id int64) (Shown, error) {
	var c Shown
	err := s.db.Row(ctx, showComment, id).Scan(c.targets()...)
	if errors.Is(err, sql.ErrNoRows) {
		return Shown{}, ErrNotFound
	}
	if err != nil {
		return Shown{}, fmt.Errorf("show comment %d: %w", id, err)
	}
	s.withImage(&c)
	return c, nil
}

// Sort is an order of comments.
type Sort string

// The orders.
const (
	SortOldest Sort = "id"
	SortNewest Sort = "-id"
)

// OfReview returns a page of the comments on a review that a reader sees, and the key of the next page, nil on the last. A
// hidden comment with replies is a stub for all but its author. A comment by an author whom the reader does not see leaves none: replies to it name a comment that the list does not have. OfReview
// returns review.ErrNotFound.
func (s *Service) OfReview(ctx context.Context, reviewID int64, reader auth.Viewer, by Sort, p page.Page) ([]Shown, *page.Key, error) {
	if _, err := s.reviews.Get(ctx, reviewID, reader); err != nil {
		return nil, nil, err
	}
	condition, args := follow.AudienceOf(reader, "users")
	unhidden, values := listed(reader)
	query := listOfReview[s.db.Driver()] + " AND (comments.user_id IS NULL OR " + condition + ") AND " + unhidden
	args = append(append([]any{reviewID}, args...), values...)
	order, bound := " ORDER BY comments.id", " AND comments.id > ?"
	if by == SortNewest {
		order, bound = " ORDER BY comments.id DESC", " AND comments.id < ?"
	}
	if p.After != nil {
		query, args = query+bound, append(args, p.After.ID)
	}
	rows, err := database.Collect(s.db.Reader(ctx), (*Shown).targets, 0, query+order+database.Limit(s.db.Driver()), append(args, p.Fetch())...)
	if err != nil {
		return nil, nil, fmt.Errorf("list the comments on review %d: %w", reviewID, err)
	}
	rows, next := page.Cut(rows, p, func(c Shown) page.Key { return page.Key{ID: c.ID} })
	return rows, next, s.decorate(ctx, rows, reader)
}

// decorate sets the URLs of images, and what the reader gets to see.
func (s *Service) decorate(ctx context.Context, rows []Shown, reader auth.Viewer) error {
	for i := range rows {
		rows[i].blank(reader)
		s.withImage(&rows[i])
	}
	return spoiler.Decide(ctx, rows, reader.UserID, spoiler.Mode(reader.Spoilers), s.watchedAmong)
}
