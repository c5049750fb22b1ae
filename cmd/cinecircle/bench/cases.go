package main

// kind is one kind of request that is measured.
type kind struct {
	key    string // its name in the records
	title  string
	target float64 // microseconds of CPU that shared goals ask for, 0 for none
	rate   float64 // requests a second for the latencies; less when that would be more than 40 % of what it can
}

// The fixed rates: of what reads, writes, and takes long by its nature.
const (
	reads  = 400
	writes = 200
	slow   = 20
)

// kinds is what is measured, in the order of the report.
var kinds = []kind{
	{"GetFilm", "GET /movies/{id}", 50, reads},
	{"ListPage1", "GET /movies, page 1", 230, reads},
	{"ListPage1000", "GET /movies, page 1,000", 230, reads},
	{"ListByTitle", "GET /movies?sort=title", 0, reads},
	{"ListByLikes", "GET /movies?sort=-like_count", 0, reads},
	{"ListByGenre", "GET /movies?genre=…&sort=-like_count", 0, reads},
	{"SearchCommon", "GET /movies?title=…, a common word", 500, reads},
	{"SearchRare", "GET /movies?title=…, a rare word", 500, reads},
	{"SearchKorean", "GET /movies?title=…, two syllables", 500, reads},
	{"SearchNone", "GET /movies?title=…, no hit", 500, reads},
	{"SearchByLikes", "GET /movies?title=…&sort=-like_count", 0, reads},
	{"ReactionCount", "GET /movies/{id}/reaction_count", 0, reads},
	{"FilmReviews", "GET reviews of the most reviewed film", 0, reads},
	{"FilmReviewsByLikes", "the same by likes", 0, reads},
	{"FilmReviewsSignedIn", "the same by likes, signed in", 0, reads},
	{"GetReview", "GET /reviews/{id}", 0, reads},
	{"UserReviews", "GET reviews of who wrote most", 0, reads},
	{"GetUser", "GET /users/{id}", 0, reads},
	{"Me", "GET /users/me", 0, reads},
	{"ListUsers", "GET /users", 0, reads},
	{"SearchUser", "GET /users/search?username=…", 0, reads},
	{"SearchUsersPart", "GET /users/search?q=…, no hit", 0, reads},
	{"SearchUsersAge", "GET /users/search?age=…&gender=…", 0, reads},
	{"Followings", "GET followings of who follows most", 0, reads},
	{"Followers", "GET followers of who is followed most", 0, reads},
	{"Inbox", "GET /notifications/inbox of who is told most", 0, reads},
	{"InboxUnread", "the same, unread=true", 0, reads},
	{"PageHome", "the page /", 0, reads},
	{"PageFilms", "the page /films", 0, reads},
	{"PageFilm", "the page of the most reviewed film", 0, reads},
	{"PageMember", "the page of who wrote most", 0, reads},
	{"PageMembers", "the page /members", 0, reads},
	{"Like", "POST like and unlike of any review", 0, writes},
	{"LikeMost", "POST like and unlike of the most liked review", 0, writes},
	{"React", "POST like and dislike of any film", 0, writes},
	{"Follow", "POST follow and unfollow", 0, writes},
	{"FollowMost", "POST follow and unfollow of who is followed most", 0, writes},
	{"CreateReview", "POST /reviews", 150, writes},
	{"CreateFilm", "POST /movies", 0, writes},
	{"MarkRead", "POST /notifications/read", 0, writes},
	{"Upload", "POST /users/me/profile_image, 640 × 480", 0, slow},
	{"SignIn", "POST /users/login, bcrypt of the least cost", 0, slow},
}

// pageLimit is the length of the pages that are asked for.
const pageLimit = 30

// deepPage is the page that is measured against the first; a small catalogue ends before.
const deepPage = 1000
