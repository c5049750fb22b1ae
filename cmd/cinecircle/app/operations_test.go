package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// operations are the names that generated clients call. A client breaks when one of them changes or goes.
const operations = `
acceptFollowRequest POST /users/me/follow_requests/:user_id/accept
addListItem POST /lists/:list_id/items
addToWatchlist PUT /users/me/watchlist/:movie_id
approveUser POST /moderation/users/:user_id/approve
beginMyTOTP POST /users/me/totp
blockUser POST /users/:user_id/block
closeReport POST /moderation/reports/:report_id/close
confirmEmail POST /users/email_confirm
confirmImport POST /users/me/imports/:import_id/confirm
confirmMyTOTP POST /users/me/totp/confirm
connectNotifications GET /notifications
createComment POST /reviews/:review_id/comments
createInvite POST /invites
createList POST /lists
createMovie POST /movies
createMyToken POST /users/me/tokens
createReview POST /reviews
createUser POST /users
declineFollowRequest POST /users/me/follow_requests/:user_id/decline
deleteComment DELETE /comments/:comment_id
deleteImport DELETE /users/me/imports/:import_id
deleteInvite DELETE /invites/:invite_id
deleteList DELETE /lists/:list_id
deleteListItem DELETE /lists/:list_id/items/:movie_id
deleteMe DELETE /users/me
deleteMovie DELETE /movies/:movie_id
deleteMoviePoster DELETE /movies/:movie_id/poster_image
deleteMovieRating DELETE /movies/:movie_id/rating
deleteMovieReaction DELETE /likes/movies/:movie_id
deleteMyEmail DELETE /users/me/email
deleteMyProfileImage DELETE /users/me/profile_image
deleteMyTOTP DELETE /users/me/totp
deleteMyToken DELETE /users/me/tokens/:token_id
deleteReview DELETE /reviews/:review_id
deleteReviewImage DELETE /reviews/:review_id/image
deleteUser DELETE /users/:user_id
deleteUserProfileImage DELETE /users/:user_id/profile_image
deleteViewing DELETE /diary/:viewing_id
dislikeMovie POST /likes/movies/:movie_id/dislike
endMySession DELETE /users/me/sessions/:session_id
endMySessions DELETE /users/me/sessions
exportMyData GET /users/me/export
followUser POST /users/:user_id/follow
forgotPassword POST /users/password_forgotten
getComment GET /comments/:comment_id
getDocsAsset GET /docs/assets/:name
getHealth GET /healthz
getImport GET /users/me/imports/:import_id
getList GET /lists/:list_id
getMe GET /users/me
getMedia GET /media/:owner/:kind/:name
getMovie GET /movies/:movie_id
getMovieRatings GET /movies/:movie_id/ratings
getMovieReactionCount GET /movies/:movie_id/reaction_count
getMyEmail GET /users/me/email
getMyFeed GET /users/me/feed
getMyPreferences GET /users/me/preferences
getOpenAPIJSON GET /openapi.json
getOpenAPIYAML GET /openapi.yaml
getReadiness GET /readyz
getRegistration GET /registration
getReview GET /reviews/:review_id
getReviewIsLiked GET /reviews/:review_id/is_liked
getReviewLikeCount GET /reviews/:review_id/like_count
getUser GET /users/:user_id
getUserStatistics GET /users/:user_id/stats
getVersion GET /version
getViewing GET /diary/:viewing_id
hide POST /moderation/hide
likeList POST /likes/lists/:list_id/like
likeMovie POST /likes/movies/:movie_id/like
likeReview POST /likes/reviews/:review_id/like
listImportRows GET /users/me/imports/:import_id/rows
listInvites GET /invites
listListItems GET /lists/:list_id/items
listLists GET /lists
listMembers GET /moderation/users
listModerationLog GET /moderation/log
listMovieLists GET /movies/:movie_id/lists
listMovieReviews GET /movies/:movie_id/reviews
listMovies GET /movies
listMyBlocks GET /users/me/blocks
listMyDiary GET /users/me/diary
listMyFollowRequests GET /users/me/follow_requests
listMyFollowers GET /users/me/followers
listMyFollowings GET /users/me/followings
listMyImports GET /users/me/imports
listMyLists GET /users/me/lists
listMyMutes GET /users/me/mutes
listMyRatings GET /users/me/ratings
listMyReviews GET /users/me/reviews
listMySessions GET /users/me/sessions
listMyTokens GET /users/me/tokens
listMyWatched GET /users/me/watched
listMyWatchlist GET /users/me/watchlist
listNotifications GET /notifications/inbox
listReports GET /moderation/reports
listReviewComments GET /reviews/:review_id/comments
listUserActivity GET /users/:user_id/activity
listUserDiary GET /users/:user_id/diary
listUserFollowers GET /users/:user_id/followers
listUserFollowings GET /users/:user_id/followings
listUserLists GET /users/:user_id/lists
listUserRatings GET /users/:user_id/ratings
listUserReviews GET /users/:user_id/reviews
listUserWatched GET /users/:user_id/watched
listUserWatchlist GET /users/:user_id/watchlist
listUsers GET /users
logViewing POST /users/me/diary
login POST /users/login
logout POST /users/logout
markNotificationsRead POST /notifications/read
markWatched PUT /users/me/watched/:movie_id
mergeMovies POST /movies/:movie_id/merge
muteUser POST /users/:user_id/mute
rateMovie PUT /movies/:movie_id/rating
refreshTokens POST /users/refresh
rejectUser POST /moderation/users/:user_id/reject
removeFromWatchlist DELETE /users/me/watchlist/:movie_id
removeUserContent POST /moderation/users/:user_id/remove_content
replaceListItems PUT /lists/:list_id/items
report POST /reports
resetPassword POST /users/password_reset
resolveImportRow PATCH /users/me/imports/:import_id/rows/:n
restore POST /moderation/restore
searchUsers GET /users/search
setMoviePoster POST /movies/:movie_id/poster_image
setMyEmail PUT /users/me/email
setMyProfileImage POST /users/me/profile_image
showDocs GET /docs
showRedoc GET /redoc
startImport POST /users/me/imports
suspendUser POST /moderation/users/:user_id/suspend
unblockUser POST /users/:user_id/unblock
unfollowUser POST /users/:user_id/unfollow
unlikeList POST /likes/lists/:list_id/unlike
unlikeReview POST /likes/reviews/:review_id/unlike
unmarkWatched DELETE /users/me/watched/:movie_id
unmuteUser POST /users/:user_id/unmute
unsuspendUser POST /moderation/users/:user_id/unsuspend
updateComment PATCH /comments/:comment_id
updateList PATCH /lists/:list_id
updateListItem PATCH /lists/:list_id/items/:movie_id
updateMe PATCH /users/me
updateMovie PATCH /movies/:movie_id
updateMyPreferences PATCH /users/me/preferences
updateReview PATCH /reviews/:review_id
updateUser PATCH /users/:user_id
updateViewing PATCH /diary/:viewing_id
`

func TestTheNamesOfOperationsAreFrozen(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range apptest.New(t).Router.Routes() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Op.ID, r.Method, r.Path))
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(operations), "\n"), got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}
