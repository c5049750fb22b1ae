#!/usr/bin/env bash
# image/jpeg of Go 1.26; cjpeg and djpeg of Debian's libjpeg-turbo-progs.
#
# JPEGs whose components are sampled at factors that libjpeg writes and every browser shows, such as a luma of 3x1 or
# chroma planes that differ, are refused by Go's decoder. Its error
# says luma/chroma subsampling ratio, so the file is taken for broken.
source "$(dirname "$0")/lib.sh"
apt-get download -qq libjpeg-turbo-progs libjpeg62-turbo libturbojpeg0 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$(dirname "$(find "$PWD/root" -name 'libjpeg.so.62' | head -n 1)")
{
  printf 'P6\n48 48\n255\n'
  for _ in $(seq 2304); do printf '\310\144\062'; done
} >film.ppm
for factors in 2x2,1x1,1x1 2x1,1x1,1x1 3x1,1x1,1x1 2x2,2x1,1x2 2x2,1x1,1x2 1x1,2x1,2x1; do
  root/usr/bin/cjpeg -sample "$factors" -outfile "$factors.jpg" film.ppm
  root/usr/bin/djpeg -outfile "$factors.ppm" "$factors.jpg"
done
got=$(go_run <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	"os"
)

func main() {
	for _, factors := range []string{"2x2,1x1,1x1", "2x1,1x1,1x1", "3x1,1x1,1x1", "2x2,2x1,1x2", "2x2,1x1,1x2", "1x1,2x1,2x1"} {
		data, err := os.ReadFile(factors + ".jpg")
		if err != nil {
			panic(err)
		}
		_, _, config := image.DecodeConfig(bytes.NewReader(data))
		_, _, pixels := image.Decode(bytes.NewReader(data))
		djpeg, _ := os.Stat(factors + ".ppm")
		fmt.Println(factors, "| djpeg", djpeg.Size() > 48*48*3, "| DecodeConfig", config == nil, "| Decode", pixels)
	}
}
GO
)
expect '2x2,1x1,1x1 | djpeg true | DecodeConfig true | Decode <nil>
2x1,1x1,1x1 | djpeg true | DecodeConfig true | Decode <nil>
3x1,1x1,1x1 | djpeg true | DecodeConfig false | Decode unsupported JPEG feature: luma/chroma subsampling ratio
2x2,2x1,1x2 | djpeg true | DecodeConfig false | Decode unsupported JPEG feature: luma/chroma subsampling ratio
2x2,1x1,1x2 | djpeg true | DecodeConfig false | Decode unsupported JPEG feature: luma/chroma subsampling ratio
1x1,2x1,2x1 | djpeg true | DecodeConfig false | Decode unsupported JPEG feature: luma/chroma subsampling ratio' "$got"
