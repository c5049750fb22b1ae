package user

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// preferencesResponse is what members decide for themselves.
type preferencesResponse struct {
	Language      string               `json:"language" enum:"auto,ko,en" example:"auto" description:"Language of the messages of notifications; auto is Korean."`
	Spoilers      string               `json:"spoilers" enum:"hide,unless_watched,show" example:"unless_watched" description:"Which spoilers you read at once: none, those of films that you have marked watched, or all."`
	Notifications notificationSwitches `json:"notifications" description:"Which events you are notified of."`
	ShowFacts     bool                 `json:"show_facts" example:"true" description:"Whether others see your age and gender and find you by them. Admins always see them."`
}

// notificationSwitches says which types of notifications are on.
type notificationSwitches struct {
	Follow         bool `json:"follow" example:"true" description:"Somebody follows you."`
	FollowRequest  bool `json:"follow_request" example:"true" description:"Somebody asks to follow you."`
	FollowAccepted bool `json:"follow_accepted" example:"true" description:"Somebody lets you follow them."`
	ReviewLike     bool `json:"review_like" example:"true" description:"Somebody likes your review."`
	ReviewComment  bool `json:"review_comment" example:"true" description:"Somebody comments on your review."`
	CommentReply   bool `json:"comment_reply" example:"true" description:"Somebody replies to your comment."`
	ListLike       bool `json:"list_like" example:"true" description:"Somebody likes your list."`
}

type preferencesRequest struct {
	Language      *string                      `json:"language" binding:"omitempty,oneof=auto ko en" example:"ko"`
	Spoilers      *string                      `json:"spoilers" binding:"omitempty,oneof=hide unless_watched show" example:"hide"`
	Notifications *notificationSwitchesRequest `json:"notifications" description:"Absent types stay as they are."`
	ShowFacts     *bool                        `json:"show_facts" example:"false"`
}

type notificationSwitchesRequest struct {
	Follow         *bool `json:"follow" example:"true"`
	FollowRequest  *bool `json:"follow_request" example:"true"`
	FollowAccepted *bool `json:"follow_accepted" example:"true"`
	ReviewLike     *bool `json:"review_like" example:"false"`
	ReviewComment  *bool `json:"review_comment" example:"true"`
	CommentReply   *bool `json:"comment_reply" example:"true"`
	ListLike       *bool `json:"list_like" example:"true"`
}

func (r preferencesRequest) patch() PreferencesPatch {
	p := PreferencesPatch{Language: (*Language)(r.Language), Spoilers: (*Spoilers)(r.Spoilers), ShowFacts: r.ShowFacts}
	if r.Notifications != nil {
		p.Notifications = r.Notifications.given()
	}
	return p
}

// given returns the types that are in the request.
func (r notificationSwitchesRequest) given() map[string]bool {
	given := map[string]bool{}
	for kind, on := range map[string]*bool{
		"follow": r.Follow, "follow_request": r.FollowRequest, "follow_accepted": r.FollowAccepted, "review_like": r.ReviewLike,
		"review_comment": r.ReviewComment, "comment_reply": r.CommentReply, "list_like": r.ListLike,
	} {
		if on != nil {
			given[kind] = *on
		}
	}
	return given
}

func showPreferences(p Preferences) preferencesResponse {
	return preferencesResponse{
		Language: string(p.Language), Spoilers: string(p.Spoilers), ShowFacts: p.ShowFacts,
		Notifications: notificationSwitches{
			Follow: p.Hears("follow"), FollowRequest: p.Hears("follow_request"), FollowAccepted: p.Hears("follow_accepted"),
			ReviewLike: p.Hears("review_like"), ReviewComment: p.Hears("review_comment"), CommentReply: p.Hears("comment_reply"),
			ListLike: p.Hears("list_like"),
		},
	}
}

func (h handler) preferences(c *gin.Context) error {
	u, err := h.s.Get(c.Request.Context(), auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return web.OK(c, showPreferences(u.Preferences))
}

func (h handler) patchPreferences(c *gin.Context) error {
	var req preferencesRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	u, err := h.s.ChangePreferences(c.Request.Context(), auth.MustViewer(c).UserID, req.patch())
	if err != nil {
		return err
	}
	return web.OK(c, showPreferences(u.Preferences))
}
