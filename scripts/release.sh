#!/usr/bin/env bash
# Builds static binaries for every platform of PLATFORMS, one after the other, and writes an archive of each and
# SHA256SUMS into dist/. VERSION and BUILDVCS come from the Makefile. The same commit and the same Go give the same binaries,
# and with GNU tar the same archives.
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack} version=${VERSION:-devel}
platforms=${PLATFORMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64}
with=(LICENSE README.md config.yaml .env.example docs/deploy/cinecircle.service)

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
rm -rf dist && mkdir dist

epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
pack=() # options that make archives of the same files identical
if tar --version 2>/dev/null | grep -q GNU; then
  pack=(--sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX')
fi

toolchain=$(awk '$1 == "toolchain" { print $2 }' go.mod) # also if GOTOOLCHAIN=local would ignore that line
[ -z "$toolchain" ] || export GOTOOLCHAIN=$toolchain
$go run ./cmd/licences -texts >"$stage/THIRD_PARTY_LICENSES"

for platform in $platforms; do
  os=${platform%/*} arch=${platform#*/}
  name=cinecircle_${version#v}_${os}_${arch}
  binary=cinecircle
  [ "$os" != windows ] || binary=cinecircle.exe
  echo "release: $name"
  mkdir "$stage/$name"
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch nice -n 10 $go build -trimpath ${BUILDVCS:-} -tags "$tags" \
    -ldflags "-s -w -X main.version=$version" -o "$stage/$name/$binary" ./cmd/cinecircle
  cp "${with[@]}" "$stage/THIRD_PARTY_LICENSES" "$stage/$name/"
  tar -C "$stage" ${pack[@]+"${pack[@]}"} -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
  rm -rf "${stage:?}/$name"
done

sum="sha256sum"
command -v sha256sum >/dev/null || sum="shasum -a 256"
(cd dist && $sum ./*.tar.gz | sed 's,\./,,' >SHA256SUMS && cat SHA256SUMS)
