#!/usr/bin/env bash
# github.com/asticode/go-astisub v0.34.0.
#
# It decodes &amp; and &lt; of WebVTT and not &gt;, and writes the rest with & escaped again: a ">>" for another speaker that
# a WebVTT file has as &gt;&gt; is shown as "&gt;&gt;" once the file was read and written. It also escapes
# SubRip, which has no entities: "Salt & Rust" becomes "Salt &amp; Rust", which players show.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/asticode/go-astisub@v0.34.0 <<'GO'
package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/asticode/go-astisub"
)

func main() {
	vtt, err := astisub.ReadFromWebVTT(strings.NewReader("WEBVTT\n\n00:01.000 --> 00:02.500\n&gt;&gt; Salt &amp; Rust &lt;3\n"))
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	if err := vtt.WriteToWebVTT(&out); err != nil {
		panic(err)
	}
	fmt.Printf("WebVTT text %q, written %q\n", vtt.Items[0].String(), out.String())
	out.Reset()
	srt, err := astisub.ReadFromSRT(strings.NewReader("1\n00:00:01,000 --> 00:00:02,500\n>> Salt & Rust <3\n"))
	if err != nil {
		panic(err)
	}
	if err := srt.WriteToSRT(&out); err != nil {
		panic(err)
	}
	fmt.Printf("SubRip text %q, written %q\n", srt.Items[0].String(), out.String())
}
GO
)
expect 'WebVTT text "&gt;&gt; Salt & Rust <3", written "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\n&amp;gt;&amp;gt; Salt &amp; Rust &lt;3\n"
SubRip text ">> Salt & Rust <3", written "\ufeff1\n00:00:01,000 --> 00:00:02,500\n>> Salt &amp; Rust &lt;3\n"' "$got"
