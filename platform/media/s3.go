package media

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// Bounds of one call: an attempt, the pause between two, how many there are.
const (
	s3AttemptTimeout = 10 * time.Second
	s3MaxBackoff     = 500 * time.Millisecond
	s3Attempts       = 3
)

// S3Config says where the bucket is.
type S3Config struct {
	Endpoint  string // of an S3-compatible store, http://host:port; empty for Amazon's
	Region    string // us-east-1 when an Endpoint is given without one
	Bucket    string
	AccessKey string // without one the SDK looks for credentials itself: environment, profile, role
	SecretKey string
	PathStyle bool   // http://host/bucket/key instead of http://bucket.host/key
	PublicURL string // from where everybody may read the bucket, a CDN say; empty: presigned URLs
}

// S3 is a [Store] in a bucket of an S3-compatible store.
type S3 struct {
	client    *s3.Client
	presign   *presigner
	bucket    string
	publicURL string
}

// NewS3 prepares the client without asking the store anything: a store that is down at the start is
// one that is down later. The error is about the configuration.
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
		return errors.New("media.s3.bucket is empty")
	}
	if (c.AccessKey == "") != (c.SecretKey == "") {
		return errors.New("media.s3.access_key and media.s3.secret_key are needed together")
	}
	u, err := url.Parse(c.Endpoint)
	if c.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("media.s3.endpoint %q is no http or https URL", c.Endpoint)
	}
	if c.Endpoint == "" && c.Region == "" {
		return errors.New("media.s3.region is empty, and there is no media.s3.endpoint")
	}
	return nil
}

func (c S3Config) load(ctx context.Context) (aws.Config, error) {
	region := cmp.Or(c.Region, "us-east-1")
	if c.AccessKey == "" {
		return config.LoadDefaultConfig(ctx, config.WithRegion(region))
	}
	return aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, ""),
	}, nil
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
	// Many compatible stores refuse the trailing checksums that the SDK adds by default since 2025:
	// https://github.com/aws/aws-sdk-go-v2/discussions/2960
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

// Put uploads the object with the headers that a browser is to see, and looks whether it is there: there are
// stores, and boxes in front of them, that answer 200 to what they did not keep.
func (s *S3) Put(ctx context.Context, key, contentType string, data []byte) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.put(ctx, key, contentType, data); err != nil {
		return err
	}
	return s.verify(ctx, key, contentType, int64(len(data)))
}

// verify asks for the size and the type of an object. Its ETag says nothing: it need not be a digest of the bytes.
func (s *S3) verify(ctx context.Context, key, contentType string, size int64) error {
	got, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return unavailable(ctx, "look for the upload", key, err)
	}
	if aws.ToInt64(got.ContentLength) != size || aws.ToString(got.ContentType) != contentType {
		err := fmt.Errorf("the store has %d bytes of %s, not %d of %s",
			aws.ToInt64(got.ContentLength), aws.ToString(got.ContentType), size, contentType)
		return unavailable(ctx, "look for the upload", key, err)
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

// URL is the key below the public URL or, without one, a presigned GET that stays the same within an
// hour and is good for a day at least (for less with temporary credentials, which end it).
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

// Check writes a small object, the same each time.
func (s *S3) Check(ctx context.Context) error {
	return s.put(ctx, checkName, "text/plain", []byte("ok"))
}

func (s *S3) put(ctx context.Context, key, contentType string, data []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:             &s.bucket,
		Key:                &key,
		Body:               bytes.NewReader(data), // seekable: a retry starts again, and plain http can sign it
		ContentType:        &contentType,
		ContentDisposition: aws.String("inline"),
		CacheControl:       aws.String(cacheControl),
	})
	if err != nil {
		return unavailable(ctx, "upload", key, err)
	}
	return nil
}

// isMissing knows the object that is not there from the bucket that is not there.
func isMissing(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "NotFound")
}
