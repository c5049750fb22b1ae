package reaction

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// listLikeResponse is the like of a list.
type listLikeResponse struct {
	ID      *int64 `json:"id" example:"12" description:"Id of the like. It stays the same when you unlike the list and like it again; null if you never liked it."`
	UserID  int64  `json:"user_id" example:"3" description:"Your id."`
	ListID  int64  `json:"list_id" example:"9" description:"Id of the list."`
	IsLiked bool   `json:"is_liked" example:"true" description:"Whether you like the list now."`
}

func (h handler) likeList(c *gin.Context) error { return h.setListLike(c, true) }

func (h handler) unlikeList(c *gin.Context) error { return h.setListLike(c, false) }

func (h handler) setListLike(c *gin.Context, on bool) error {
	l, err := h.s.SetListLike(c.Request.Context(), auth.MustViewer(c), web.PathID(c, "list_id"), on)
	if err != nil {
		return err
	}
	out := listLikeResponse{UserID: l.UserID, ListID: l.ListID, IsLiked: l.IsLiked}
	if l.ID != 0 {
		out.ID = &l.ID
	}
	return web.OK(c, out)
}
