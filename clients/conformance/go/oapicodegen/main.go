// Command oapicodegen runs the story with a client that oapi-codegen generated in api.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"cinecircle.example/conformance/oapicodegen/api"
)

func main() {
	if err := story(context.Background(), os.Getenv("CINECIRCLE_URL")); err != nil {
		log.Fatal(err)
	}
}

type member struct {
	id  int64
	api *api.ClientWithResponses
}

func signUp(ctx context.Context, url, name string) (member, error) {
	open, err := api.NewClientWithResponses(url)
	if err != nil {
		return member{}, err
	}
	name = fmt.Sprintf("%s-%d", name, rand.Int32())
	made, err := open.CreateUserWithResponse(ctx, api.UserCreateRequest{Username: name, Password: "popcorn-and-tea", Age: 27, Gender: api.Gender("female")})
	if err != nil || made.JSON201 == nil {
		return member{}, fmt.Errorf("sign up: %w: %s", err, made.Body)
	}
	in, err := open.LoginWithResponse(ctx, api.UserLoginRequest{Username: name, Password: "popcorn-and-tea"})
	if err != nil || in.JSON200 == nil {
		return member{}, fmt.Errorf("sign in: %w: %s", err, in.Body)
	}
	client, err := api.NewClientWithResponses(url, api.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+in.JSON200.AccessToken)
		return nil
	}))
	return member{made.JSON201.Id, client}, err
}

// form returns a multipart body: the client takes it as it is sent.
func form(fields map[string]string, file string) (kind string, body io.Reader, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			return "", nil, err
		}
	}
	part, err := w.CreateFormFile(file, "poster.png")
	if err != nil {
		return "", nil, err
	}
	image, err := os.ReadFile(filepath.Join(os.Getenv("CINECIRCLE_OUT"), "poster.png"))
	if err != nil {
		return "", nil, err
	}
	if _, err := part.Write(image); err != nil {
		return "", nil, err
	}
	return w.FormDataContentType(), &b, w.Close()
}

func story(ctx context.Context, url string) error {
	a, err := signUp(ctx, url, "ann")
	if err != nil {
		return err
	}
	b, err := signUp(ctx, url, "bob")
	if err != nil {
		return err
	}
	film, err := a.api.CreateMovieWithResponse(ctx, nil, api.MovieCreateRequest{Title: "소금빛 기차", Cast: []api.MovieCastRequest{}, Playtime: 112, Genre: new(api.Genre("Drama"))})
	if err != nil || film.JSON201 == nil {
		return fmt.Errorf("add a film: %w: %s", err, film.Body)
	}
	kind, body, err := form(nil, "image")
	if err != nil {
		return err
	}
	poster, err := a.api.SetMoviePosterWithBodyWithResponse(ctx, film.JSON201.Id, kind, body)
	if err != nil || poster.JSON200 == nil || poster.JSON200.PosterImageUrl == nil {
		return fmt.Errorf("set the poster: %w: %s", err, poster.Body)
	}
	kind, body, err = form(map[string]string{"movie_id": fmt.Sprint(film.JSON201.Id), "title": "종점까지", "content": "기차가"}, "review_image")
	if err != nil {
		return err
	}
	review, err := a.api.CreateReviewWithBodyWithResponse(ctx, nil, kind, body)
	if err != nil || review.JSON201 == nil || review.JSON201.ReviewImageUrl == nil {
		return fmt.Errorf("review with an image: %w: %s", err, review.Body)
	}
	text := fmt.Sprintf(`{"movie_id": %d, "title": "좋다", "content": "아주 좋다"}`, film.JSON201.Id)
	second, err := b.api.CreateReviewWithBodyWithResponse(ctx, nil, "application/json", strings.NewReader(text))
	if err != nil || second.JSON201 == nil {
		return fmt.Errorf("review without an image: %w: %s", err, second.Body)
	}
	if like, err := b.api.LikeReviewWithResponse(ctx, review.JSON201.Id); err != nil || like.JSON200 == nil {
		return fmt.Errorf("like: %w: %s", err, like.Body)
	}
	seen, one, cursor := 0, api.Limit(1), (*api.Cursor)(nil)
	for {
		page, err := b.api.ListMovieReviewsWithResponse(ctx, film.JSON201.Id, &api.ListMovieReviewsParams{Limit: &one, Cursor: cursor})
		if err != nil || page.JSON200 == nil {
			return fmt.Errorf("list the reviews: %w: %s", err, page.Body)
		}
		seen += len(*page.JSON200)
		next := page.HTTPResponse.Header.Get("X-Next-Cursor")
		if next == "" {
			break
		}
		cursor = (*api.Cursor)(&next)
	}
	if seen != 2 {
		return fmt.Errorf("%d reviews are on all pages, want 2", seen)
	}
	inbox, err := a.api.ListNotificationsWithResponse(ctx, nil)
	if err != nil || inbox.JSON200 == nil || len(*inbox.JSON200) != 1 {
		return fmt.Errorf("the inbox: %w: %s", err, inbox.Body)
	}
	missing, err := b.api.GetMovieWithResponse(ctx, 999_999_999)
	if err != nil || missing.ApplicationproblemJSON404 == nil || missing.ApplicationproblemJSON404.Code != api.ProblemCode("not_found") {
		return fmt.Errorf("an unknown film: %w: %s", err, missing.Body)
	}
	return nil
}
