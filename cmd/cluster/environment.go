package main

import (
	"strconv"
	"strings"

	"github.com/cinecircle/cinecircle/cmd/internal/harness"
)

// environment configures an instance as in production. Limits count through Redis, but allow one machine to send what
// many people would.
func (t *trial) environment(addr string) ([]string, error) {
	access, bucket, secret, endpoint, err := splitStore(t.store.URL)
	if err != nil {
		return nil, err
	}
	env := append(harness.Environment(),
		"CINECIRCLE_SERVER_ADDR="+addr,
		"CINECIRCLE_SERVER_TRUSTED_PROXIES=127.0.0.1",
		"CINECIRCLE_DATABASE_DRIVER=mysql",
		"CINECIRCLE_DATABASE_DSN="+t.database.URL+databaseName,
		"CINECIRCLE_AUTH_SECRET="+strings.Repeat("the cluster's own ", 3),
		"CINECIRCLE_AUTH_ACCESS_TTL=24h", // a trial must not outlive its tokens
		"CINECIRCLE_AUTH_BCRYPT_COST=4",
		"CINECIRCLE_MEDIA_DRIVER=s3", "CINECIRCLE_MEDIA_S3_ENDPOINT="+endpoint, "CINECIRCLE_MEDIA_S3_BUCKET="+bucket,
		"CINECIRCLE_MEDIA_S3_ACCESS_KEY="+access, "CINECIRCLE_MEDIA_S3_SECRET_KEY="+secret, "CINECIRCLE_MEDIA_S3_PATH_STYLE=true",
		"CINECIRCLE_NOTIFY_BROKER=redis", "CINECIRCLE_NOTIFY_REDIS_URL="+t.redis.URL,
		"CINECIRCLE_NOTIFY_MAX_SOCKETS_PER_USER="+strconv.Itoa(4*t.sockets), // old ones may outlive their proxy for a while
	)
	return append(env, harness.RateLimits("100000/1s")...), nil
}
