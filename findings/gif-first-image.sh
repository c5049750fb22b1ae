#!/usr/bin/env bash
# image and image/gif of Go 1.26, beside image-size 2.0.2 from npm, Node.js.
#
# The first image of a GIF may be smaller than its screen, which is what browsers show. image.DecodeConfig reports the screen,
# image.Decode returns the first image alone, with bounds that begin where it stands: the size that was checked, and told to
# the page, is not that of the picture.
source "$(dirname "$0")/lib.sh"
got=$(go_run <<'GO'
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"os"
)

func main() {
	colors := color.Palette{color.Black, color.White}
	var file bytes.Buffer
	err := gif.EncodeAll(&file, &gif.GIF{
		Image:  []*image.Paletted{image.NewPaletted(image.Rect(100, 250, 300, 350), colors), image.NewPaletted(image.Rect(0, 0, 400, 600), colors)},
		Delay:  []int{10, 10},
		Config: image.Config{ColorModel: colors, Width: 400, Height: 600},
	})
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile("poster.gif", file.Bytes(), 0o600); err != nil {
		panic(err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(file.Bytes()))
	fmt.Println("DecodeConfig", config.Width, config.Height, err)
	picture, _, err := image.Decode(bytes.NewReader(file.Bytes()))
	fmt.Println("Decode", picture.Bounds(), err)
}
GO
)
got+=$'\n'$(node_run image-size@2.0.2 <<'JS'
const { width, height } = require("image-size").imageSize(require("fs").readFileSync("poster.gif"));
console.log("image-size", width, height);
JS
)
expect 'DecodeConfig 400 600 <nil>
Decode (100,250)-(300,350) <nil>
image-size 400 600' "$got"
