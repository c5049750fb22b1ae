package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinecircle/cinecircle/cmd/cinecircle/app/apptest"
)

// golden is every route and who may call it. A change here is a change of the contract.
const golden = `
DELETE /comments/:comment_id owner
DELETE /diary/:viewing_id author
DELETE /invites/:invite_id moderator
DELETE /likes/movies/:movie_id member
DELETE /lists/:list_id author
DELETE /lists/:list_id/items/:movie_id author
DELETE /movies/:movie_id owner
DELETE /movies/:movie_id/poster_image owner
DELETE /movies/:movie_id/rating member
DELETE /reviews/:review_id owner
DELETE /reviews/:review_id/image owner
DELETE /users/:user_id owner
DELETE /users/:user_id/profile_image owner
DELETE /users/me member
DELETE /users/me/email member
DELETE /users/me/imports/:import_id member
DELETE /users/me/profile_image member
DELETE /users/me/sessions member
DELETE /users/me/sessions/:session_id member
DELETE /users/me/tokens/:token_id member
DELETE /users/me/totp member
DELETE /users/me/watched/:movie_id member
DELETE /users/me/watchlist/:movie_id member
GET /comments/:comment_id optional
GET /diary/:viewing_id optional
GET /docs public
GET /docs/assets/:name public
GET /healthz public
GET /invites moderator
GET /lists optional
GET /lists/:list_id optional
GET /lists/:list_id/items optional
GET /media/:owner/:kind/:name public
GET /moderation/log moderator
GET /moderation/reports moderator
GET /moderation/users moderator
GET /movies optional
GET /movies/:movie_id optional
GET /movies/:movie_id/lists optional
GET /movies/:movie_id/ratings optional
GET /movies/:movie_id/reaction_count optional
GET /movies/:movie_id/reviews optional
GET /notifications socket
GET /notifications/inbox member
GET /openapi.json public
GET /openapi.yaml public
GET /readyz public
GET /redoc public
GET /registration public
GET /reviews/:review_id optional
GET /reviews/:review_id/comments optional
GET /reviews/:review_id/is_liked member
GET /reviews/:review_id/like_count optional
GET /users optional
GET /users/:user_id optional
GET /users/:user_id/activity optional
GET /users/:user_id/diary optional
GET /users/:user_id/followers optional
GET /users/:user_id/followings optional
GET /users/:user_id/lists optional
GET /users/:user_id/ratings optional
GET /users/:user_id/reviews optional
GET /users/:user_id/stats optional
GET /users/:user_id/watched optional
GET /users/:user_id/watchlist optional
GET /users/me member
GET /users/me/blocks member
GET /users/me/diary member
GET /users/me/email member
GET /users/me/export member
GET /users/me/feed member
GET /users/me/follow_requests member
GET /users/me/followers member
GET /users/me/followings member
GET /users/me/imports member
GET /users/me/imports/:import_id member
GET /users/me/imports/:import_id/rows member
GET /users/me/lists member
GET /users/me/mutes member
GET /users/me/preferences member
GET /users/me/ratings member
GET /users/me/reviews member
GET /users/me/sessions member
GET /users/me/tokens member
GET /users/me/watched member
GET /users/me/watchlist member
GET /users/search optional
GET /version public
PATCH /comments/:comment_id author
PATCH /diary/:viewing_id author
PATCH /lists/:list_id author
PATCH /lists/:list_id/items/:movie_id author
PATCH /movies/:movie_id owner
PATCH /reviews/:review_id author
PATCH /users/:user_id owner
PATCH /users/me member
PATCH /users/me/imports/:import_id/rows/:n member
PATCH /users/me/preferences member
POST /invites moderator
POST /likes/lists/:list_id/like member
POST /likes/lists/:list_id/unlike member
POST /likes/movies/:movie_id/dislike member
POST /likes/movies/:movie_id/like member
POST /likes/reviews/:review_id/like member
POST /likes/reviews/:review_id/unlike member
POST /lists member
POST /lists/:list_id/items author
POST /moderation/hide moderator
POST /moderation/reports/:report_id/close moderator
POST /moderation/restore moderator
POST /moderation/users/:user_id/approve moderator
POST /moderation/users/:user_id/reject moderator
POST /moderation/users/:user_id/remove_content moderator
POST /moderation/users/:user_id/suspend moderator
POST /moderation/users/:user_id/unsuspend moderator
POST /movies member
POST /movies/:movie_id/merge moderator
POST /movies/:movie_id/poster_image owner
POST /notifications/read member
POST /reports member
POST /reviews member
POST /reviews/:review_id/comments member
POST /users public
POST /users/:user_id/block member
POST /users/:user_id/follow member
POST /users/:user_id/mute member
POST /users/:user_id/unblock member
POST /users/:user_id/unfollow member
POST /users/:user_id/unmute member
POST /users/email_confirm public
POST /users/login public
POST /users/logout public
POST /users/me/diary member
POST /users/me/follow_requests/:user_id/accept member
POST /users/me/follow_requests/:user_id/decline member
POST /users/me/imports member
POST /users/me/imports/:import_id/confirm member
POST /users/me/profile_image member
POST /users/me/tokens member
POST /users/me/totp member
POST /users/me/totp/confirm member
POST /users/password_forgotten public
POST /users/password_reset public
POST /users/refresh public
PUT /lists/:list_id/items author
PUT /movies/:movie_id/rating member
PUT /users/me/email member
PUT /users/me/watched/:movie_id member
PUT /users/me/watchlist/:movie_id member
`

// sessionsOnly is every route for members that no personal token may call.
const sessionsOnly = `
DELETE /users/:user_id
DELETE /users/me
DELETE /users/me/email
DELETE /users/me/sessions
DELETE /users/me/sessions/:session_id
DELETE /users/me/tokens/:token_id
DELETE /users/me/totp
GET /users/me/email
GET /users/me/sessions
GET /users/me/tokens
POST /users/me/tokens
POST /users/me/totp
POST /users/me/totp/confirm
PUT /users/me/email
`

func TestPersonalTokensStayAwayFromWhatGuardsTheAccount(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range apptest.New(t).Router.Routes() {
		if r.Policy.SignedIn() && !r.Personal() {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(sessionsOnly), "\n"), got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

func TestTheRoutesMatchTheContract(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range apptest.New(t).Router.Routes() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Policy))
	}
	slices.Sort(got)
	if diff := cmp.Diff(strings.Fields(golden), strings.Fields(strings.Join(got, "\n"))); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}
