package feed

import (
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/comment"
	"github.com/cinecircle/cinecircle/diary"
	"github.com/cinecircle/cinecircle/feed/activity"
	"github.com/cinecircle/cinecircle/list"
	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/spoiler"
	"github.com/cinecircle/cinecircle/platform/web"
	"github.com/cinecircle/cinecircle/reaction"
	"github.com/cinecircle/cinecircle/review"
)

type handler struct {
	s    *Service
	zone *time.Location
}

// feedQuery is the query of both lists.
type feedQuery struct {
	web.Paging
	Types *string `query:"types" example:"review,list" description:"Only activities of these types, separated by commas: review, rating, viewing, list, comment."`
	spoiler.Query
}

// activityResponse documents an activity that is sent as [sentActivity].
type activityResponse activityFields[diary.Response]

type sentActivity = activityFields[diary.SentResponse]

type activityFields[V any] struct {
	ID        int64                    `json:"id" example:"81" description:"Id of the activity."`
	Type      string                   `json:"type" enum:"review,rating,viewing,list,comment" example:"review" description:"What it is about. The field of that name has the object."`
	CreatedAt time.Time                `json:"created_at" example:"2026-11-23T10:00:00+09:00" description:"Time of the activity. Rating a film anew leaves it."`
	Actor     activityActorResponse    `json:"actor"`
	Movie     *movie.Card              `json:"movie" description:"The film that it is about; null for a list."`
	Review    *review.Response         `json:"review" description:"The review; null for another type."`
	Rating    *reaction.RatingResponse `json:"rating" description:"The rating; null for another type."`
	Viewing   *V                       `json:"viewing" description:"The viewing; null for another type."`
	List      *list.Response           `json:"list" description:"The list; null for another type."`
	Comment   *comment.Response        `json:"comment" description:"The comment; null for another type."`
}

// activityActorResponse is the user of an activity.
type activityActorResponse struct {
	ID              int64   `json:"id" example:"3" description:"Id of the user."`
	Username        string  `json:"username" example:"고양이" description:"Username of the user."`
	ProfileImageURL *string `json:"profile_image_url" example:"/media/users/profile_images/5f0c6a52-54c1-4b0e-8f0e-3d4f2f1f0a11.jpg" description:"URL of the profile image; null without one."`
}

func (h handler) feed(c *gin.Context) error {
	reader := auth.MustViewer(c)
	types, mode, err := selection(c, reader)
	if err != nil {
		return err
	}
	rows, next, err := h.s.Feed(c.Request.Context(), reader, types, mode, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

func (h handler) activity(c *gin.Context) error {
	reader := auth.Reader(c)
	types, mode, err := selection(c, reader)
	if err != nil {
		return err
	}
	rows, next, err := h.s.Of(c.Request.Context(), web.PathID(c, "user_id"), reader, types, mode, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, h.show)
}

// selection returns what the query of a request selects: types, nil for all, and which spoilers are shown.
func selection(c *gin.Context, reader auth.Viewer) ([]activity.Type, spoiler.Mode, error) {
	q := web.Query[feedQuery](c)
	mode := spoiler.Mode(q.Of(reader).Spoilers)
	if q.Types == nil {
		return nil, mode, nil
	}
	types, err := parseTypes(*q.Types)
	return types, mode, err
}

// parseTypes returns the types with names that are separated by commas, each once, or an apperr.ErrValidation.
func parseTypes(text string) ([]activity.Type, error) {
	asked := map[activity.Type]bool{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		t, ok := activity.Parse(name)
		if !ok {
			return nil, apperr.Validation(apperr.Field{Name: "types", Code: "enum", Text: apperr.Text{
				EN: "There is no type \"" + name + "\". The types are review, rating, viewing, list and comment.",
				KO: "‘" + name + "’ 유형은 없습니다. review, rating, viewing, list, comment 중에서 골라 주세요.",
			}})
		}
		asked[t] = true
	}
	if len(asked) == len(activity.Types) {
		return nil, nil
	}
	var types []activity.Type
	for _, t := range activity.Types {
		if asked[t] {
			types = append(types, t)
		}
	}
	return types, nil
}

func (h handler) show(a Activity) sentActivity {
	out := sentActivity{
		ID: a.ID, Type: a.Type.String(), CreatedAt: a.CreatedAt.In(h.zone), Actor: activityActorResponse(a.Actor), Movie: a.Movie,
	}
	switch {
	case a.Review != nil:
		out.Review = new(h.s.reviews.Respond(*a.Review, h.zone))
	case a.Rating != nil:
		out.Rating = new(a.Rating.Respond(h.zone))
	case a.Viewing != nil:
		out.Viewing = new(a.Viewing.Respond(h.zone))
	case a.List != nil:
		out.List = new(a.List.Respond(h.zone))
	case a.Comment != nil:
		out.Comment = new(a.Comment.Respond(h.zone))
	}
	return out
}
