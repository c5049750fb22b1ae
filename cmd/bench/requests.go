package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cinecircle/cinecircle/cmd/bench/dataset"
	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// source makes request number k of a kind, for cinecircle and for the database/sql yardstick: sql is nil when it has no
// such route. On MySQL both write to the same schema, so their members differ.
type source struct{ ours, sql func(k int) request }

// sources returns the sources by the keys of their kinds.
func (b *bench) sources(ctx context.Context) (map[string]source, error) {
	first, film := "/movies?limit="+strconv.Itoa(pageLimit), func(k int) request { return get("/movies/%d", b.draw(k, b.community.films)) }
	deep, after, err := b.findDeepPage(ctx, first)
	if err != nil {
		return nil, err
	}
	all := map[string]source{
		"GetFilm":       {film, film},
		"ListPage1":     {path(first), path(first)},
		"ListPage1000":  {path(deep), path(first + "&after=" + strconv.FormatInt(after, 10))},
		"ListByTitle":   {path(first + "&sort=title"), nil},
		"ListByLikes":   {path(first + "&sort=-like_count"), nil},
		"ListByGenre":   {path(first + "&sort=-like_count&genre=Drama"), nil},
		"SearchByLikes": {path(first + "&sort=-like_count&title=" + url.QueryEscape(dataset.KoreanWord)), nil},
		"ReactionCount": {func(k int) request { return get("/movies/%d/reaction_count", b.draw(k, b.community.films)) }, nil},
		"GetReview":     {func(k int) request { return get("/reviews/%d", b.draw(k, b.community.reviews)) }, nil},
	}
	for key, word := range map[string]string{
		"SearchCommon": dataset.CommonWord, "SearchRare": dataset.RareWord, "SearchKorean": dataset.KoreanWord, "SearchNone": dataset.UnknownWord,
	} {
		search := path(first + "&title=" + url.QueryEscape(word))
		all[key] = source{search, search}
	}
	for key, page := range map[string]string{
		"PageHome": "/", "PageReview": fmt.Sprintf("/review/%d", b.community.talkedReview), "PageFilms": "/films", "PageMembers": "/members",
		"PageFilm": fmt.Sprintf("/film/%d", b.community.topFilm), "PageMember": fmt.Sprintf("/member/%d", b.community.topWriter),
	} {
		all[key] = source{path(page), nil}
		if key == "PageFilms" || key == "PageFilm" {
			all[key] = source{path(page), path(page)}
		}
	}
	b.addMemberSources(all)
	b.addCollectionSources(all)
	b.addWriteSources(all)
	return all, nil
}

func (b *bench) addMemberSources(all map[string]source) {
	t := b.community
	author, follower := &t.members[0], &t.members[min(1, len(t.members)-1)]
	if t.follower == t.author {
		follower = author
	}
	reviews := fmt.Sprintf("/movies/%d/reviews?limit=%d", t.topFilm, pageLimit)
	followings, inbox := as(follower, "/users/me/followings?limit=%d", pageLimit), as(author, "/notifications/inbox?limit=%d", pageLimit)
	all["FilmReviews"] = source{path(reviews), path(reviews)}
	all["FilmReviewsByLikes"] = source{path(reviews + "&sort=-like_count"), nil}
	all["FilmReviewsSignedIn"] = source{as(author, "%s&sort=-like_count", reviews), nil}
	all["Comments"] = source{path(fmt.Sprintf("/reviews/%d/comments?limit=%d", t.talkedReview, pageLimit)), nil}
	all["UserReviews"] = source{path(fmt.Sprintf("/users/%d/reviews?limit=%d", t.topWriter, pageLimit)), nil}
	all["GetUser"] = source{func(k int) request { return get("/users/%d", t.members[k%len(t.members)].id) }, nil}
	all["Me"] = source{func(k int) request {
		return request{method: http.MethodGet, path: "/users/me", member: &t.members[k%len(t.members)]}
	}, nil}
	all["ListUsers"] = source{path(fmt.Sprintf("/users?limit=%d", pageLimit)), nil}
	all["SearchUser"] = source{func(k int) request {
		return get("/users/search?username=%s", url.QueryEscape(t.members[k%len(t.members)].name))
	}, nil}
	all["SearchUsersPart"] = source{path("/users/search?q=" + url.QueryEscape("없는이름")), nil}
	all["SearchUsersAge"] = source{path(fmt.Sprintf("/users/search?age=40&gender=male&limit=%d", pageLimit)), nil}
	all["Followings"] = source{followings, followings}
	all["Followers"] = source{path(fmt.Sprintf("/users/%d/followers?limit=%d", t.topUser, pageLimit)), nil}
	all["Inbox"] = source{inbox, inbox}
	all["InboxGrouped"] = source{as(author, "/notifications/inbox?limit=%d&grouped=true", pageLimit), nil}
	all["Feed"] = source{as(follower, "/users/me/feed?limit=%d", pageLimit), nil}
	all["FeedComments"] = source{as(follower, "/users/me/feed?limit=%d&types=comment", pageLimit), nil}
	all["PageFeed"] = source{as(follower, "/"), nil}
	all["InboxUnread"] = source{as(author, "/notifications/inbox?limit=%d&unread=true", pageLimit), nil}
}

// addCollectionSources adds the requests about ratings, diaries and lists.
func (b *bench) addCollectionSources(all map[string]source) {
	t := b.community
	of := func(id int64, format string) func(int) request { return path(fmt.Sprintf(format, id, pageLimit)) }
	all["ListByRating"] = source{path(fmt.Sprintf("/movies?limit=%d&sort=-rating", pageLimit)), nil}
	all["Histogram"] = source{path(fmt.Sprintf("/movies/%d/ratings", t.topFilm)), nil}
	all["UserRatings"] = source{of(t.topRater, "/users/%d/ratings?limit=%d"), nil}
	all["UserRatingsBest"] = source{of(t.topRater, "/users/%d/ratings?limit=%d&sort=-rating"), nil}
	all["Watched"] = source{of(t.topRater, "/users/%d/watched?limit=%d"), nil}
	all["Diary"] = source{of(t.topRater, "/users/%d/diary?limit=%d"), nil}
	all["Stats"] = source{path(fmt.Sprintf("/users/%d/stats", t.topRater)), nil}
	all["StatsYear"] = source{path(fmt.Sprintf("/users/%d/stats?year=%d", t.topRater, dataset.FirstYear)), nil}
	all["Lists"] = source{path(fmt.Sprintf("/lists?limit=%d", pageLimit)), nil}
	all["ListsByLikes"] = source{path(fmt.Sprintf("/lists?limit=%d&sort=-like_count", pageLimit)), nil}
	all["GetList"] = source{func(k int) request { return get("/lists/%d", dataset.PublicList(b.draw(k, t.lists))) }, nil}
	all["ListItems"] = source{of(t.longList, "/lists/%d/items?limit=%d"), nil}
	all["FilmLists"] = source{of(t.listedFilm, "/movies/%d/lists?limit=%d"), nil}
}

func (b *bench) addWriteSources(all map[string]source) {
	t, picture := b.community, newPicture(b.seed)
	ours, theirs := t.members[1:len(t.members)/2], t.members[len(t.members)/2:]
	some := func(k int) string { return fmt.Sprintf("/likes/reviews/%d/", b.draw(k/2, t.reviews)) }
	most := func(int) string { return fmt.Sprintf("/likes/reviews/%d/", t.topReview) }
	movie := func(k int) string { return fmt.Sprintf("/likes/movies/%d/", b.draw(k/2, t.films)) }
	all["Like"] = source{toggle(ours, some, "like", "unlike"), toggle(theirs, some, "like", "unlike")}
	all["LikeMost"] = source{toggle(ours, most, "like", "unlike"), toggle(theirs, most, "like", "unlike")}
	all["React"] = source{toggle(ours, movie, "like", "dislike"), nil}
	rate := func(film func(k int) int64) func(int) request {
		return func(k int) request {
			return request{
				method: http.MethodPut, path: fmt.Sprintf("/movies/%d/rating", film(k)), kind: kindJSON,
				body: fmt.Sprintf(`{"rating":%g}`, float64(1+k%10)/2), member: &ours[k%len(ours)],
			}
		}
	}
	all["Rate"] = source{rate(func(k int) int64 { return b.draw(k, t.films) }), nil}
	all["RateMost"] = source{rate(func(int) int64 { return t.topFilm }), nil}
	all["LogViewing"] = source{func(k int) request {
		body := fmt.Sprintf(`{"movie_id":%d,"watched_on":"2025-%02d-%02d","rating":4}`, b.draw(k, t.films), 1+k%12, 1+k%28)
		return request{method: http.MethodPost, path: "/users/me/diary", kind: kindJSON, body: body, member: &ours[k%len(ours)], want: http.StatusCreated}
	}, nil}
	all["LikeList"] = source{toggle(ours, func(int) string { return fmt.Sprintf("/likes/lists/%d/", t.topList) }, "like", "unlike"), nil}
	for key, id := range map[string]int64{"Follow": t.plainFollowed, "FollowMost": t.topUser} {
		target := func(int) string { return fmt.Sprintf("/users/%d/", id) }
		all[key] = source{toggle(without(ours, id), target, "follow", "unfollow"), toggle(without(theirs, id), target, "follow", "unfollow")}
	}
	last := len(t.drafts) - 1
	all["CreateReview"] = source{
		func(k int) request { return t.review(min(k, last)) },
		func(k int) request { return t.review(max(last-k, 0)) },
	}
	all["CreateComment"] = source{func(k int) request {
		return request{
			method: http.MethodPost, path: fmt.Sprintf("/reviews/%d/comments", b.draw(k, t.reviews)), kind: kindJSON,
			body: `{"content":"저도 그 장면이 좋았어요."}`, member: &ours[k%len(ours)], want: http.StatusCreated,
		}
	}, nil}
	all["CreateFilm"] = source{func(k int) request { return newFilm(&ours[k%len(ours)], k) }, nil}
	all["MarkRead"] = source{func(k int) request {
		return request{method: http.MethodPost, path: "/notifications/read", kind: kindJSON, body: `{"up_to":1}`, member: &ours[k%len(ours)], want: http.StatusNoContent}
	}, nil}
	all["Upload"] = source{func(k int) request { return picture.upload(&ours[k%len(ours)]) }, nil}
	all["SignIn"] = source{func(k int) request { return loginAs(t.signIns[k%len(t.signIns)]) }, nil}
}

func get(format string, args ...any) request {
	return request{method: http.MethodGet, path: fmt.Sprintf(format, args...)}
}

func path(p string) func(int) request {
	return func(int) request { return request{method: http.MethodGet, path: p} }
}

// as returns requests of a member for one path.
func as(m *member, format string, args ...any) func(int) request {
	r := get(format, args...)
	r.member = m
	return func(int) request { return r }
}

// draw returns a random id up to most, the same for the same k.
func (b *bench) draw(k, most int) int64 {
	return 1 + int64(rand.New(rand.NewPCG(b.seed, uint64(k))).IntN(most))
}

// toggle returns requests in pairs: on with an even number, and off by the same member with the next one. Each pair has
// another member.
func toggle(members []member, what func(k int) string, on, off string) func(int) request {
	return func(k int) request {
		verb := on
		if k%2 == 1 {
			verb = off
		}
		return request{method: http.MethodPost, path: what(k) + verb, member: &members[k/2%len(members)]}
	}
}

// without returns the members but the one with this id, because a member cannot follow themselves.
func without(members []member, id int64) []member {
	var others []member
	for _, p := range members {
		if p.id != id {
			others = append(others, p)
		}
	}
	return others
}

// review creates the review of a draft.
func (c *community) review(k int) request {
	d := c.drafts[k]
	form := url.Values{
		"movie_id": {strconv.FormatInt(d.film, 10)},
		"title":    {fmt.Sprintf("Review %d, 다시 보고 싶은 영화", k)},
		"content":  {"배우들의 연기가 훌륭했고 음악도 오래 남는다. The last scene alone is worth the evening; bring a friend and a handkerchief."},
	}
	return request{method: http.MethodPost, path: "/reviews", kind: kindForm, body: form.Encode(), member: &c.members[d.who], want: http.StatusCreated}
}

func newFilm(by *member, k int) request {
	body := fmt.Sprintf(`{"title":"A New Film, 새로운 영화 %d","plot":"It begins where the last one ended.","cast":[{"name":"배두나","role":"기자","age":40}],"playtime":110,"genre":"Drama"}`, k)
	return request{method: http.MethodPost, path: "/movies", kind: kindJSON, body: body, member: by, want: http.StatusCreated}
}

// findDeepPage follows the list from its first page. It returns the path of the deep page and the last id before it.
func (b *bench) findDeepPage(ctx context.Context, first string) (string, int64, error) {
	c := newClient(1, nil)
	defer c.close()
	here, before := first, int64(0)
	for range min(deepPage, b.community.films/pageLimit) - 1 {
		ids, next, err := listPage(ctx, c, b.server.URL(), here)
		if err != nil {
			return "", 0, err
		}
		if next == "" {
			return "", 0, fmt.Errorf("%s is already the last page", here)
		}
		here, before = next, ids[len(ids)-1]
	}
	return here, before, nil
}

// listPage returns the ids on a page and the path of the next one, "" after the last.
func listPage(ctx context.Context, c *client, base, path string) ([]int64, string, error) {
	got, err := c.do(ctx, base, request{method: http.MethodGet, path: path})
	if err != nil {
		return nil, "", err
	}
	var rows []struct{ ID int64 }
	if err := json.Unmarshal(got.body, &rows); err != nil {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, harness.NextPage(got.header), nil
}
