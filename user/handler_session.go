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
}

// loginForm names what OAuth2 clients send by the password grant (RFC 6749 §4.3.2), to document
// that it may be sent; other names are ignored as well.
type loginForm struct {
	Username     string `formData:"username" binding:"required,max=1000" example:"영화광"`
	Password     string `formData:"password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`
	GrantType    string `formData:"grant_type" description:"Ignored."`
	Scope        string `formData:"scope" description:"Ignored."`
	ClientID     string `formData:"client_id" description:"Ignored."`
	ClientSecret string `formData:"client_secret" description:"Ignored."`
}

type refreshRequest struct {
	RefreshToken string `json:"refresh_token" binding:"omitempty,max=4096" description:"The refresh token, unless it comes as a cookie."`
}

type tokenResponse struct {
	AccessToken  string `json:"access_token" description:"Send it as Authorization: Bearer."`
	RefreshToken string `json:"refresh_token" description:"Good once, for POST /users/refresh."`
	TokenType    string `json:"token_type" enum:"bearer" example:"bearer"`
	ExpiresIn    int64  `json:"expires_in" example:"1800" description:"For how many seconds the access token is good."`
}

type sessionResponse struct {
	ID         int64     `json:"id" example:"31"`
	CreatedAt  time.Time `json:"created_at" example:"2026-03-01T21:30:00+09:00" description:"The login."`
	LastUsedAt time.Time `json:"last_used_at" example:"2026-03-02T09:00:00+09:00" description:"The latest login or refresh, which a device in use does every half hour."`
	UserAgent  string    `json:"user_agent" example:"Mozilla/5.0" description:"What the device called itself, at most 255 characters."`
	IP         string    `json:"ip" example:"203.0.113.7" description:"Where it was used from last."`
	Current    bool      `json:"current" example:"true" description:"Whether this request is of that session."`
}

func (h handler) login(c *gin.Context) error {
	req, err := bindLogin(c)
	if err != nil {
		return err
	}
	in, err := h.s.Login(c.Request.Context(), req.Username, req.Password, device(c))
	if err != nil {
		return err
	}
	return h.welcomed(c, in)
}

func bindLogin(c *gin.Context) (loginRequest, error) {
	if !web.IsForm(c) {
		var req loginRequest
		return req, web.BindJSON(c, &req)
	}
	var form loginForm
	err := web.BindLooseForm(c, &form)
	return loginRequest{Username: form.Username, Password: form.Password}, err
}

// welcomed hands out tokens. A page of another origin gets no cookies set, so nobody can be signed
// in as somebody else behind their back.
func (h handler) welcomed(c *gin.Context, in SignedIn) error {
	web.SetViewerID(c, in.UserID)
	if !h.s.edge.Foreign(c.Request) {
		auth.SetCookies(c.Writer, h.s.edge.HTTPS(c.Request), in.Access, in.Refresh, h.s.refreshTTL)
	}
	return web.OK(c, tokenResponse{
		AccessToken: in.Access, RefreshToken: in.Refresh, TokenType: "bearer",
		ExpiresIn: int64(in.ExpiresIn / time.Second),
	})
}

// refresh takes the token from the body or, when there is none in it, from the cookie.
func (h handler) refresh(c *gin.Context) error {
	token, err := bodyToken(c)
	if err != nil {
		return err
	}
	if token == "" {
		if token = cookieValue(c, auth.RefreshCookie); token == "" {
			return auth.ErrUnauthorized
		}
		if h.s.edge.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
	}
	in, err := h.s.Refresh(c.Request.Context(), token, device(c))
	if err != nil {
		return err
	}
	return h.welcomed(c, in)
}

// bodyToken returns the refresh token in the body, "" when there is none or no body at all.
func bodyToken(c *gin.Context) (string, error) {
	if !hasBody(c.Request) {
		return "", nil
	}
	var req refreshRequest
	err := web.BindJSON(c, &req)
	return req.RefreshToken, err
}

// logout takes the header, a refresh token in the body, or the cookies, the first that is there. A header
// that is no good leaves the cookies alone: they may be of a session that still stands.
func (h handler) logout(c *gin.Context) error {
	refresh, err := bodyToken(c)
	if err != nil {
		return err
	}
	header := c.GetHeader("Authorization")
	access, _ := auth.BearerToken(header)
	byCookie := header == "" && refresh == ""
	if byCookie {
		access, refresh = cookieValue(c, auth.AccessCookie), cookieValue(c, auth.RefreshCookie)
		if (access != "" || refresh != "") && h.s.edge.Foreign(c.Request) {
			return web.ErrCrossOrigin
		}
	}
	ours, err := h.s.Logout(c.Request.Context(), access, refresh)
	if err != nil {
		return err
	}
	if ours || byCookie {
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

// clearCookies leaves alone what belongs to the pages of this origin when another one asks.
func (h handler) clearCookies(c *gin.Context) {
	if !h.s.edge.Foreign(c.Request) {
		auth.ClearCookies(c.Writer, h.s.edge.HTTPS(c.Request))
	}
}

func device(c *gin.Context) Device {
	return Device{UserAgent: c.Request.UserAgent(), IP: c.ClientIP()}
}

func cookieValue(c *gin.Context, name string) string {
	cookie, err := c.Request.Cookie(name)
	if err != nil {
		return "" // there is none
	}
	return cookie.Value
}

// hasBody reports whether there is a body, also where its length is not announced.
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
