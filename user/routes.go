package user

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/media"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The tags of the document.
const (
	tagUsers    = "users"
	tagSessions = "sessions"
)

// Routes registers what this package answers. Times are shown in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	h.accounts(r)
	h.ownAccount(r)
	h.sessions(r)
}

func (h handler) accounts(r *openapi.Router) {
	r.POST("/users", auth.Public, h.create, openapi.Op{
		Tag: tagUsers, Summary: "Sign up", Class: auth.ClassSignup,
		Description: "Usernames are unique without regard to case or Unicode form.",
		JSON:        createRequest{}, Status: http.StatusCreated, Response: response{},
		Errors: []*apperr.Error{ErrUsernameTaken},
	})
	r.GET("/users", auth.Public, h.list, openapi.Op{
		Tag: tagUsers, Summary: "List users, by id", Query: listQuery{}, Response: []response{},
	})
	r.GET("/users/search", auth.Public, h.search, openapi.Op{
		Tag: tagUsers, Summary: "Search users, by id", Query: searchQuery{}, Response: []response{},
		Description: "All conditions that are given must hold; without any this is the list of all users.",
	})
	r.GET("/users/:user_id", auth.Public, h.get, openapi.Op{
		Tag: tagUsers, Summary: "Show a user", Response: response{},
	})
	r.PATCH("/users/:user_id", auth.Owner, h.patch, openapi.Op{
		Tag: tagUsers, Summary: "Change a user", JSON: patchRequest{}, Response: response{},
		Description: patchDescription, Errors: []*apperr.Error{ErrUsernameTaken},
	})
	r.DELETE("/users/:user_id", auth.Owner, h.remove, openapi.Op{
		Tag: tagUsers, Summary: "Delete a user and all that is theirs", Status: http.StatusNoContent,
		Description: removeDescription, Errors: []*apperr.Error{ErrLastAdmin},
	})
}

func (h handler) ownAccount(r *openapi.Router) {
	r.GET("/users/me", auth.Member, h.getMe, openapi.Op{
		Tag: tagUsers, Summary: "Show oneself", Response: meResponse{}, Errors: []*apperr.Error{ErrNotFound},
	})
	r.PATCH("/users/me", auth.Member, h.patchMe, openapi.Op{
		Tag: tagUsers, Summary: "Change oneself", JSON: patchRequest{}, Response: meResponse{},
		Description: patchDescription, Errors: []*apperr.Error{ErrUsernameTaken, ErrNotFound},
	})
	r.DELETE("/users/me", auth.Member, h.removeMe, openapi.Op{
		Tag: tagUsers, Summary: "Delete oneself and all that is one's own", Status: http.StatusNoContent,
		Description: removeDescription, Errors: []*apperr.Error{ErrLastAdmin, ErrNotFound},
	})
	r.POST("/users/me/profile_image", auth.Member, h.setImage, openapi.Op{
		Tag: tagUsers, Summary: "Set one's profile image", Class: auth.ClassUpload,
		Description: "JPEG, PNG or GIF (the first frame), at most 5 MiB and 40 megapixels. It replaces the one before.",
		Form:        imageForm{}, Response: response{},
		Errors: []*apperr.Error{media.ErrUnsupportedImage, media.ErrImageTooLarge, apperr.ErrUnavailable, ErrNotFound},
	})
	r.DELETE("/users/me/profile_image", auth.Member, h.removeImage, openapi.Op{
		Tag: tagUsers, Summary: "Remove one's profile image", Status: http.StatusNoContent,
		Description: "Safe to repeat.", Errors: []*apperr.Error{ErrNotFound},
	})
}

func (h handler) sessions(r *openapi.Router) {
	r.POST("/users/login", auth.Public, h.login, openapi.Op{
		Tag: tagSessions, Summary: "Sign in", Class: auth.ClassLogin, Description: loginDescription,
		JSON: loginRequest{}, Form: loginForm{}, OpenForm: true, Response: tokenResponse{},
		Errors: []*apperr.Error{auth.ErrInvalidCredentials}, Headers: cookieHeader,
	})
	r.POST("/users/refresh", auth.Public, h.refresh, openapi.Op{
		Tag: tagSessions, Summary: "Trade a refresh token for new tokens", Class: auth.ClassLogin,
		Description: refreshDescription, JSON: refreshRequest{}, OptionalBody: true, Response: tokenResponse{},
		Errors:  []*apperr.Error{auth.ErrUnauthorized, auth.ErrInvalidToken, auth.ErrTokenExpired, web.ErrCrossOrigin},
		Headers: cookieHeader,
	})
	r.POST("/users/logout", auth.Public, h.logout, openapi.Op{
		Tag: tagSessions, Summary: "Sign out", Status: http.StatusNoContent, Description: logoutDescription,
		JSON: refreshRequest{}, OptionalBody: true,
		Errors: []*apperr.Error{web.ErrCrossOrigin}, Headers: cookieHeader,
	})
	r.GET("/users/me/sessions", auth.Member, h.listSessions, openapi.Op{
		Tag: tagSessions, Summary: "List the devices that one is signed in on, the latest login first",
		Query: listQuery{}, Response: []sessionResponse{},
	})
	r.DELETE("/users/me/sessions", auth.Member, h.endSessions, openapi.Op{
		Tag: tagSessions, Summary: "Sign out everywhere, here included", Status: http.StatusNoContent, Headers: cookieHeader,
	})
	r.DELETE("/users/me/sessions/:session_id", auth.Member, h.endSession, openapi.Op{
		Tag: tagSessions, Summary: "Sign out on one device", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNoSession},
	})
}

// Longer sentences of the document.
const (
	patchDescription = "What is absent stays. A new password needs `current_password`, unless an admin sets it for somebody else; " +
		"it ends all other sessions."
	removeDescription = "Reviews, likes, reactions, follows, sessions, notifications and stored images go, too. " +
		"Films that they added stay. The last admin cannot be deleted."
	loginDescription = "As JSON or as a form. A form may carry what OAuth2 clients send besides; it is ignored. " +
		"Sets the cookies `access_token` and `refresh_token`. A wrong name and a wrong password are told alike."
	refreshDescription = "The token comes from the body or from the cookie `refresh_token`. Every refresh token is good once; " +
		"one that is used again ends its session, a few seconds of grace for the one before the present aside. " +
		"Answers and sets cookies as a login does."
	logoutDescription = "Ends the session of the access token in the header (also of one that has run out), of a `refresh_token` in the body, " +
		"or else of the cookies, and clears the cookies. Without a session it does nothing."
)

var cookieHeader = map[string]string{"Set-Cookie": "The cookies access_token and refresh_token, set or cleared."}
