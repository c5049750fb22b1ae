package notify

import "fmt"

// wording is the texts of messages in a language.
type wording struct {
	deleted string                    // instead of the name of an actor whose account was deleted
	title   string                    // follows the name
	others  func(others int64) string // follows the title if others did it too, of whom there is one at least
	did     map[Type]string           // what they did
	told    toldWording               // of the types without an actor
}

// korean follows a name with 님 and a number of people with 명. Both end in a consonant, so one particle fits all.
var korean = wording{
	deleted: "탈퇴한 회원",
	title:   "님",
	others:  func(others int64) string { return fmt.Sprintf(" 외 %d명", others) },
	did: map[Type]string{
		TypeFollow:         "이 팔로우 하셨습니다.",
		TypeFollowRequest:  "이 팔로우를 요청했습니다.",
		TypeFollowAccepted: "이 팔로우 요청을 수락했습니다.",
		TypeReviewLike:     "이 내 리뷰에 좋아요를 눌렀습니다!",
		TypeReviewComment:  "이 내 리뷰에 댓글을 남겼습니다.",
		TypeCommentReply:   "이 내 댓글에 답글을 남겼습니다.",
		TypeListLike:       "이 내 목록에 좋아요를 눌렀습니다!",
	},
	told: koreanTold,
}

var english = wording{
	deleted: "A former member",
	others: func(others int64) string {
		if others == 1 {
			return " and 1 other"
		}
		return fmt.Sprintf(" and %d others", others)
	},
	did: map[Type]string{
		TypeFollow:         " started following you.",
		TypeFollowRequest:  " asked to follow you.",
		TypeFollowAccepted: " accepted your follow request.",
		TypeReviewLike:     " liked your review!",
		TypeReviewComment:  " commented on your review.",
		TypeCommentReply:   " replied to your comment.",
		TypeListLike:       " liked your list!",
	},
	told: englishTold,
}

// wordingOf returns the wording for a language: "en", or Korean by default.
func wordingOf(language string) *wording {
	if language == "en" {
		return &english
	}
	return &korean
}

// message says what a user and others did, or what the reader is told. The name is "" for a deleted account.
func (w *wording) message(n Notification, name string, others int64) string {
	if told := w.told.message(n); told != "" {
		return told
	}
	if name == "" {
		name = w.deleted
	}
	if others == 0 {
		return name + w.title + w.did[n.Type]
	}
	return name + w.title + w.others(others) + w.did[n.Type]
}
