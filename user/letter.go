package user

import (
	"strings"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/mail"
)

// noticeTTL is how long a mail about something that has happened is worth sending.
const noticeTTL = 3 * 24 * time.Hour

// letter is a mail of which {name} and {link} are filled in.
type letter struct{ subject, text apperr.Text }

// The mails.
var (
	letterConfirm = letter{
		apperr.Text{EN: "Confirm your e-mail address", KO: "이메일 주소 확인"},
		apperr.Text{
			EN: "Hello {name},\n\nsomebody gave this address for your account. Open this link within 24 hours to confirm it:\n\n{link}\n\nIf that was not you, nothing needs to be done.\n",
			KO: "{name}님, 안녕하세요.\n\n회원님의 계정에 이 이메일 주소가 입력되었습니다. 24시간 안에 아래 링크를 열어 확인해 주세요.\n\n{link}\n\n직접 입력하지 않으셨다면 이 메일을 무시하셔도 됩니다.\n",
		},
	}
	letterReset = letter{
		apperr.Text{EN: "Set a new password", KO: "비밀번호 재설정"},
		apperr.Text{
			EN: "Hello {name},\n\nopen this link within an hour to set a new password. It works once:\n\n{link}\n\nIf you did not ask for it, nothing needs to be done; your password stays as it is.\n",
			KO: "{name}님, 안녕하세요.\n\n한 시간 안에 아래 링크를 열어 새 비밀번호를 정해 주세요. 링크는 한 번만 쓸 수 있습니다.\n\n{link}\n\n요청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 비밀번호는 그대로 유지됩니다.\n",
		},
	}
	letterPassword = letter{
		apperr.Text{EN: "Your password was changed", KO: "비밀번호가 변경되었습니다"},
		apperr.Text{
			EN: "Hello {name},\n\nthe password of your account was changed.\n\nIf that was not you, ask for a new one on the page for signing in, or write to whoever runs the community.\n",
			KO: "{name}님, 안녕하세요.\n\n회원님 계정의 비밀번호가 변경되었습니다.\n\n직접 변경하지 않으셨다면 로그인 화면에서 새 비밀번호를 요청하거나 운영자에게 알려 주세요.\n",
		},
	}
	letterTOTPOff = letter{
		apperr.Text{EN: "Two-factor authentication was switched off", KO: "2단계 인증이 해제되었습니다"},
		apperr.Text{
			EN: "Hello {name},\n\ntwo-factor authentication of your account was switched off.\n\nIf that was not you, change your password, or write to whoever runs the community.\n",
			KO: "{name}님, 안녕하세요.\n\n회원님 계정의 2단계 인증이 해제되었습니다.\n\n직접 해제하지 않으셨다면 비밀번호를 변경하거나 운영자에게 알려 주세요.\n",
		},
	}
	letterEmailChanged = letter{
		apperr.Text{EN: "Your e-mail address was changed", KO: "이메일 주소가 변경되었습니다"},
		apperr.Text{
			EN: "Hello {name},\n\nthis address does not belong to your account any more.\n\nIf that was not you, change your password, or write to whoever runs the community.\n",
			KO: "{name}님, 안녕하세요.\n\n이 이메일 주소는 더 이상 회원님의 계정에서 사용되지 않습니다.\n\n직접 변경하지 않으셨다면 비밀번호를 변경하거나 운영자에게 알려 주세요.\n",
		},
	}
)

// letter returns a mail to a member in their language, which is Korean unless they chose English, as in notifications.
func (s *Service) letter(u User, to string, expires time.Time, l letter, link string) mail.Message {
	subject, text := l.subject.KO, l.text.KO
	if u.Preferences.Language == English {
		subject, text = l.subject.EN, l.text.EN
	}
	community := s.registration.Name
	return mail.Message{
		UserID: u.ID, To: to, Subject: "[" + community + "] " + subject, Expires: expires,
		Text: strings.NewReplacer("{name}", u.Username, "{link}", link).Replace(text) + "\n-- \n" + community + "\n" + s.registration.PublicURL + "\n",
	}
}
