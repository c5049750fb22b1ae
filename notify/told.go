package notify

import (
	"fmt"
	"strings"
)

// toldWording is the texts of the types without an actor in a language.
type toldWording struct {
	types      map[Type]string              // the sentence, unless actions has one
	actions    map[Type]map[string]string   // the sentence by what was done
	moderation map[string]map[string]string // the sentence of TypeModeration by what was done and to what
	reports    func(n int64) string         // the sentence of several reports
	reason     string                       // precedes the note of TypeModeration
}

// The targets of notifications of TypeModeration.
const (
	ofAccount = "account"
	ofReview  = "review"
	ofComment = "comment"
	ofList    = "list"
	ofMovie   = "movie"
)

var koreanTold = toldWording{
	types: map[Type]string{
		TypeReport:       "새 신고가 접수되었습니다.",
		TypeReportClosed: "보내 주신 신고를 검토하고 조치했습니다.",
		TypeModeration:   "운영진이 내 계정이나 내가 올린 내용에 조치를 취했습니다.",
		TypeAccount:      "운영진이 내 계정 설정을 변경했습니다.",
		TypeImportReady:  "가져올 기록을 모두 읽었습니다. 내용을 확인해 주세요.",
		TypeImportDone:   "기록 가져오기가 끝났습니다.",
	},
	actions: map[Type]map[string]string{
		TypeReportClosed: {"dismiss": "보내 주신 신고를 검토했으나 조치할 내용이 없었습니다."},
		TypeAccount: {
			"password_set":   "운영진이 내 비밀번호를 변경했습니다.",
			"password_reset": "재설정 링크로 내 비밀번호가 변경되었습니다.",
			"role":           "운영진이 내 역할을 변경했습니다.",
			"totp_off":       "운영진이 내 2단계 인증을 해제했습니다.",
		},
	},
	moderation: map[string]map[string]string{
		"hide": {
			ofReview: "운영진이 내 리뷰를 숨겼습니다.", ofComment: "운영진이 내 댓글을 숨겼습니다.",
			ofList: "운영진이 내 목록을 숨겼습니다.", ofMovie: "운영진이 내가 추가한 영화를 숨겼습니다.",
		},
		"restore": {
			ofReview: "운영진이 내 리뷰를 다시 공개했습니다.", ofComment: "운영진이 내 댓글을 다시 공개했습니다.",
			ofList: "운영진이 내 목록을 다시 공개했습니다.", ofMovie: "운영진이 내가 추가한 영화를 다시 공개했습니다.",
		},
		"delete": {
			ofReview: "운영진이 내 리뷰를 삭제했습니다.", ofComment: "운영진이 내 댓글을 삭제했습니다.",
			ofList: "운영진이 내 목록을 삭제했습니다.", ofMovie: "운영진이 내가 추가한 영화를 삭제했습니다.",
		},
		"delete_image": {
			ofReview: "운영진이 내 리뷰의 사진을 삭제했습니다.", ofMovie: "운영진이 내가 추가한 영화의 포스터를 삭제했습니다.",
			ofAccount: "운영진이 내 프로필 사진을 삭제했습니다.",
		},
		"mark_spoiler":   {ofReview: "운영진이 내 리뷰에 스포일러 표시를 했습니다.", ofComment: "운영진이 내 댓글에 스포일러 표시를 했습니다."},
		"remove_content": {ofAccount: "운영진이 내가 올린 내용을 삭제했습니다."},
		"warn": {
			ofReview: "내 리뷰와 관련해 운영진의 경고를 받았습니다.", ofComment: "내 댓글과 관련해 운영진의 경고를 받았습니다.",
			ofList: "내 목록과 관련해 운영진의 경고를 받았습니다.", ofMovie: "내가 추가한 영화와 관련해 운영진의 경고를 받았습니다.",
			ofAccount: "운영진의 경고를 받았습니다.",
		},
		"suspend":   {ofAccount: "운영진이 내 계정의 이용을 정지했습니다."},
		"unsuspend": {ofAccount: "운영진이 내 계정의 이용 정지를 해제했습니다."},
	},
	reports: func(n int64) string { return fmt.Sprintf("새 신고 %d건이 접수되었습니다.", n) },
	reason:  "사유: ",
}

var englishTold = toldWording{
	types: map[Type]string{
		TypeReport:       "A new report is waiting.",
		TypeReportClosed: "Your report was reviewed, and a moderator acted on it.",
		TypeModeration:   "A moderator acted on your account or on something of yours.",
		TypeAccount:      "An operator changed your account.",
		TypeImportReady:  "Your import has been read. Please check it.",
		TypeImportDone:   "Your import has finished.",
	},
	actions: map[Type]map[string]string{
		TypeReportClosed: {"dismiss": "Your report was reviewed. There was nothing to act on."},
		TypeAccount: {
			"password_set":   "An operator set a new password for your account.",
			"password_reset": "Your password was changed with a link to reset it.",
			"role":           "An operator changed your role.",
			"totp_off":       "An operator turned off two-factor authentication for your account.",
		},
	},
	moderation: map[string]map[string]string{
		"hide": {
			ofReview: "A moderator hid your review.", ofComment: "A moderator hid your comment.",
			ofList: "A moderator hid your list.", ofMovie: "A moderator hid a film that you added.",
		},
		"restore": {
			ofReview: "A moderator restored your review.", ofComment: "A moderator restored your comment.",
			ofList: "A moderator restored your list.", ofMovie: "A moderator restored a film that you added.",
		},
		"delete": {
			ofReview: "A moderator deleted your review.", ofComment: "A moderator deleted your comment.",
			ofList: "A moderator deleted your list.", ofMovie: "A moderator deleted a film that you added.",
		},
		"delete_image": {
			ofReview: "A moderator deleted the image of your review.", ofMovie: "A moderator deleted the poster of a film that you added.",
			ofAccount: "A moderator deleted your profile picture.",
		},
		"mark_spoiler":   {ofReview: "A moderator marked your review as a spoiler.", ofComment: "A moderator marked your comment as a spoiler."},
		"remove_content": {ofAccount: "A moderator deleted what you have posted."},
		"warn": {
			ofReview: "A moderator warned you about your review.", ofComment: "A moderator warned you about your comment.",
			ofList: "A moderator warned you about your list.", ofMovie: "A moderator warned you about a film that you added.",
			ofAccount: "A moderator warned you.",
		},
		"suspend":   {ofAccount: "A moderator suspended your account."},
		"unsuspend": {ofAccount: "A moderator lifted the suspension of your account."},
	},
	reports: func(n int64) string { return fmt.Sprintf("%d new reports are waiting.", n) },
	reason:  "Reason: ",
}

// Told returns the message of a notification whose type has no actor, in a language: "en", or Korean by default. It is ""
// for the other types.
func (n Notification) Told(language string) string { return wordingOf(language).told.message(n) }

// message implements [Notification.Told].
func (w *toldWording) message(n Notification) string {
	sentence, told := w.types[n.Type]
	if !told {
		return ""
	}
	if own, ok := w.actions[n.Type][n.Action]; ok {
		sentence = own
	}
	if n.Type == TypeModeration {
		if own, ok := w.moderation[n.Action][n.moderated()]; ok {
			sentence = own
		}
	}
	note := strings.TrimSpace(n.Note)
	if note == "" {
		return sentence
	}
	if n.Type == TypeModeration {
		note = w.reason + note
	}
	return sentence + " " + note
}

// moderated returns what a notification of TypeModeration is about.
func (n Notification) moderated() string {
	switch {
	case n.CommentID != nil:
		return ofComment
	case n.ReviewID != nil:
		return ofReview
	case n.ListID != nil:
		return ofList
	case n.MovieID != nil:
		return ofMovie
	}
	return ofAccount
}
