package main

// kind is one kind of request that is measured.
type kind struct {
	key    string // its name in the records
	title  string
	target float64 // microseconds of CPU, 0 for none
	rate   float64 // requests a second while latencies are measured; less when that is more than 40 % of the capacity
}

// The fixed rates for reads, writes, and requests that are slow by design.
const (
	reads  = 400
	writes = 200
	slow   = 20
)

// kinds are measured and reported in this order. After the comma, a title says which rows the requests are about.
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
	{"FilmReviews", "GET /movies/{id}/reviews, most reviewed", 0, reads},
	{"FilmReviewsByLikes", "the same by likes", 0, reads},
	{"FilmReviewsSignedIn", "the same by likes, signed in", 0, reads},
	{"GetReview", "GET /reviews/{id}", 0, reads},
	{"UserReviews", "GET /users/{id}/reviews, most reviews", 0, reads},
	{"Comments", "GET /reviews/{id}/comments, most comments", 0, reads},
	{"GetUser", "GET /users/{id}", 0, reads},
	{"Me", "GET /users/me", 0, reads},
	{"ListUsers", "GET /users", 0, reads},
	{"SearchUser", "GET /users/search?username=…", 0, reads},
	{"SearchUsersPart", "GET /users/search?q=…, no hit", 0, reads},
	{"SearchUsersAge", "GET /users/search?age=…&gender=…", 0, reads},
	{"Followings", "GET /users/me/followings, most followings", 0, reads},
	{"Followers", "GET /users/{id}/followers, most followers", 0, reads},
	{"Inbox", "GET /notifications/inbox, most notifications", 0, reads},
	{"InboxUnread", "the same, unread=true", 0, reads},
	{"InboxGrouped", "the same, grouped=true", 0, reads},
	{"Feed", "GET /users/me/feed, most followings", 0, reads},
	{"FeedComments", "the same, types=comment", 0, reads},
	{"ListByRating", "GET /movies?sort=-rating", 0, reads},
	{"Histogram", "GET /movies/{id}/ratings, most reviewed", 0, reads},
	{"UserRatings", "GET /users/{id}/ratings, most ratings", 0, reads},
	{"UserRatingsBest", "the same by rating", 0, reads},
	{"Watched", "GET /users/{id}/watched, most ratings", 0, reads},
	{"Diary", "GET /users/{id}/diary, most ratings", 0, reads},
	{"Stats", "GET /users/{id}/stats, most ratings", 0, slow},
	{"StatsYear", "the same of one year", 0, slow},
	{"Lists", "GET /lists", 0, reads},
	{"ListsByLikes", "GET /lists?sort=-like_count", 0, reads},
	{"GetList", "GET /lists/{id}, random", 0, reads},
	{"ListItems", "GET /lists/{id}/items, longest", 0, reads},
	{"FilmLists", "GET /movies/{id}/lists, in most lists", 0, reads},
	{"PageHome", "the page /", 0, reads},
	{"PageFeed", "the same of the member with most followings", 0, reads},
	{"PageFilms", "the page /films", 0, reads},
	{"PageFilm", "the page /film/{id}, most reviewed", 0, reads},
	{"PageReview", "the page /review/{id}, most comments", 0, reads},
	{"PageMember", "the page /member/{id}, most reviews", 0, reads},
	{"PageMembers", "the page /members", 0, reads},
	{"Like", "POST like, unlike of a review, random", 0, writes},
	{"LikeMost", "POST like, unlike of a review, most liked", 0, writes},
	{"React", "POST like, dislike of a film, random", 0, writes},
	{"Rate", "PUT /movies/{id}/rating, random", 0, writes},
	{"RateMost", "PUT /movies/{id}/rating, most reviewed", 0, writes},
	{"LogViewing", "POST /users/me/diary, random film", 0, writes},
	{"LikeList", "POST like, unlike of a list, most liked", 0, writes},
	{"Follow", "POST follow, unfollow, few followers", 0, writes},
	{"FollowMost", "POST follow, unfollow, most followers", 0, writes},
	{"CreateReview", "POST /reviews", 150, writes},
	{"CreateComment", "POST /reviews/{id}/comments, random", 0, writes},
	{"CreateFilm", "POST /movies", 0, writes},
	{"MarkRead", "POST /notifications/read", 0, writes},
	{"Upload", "POST /users/me/profile_image, 640 × 480", 0, slow},
	{"SignIn", "POST /users/login, bcrypt at minimum cost", 0, slow},
}

// pageLimit is the length of the requested pages.
const pageLimit = 30

// deepPage is compared with page 1. In a small catalogue, the last page is.
const deepPage = 1000
