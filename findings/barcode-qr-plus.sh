#!/usr/bin/env bash
# github.com/boombuler/barcode v1.1.0, read by github.com/makiuchi-d/gozxing v0.1.1.
#
# qr.Auto encodes a text as a number if each three characters are one to strconv.Atoi, which also takes a sign. A QR code of
# a telephone number in its international form is read as one that begins with 0 in place of the +. With qr.Unicode it
# stays.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/boombuler/barcode@v1.1.0 github.com/makiuchi-d/gozxing@v0.1.1 <<'GO'
package main

import (
	"fmt"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func scanned(text string, mode qr.Encoding) string {
	code, err := qr.Encode(text, qr.M, mode)
	if err != nil {
		return err.Error()
	}
	if code, err = barcode.Scale(code, 200, 200); err != nil {
		return err.Error()
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(code)
	if err != nil {
		return err.Error()
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, nil)
	if err != nil {
		return err.Error()
	}
	return result.GetText()
}

func main() {
	for _, text := range []string{"+820200000000", "820200000000", "+12025550100", "007+1", "-12", "tel:+820200000000"} {
		fmt.Println(text, "| Auto", scanned(text, qr.Auto), "| Unicode", scanned(text, qr.Unicode))
	}
}
GO
)
expect '+820200000000 | Auto 0820200000000 | Unicode +820200000000
820200000000 | Auto 820200000000 | Unicode 820200000000
+12025550100 | Auto 012025550100 | Unicode +12025550100
007+1 | Auto 00701 | Unicode 007+1
-12 | Auto -12 | Unicode -12
tel:+820200000000 | Auto tel:+820200000000 | Unicode tel:+820200000000' "$got"
