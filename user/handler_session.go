package user

import (
	"bufio"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type loginRequest struct {
	Username string `json:"username" binding:"required,max=1000" example:"영화광"`
	Password string `json:"password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`

	TOTP         string `json:"totp" binding:"omitempty,max=100" example:"123456" description:"The code of an authenticator app, for accounts with two-factor authentication. Each works once."`
	RecoveryCode string `json:"recovery_code" binding:"omitempty,max=100" example:"7HVQ-3OYX-5KJ2-DNB6-TMWE-AZR4" description:"In place of totp. Each works once."`
}

// loginForm documents the fields that OAuth2 clients send with the password grant (RFC 6749 §4.3.2). Unknown
// fields are ignored as well.
type loginForm struct {
	Username     string `formData:"username" binding:"required,max=1000" example:"영화광"`
	Password     string `formData:"password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`
	TOTP         string `formData:"totp" binding:"omitempty,max=100" example:"123456" description:"The code of an authenticator app, for accounts with two-factor authentication. Each works once."`
	RecoveryCode string `formData:"recovery_code" binding:"omitempty,max=100" example:"7HVQ-3OYX-5KJ2-DNB6-TMWE-AZR4" description:"In place of totp. Each works once."`
	GrantType    string `formData:"grant_type" description:"Ignored."`
	Scope        string `formData:"scope" description:"Ignored."`
	ClientID     string `formData:"client_id" description:"Ignored."`
	ClientSecret string `formData:"client_secret" description:"Ignored."`
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token" binding:"omitempty,max=4096" description:"The refresh token. Optional if it is sent as a cookie."`
}

type tokenResponse struct {
	AccessToken  string `json:"access_token" description:"Send it in the header Authorization: Bearer."`
	RefreshToken string `json:"refresh_token" description:"For POST /users/refresh. Valid once."`
	TokenType    string `json:"token_type" enum:"bearer" example:"bearer"`
	ExpiresIn    int64  `json:"expires_in" example:"1800" description:"Lifetime of the access token in seconds."`
}

type sessionResponse struct {
	ID         int64     `json:"id" example:"31"`
	CreatedAt  time.Time `json:"created_at" example:"2026-03-01T21:30:00+09:00" description:"Time of the login."`
	LastUsedAt time.Time `json:"last_used_at" example:"2026-03-02T09:00:00+09:00" description:"Time of the login or the latest refresh. An active client refreshes about every half hour."`
	UserAgent  string    `json:"user_agent" example:"Mozilla/5.0" description:"User-Agent header of the latest login or refresh, at most 255 characters."`
	IP         string    `json:"ip" example:"203.0.113.7" description:"Address of the latest login or refresh."`
	Current    bool      `json:"current" example:"true" description:"Whether this is the session of the request."`
}

func (h handler) login(c *gin.Context) error {
	req, err := bindLogin(c)
	if err != nil {
		return err
	}
	in, err := h.s.LoginWith(c.Request.Context(), req.Username, req.Password, SecondFactor{req.TOTP, req.RecoveryCode}, device(c))
	if err != nil {
		return err
	}
	return h.sendTokens(c, in)
}

func bindLogin(c *gin.Context) (loginRequest, error) {
	if !web.IsForm(c) {
		var req loginRequest
		return req, web.BindJSON(c, &req)
	}
	var form loginForm
	err := web.BindLooseForm(c, &form)
	return loginRequest{Username: form.Username, Password: form.Password, TOTP: form.TOTP, RecoveryCode: form.RecoveryCode}, err
}

// sendTokens answers with tokens. It sets no cookies for a page of another origin, which could otherwise sign
// its visitors in to an account of an attacker (login CSRF).
func (h handler) sendTokens(c *gin.Context, in SignedIn) error {
	web.SetViewerID(c, in.UserID)
	if !h.s.origin.Foreign(c.Request) {
		h.s.cookies.Set(c.Writer, c.Request, in.Access, in.Refresh)
	}
	return web.OK(c, tokenResponse{
		AccessToken: in.Access, RefreshToken: in.Refresh, TokenType: "bearer",
		ExpiresIn: int64(in.ExpiresIn / time.Second),
	})
}

// refresh takes the token from the body or, if the body has none, from the cookies.
func (h handler) refresh(c *gin.Context) error {
	token, err := bodyToken(c)
	if err != nil {
		return err
	}
	tokens := []string{token}
	if token == "" {
		if tokens = auth.RefreshCookies(c.Request); len(tokens) == 0 {
			return auth.ErrUnauthorized
		}
		if h.s.origin.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
	}
	in, err := h.s.Refresh(c.Request.Context(), device(c), tokens...)
	if err != nil {
		return err
	}
	return h.sendTokens(c, in)
}

// bodyToken returns the refresh token in the body, or "" without one or without a body.
func bodyToken(c *gin.Context) (string, error) {
	if !hasBody(c.Request) {
		return "", nil
	}
	var req refreshRequest
	err := web.BindJSON(c, &req)
	return req.RefreshToken, err
}

// logout uses the first that is present of the header, a refresh token in the body, and the cookies. An invalid
// header does not clear the cookies, which may belong to a session that is still active.
func (h handler) logout(c *gin.Context) error {
	token, err := bodyToken(c)
	if err != nil {
		return err
	}
	header := c.GetHeader("Authorization")
	bearer, _ := auth.BearerToken(header)
	access, refresh := []string{bearer}, []string{token}
	byCookie := header == "" && token == ""
	if byCookie {
		access, refresh = auth.AccessCookies(c.Request), auth.RefreshCookies(c.Request)
		if len(access)+len(refresh) > 0 && h.s.origin.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
	}
	issued, err := h.s.Logout(c.Request.Context(), access, refresh)
	if err != nil {
		return err
	}
	if issued || byCookie {
		h.clearCookies(c)
	}
	return web.NoContent(c)
}

func (h handler) listSessions(c *gin.Context) error {
	viewer := auth.MustViewer(c)
	rows, next, err := h.s.Sessions(c.Request.Context(), viewer.UserID, web.PageOf(c))
	if err != nil {
		return err
	}
	return web.List(c, rows, next, func(one Session) sessionResponse {
		return sessionResponse{
			ID: one.ID, CreatedAt: one.CreatedAt.In(h.zone), LastUsedAt: one.LastUsedAt.In(h.zone),
			UserAgent: one.UserAgent, IP: one.IP, Current: one.ID == viewer.SessionID,
		}
	})
}

func (h handler) endSessions(c *gin.Context) error {
	if err := h.s.EndSessions(c.Request.Context(), auth.MustViewer(c).UserID); err != nil {
		return err
	}
	h.clearCookies(c)
	return web.NoContent(c)
}

func (h handler) endSession(c *gin.Context) error {
	viewer, id := auth.MustViewer(c), web.PathID(c, "session_id")
	if err := h.s.EndSession(c.Request.Context(), viewer.UserID, id); err != nil {
		return err
	}
	if id == viewer.SessionID {
		h.clearCookies(c)
	}
	return web.NoContent(c)
}

// clearCookies does nothing for a page of another origin, which must not sign visitors of this origin out.
func (h handler) clearCookies(c *gin.Context) {
	if !h.s.origin.Foreign(c.Request) {
		h.s.cookies.Clear(c.Writer, c.Request)
	}
}

func device(c *gin.Context) Device {
	return Device{UserAgent: c.Request.UserAgent(), IP: c.ClientIP()}
}

// hasBody reports whether the request has a body, by reading one byte if it has no Content-Length.
func hasBody(r *http.Request) bool {
	if r.Body == nil || r.ContentLength >= 0 {
		return r.ContentLength > 0
	}
	ahead := bufio.NewReader(r.Body)
	_, err := ahead.Peek(1)
	r.Body = struct {
		io.Reader
		io.Closer
	}{ahead, r.Body}
	return err == nil
}

type resetRequest struct {
	Token    string `json:"token" binding:"required,max=200" description:"From the link."`
	Password string `json:"password" raw:"true" binding:"required,min=8,max=128" example:"an even better password" description:"The new password, 8 to 128 characters."`
}

func (h handler) resetPassword(c *gin.Context) error {
	var req resetRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	if err := h.s.ResetPassword(c.Request.Context(), web.ClientIP(c), req.Token, req.Password); err != nil {
		return err
	}
	return web.NoContent(c)
}
