package media

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	// presignWindow is how long a URL stays the same, so that caches and ETags work.
	presignWindow = time.Hour
	// presignExpiry counts from the start of the window: at its end a URL is still valid for a day.
	presignExpiry = 24*time.Hour + presignWindow
	// presignCache is how many URLs of the current window are cached.
	presignCache = 10_000
	// presignTimeout bounds the search for credentials, which may use the network.
	presignTimeout = 5 * time.Second
)

// presigner makes GET URLs of a private bucket, signed with the time of the start of the hour.
type presigner struct {
	client *s3.PresignClient
	bucket string
	clock  func() time.Time

	mu     sync.Mutex        // guards the fields below
	window time.Time         // the hour that urls belong to
	urls   map[string]string // by key: signing is far slower than a lookup
}

func newPresigner(client *s3.Client, bucket string, clock func() time.Time) *presigner {
	p := &presigner{bucket: bucket, clock: clock, urls: map[string]string{}}
	p.client = s3.NewPresignClient(client, func(o *s3.PresignOptions) {
		o.Expires = presignExpiry
		o.Presigner = hourlySigner{signer: v4.NewSigner(), clock: clock}
	})
	return p
}

// url returns "" when there are no credentials: a page then lacks an image instead of failing.
func (p *presigner) url(key string) string {
	window := p.clock().Truncate(presignWindow)
	if u, ok := p.cached(window, key); ok {
		return u
	}
	ctx, cancel := context.WithTimeout(context.Background(), presignTimeout)
	defer cancel()
	req, err := p.client.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &p.bucket, Key: &key})
	if err != nil {
		return ""
	}
	p.cache(window, key, req.URL)
	return req.URL
}

func (p *presigner) cached(window time.Time, key string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.window.Equal(window) || len(p.urls) >= presignCache {
		p.window = window
		clear(p.urls)
	}
	u, ok := p.urls[key]
	return u, ok
}

func (p *presigner) cache(window time.Time, key, u string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.window.Equal(window) {
		p.urls[key] = u
	}
}

// hourlySigner is the signer of the SDK with the time rounded down, which makes signatures repeatable.
type hourlySigner struct {
	signer *v4.Signer
	clock  func() time.Time
}

// PresignHTTP implements [s3.HTTPPresignerV4].
func (h hourlySigner) PresignHTTP(ctx context.Context, creds aws.Credentials, r *http.Request,
	payloadHash, service, region string, _ time.Time, opts ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	at := h.clock().Truncate(presignWindow).UTC()
	return h.signer.PresignHTTP(ctx, creds, r, payloadHash, service, region, at, opts...)
}
