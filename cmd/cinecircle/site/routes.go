package site

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/apperr"
	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Route is a registered page.
type Route struct {
	Method, Path string
	Policy       auth.Policy
}

// handler answers a request for a page. Its error is shown as a page.
type handler func(*pageContext) error

// Routes registers every page on engine with its policy and rate class. Pages are not part of the OpenAPI document,
// because they are not for programs.
func (s *Site) Routes(engine *gin.Engine) {
	get := func(path string, p auth.Policy, h handler) { s.add(engine, http.MethodGet, path, p, auth.ClassRead, h) }
	post := func(path string, p auth.Policy, class auth.Class, h handler) {
		s.add(engine, http.MethodPost, path, p, class, h)
	}

	get("/", auth.Optional, s.home)
	get("/feed", auth.Member, s.following)

	get("/films", auth.Optional, s.films)
	get("/films/new", auth.Member, s.newFilm)
	post("/films/new", auth.Member, auth.ClassUpload, s.addFilm)
	get("/film/:movie_id", auth.Optional, s.film)
	get("/film/:movie_id/edit", auth.Owner, s.editFilm)
	post("/film/:movie_id/edit", auth.Owner, auth.ClassUpload, s.changeFilm)
	get("/film/:movie_id/delete", auth.Owner, s.askDeleteFilm)
	post("/film/:movie_id/delete", auth.Owner, auth.ClassWrite, s.deleteFilm)
	get("/film/:movie_id/merge", auth.Moderator, s.askMerge)
	post("/film/:movie_id/merge", auth.Moderator, auth.ClassWrite, s.merge)
	post("/film/:movie_id/react", auth.Member, auth.ClassWrite, s.react)
	post("/film/:movie_id/rate", auth.Optional, auth.ClassWrite, s.rate)
	post("/film/:movie_id/want", auth.Member, auth.ClassWrite, s.want)
	post("/film/:movie_id/watch", auth.Member, auth.ClassWrite, s.watch)
	get("/film/:movie_id/log", auth.Member, s.logForm)
	post("/film/:movie_id/log", auth.Member, auth.ClassWrite, s.saveLog)
	get("/film/:movie_id/review", auth.Member, s.writeReview)
	post("/film/:movie_id/review", auth.Member, auth.ClassUpload, s.saveReview)
	get("/film/:movie_id/feed.atom", auth.Public, s.filmFeed)

	get("/film/:movie_id/lists", auth.Optional, s.filmLists)
	get("/film/:movie_id/collect", auth.Member, s.collectForm)
	post("/film/:movie_id/collect", auth.Member, auth.ClassWrite, s.collect)

	get("/log/:viewing_id", auth.Owner, s.viewingForm)
	post("/log/:viewing_id", auth.Owner, auth.ClassWrite, s.saveViewing)
	get("/log/:viewing_id/delete", auth.Owner, s.askDeleteViewing)
	post("/log/:viewing_id/delete", auth.Owner, auth.ClassWrite, s.deleteViewing)

	get("/list", auth.Optional, s.lists)
	get("/list/new", auth.Member, s.newList)
	post("/list/new", auth.Member, auth.ClassWrite, s.addList)
	get("/list/:list_id", auth.Optional, s.list)
	get("/list/:list_id/edit", auth.Owner, s.editList)
	post("/list/:list_id/edit", auth.Owner, auth.ClassWrite, s.changeList)
	get("/list/:list_id/delete", auth.Owner, s.askDeleteList)
	post("/list/:list_id/delete", auth.Owner, auth.ClassWrite, s.deleteList)
	get("/list/:list_id/add", auth.Owner, s.chooseForList)
	post("/list/:list_id/add", auth.Owner, auth.ClassWrite, s.addToList)
	get("/list/:list_id/arrange", auth.Owner, s.arrangeForm)
	post("/list/:list_id/arrange", auth.Owner, auth.ClassWrite, s.arrange)
	get("/list/:list_id/note/:movie_id", auth.Owner, s.noteForm)
	post("/list/:list_id/note/:movie_id", auth.Owner, auth.ClassWrite, s.saveNote)
	post("/list/:list_id/like", auth.Member, auth.ClassWrite, s.likeList)

	get("/write", auth.Member, s.chooseFilm)
	get("/latest", auth.Optional, s.latest)
	get("/review/:review_id", auth.Optional, s.review)
	get("/review/:review_id/delete", auth.Owner, s.askDeleteReview)
	post("/review/:review_id/delete", auth.Owner, auth.ClassWrite, s.deleteReview)
	post("/review/:review_id/like", auth.Member, auth.ClassWrite, s.likeReview)

	get("/review/:review_id/comments", auth.Optional, s.newComments)
	get("/review/:review_id/comment", auth.Member, s.commentOn)
	post("/review/:review_id/comment", auth.Member, auth.ClassWrite, s.addComment)
	get("/comment/:comment_id", auth.Optional, s.comment)
	get("/comment/:comment_id/edit", auth.Author, s.editComment)
	post("/comment/:comment_id/edit", auth.Author, auth.ClassWrite, s.changeComment)
	get("/comment/:comment_id/delete", auth.Owner, s.askDeleteComment)
	post("/comment/:comment_id/delete", auth.Owner, auth.ClassWrite, s.deleteComment)

	get("/members", auth.Optional, s.members)
	get("/member/:user_id", auth.Optional, s.ofMember("reviews", s.member))
	get("/member/:user_id/diary", auth.Optional, s.ofMember("diary", s.memberDiary))
	get("/member/:user_id/year/:year", auth.Optional, s.ofMember("diary", s.memberYear))
	get("/member/:user_id/watched", auth.Optional, s.ofMember("watched", s.watchedFilms))
	get("/member/:user_id/watchlist", auth.Optional, s.ofMember("watchlist", s.watchlist))
	get("/member/:user_id/ratings", auth.Optional, s.ofMember("ratings", s.memberRatings))
	get("/member/:user_id/lists", auth.Optional, s.ofMember("lists", s.memberLists))
	get("/member/:user_id/followers", auth.Optional, s.ofMember("followers", s.followers))
	get("/member/:user_id/followings", auth.Optional, s.ofMember("followings", s.followings))
	post("/member/:user_id/follow", auth.Member, auth.ClassWrite, s.follow)
	get("/member/:user_id/block", auth.Member, s.askBlock)
	post("/member/:user_id/block", auth.Member, auth.ClassWrite, s.block)
	post("/member/:user_id/mute", auth.Member, auth.ClassWrite, s.mute)
	get("/member/:user_id/feed.atom", auth.Public, s.memberFeed)

	get("/about", auth.Optional, s.about)
	get("/terms", auth.Optional, s.terms)
	get("/privacy", auth.Optional, s.privacyNotice)

	get("/join", auth.Optional, s.joinForm)
	post("/join", auth.Public, auth.ClassSignup, s.join)
	get("/reset", auth.Public, s.linkForm("reset", s.Users.CheckReset))
	post("/reset", auth.Public, auth.ClassLogin, s.reset)
	get("/forgotten", auth.Public, s.forgottenForm)
	post("/forgotten", auth.Public, auth.ClassLogin, s.forgotten)
	get("/email", auth.Public, s.linkForm("email", s.Users.CheckEmail))
	post("/email", auth.Public, auth.ClassLogin, s.confirmEmail)
	get("/signin", auth.Optional, s.signInForm)
	post("/signin", auth.Public, auth.ClassLogin, s.signIn)
	post("/signin/code", auth.Public, auth.ClassLogin, s.signInCode)
	post("/signout", auth.Public, auth.ClassWrite, s.signOut)
	// Below /users, because browsers send the refresh token nowhere else.
	s.add(engine, http.MethodGet, renewPath, auth.Public, auth.ClassLogin, s.renew)
	s.add(engine, http.MethodPost, renewPath, auth.Public, auth.ClassLogin, s.renew)
	post("/preferences", auth.Public, auth.ClassWrite, s.prefer)

	get("/settings", auth.Member, s.settings)
	post("/settings/profile", auth.Member, auth.ClassWrite, s.changeProfile)
	post("/settings/image", auth.Member, auth.ClassUpload, s.changeImage)
	post("/settings/password", auth.Member, auth.ClassWrite, s.changePassword)
	post("/settings/devices", auth.Member, auth.ClassWrite, s.endDevice)
	get("/settings/privacy", auth.Member, s.privacy)
	post("/settings/privacy", auth.Member, auth.ClassWrite, s.changePrivacy)
	get("/settings/requests", auth.Member, s.requests)
	post("/settings/requests/:user_id", auth.Member, auth.ClassWrite, s.answerRequest)
	get("/settings/blocked", auth.Member, s.blocked)
	get("/settings/muted", auth.Member, s.muted)
	get(transferPath, auth.Member, s.transfers)
	post(transferPath, auth.Member, auth.ClassUpload, s.startImport)
	get("/settings/imports/:import_id", auth.Member, s.showImport)
	get("/settings/imports/:import_id/report", auth.Member, s.importReport)
	post("/settings/imports/:import_id/confirm", auth.Member, auth.ClassWrite, s.confirmImport)
	post("/settings/imports/:import_id/remove", auth.Member, auth.ClassWrite, s.removeImport)
	get("/settings/imports/:import_id/rows/:n", auth.Member, s.chooseImported)
	post("/settings/imports/:import_id/rows/:n", auth.Member, auth.ClassWrite, s.resolveRow)
	get(securityPath, auth.Member, s.security)
	post("/settings/security/begin", auth.Member, auth.ClassWrite, s.beginTOTP)
	post("/settings/security/confirm", auth.Member, auth.ClassWrite, s.confirmTOTP)
	post("/settings/security/off", auth.Member, auth.ClassWrite, s.turnTOTPOff)
	post("/settings/security/email", auth.Member, auth.ClassLogin, s.changeEmail)
	get("/settings/invites", auth.Member, s.invites)
	post("/settings/invites", auth.Member, auth.ClassWrite, s.makeInvite)
	post("/settings/invites/:invite_id/delete", auth.Member, auth.ClassWrite, s.deleteInvite)
	get("/settings/tokens", auth.Member, s.tokens)
	post("/settings/tokens", auth.Member, auth.ClassWrite, s.makeToken)
	post("/settings/tokens/revoke", auth.Member, auth.ClassWrite, s.revokeTokens)
	post("/settings/tokens/:token_id/delete", auth.Member, auth.ClassWrite, s.deleteToken)
	get(deletePath, auth.Member, s.askDeleteAccount)
	post(deletePath, auth.Member, auth.ClassWrite, s.deleteAccount)

	get("/inbox", auth.Member, s.inbox)
	get("/inbox/open/:notification_id", auth.Member, s.openNotice)
	post("/inbox/read", auth.Member, auth.ClassWrite, s.markRead)

	get("/report", auth.Member, s.reportForm)
	post("/report", auth.Member, auth.ClassWrite, s.report)
	get("/moderate/reports", auth.Moderator, s.reports)
	post("/moderate/reports/:report_id/close", auth.Moderator, auth.ClassWrite, s.closeReport)
	post("/moderate/hide/:target_type/:target_id", auth.Moderator, auth.ClassWrite, s.hide)
	get("/moderate/log", auth.Moderator, s.moderationLog)
	get("/moderate/members", auth.Moderator, s.moderatedMembers)
	get("/moderate/members/:user_id", auth.Moderator, s.moderatedMember)
	post("/moderate/members/:user_id/suspend", auth.Moderator, auth.ClassWrite, s.suspend)
	post("/moderate/members/:user_id/remove", auth.Moderator, auth.ClassWrite, s.removeContent)
	post("/moderate/members/:user_id/decide", auth.Moderator, auth.ClassWrite, s.decideOn)

	get("/admin", auth.Admin, s.admin)
	get("/admin/members", auth.Admin, s.adminMembers)
	get("/admin/films", auth.Admin, s.adminFilms)
	get("/admin/members/:user_id/role", auth.Admin, s.askRole)
	post("/admin/members/:user_id/role", auth.Admin, auth.ClassWrite, s.setRole)
	get("/admin/members/:user_id/reset", auth.Admin, s.askResetLink)
	post("/admin/members/:user_id/reset", auth.Admin, auth.ClassWrite, s.makeResetLink)
	get("/admin/members/:user_id/delete", auth.Admin, s.askDeleteMember)
	post("/admin/members/:user_id/delete", auth.Admin, auth.ClassWrite, s.deleteMember)

	// https://w3c.github.io/webappsec-change-password-url/: where managers of passwords send people.
	get("/.well-known/change-password", auth.Member, func(c *pageContext) error { return c.redirectTo("/settings#s-password") })
	get("/robots.txt", auth.Public, s.robots)
	get("/sitemap.xml", auth.Public, s.sitemap)
	get("/sitemap/:part", auth.Public, s.sitemapPart)
	get("/site/:name", auth.Public, s.asset)
	get("/favicon.ico", auth.Public, s.icon("favicon.ico"))
	get("/apple-touch-icon.png", auth.Public, s.icon("apple-touch-icon.png"))
	get("/apple-touch-icon-precomposed.png", auth.Public, s.icon("apple-touch-icon.png"))

	engine.NoRoute(s.noRoute(web.NoRoute(engine)))
}

// deletePath is the page to delete one's account, which pending and suspended members may do too.
const deletePath = "/settings/delete"

// List returns the registered pages in the order of registration.
func (s *Site) List() []Route { return s.routes }

func (s *Site) add(engine *gin.Engine, method, path string, p auth.Policy, class auth.Class, h handler) {
	enter, most := s.Guard.Enter(auth.Rule{Policy: p, Class: class, Restricted: path == deletePath}), maxBody(path, class)
	handle := func(g *gin.Context) {
		c := s.newContext(g)
		if !c.enter(enter) {
			return
		}
		web.LimitBody(g, most)
		err := error(apperr.ErrForbidden)
		if p != auth.Moderator || c.viewer.Moderates() {
			err = h(c)
		}
		if err != nil && strings.Contains(path, "/:movie_id") {
			err = web.FollowMoved(g, err, "movie_id", s.Movies.MergedInto)
		}
		if err != nil {
			c.fail(err)
		}
	}
	engine.Handle(method, path, handle)
	if method == http.MethodGet {
		engine.HEAD(path, handle)
	}
	s.routes = append(s.routes, Route{Method: method, Path: path, Policy: p})
}

// enter identifies the viewer and answers requests that may not go on. It returns whether this one may. A page that
// tells of a refusal knows the viewer, too: a member must not look signed out on it.
func (c *pageContext) enter(guard web.Handler) bool {
	err := guard(c.Context)
	if c.renewable() {
		c.redirectToRenew()
		return false
	}
	c.viewer, _ = auth.ViewerOf(c.Context)
	if err != nil {
		c.fail(err)
	}
	return err == nil
}

// noRoute answers requests without a route: browsers with a page for the viewer, programs as the API does. It leads to
// the page that was meant, if there is one.
func (s *Site) noRoute(answer web.Handler) gin.HandlerFunc {
	guard := s.Guard.Enter(auth.Rule{Policy: auth.Optional, Class: auth.ClassRead})
	return func(g *gin.Context) {
		err := answer(g)
		if err == nil {
			return
		}
		reads := g.Request.Method == http.MethodGet || g.Request.Method == http.MethodHead
		if to := s.pageAt(g.Request.URL); reads && to != "" && errors.Is(err, errNotFound) {
			g.Redirect(http.StatusPermanentRedirect, to)
			return
		}
		if !wantsPage(g.Request) {
			web.Fail(g, err)
			return
		}
		c := s.newContext(g)
		if !c.enter(guard) {
			return
		}
		if to := formPage(g.Request.URL.Path); to != "" && errors.Is(err, web.ErrMethodNotAllowed) {
			_ = c.redirectTo(to) // it only writes headers
			return
		}
		c.fail(err)
	}
}

// pageAt returns the address of the page at a path that ends in a slash or has capital letters, as people and chat
// programs write them, "" if there is none.
func (s *Site) pageAt(u *url.URL) string {
	at := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	if at == u.Path || strings.HasPrefix(at, "//") || u.RawPath != "" {
		return ""
	}
	for _, r := range s.routes {
		if r.Method == http.MethodGet && r.Path != renewPath && web.Fits(at, r.Path) {
			return (&url.URL{Path: at, RawQuery: u.RawQuery}).String()
		}
	}
	return ""
}

// formPage returns the page with the form that is sent to a path, "" if the path is not one of those that have no page
// themselves. Such an address stays in the browser when the answer is an error, and people open it again.
func formPage(sentTo string) string {
	parent, last := path.Split(sentTo)
	parent = path.Clean(parent)
	if strings.HasPrefix(sentTo, "/settings/imports/") {
		return parent
	}
	if strings.HasPrefix(sentTo, "/moderate/reports/") {
		return "/moderate/reports"
	}
	for _, with := range []string{"requests", "security", "invites", "tokens"} { // pages whose rows have forms
		if strings.HasPrefix(sentTo, "/settings/"+with+"/") {
			return "/settings/" + with
		}
	}
	if strings.HasPrefix(sentTo, "/settings/") {
		return "/settings"
	}
	switch last {
	case "react", "like", "follow", "mute", "read", "rate", "want", "watch", "suspend", "decide", "remove":
		return parent
	case "role":
		return path.Dir(parent)
	}
	return ""
}
