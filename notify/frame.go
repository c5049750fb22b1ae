package notify

import (
	"encoding/json"
	"fmt"
	"time"
)

// notificationResponse is a notification as the inbox shows it and as a frame carries it.
type notificationResponse struct {
	ID        int64      `json:"id" example:"31" description:"Names it for POST /notifications/read."`
	Seq       int64      `json:"seq" example:"12" description:"Counts the member's notifications 1, 2, 3, … without a gap."`
	Type      Type       `json:"type" enum:"follow,review_like" example:"follow" description:"What it is about."`
	Message   string     `json:"message" example:"고양이님이 팔로우 하셨습니다." description:"A sentence to show."`
	Actor     *Actor     `json:"actor" description:"Who did it, null once they are gone."`
	ReviewID  *int64     `json:"review_id,omitempty" example:"5" description:"With review_like: the review, which may be gone by now."`
	CreatedAt time.Time  `json:"created_at" example:"2026-05-01T20:15:00+09:00" description:"When it happened."`
	ReadAt    *time.Time `json:"read_at" example:"2026-05-01T20:16:00+09:00" description:"When it was read, null while it is not."`
}

// messages are what members read, with a place for the actor's name.
var messages = map[Type]string{
	TypeFollow:     "%s님이 팔로우 하셨습니다.",
	TypeReviewLike: "%s님이 내 리뷰에 좋아요를 눌렀습니다!",
}

// nameOfGone stands for an actor who left: "a member who left".
const nameOfGone = "탈퇴한 회원"

// show makes what is sent of a notification. An actor who is not among actors is gone.
func show(n Notification, actors map[int64]Actor, zone *time.Location) notificationResponse {
	out := notificationResponse{
		ID: n.ID, Seq: n.Seq, Type: n.Type, ReviewID: n.ReviewID, CreatedAt: n.CreatedAt.In(zone),
	}
	name := nameOfGone
	if n.ActorID != nil {
		if actor, ok := actors[*n.ActorID]; ok {
			out.Actor, name = &actor, actor.Username
		}
	}
	out.Message = fmt.Sprintf(messages[n.Type], name)
	if n.ReadAt != nil {
		at := n.ReadAt.In(zone)
		out.ReadAt = &at
	}
	return out
}

// encode makes the frame of a notification.
func encode(n Notification, actors map[int64]Actor, zone *time.Location) ([]byte, error) {
	frame, err := json.Marshal(show(n, actors, zone))
	if err != nil {
		return nil, fmt.Errorf("encode notification %d: %w", n.ID, err)
	}
	return frame, nil
}
