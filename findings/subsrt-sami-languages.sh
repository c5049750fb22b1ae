#!/usr/bin/env bash
# subsrt-ts 2.1.2 from npm, Node.js.
#
# SAMI, the form of most Korean subtitles, holds several languages in one file and names them by class. subsrt-ts drops the
# classes and ends each caption where the next begins: of two languages in one track, the first is shown for no time at all.
# The numbers begin with 3, because the head's title and style were counted.
source "$(dirname "$0")/lib.sh"
got=$(node_run subsrt-ts@2.1.2 <<'JS'
(async () => {
  const { default: subsrt } = await import("subsrt-ts");
  const sami = `<SAMI><HEAD><TITLE>x</TITLE><STYLE TYPE="text/css"><!--
.KRCC { Name: Korean; lang: ko-KR; SAMIType: CC; }
.ENCC { Name: English; lang: en-US; SAMIType: CC; }
--></STYLE></HEAD><BODY>
<SYNC Start=1000><P Class=KRCC>비가 온다
<SYNC Start=1000><P Class=ENCC>It rains
<SYNC Start=3000><P Class=KRCC>&nbsp;
<SYNC Start=3000><P Class=ENCC>&nbsp;
</BODY></SAMI>`;
  console.log(subsrt.convert(sami, { format: "srt", eol: "\n" }).trim());
})();
JS
)
expect '3
00:00:01,000 --> 00:00:01,000
비가 온다

4
00:00:01,000 --> 00:00:03,000
It rains' "$got"
