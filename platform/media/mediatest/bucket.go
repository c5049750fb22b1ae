// Package mediatest creates buckets on a real S3-compatible store, for tests of the whole program.
package mediatest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
)

// Variable is the environment variable with the address of the store, http://ACCESS_KEY:SECRET_KEY@HOST:PORT/BUCKET.
const Variable = "CINECIRCLE_TEST_S3"

// Bucket is a bucket that is removed at the end of a test.
type Bucket struct {
	Endpoint, AccessKey, SecretKey, Name string
	client                               *s3.Client
}

// New creates a bucket on the store at address, and does not touch the bucket in address.
func New(t testing.TB, address string) *Bucket {
	t.Helper()
	b := Missing(t, address)
	b.Create(t)
	return b
}

// Missing is New without creating the bucket.
func Missing(t testing.TB, address string) *Bucket {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		t.Fatalf("%s is not of the form http://KEY:SECRET@HOST:PORT/BUCKET", Variable)
	}
	b := &Bucket{Endpoint: u.Scheme + "://" + u.Host, AccessKey: u.User.Username(), Name: "test-" + uuid.NewString()}
	b.SecretKey, _ = u.User.Password()
	b.client = s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &b.Endpoint, UsePathStyle: true,
		Credentials:                credentials.NewStaticCredentialsProvider(b.AccessKey, b.SecretKey, ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	})
	return b
}

// Create creates a missing bucket.
func (b *Bucket) Create(t testing.TB) {
	t.Helper()
	if _, err := b.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &b.Name}); err != nil {
		t.Fatalf("create a bucket: %v", err)
	}
	t.Cleanup(func() {
		if err := b.remove(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("remove bucket %s: %v", b.Name, err)
		}
	})
}

// Keys returns the keys of all stored files, sorted.
func (b *Bucket) Keys(ctx context.Context) ([]string, error) {
	keys, err := b.all(ctx)
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.Contains(key, "/") }), err // written by Check
}

func (b *Bucket) all(ctx context.Context) ([]string, error) {
	var keys []string
	for pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the bucket: %w", err)
		}
		for _, object := range page.Contents {
			keys = append(keys, aws.ToString(object.Key))
		}
	}
	slices.Sort(keys)
	return keys, nil
}

func (b *Bucket) remove(ctx context.Context) error {
	keys, err := b.all(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.Name, Key: &key}); err != nil {
			return err
		}
	}
	_, err = b.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.Name})
	return err
}
