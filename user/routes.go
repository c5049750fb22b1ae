package user

import (
	"net/http"
	"time"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/openapi"
	"github.com/cinecircle/cinecircle/platform/picture"
	"github.com/cinecircle/cinecircle/platform/web"
)

// The tags in the OpenAPI document.
const (
	tagUsers    = "users"
	tagSessions = "sessions"
	tagTokens   = "tokens"

	tagInvites    = "invites"
	tagModeration = "moderation"
)

// Routes registers the routes of accounts and sessions. Responses have times in zone.
func (s *Service) Routes(r *openapi.Router, zone *time.Location) {
	h := handler{s, zone}
	h.accounts(r)
	h.ownAccount(r)
	h.sessions(r)
	h.tokens(r)
	h.secondFactor(r)
	h.emails(r)
	h.registrations(r.ForTokens())
	h.moderation(r.ForTokens())
}

func (h handler) accounts(r *openapi.Router) {
	tokens := r.ForTokens()
	r.POST("/users", auth.Public, h.create, openapi.Op{
		Tag: tagUsers, ID: "createUser", Summary: "Sign up", Class: auth.ClassSignup,
		Description: "Usernames are unique regardless of case and Unicode form. Who may sign up is told by `GET /registration`: everybody, who has an `invite`, or everybody with an account that stays pending until a moderator approves it. An invite works in every mode, and so does the first account.",
		JSON:        createRequest{}, Status: http.StatusCreated, Response: response{},
		Errors: []*apperr.Error{ErrUsernameTaken, ErrRegistrationClosed},
	})
	tokens.GET("/users", auth.Optional, h.list, openapi.Op{
		Tag: tagUsers, ID: "listUsers", Summary: "List users, ordered by id", Query: listQuery{}, Response: []response{},
	})
	tokens.GET("/users/search", auth.Optional, h.search, openapi.Op{
		Tag: tagUsers, ID: "searchUsers", Summary: "Search users", Query: searchQuery{}, Response: []response{},
		Description: "Users must match all given conditions. Searches by age or gender find only users who show them. Without conditions all users are listed. The search with q ignores case, width, spaces, punctuation and diacritics, and finds Hangul while it is being typed and by initial consonants, as that for the titles of films does. With q, exact matches come first, then names that begin with it, then all others; among these, and without q, users are ordered by id.",
	})
	tokens.GET("/users/:user_id", auth.Optional, h.get, openapi.Op{
		Tag: tagUsers, ID: "getUser", Summary: "Get a user", Response: response{},
		Description: "`age` and `gender` are null for others when the user does not show them.",
	})
	tokens.PATCH("/users/:user_id", auth.Owner, h.patch, openapi.Op{
		Tag: tagUsers, ID: "updateUser", Summary: "Update a user", JSON: patchRequest{}, Response: response{},
		Description: patchDescription, Errors: []*apperr.Error{ErrUsernameTaken},
	})
	r.DELETE("/users/:user_id", auth.Owner, h.remove, openapi.Op{
		Tag: tagUsers, ID: "deleteUser", Summary: "Delete a user's account and data", Status: http.StatusNoContent, Restricted: true,
		Query: removeQuery{}, Description: removeDescription + removeWithDescription, Errors: []*apperr.Error{ErrLastAdmin},
	})
	tokens.DELETE("/users/:user_id/profile_image", auth.Owner, h.removeImage, openapi.Op{
		Tag: tagUsers, ID: "deleteUserProfileImage", Summary: "Remove a user's profile image", Status: http.StatusNoContent,
		Description: "Idempotent.",
	})
}

func (h handler) ownAccount(r *openapi.Router) {
	tokens := r.ForTokens()
	tokens.GET("/users/me", auth.Member, h.getMe, openapi.Op{
		Tag: tagUsers, ID: "getMe", Summary: "Get the current user", Response: meResponse{}, Errors: []*apperr.Error{ErrNotFound},
	})
	tokens.PATCH("/users/me", auth.Member, h.patchMe, openapi.Op{
		Tag: tagUsers, ID: "updateMe", Summary: "Update the current user", JSON: patchRequest{}, Response: meResponse{},
		Description: patchDescription, Errors: []*apperr.Error{ErrUsernameTaken, ErrNotFound},
	})
	r.DELETE("/users/me", auth.Member, h.removeMe, openapi.Op{
		Tag: tagUsers, ID: "deleteMe", Summary: "Delete the current user's account and data", Status: http.StatusNoContent, Restricted: true,
		Description: removeDescription, Errors: []*apperr.Error{ErrLastAdmin, ErrNotFound},
	})
	tokens.GET("/users/me/preferences", auth.Member, h.preferences, openapi.Op{
		Tag: tagUsers, ID: "getMyPreferences", Summary: "Get the current user's preferences", Response: preferencesResponse{},
		Errors: []*apperr.Error{ErrNotFound},
	})
	tokens.PATCH("/users/me/preferences", auth.Member, h.patchPreferences, openapi.Op{
		Tag: tagUsers, ID: "updateMyPreferences", Summary: "Update the current user's preferences", JSON: preferencesRequest{},
		Response: preferencesResponse{}, Description: "Absent fields stay unchanged.", Errors: []*apperr.Error{ErrNotFound},
	})
	tokens.POST("/users/me/profile_image", auth.Member, h.setImage, openapi.Op{
		Tag: tagUsers, ID: "setMyProfileImage", Summary: "Set the current user's profile image", Class: auth.ClassUpload,
		Description: "JPEG, PNG, GIF (first frame only) or still WebP, at most 5 MiB and 40 megapixels. Replaces the previous image.",
		Form:        imageForm{}, Response: response{},
		Errors: []*apperr.Error{picture.ErrUnsupportedImage, picture.ErrImageTooLarge, apperr.ErrUnavailable, ErrNotFound},
	})
	tokens.DELETE("/users/me/profile_image", auth.Member, h.removeMyImage, openapi.Op{
		Tag: tagUsers, ID: "deleteMyProfileImage", Summary: "Remove the current user's profile image", Status: http.StatusNoContent,
		Description: "Idempotent.", Errors: []*apperr.Error{ErrNotFound},
	})
}

func (h handler) sessions(r *openapi.Router) {
	r.POST("/users/login", auth.Public, h.login, openapi.Op{
		Tag: tagSessions, ID: "login", Summary: "Sign in", Class: auth.ClassLogin, Description: loginDescription,
		JSON: loginRequest{}, Form: loginForm{}, OpenForm: true, Response: tokenResponse{},
		Errors: []*apperr.Error{auth.ErrInvalidCredentials, ErrTOTPRequired, ErrTOTPInvalid}, Headers: cookieHeader,
	})
	r.POST("/users/refresh", auth.Public, h.refresh, openapi.Op{
		Tag: tagSessions, ID: "refreshTokens", Summary: "Refresh tokens", Class: auth.ClassLogin,
		Description: refreshDescription, JSON: refreshRequest{}, OptionalBody: true, Response: tokenResponse{},
		Errors:  []*apperr.Error{auth.ErrUnauthorized, auth.ErrInvalidToken, auth.ErrTokenExpired, web.ErrCrossOrigin},
		Headers: cookieHeader,
	})
	r.POST("/users/logout", auth.Public, h.logout, openapi.Op{
		Tag: tagSessions, ID: "logout", Summary: "Sign out", Status: http.StatusNoContent, Description: logoutDescription,
		JSON: refreshRequest{}, OptionalBody: true,
		Errors: []*apperr.Error{web.ErrCrossOrigin}, Headers: cookieHeader,
	})
	r.POST("/users/password_reset", auth.Public, h.resetPassword, openapi.Op{
		Tag: tagSessions, ID: "resetPassword", Summary: "Set a new password with a link", Status: http.StatusNoContent, Class: auth.ClassLogin,
		Description: "Admins make the links, and `POST /users/password_forgotten` sends them. Each works once, for an hour, and ends all sessions.",
		JSON:        resetRequest{}, Errors: []*apperr.Error{ErrResetInvalid},
	})
	r.GET("/users/me/sessions", auth.Member, h.listSessions, openapi.Op{
		Tag: tagSessions, ID: "listMySessions", Summary: "List the current user's sessions, latest login first",
		Query: listQuery{}, Response: []sessionResponse{},
	})
	r.DELETE("/users/me/sessions", auth.Member, h.endSessions, openapi.Op{
		Tag: tagSessions, ID: "endMySessions", Summary: "Sign out on all devices, including this one", Status: http.StatusNoContent, Headers: cookieHeader,
		Description: "Personal tokens go on.",
	})
	r.DELETE("/users/me/sessions/:session_id", auth.Member, h.endSession, openapi.Op{
		Tag: tagSessions, ID: "endMySession", Summary: "Sign out on one device", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNoSession},
	})
}

func (h handler) tokens(r *openapi.Router) {
	r.POST("/users/me/tokens", auth.Member, h.createToken, openapi.Op{
		Tag: tagTokens, ID: "createMyToken", Summary: "Create a personal token", JSON: tokenRequest{}, Status: http.StatusCreated, Response: newTokenResponse{},
		Description: tokenDescription, Errors: []*apperr.Error{ErrTooManyTokens, ErrNotFound},
	})
	r.GET("/users/me/tokens", auth.Member, h.listTokens, openapi.Op{
		Tag: tagTokens, ID: "listMyTokens", Summary: "List the current user's personal tokens, newest first", Query: listQuery{}, Response: []listedTokenResponse{},
	})
	r.DELETE("/users/me/tokens/:token_id", auth.Member, h.deleteToken, openapi.Op{
		Tag: tagTokens, ID: "deleteMyToken", Summary: "Delete a personal token", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNoToken},
		Description: "Its sockets are closed.",
	})
}

func (h handler) secondFactor(r *openapi.Router) {
	r.POST("/users/me/totp", auth.Member, h.beginTOTP, openapi.Op{
		Tag: tagSessions, ID: "beginMyTOTP", Summary: "Make a secret for two-factor authentication", Response: totpResponse{},
		Description: "For an authenticator app (RFC 6238). It protects the account once it is confirmed, which must be within an hour; a new one replaces it before.",
		Errors:      []*apperr.Error{ErrTOTPOn, ErrNotFound},
	})
	r.POST("/users/me/totp/confirm", auth.Member, h.confirmTOTP, openapi.Op{
		Tag: tagSessions, ID: "confirmMyTOTP", Summary: "Switch two-factor authentication on", JSON: totpConfirmRequest{}, Response: recoveryCodesResponse{},
		Description: "From then on, signing in takes a code as well. Ends all other sessions.",
		Errors:      []*apperr.Error{ErrTOTPOn, ErrTOTPNotStarted, ErrNotFound},
	})
	r.DELETE("/users/me/totp", auth.Member, h.turnTOTPOff, openapi.Op{
		Tag: tagSessions, ID: "deleteMyTOTP", Summary: "Switch two-factor authentication off", JSON: totpOffRequest{}, Status: http.StatusNoContent, Class: auth.ClassLogin,
		Description: "Takes a code of the app or a recovery code, and the password. Ends all other sessions.",
		Errors:      []*apperr.Error{ErrNoTOTP},
	})
}

func (h handler) emails(r *openapi.Router) {
	r.GET("/users/me/email", auth.Member, h.getEmail, openapi.Op{
		Tag: tagUsers, ID: "getMyEmail", Summary: "Get the current user's e-mail address", Response: emailResponse{}, Description: "Nobody else sees it.",
	})
	r.PUT("/users/me/email", auth.Member, h.setEmail, openapi.Op{
		Tag: tagUsers, ID: "setMyEmail", Summary: "Give an e-mail address", JSON: emailRequest{}, Status: http.StatusAccepted, Response: emailResponse{}, Class: auth.ClassLogin,
		Description: "A link is sent to the address, which stays pending until the link is used, within 24 hours. The response is the same whether or not another user has this address.",
		Errors:      []*apperr.Error{ErrNoMail, ErrNotFound},
	})
	r.DELETE("/users/me/email", auth.Member, h.removeEmail, openapi.Op{
		Tag: tagUsers, ID: "deleteMyEmail", Summary: "Remove the current user's e-mail address", JSON: emailRemoveRequest{}, Status: http.StatusNoContent, Class: auth.ClassLogin,
		Description: "Idempotent.", Errors: []*apperr.Error{ErrNotFound},
	})
	r.POST("/users/email_confirm", auth.Public, h.confirmEmail, openapi.Op{
		Tag: tagUsers, ID: "confirmEmail", Summary: "Confirm an e-mail address with a link", JSON: emailConfirmRequest{}, Status: http.StatusNoContent, Class: auth.ClassLogin,
		Errors: []*apperr.Error{ErrEmailInvalid},
	})
	r.POST("/users/password_forgotten", auth.Public, h.forgotPassword, openapi.Op{
		Tag: tagSessions, ID: "forgotPassword", Summary: "Ask for a link to set a new password by mail", JSON: forgottenRequest{}, Status: http.StatusAccepted, Class: auth.ClassLogin,
		Description: "Takes either a username or an e-mail address. The response is the same, after the same time, whether or not there is such an account, and whether or not it has a confirmed address.",
		Errors:      []*apperr.Error{ErrNoMail},
	})
}

func (h handler) registrations(r *openapi.Router) {
	inviter := auth.Moderator
	if h.s.registration.MembersMayInvite {
		inviter = auth.Member
	}
	r.GET("/registration", auth.Public, h.registration, openapi.Op{
		Tag: tagUsers, ID: "getRegistration", Summary: "How to become a member of the community", Response: registrationResponse{},
	})
	r.POST("/invites", inviter, h.createInvite, openapi.Op{
		Tag: tagInvites, ID: "createInvite", Summary: "Invite people", JSON: inviteRequest{}, Status: http.StatusCreated, Response: inviteResponse{},
	})
	r.GET("/invites", inviter, h.listInvites, openapi.Op{
		Tag: tagInvites, ID: "listInvites", Summary: "List your invites, newest first; all of them for moderators", Query: listQuery{}, Response: []inviteResponse{},
	})
	r.DELETE("/invites/:invite_id", inviter, h.deleteInvite, openapi.Op{
		Tag: tagInvites, ID: "deleteInvite", Summary: "Delete an invite", Status: http.StatusNoContent, Errors: []*apperr.Error{ErrNoInvite},
	})
}

func (h handler) moderation(r *openapi.Router) {
	r.GET("/moderation/users", auth.Moderator, h.members, openapi.Op{
		Tag: tagModeration, ID: "listMembers", Summary: "List members with their status, ordered by id", Query: membersQuery{}, Response: []memberResponse{},
		Description: "With q, the order is that of `GET /users/search`.",
	})
	r.POST("/moderation/users/:user_id/suspend", auth.Moderator, h.suspend, openapi.Op{
		Tag: tagModeration, ID: "suspendUser", Summary: "Suspend a member", JSON: suspendRequest{}, Response: response{},
		Description: suspendDescription, Errors: []*apperr.Error{ErrNotApproved},
	})
	r.POST("/moderation/users/:user_id/unsuspend", auth.Moderator, h.decide(h.s.Unsuspend), openapi.Op{
		Tag: tagModeration, ID: "unsuspendUser", Summary: "Lift a suspension", JSON: reasonRequest{}, Response: response{},
		Description: "Idempotent.", Errors: []*apperr.Error{ErrNotApproved},
	})
	r.POST("/moderation/users/:user_id/approve", auth.Moderator, h.decide(h.s.Approve), openapi.Op{
		Tag: tagModeration, ID: "approveUser", Summary: "Let a pending member in", JSON: reasonRequest{}, Response: response{},
		Errors: []*apperr.Error{ErrNotPending},
	})
	r.POST("/moderation/users/:user_id/reject", auth.Moderator, h.decide(h.s.Reject), openapi.Op{
		Tag: tagModeration, ID: "rejectUser", Summary: "Delete a pending account", JSON: reasonRequest{}, Response: response{},
		Description: "Responds with the account as it was. Its name is free at once.", Errors: []*apperr.Error{ErrNotPending},
	})
}

// The longer descriptions in the OpenAPI document.
const (
	patchDescription = "Absent fields stay unchanged. Setting `is_private` to false accepts all requests to follow the user. A new password requires `current_password`, unless an admin sets the password " +
		"of another user. A new password ends all other sessions of the account."
	removeDescription = "Also deletes the user's reviews, likes, reactions, follows, sessions, notifications and stored images. " +
		"Films that the user added are kept. The last admin cannot be deleted."
	removeWithDescription = " With `with=movies` an admin deletes these films as well, one after the other and before the account, " +
		"with their posters and all reviews of them. If that fails, some films may be gone; repeat the request to go on."
	loginDescription = "Accepts JSON or a form. The other fields of the OAuth2 password grant are accepted in a form and ignored. " +
		"Sets the cookies `access_token` and `refresh_token`, behind https `__Host-cinecircle_access` and `__Secure-cinecircle_refresh`. " +
		"The response does not reveal whether the username or the password was wrong. Accounts with two-factor authentication " +
		"also need `totp` or `recovery_code`; only who sends the right password is told."
	tokenDescription = "For programs. It is sent as a bearer token instead of an access token, and works until it expires or is deleted. " +
		"Operations say whether personal tokens may call them: they never change passwords, tokens or two-factor authentication, " +
		"end sessions, or delete the account."
	suspendDescription = "Suspended members can sign in and read, and delete their account. Their sockets are closed, and what they wrote stays. " +
		"Only admins may suspend moderators, and nobody an admin. For one who is suspended already, reason and end change."
	refreshDescription = "Takes the token from the body or from a refresh cookie of either name. Each refresh token is valid once. " +
		"Reusing one ends its session, except that the previous token is accepted for a few more seconds. " +
		"The response and the cookies are those of a login."
	logoutDescription = "Ends the session of the access token in the header (even if it has expired), of a `refresh_token` in the body, " +
		"or else of the cookies, and clears the cookies of both names. Idempotent: without a session it does nothing."
)

var cookieHeader = map[string]string{"Set-Cookie": "Sets or clears the cookies access_token and refresh_token, behind https __Host-cinecircle_access and __Secure-cinecircle_refresh."}
