package media

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// Bounds of one call.
const (
	s3AttemptTimeout = 10 * time.Second
	s3MaxBackoff     = 500 * time.Millisecond
	s3Attempts       = 3
)

// S3Config locates a bucket.
type S3Config struct {
	Endpoint  string // of an S3-compatible store, http://host:port; empty for Amazon S3
	Region    string // default us-east-1 when there is an Endpoint
	Bucket    string
	AccessKey string // when empty, the SDK finds credentials: environment, profile, role
	SecretKey string
	PathStyle bool   // http://host/bucket/key instead of http://bucket.host/key
	PublicURL string // the public address of the bucket, such as a CDN; when empty, URLs are presigned

	Log *slog.Logger // of the SDK's messages; when nil there are none. The SDK itself would write to standard error
}

// S3 is a [Store] in an S3-compatible bucket.
type S3 struct {
	client    *s3.Client
	presign   *presigner
	bucket    string
	publicURL string
	probed    atomic.Int64 // when Check wrote last, in nanoseconds since 1970
}

// NewS3 configures a client and sends nothing: a store that is down at the start is treated like one that goes down later.
// Errors are about the configuration.
func NewS3(ctx context.Context, c S3Config) (*S3, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	cfg, err := c.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("configure S3: %w", err)
	}
	client := s3.NewFromConfig(cfg, c.tune)
	return &S3{
		client:    client,
		presign:   newPresigner(client, c.Bucket, time.Now),
		bucket:    c.Bucket,
		publicURL: strings.TrimRight(c.PublicURL, "/"),
	}, nil
}

func (c S3Config) check() error {
	if c.Bucket == "" {
		return errors.New("set media.s3.bucket")
	}
	if (c.AccessKey == "") != (c.SecretKey == "") {
		return errors.New("set both media.s3.access_key and media.s3.secret_key, or neither")
	}
	u, err := url.Parse(c.Endpoint)
	if c.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("media.s3.endpoint must be an http or https URL, got %q", c.Endpoint)
	}
	if c.Endpoint == "" && c.Region == "" {
		return errors.New("set media.s3.region, or media.s3.endpoint for a compatible store")
	}
	return nil
}

func (c S3Config) load(ctx context.Context) (aws.Config, error) {
	region := cmp.Or(c.Region, "us-east-1")
	if c.AccessKey == "" {
		return config.LoadDefaultConfig(ctx, config.WithRegion(region), config.WithLogger(c))
	}
	return aws.Config{
		Region:      region,
		Logger:      c,
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, ""),
	}, nil
}

// Logf implements [logging.Logger].
func (c S3Config) Logf(_ logging.Classification, format string, v ...any) {
	if c.Log != nil {
		c.Log.Debug("message of the S3 client", "message", fmt.Sprintf(format, v...))
	}
}

func (c S3Config) tune(o *s3.Options) {
	o.UsePathStyle = c.PathStyle
	o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(s3AttemptTimeout)
	o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxAttempts, r.MaxBackoff = s3Attempts, s3MaxBackoff
	})
	if c.Endpoint == "" {
		return
	}
	o.BaseEndpoint = aws.String(c.Endpoint)
	// Many compatible stores reject the trailing checksums that the SDK has added by default since 2025:
	// https://github.com/aws/aws-sdk-go-v2/discussions/2960
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

// Put uploads an object with the headers that browsers see, and then verifies it: some stores, and proxies in front of
// them, answer 200 to an upload that they did not store.
func (s *S3) Put(ctx context.Context, key, contentType string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.put(ctx, key, contentType, data); err != nil {
		return err
	}
	return s.verify(ctx, key, contentType, int64(len(data)))
}

// verify compares size and type of the stored object. Its ETag is not compared: it need not be a digest of the bytes.
func (s *S3) verify(ctx context.Context, key, contentType string, size int64) error {
	got, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return unavailable(ctx, "verify", key, err)
	}
	if aws.ToInt64(got.ContentLength) != size || aws.ToString(got.ContentType) != contentType {
		err := fmt.Errorf("the store has %d bytes of %s, want %d of %s",
			aws.ToInt64(got.ContentLength), aws.ToString(got.ContentType), size, contentType)
		return unavailable(ctx, "verify", key, err)
	}
	return nil
}

// Delete removes the object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil && !isMissing(err) {
		return unavailable(ctx, "delete", key, err)
	}
	return nil
}

// Move copies the object with its headers, makes sure that the copy is there, and removes the object.
func (s *S3) Move(ctx context.Context, from, to string) error {
	if err := errors.Join(checkKey(from), checkKey(to)); err != nil {
		return err
	}
	_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &s.bucket, Key: &to, CopySource: aws.String(s.bucket + "/" + from)})
	if isMissing(err) {
		return nil
	}
	if err == nil {
		_, err = s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &to})
	}
	if err != nil {
		return unavailable(ctx, "move", from, err)
	}
	return s.Delete(ctx, from)
}

// URL returns the key below the public URL or, without one, a presigned URL that stays the same within an hour and is
// valid for at least a day; temporary credentials may end it earlier.
func (s *S3) URL(key string) string {
	switch {
	case key == "":
		return ""
	case s.publicURL != "":
		return s.publicURL + "/" + key
	default:
		return s.presign.url(key)
	}
}

// probeEvery is how often Check writes. In between it only asks for what it wrote, which costs less.
const probeEvery = time.Minute

// Check writes a small object, the same one each time, or asks for it if it was written within probeEvery.
func (s *S3) Check(ctx context.Context) error {
	if time.Since(time.Unix(0, s.probed.Load())) < probeEvery {
		_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: aws.String(probeName)})
		if err == nil {
			return nil
		}
		s.probed.Store(0)
		if !isMissing(err) {
			return unavailable(ctx, "check", probeName, err)
		}
	}
	if err := s.put(ctx, probeName, "text/plain", []byte("ok")); err != nil {
		return err
	}
	s.probed.Store(time.Now().UnixNano())
	return nil
}

func (s *S3) put(ctx context.Context, key, contentType string, data []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:             &s.bucket,
		Key:                &key,
		Body:               bytes.NewReader(data), // seekable: for retries, and for signatures over plain http
		ContentType:        &contentType,
		ContentDisposition: aws.String("inline"),
		CacheControl:       aws.String(cacheControl),
	})
	if err != nil {
		return unavailable(ctx, "upload", key, err)
	}
	return nil
}

// isMissing reports whether the object is missing, and not the bucket.
func isMissing(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "NotFound")
}
