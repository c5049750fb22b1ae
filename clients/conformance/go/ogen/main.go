// Command ogen runs the story with a client that ogen generated in api.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	ht "github.com/ogen-go/ogen/http"
	"github.com/ogen-go/ogen/ogenerrors"

	"cinecircle.example/conformance/ogen/api"
)

func main() {
	if err := story(context.Background(), os.Getenv("CINECIRCLE_URL")); err != nil {
		log.Fatal(err)
	}
}

// bearer signs in by an access token, and not in one of the other ways.
type bearer struct{ token string }

func (b bearer) Bearer(context.Context, api.OperationName) (api.Bearer, error) {
	if b.token == "" {
		return api.Bearer{}, ogenerrors.ErrSkipClientSecurity
	}
	return api.Bearer{Token: b.token}, nil
}

func (bearer) Cookie(context.Context, api.OperationName) (api.Cookie, error) {
	return api.Cookie{}, ogenerrors.ErrSkipClientSecurity
}

func (bearer) SecureCookie(context.Context, api.OperationName) (api.SecureCookie, error) {
	return api.SecureCookie{}, ogenerrors.ErrSkipClientSecurity
}

func (bearer) Login(context.Context, api.OperationName) (api.Login, error) {
	return api.Login{}, ogenerrors.ErrSkipClientSecurity
}

// as returns a response of type T, or an error with what came instead.
func as[T any](res any, err error) (T, error) {
	if err != nil {
		return *new(T), err
	}
	if want, ok := res.(T); ok {
		return want, nil
	}
	return *new(T), fmt.Errorf("the response is %T: %+v", res, res)
}

func signUp(ctx context.Context, url, name string) (*api.Client, error) {
	open, err := api.NewClient(url, bearer{})
	if err != nil {
		return nil, err
	}
	name = fmt.Sprintf("%s-%d", name, rand.Int32())
	made, err := open.CreateUser(ctx, &api.UserCreateRequest{Username: name, Password: "popcorn-and-tea", Age: 27, Gender: api.GenderFemale})
	if _, err := as[*api.UserHeaders](made, err); err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	in, err := open.Login(ctx, &api.UserLoginRequest{Username: name, Password: "popcorn-and-tea"})
	tokens, err := as[interface{ GetResponse() api.UserToken }](in, err)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return api.NewClient(url, bearer{tokens.GetResponse().AccessToken})
}

func image() (ht.MultipartFile, *os.File, error) {
	f, err := os.Open(filepath.Join(os.Getenv("CINECIRCLE_OUT"), "poster.png"))
	return ht.MultipartFile{Name: "poster.png", File: f}, f, err
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
	added, err := a.CreateMovie(ctx, &api.MovieCreateRequest{Title: "소금빛 기차", Cast: []api.MovieCastRequest{}, Playtime: 112, Genre: api.NewOptGenre(api.GenreDrama)}, api.CreateMovieParams{})
	film, err := as[interface{ GetResponse() api.Movie }](added, err)
	if err != nil {
		return fmt.Errorf("add a film: %w", err)
	}
	movieID := film.GetResponse().ID
	file, f, err := image()
	if err != nil {
		return err
	}
	defer f.Close()
	set, err := a.SetMoviePoster(ctx, &api.MoviePosterRequestMultipart{Image: file}, api.SetMoviePosterParams{MovieID: movieID})
	poster, err := as[*api.Movie](set, err)
	if err != nil || poster.PosterImageURL.Null {
		return fmt.Errorf("set the poster: %w: %+v", err, poster)
	}
	file, g, err := image()
	if err != nil {
		return err
	}
	defer g.Close()
	written, err := a.CreateReview(ctx, &api.ReviewCreateRequestMultipart{
		MovieID: movieID, Title: "종점까지", Content: "기차가", ReviewImage: api.NewOptMultipartFile(file),
	}, api.CreateReviewParams{})
	review, err := as[interface{ GetResponse() api.Review }](written, err)
	if err != nil {
		return fmt.Errorf("review with an image: %w", err)
	}
	if review.GetResponse().ReviewImageURL.Null {
		return errors.New("the review has no image")
	}
	second, err := b.CreateReview(ctx, &api.ReviewCreateRequestMultipart{MovieID: movieID, Title: "좋다", Content: "아주 좋다"}, api.CreateReviewParams{})
	if _, err := as[interface{ GetResponse() api.Review }](second, err); err != nil {
		return fmt.Errorf("review without an image: %w", err)
	}
	like, err := b.LikeReview(ctx, api.LikeReviewParams{ReviewID: review.GetResponse().ID})
	if _, err := as[*api.ReviewLike](like, err); err != nil {
		return fmt.Errorf("like: %w", err)
	}
	seen, cursor := 0, api.OptString{}
	for {
		list, err := b.ListMovieReviews(ctx, api.ListMovieReviewsParams{MovieID: movieID, Limit: api.NewOptInt(1), Cursor: cursor})
		page, err := as[*api.ListMovieReviewsOKHeaders](list, err)
		if err != nil {
			return fmt.Errorf("list the reviews: %w", err)
		}
		seen += len(page.Response)
		if cursor = page.XNextCursor; !cursor.Set {
			break
		}
	}
	if seen != 2 {
		return fmt.Errorf("%d reviews are on all pages, want 2", seen)
	}
	read, err := a.ListNotifications(ctx, api.ListNotificationsParams{})
	inbox, err := as[*api.ListNotificationsOKHeaders](read, err)
	if err != nil || len(inbox.Response) != 1 {
		return fmt.Errorf("the inbox: %w: %+v", err, inbox)
	}
	return nil
}
