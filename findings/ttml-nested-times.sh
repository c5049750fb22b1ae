#!/usr/bin/env bash
# github.com/asticode/go-astisub v0.34.0; ttml2srt 1.2.4, subtitle-converter 3.0.12 and imsc 1.1.5 from npm, Node.js.
#
# In TTML, the subtitles of broadcasters, the times of a <p> count from the begin of its <div> (TTML1, section 10.2.4): a
# second reel may be a div that begins at one hour. go-astisub and ttml2srt show its captions at the start of the film, and
# subtitle-converter, which reports success, reads no div but the first. imsc, a renderer of the standard, changes what it
# shows at one hour and 5 seconds.
source "$(dirname "$0")/lib.sh"
cat >film.ttml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><head/><body>
<div><p begin="00:00:01.000" end="00:00:02.000">First reel</p></div>
<div begin="01:00:00.000"><p begin="00:00:05.000" end="00:00:06.000">Second reel</p></div>
</body></tt>
XML
got=$(go_run github.com/asticode/go-astisub@v0.34.0 <<'GO'
package main

import (
	"fmt"

	"github.com/asticode/go-astisub"
)

func main() {
	film, err := astisub.OpenFile("film.ttml")
	if err != nil {
		panic(err)
	}
	for _, item := range film.Items {
		fmt.Println("go-astisub", item.StartAt, item)
	}
}
GO
)
got+=$'\n'$(node_run ttml2srt@1.2.4 subtitle-converter@3.0.12 imsc@1.1.5 <<'JS'
const xml = require("fs").readFileSync("film.ttml", "utf8");
console.info = () => {};
const show = (name, srt) => {
  for (const caption of srt.trim().split(/\r?\n\r?\n/)) {
    const [, times, text] = caption.split(/\r?\n/);
    console.log(name, times.split(" ")[0], text);
  }
};
show("ttml2srt", require("ttml2srt").ttml2srt(xml));
const converted = require("subtitle-converter").convert(xml, ".srt");
show("subtitle-converter, success " + converted.status.success + ",", converted.subtitle);
console.log("imsc shows", require("imsc/src/main/js/doc.js").fromXML(xml, {}).getMediaTimeEvents().join(" "));
JS
)
expect 'go-astisub 1s First reel
go-astisub 5s Second reel
ttml2srt 00:00:01,000 First reel
ttml2srt 00:00:05,000 Second reel
subtitle-converter, success true, 00:00:01,000 First reel
imsc shows 0 1 2 3600 3605 3606' "$got"
