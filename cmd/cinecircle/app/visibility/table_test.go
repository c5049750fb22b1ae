package visibility_test

import (
	"fmt"
	"slices"
)

// author is a member who has written one of everything. Texts that they wrote are of the form "rv-open": the kind of thing
// and the name.
type author struct {
	name    string
	private bool

	id, review, list, viewing, comment int64
}

// outcome is what a reader gets of an author in a channel.
type outcome string

// The outcomes.
const (
	shown     outcome = "✓"
	leftOut   outcome = "–"   // the answer says nothing of it
	forbidden outcome = "403" // private_account
	notFound  outcome = "404"
	signIn    outcome = "401"
)

// The readers: how each relates to both authors.
const (
	nobody    = "nobody"
	stranger  = "stranger"
	follower  = "follower"
	blocked   = "blocked" // by the authors
	blocker   = "blocker"
	muter     = "muter"
	moderator = "moderator"
	self      = "author"
)

var readers = []string{nobody, stranger, follower, blocked, blocker, muter, moderator, self}

// rule says what a reader gets of an author in the channels of a kind.
type rule func(a author, who string) outcome

// sees reports whether a reader may see what an author wrote.
func sees(a author, who string) bool {
	return !a.private || who == follower || who == moderator || who == self
}

func hides(who string) bool { return who == blocker || who == muter }

func when(ok bool, otherwise outcome) outcome {
	if ok {
		return shown
	}
	return otherwise
}

// The rules.
var (
	// A thing that is asked for by its id.
	single rule = func(a author, who string) outcome { return when(sees(a, who), notFound) }
	// A list of an account that is asked for by its id.
	ofAccount rule = func(a author, who string) outcome { return when(sees(a, who), forbidden) }
	// A list of what many wrote.
	ofMany rule = func(a author, who string) outcome { return when(sees(a, who) && !hides(who), leftOut) }
	// A list of accounts, which are seen also when they are private.
	ofAccounts rule = func(_ author, who string) outcome { return when(!hides(who), leftOut) }
	// An account that is asked for by its id.
	account rule = func(author, string) outcome { return shown }
	// What is the same for everybody and kept by shared caches.
	shared rule = func(a author, _ string) outcome { return when(!a.private, leftOut) }
	// What members alone see of themselves.
	own rule = func(_ author, who string) outcome { return when(who == self, leftOut) }
	// What says nothing of members.
	nothing rule = func(author, string) outcome { return leftOut }
)

// only is a rule for a list of some readers.
func only(some ...string) rule {
	return func(_ author, who string) outcome { return when(slices.Contains(some, who), leftOut) }
}

// page is a rule for a page: what is refused in the API is a page without the thing.
func page(r rule) rule {
	return func(a author, who string) outcome {
		if got := r(a, who); got == shown {
			return shown
		}
		return leftOut
	}
}

// channel is a route through which somebody may see what others wrote.
type channel struct {
	target func(w *world, a author) string
	rule   rule
	text   string // what is looked for, %s is the name of the author; "" is a success
	signIn bool   // nobody gets 401
}

func at(path string) func(*world, author) string {
	return func(*world, author) string { return path }
}

func of(format string, id func(author) int64) func(*world, author) string {
	return func(_ *world, a author) string { return fmt.Sprintf(format, id(a)) }
}

func byID(a author) int64      { return a.id }
func byReview(a author) int64  { return a.review }
func byList(a author) int64    { return a.list }
func byViewing(a author) int64 { return a.viewing }
func byComment(a author) int64 { return a.comment }

func ofFilm(format string) func(*world, author) string {
	return func(w *world, _ author) string { return fmt.Sprintf(format, w.film) }
}

func ofReview(format string) func(*world, author) string {
	return func(w *world, _ author) string { return fmt.Sprintf(format, w.review) }
}

func ofThird(format string) func(*world, author) string {
	return func(w *world, _ author) string { return fmt.Sprintf(format, w.third) }
}

// What is looked for.
const (
	theReview  = "rv-%s"
	theList    = "ls-%s"
	theViewing = "vw-%s"
	theComment = "cm-%s"
	theAccount = "name-%s"
)

// channels has every GET route of the program.
var channels = map[string]channel{
	// Things by their ids.
	"/reviews/:review_id":            {of("/reviews/%d", byReview), single, theReview, false},
	"/reviews/:review_id/like_count": {of("/reviews/%d/like_count", byReview), single, "", false},
	"/reviews/:review_id/is_liked":   {of("/reviews/%d/is_liked", byReview), single, "", true},
	"/lists/:list_id":                {of("/lists/%d", byList), single, theList, false},
	"/lists/:list_id/items":          {of("/lists/%d/items", byList), single, "", false},
	"/diary/:viewing_id":             {of("/diary/%d", byViewing), single, theViewing, false},
	"/comments/:comment_id":          {of("/comments/%d", byComment), single, theComment, false},
	"/users/:user_id":                {of("/users/%d", byID), account, theAccount, false},

	// Lists of an account.
	"/users/:user_id/reviews":    {of("/users/%d/reviews", byID), ofAccount, theReview, false},
	"/users/:user_id/ratings":    {of("/users/%d/ratings", byID), ofAccount, "", false},
	"/users/:user_id/watched":    {of("/users/%d/watched", byID), ofAccount, "", false},
	"/users/:user_id/watchlist":  {of("/users/%d/watchlist", byID), ofAccount, "", false},
	"/users/:user_id/diary":      {of("/users/%d/diary", byID), ofAccount, theViewing, false},
	"/users/:user_id/stats":      {of("/users/%d/stats", byID), ofAccount, "", false},
	"/users/:user_id/lists":      {of("/users/%d/lists", byID), ofAccount, theList, false},
	"/users/:user_id/activity":   {of("/users/%d/activity", byID), ofAccount, theReview, false},
	"/users/:user_id/followers":  {of("/users/%d/followers", byID), ofAccount, "", false},
	"/users/:user_id/followings": {of("/users/%d/followings", byID), ofAccount, "name-third", false},

	// Lists of what many wrote, and of members.
	"/movies/:movie_id/reviews":    {ofFilm("/movies/%d/reviews"), ofMany, theReview, false},
	"/movies/:movie_id/lists":      {ofFilm("/movies/%d/lists"), ofMany, theList, false},
	"/lists":                       {at("/lists"), ofMany, theList, false},
	"/reviews/:review_id/comments": {ofReview("/reviews/%d/comments"), ofMany, theComment, false},
	"/users":                       {at("/users"), ofAccounts, theAccount, false},
	"/users/search":                {func(_ *world, a author) string { return "/users/search?q=name-" + a.name }, ofAccounts, theAccount, false},

	// What members see of themselves.
	"/users/me":                 {at("/users/me"), own, theAccount, true},
	"/users/me/reviews":         {at("/users/me/reviews"), own, theReview, true},
	"/users/me/lists":           {at("/users/me/lists"), own, theList, true},
	"/users/me/diary":           {at("/users/me/diary"), own, theViewing, true},
	"/users/me/ratings":         {at("/users/me/ratings"), nothing, theAccount, true},
	"/users/me/watched":         {at("/users/me/watched"), nothing, theAccount, true},
	"/users/me/watchlist":       {at("/users/me/watchlist"), nothing, theAccount, true},
	"/users/me/feed":            {at("/users/me/feed"), only(follower), theReview, true},
	"/users/me/followers":       {at("/users/me/followers"), nothing, theAccount, true},
	"/users/me/followings":      {at("/users/me/followings"), only(follower), theAccount, true},
	"/users/me/follow_requests": {at("/users/me/follow_requests"), nothing, theAccount, true},
	"/users/me/blocks":          {at("/users/me/blocks"), only(blocker), theAccount, true},
	"/users/me/mutes":           {at("/users/me/mutes"), only(muter), theAccount, true},
	"/users/me/preferences":     {at("/users/me/preferences"), nothing, theAccount, true},
	"/users/me/sessions":        {at("/users/me/sessions"), nothing, theAccount, true},
	"/users/me/imports":         {at("/users/me/imports"), nothing, theAccount, true},
	"/users/me/tokens":          {at("/users/me/tokens"), nothing, theAccount, true},
	"/users/me/export":          {at("/users/me/export"), own, theViewing, true},
	"/notifications/inbox":      {at("/notifications/inbox"), only(stranger, follower, moderator), theAccount, true},
	"/notifications":            {at("/notifications"), only(stranger, follower, moderator), theAccount, true},

	// For moderators, who see everybody.
	"/moderation/users":   {at("/moderation/users"), only(moderator), theAccount, true},
	"/moderation/reports": {at("/moderation/reports"), only(moderator), theReview, true},
	"/moderation/log":     {at("/moderation/log"), nothing, theAccount, true},
	"/invites":            {at("/invites"), nothing, theAccount, true},

	// What says nothing of members.
	"/movies":                          {at("/movies"), nothing, theAccount, false},
	"/movies/:movie_id":                {ofFilm("/movies/%d"), nothing, theAccount, false},
	"/movies/:movie_id/ratings":        {ofFilm("/movies/%d/ratings"), nothing, theAccount, false},
	"/movies/:movie_id/reaction_count": {ofFilm("/movies/%d/reaction_count"), nothing, theAccount, false},

	// Pages.
	"/":                           {at("/"), page(ofMany), theReview, false},
	"/latest":                     {at("/latest"), page(ofMany), theReview, false},
	"/feed":                       {at("/feed"), only(follower), theReview, true},
	"/film/:movie_id":             {ofFilm("/film/%d?sort=-id"), page(ofMany), theReview, false},
	"/film/:movie_id/lists":       {ofFilm("/film/%d/lists"), page(ofMany), theList, false},
	"/list":                       {at("/list"), page(ofMany), theList, false},
	"/list/:list_id":              {of("/list/%d", byList), page(single), theList, false},
	"/review/:review_id":          {of("/review/%d", byReview), page(single), theReview, false},
	"/review/:review_id/comments": {ofReview("/review/%d/comments?after=0"), page(ofMany), theComment, false},
	"/comment/:comment_id":        {of("/comment/%d", byComment), page(single), theComment, false},
	"/members":                    {at("/members"), ofAccounts, theAccount, false},
	"/films":                      {at("/films?q=name-"), ofAccounts, `href="/member/{author}"`, false},
	"/member/:user_id":            {of("/member/%d", byID), page(ofAccount), theReview, false},
	"/member/:user_id/diary":      {of("/member/%d/diary", byID), page(ofAccount), theViewing, false},
	"/member/:user_id/year/:year": {of("/member/%d/year/2020", byID), page(ofAccount), "seen-%s", false},
	"/member/:user_id/watched":    {of("/member/%d/watched", byID), page(ofAccount), "seen-%s", false},
	"/member/:user_id/watchlist":  {of("/member/%d/watchlist", byID), page(ofAccount), "want-%s", false},
	"/member/:user_id/ratings":    {of("/member/%d/ratings", byID), page(ofAccount), "seen-%s", false},
	"/member/:user_id/lists":      {of("/member/%d/lists", byID), page(ofAccount), theList, false},
	"/member/:user_id/followers":  {ofThird("/member/%d/followers"), ofAccounts, theAccount, false},
	"/member/:user_id/followings": {of("/member/%d/followings", byID), page(ofAccount), "name-third", false},
	"/member/:user_id/feed.atom":  {of("/member/%d/feed.atom", byID), page(shared), theReview, false},
	"/film/:movie_id/feed.atom":   {ofFilm("/film/%d/feed.atom"), shared, theReview, false},
	"/sitemap/:part":              {at("/sitemap/reviews-0.xml"), shared, "/review/{review}<", false},
	"/inbox":                      {at("/inbox"), only(self, stranger, follower, moderator), theAccount, true},
	"/settings/blocked":           {at("/settings/blocked"), only(self, blocker), theAccount, true},
	"/settings/muted":             {at("/settings/muted"), only(self, muter), theAccount, true},
	"/settings/requests":          {at("/settings/requests"), own, theAccount, true},
	"/film/:movie_id/review":      {ofFilm("/film/%d/review"), own, theReview, true},
	"/film/:movie_id/collect":     {ofFilm("/film/%d/collect"), own, theList, true},
}

// silent are the GET routes that show nothing which one member wrote to another: forms, pages of admins, files, documents.
var silent = []string{
	"/docs", "/docs/assets/:name", "/redoc", "/openapi.json", "/openapi.yaml", "/healthz", "/readyz", "/version", "/registration", "/media/:owner/:kind/:name",
	"/site/:name", "/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png", "/robots.txt", "/sitemap.xml",
	"/.well-known/change-password", "/join", "/signin", "/reset", "/forgotten", "/email", "/users/me/email", "/users/email_confirm", "/users/password_forgotten", "/admin/members/:user_id/reset", "/settings", "/settings/privacy", "/settings/delete", "/inbox/open/:notification_id",
	"/settings/invites", "/settings/tokens", "/settings/security", "/settings/transfer", "/settings/imports/:import_id",
	"/settings/imports/:import_id/report", "/settings/imports/:import_id/rows/:n", "/about", "/terms", "/privacy", "/report",
	"/moderate/members", "/moderate/members/:user_id", "/moderate/reports", "/moderate/log",
	"/admin", "/admin/members", "/admin/films", "/admin/members/:user_id/role", "/admin/members/:user_id/delete",
	"/films/new", "/film/:movie_id/edit", "/film/:movie_id/delete", "/film/:movie_id/merge", "/film/:movie_id/log", "/write",
	"/log/:viewing_id", "/log/:viewing_id/delete", "/review/:review_id/delete", "/comment/:comment_id/edit", "/comment/:comment_id/delete",
	"/list/new", "/list/:list_id/edit", "/list/:list_id/delete", "/list/:list_id/add", "/list/:list_id/arrange", "/list/:list_id/note/:movie_id",
	"/member/:user_id/block", "/review/:review_id/comment",
	"/users/me/imports/:import_id", "/users/me/imports/:import_id/rows", // of nobody but the member
	"/users/login", "/users/logout", "/users/refresh", "/users/password_reset", "/users/session/renew", "/users/me/profile_image", // of old pages: they answer 405 or lead on
}
