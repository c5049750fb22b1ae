#!/usr/bin/env bash
# @ctrl/video-filename-parser 5.4.1 and parse-torrent-title 3.0.1 from npm, Node.js.
#
# The first is a port of Radarr's rules from .NET, where \W means what is no letter of any script; in JavaScript it means
# what is no ASCII letter. So of a title in Hangul, Chinese characters or Cyrillic that stands before a year, only the first
# letter and a full stop are left, while the year is right. Without a year nothing is cut. The second keeps such titles,
# but takes the first number that may be a year: a film with a year in its title gets that one, unless the title begins
# with it.
source "$(dirname "$0")/lib.sh"
got=$(node_run @ctrl/video-filename-parser@5.4.1 parse-torrent-title@3.0.1 <<'JS'
const other = require("parse-torrent-title");
(async () => {
  const { filenameParse } = await import("@ctrl/video-filename-parser");
  for (const name of [
    "기생충 (2019)", "살인의.추억.2003.1080p.BluRay.x264", "七人の侍 (1954)", "Сталкер (1979)", "기생충",
    "Parasite (2019)", "M (1931)", "Wonder.Woman.1984.2020.1080p", "1917.2019.1080p",
  ]) {
    const [a, b] = [filenameParse(name), other.parse(name)];
    console.log(`${name} | video-filename-parser ${a.title}, ${a.year} | parse-torrent-title ${b.title}, ${b.year}`);
  }
})();
JS
)
expect '기생충 (2019) | video-filename-parser 기., 2019 | parse-torrent-title 기생충, 2019
살인의.추억.2003.1080p.BluRay.x264 | video-filename-parser 살., 2003 | parse-torrent-title 살인의 추억, 2003
七人の侍 (1954) | video-filename-parser 七., 1954 | parse-torrent-title 七人の侍, 1954
Сталкер (1979) | video-filename-parser С., 1979 | parse-torrent-title Сталкер, 1979
기생충 | video-filename-parser 기생충, undefined | parse-torrent-title 기생충, undefined
Parasite (2019) | video-filename-parser Parasite, 2019 | parse-torrent-title Parasite, 2019
M (1931) | video-filename-parser M., 1931 | parse-torrent-title M, 1931
Wonder.Woman.1984.2020.1080p | video-filename-parser Wonder Woman 1984, 2020 | parse-torrent-title Wonder Woman, 1984
1917.2019.1080p | video-filename-parser 1917, 2019 | parse-torrent-title 1917, 2019' "$got"
