package auth

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/cinecircle/cinecircle/platform/apperr"
)

// commonPasswords has the first 3,000 passwords of 8 characters or more of the list passwords of zxcvbn 4.4.2, most common
// first (OWASP ASVS 5.0, 6.2.4).
//
//go:embed common_passwords.txt
var commonPasswords string

var commonSet = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool, 3000)
	for password := range strings.Lines(commonPasswords) {
		set[strings.TrimSuffix(password, "\n")] = true
	}
	return set
})

// isCommon ignores case: the list is in lower case.
func isCommon(password string) bool { return commonSet()[strings.ToLower(password)] }

// TooCommon returns the error of a password that everybody tries first: one of the list, or the username.
func TooCommon() *apperr.Field {
	return passwordField("password_too_common", "This password is easy to guess. Please choose another one.",
		"너무 쉽게 추측할 수 있는 비밀번호입니다. 다른 비밀번호를 정해 주세요.")
}
