package site

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

// Route is a registered page.
type Route struct {
	Method, Path string
	Policy       auth.Policy
}

// handler answers one visit. What it returns is shown as a page.
type handler func(*visit) error

// Routes registers every page on engine. Like the routes of the API each states who may call it; no page is
// part of the OpenAPI document, because no program should read one.
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
	post("/film/:movie_id/react", auth.Member, auth.ClassWrite, s.react)
	get("/film/:movie_id/review", auth.Member, s.writeReview)
	post("/film/:movie_id/review", auth.Member, auth.ClassUpload, s.saveReview)
	get("/film/:movie_id/feed.atom", auth.Public, s.filmFeed)

	get("/latest", auth.Optional, s.latest)
	get("/review/:review_id", auth.Optional, s.review)
	get("/review/:review_id/delete", auth.Owner, s.askDeleteReview)
	post("/review/:review_id/delete", auth.Owner, auth.ClassWrite, s.deleteReview)
	post("/review/:review_id/like", auth.Member, auth.ClassWrite, s.likeReview)

	get("/members", auth.Optional, s.members)
	get("/member/:user_id", auth.Optional, s.member)
	get("/member/:user_id/followers", auth.Optional, s.followers)
	get("/member/:user_id/followings", auth.Optional, s.followings)
	post("/member/:user_id/follow", auth.Member, auth.ClassWrite, s.follow)
	get("/member/:user_id/feed.atom", auth.Public, s.memberFeed)

	get("/join", auth.Optional, s.joinForm)
	post("/join", auth.Public, auth.ClassSignup, s.join)
	get("/signin", auth.Optional, s.signInForm)
	post("/signin", auth.Public, auth.ClassLogin, s.signIn)
	post("/signout", auth.Public, auth.ClassWrite, s.signOut)
	// Below /users, because the refresh token goes nowhere else.
	s.add(engine, http.MethodGet, renewPath, auth.Public, auth.ClassLogin, s.renew)
	s.add(engine, http.MethodPost, renewPath, auth.Public, auth.ClassLogin, s.renew)
	post("/preferences", auth.Public, auth.ClassWrite, s.prefer)

	get("/settings", auth.Member, s.settings)
	post("/settings/profile", auth.Member, auth.ClassWrite, s.changeProfile)
	post("/settings/image", auth.Member, auth.ClassUpload, s.changeImage)
	post("/settings/password", auth.Member, auth.ClassWrite, s.changePassword)
	post("/settings/devices", auth.Member, auth.ClassWrite, s.endDevice)
	get("/settings/delete", auth.Member, s.askDeleteAccount)
	post("/settings/delete", auth.Member, auth.ClassWrite, s.deleteAccount)

	get("/inbox", auth.Member, s.inbox)
	post("/inbox/read", auth.Member, auth.ClassWrite, s.markRead)

	get("/admin", auth.Admin, s.admin)
	get("/admin/members", auth.Admin, s.adminMembers)
	get("/admin/films", auth.Admin, s.adminFilms)
	post("/admin/members/:user_id/role", auth.Admin, auth.ClassWrite, s.setRole)
	get("/admin/members/:user_id/delete", auth.Admin, s.askDeleteMember)
	post("/admin/members/:user_id/delete", auth.Admin, auth.ClassWrite, s.deleteMember)

	get("/robots.txt", auth.Public, s.robots)
	get("/sitemap.xml", auth.Public, s.sitemap)
	get("/sitemap/:part", auth.Public, s.sitemapPart)
	get("/site/:name", auth.Public, s.asset)

	engine.NoRoute(s.unknown(web.NoRoute(engine)))
}

// List returns what was registered, in that order.
func (s *Site) List() []Route { return s.routes }

func (s *Site) add(engine *gin.Engine, method, path string, p auth.Policy, class auth.Class, h handler) {
	enter := s.Guard.Enter(p, class)
	handle := func(c *gin.Context) {
		v := s.visit(c)
		err := enter(c)
		if auth.Lapsed(c) {
			v.renewFirst()
			return
		}
		if err != nil {
			v.fail(err)
			return
		}
		v.viewer, _ = auth.ViewerOf(c)
		if err := h(v); err != nil {
			v.fail(err)
		}
	}
	engine.Handle(method, path, handle)
	if method == http.MethodGet {
		engine.HEAD(path, handle)
	}
	s.routes = append(s.routes, Route{Method: method, Path: path, Policy: p})
}

// unknown answers where no route does as the API would: with a page where a browser asks for one.
func (s *Site) unknown(answer web.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := answer(c)
		switch {
		case err == nil:
		case wantsPage(c.Request):
			s.visit(c).fail(err)
		default:
			web.Fail(c, err)
		}
	}
}
