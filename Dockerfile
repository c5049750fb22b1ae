# syntax=docker/dockerfile:1

# docker build --build-arg VERSION="$(cat VERSION)" --build-arg REVISION="$(git rev-parse HEAD)" -t cinecircle .
#
# To pin an image to its very bytes, write its digest behind the tag: golang:1.26.10@sha256:…
# (docker buildx imagetools inspect golang:1.26.10).

# The compiler runs on the machine that builds, also when the image is for another one.
FROM --platform=$BUILDPLATFORM golang:1.26.10 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -tags nomsgpack \
      -ldflags "-s -w -X main.version=$VERSION" -o /out/cinecircle ./cmd/cinecircle \
    && mkdir -m 0750 /out/data

# No shell, no package manager, no libc: the binary, root certificates, /etc/passwd and /tmp.
FROM gcr.io/distroless/static-debian13:nonroot
ARG VERSION REVISION
LABEL org.opencontainers.image.title="cinecircle" \
      org.opencontainers.image.source="https://github.com/cinecircle/cinecircle" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /out/cinecircle /cinecircle
COPY --from=build --chown=65532:65532 /out/data /data

# Paths are relative by default, so from here everything lies in /data. Set by the working directory and not by
# variables, it gives way to a /config.yaml that somebody mounts.
WORKDIR /
VOLUME /data
EXPOSE 8000
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --start-interval=2s CMD ["/cinecircle", "healthcheck"]
ENTRYPOINT ["/cinecircle"]
CMD ["serve"]
