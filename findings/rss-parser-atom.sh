#!/usr/bin/env bash
# rss-parser 3.13.0 on a valid Atom feed (RFC 4287).
#
# - A link without `rel` means alternate (RFC 4287 §4.2.7.2), but the parser takes any link before it, so an enclosure
#   that comes first becomes the address of the entry.
# - Content of type xhtml is put together again with the text first and the elements behind it: a sentence with one word
#   in bold loses that word to its end, in `content` and in `contentSnippet`.
source "$(dirname "$0")/lib.sh"
got=$(node_run rss-parser@3.13.0 <<'JS'
const Parser = require("rss-parser");
const feed = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:film.example,2026:f</id><title>Reviews</title><updated>2026-11-29T00:00:00Z</updated>
<author><name>haneul</name></author>
<entry><id>tag:film.example,2026:1</id><title>To the end</title><updated>2026-11-29T00:00:00Z</updated>
<link rel="enclosure" type="image/jpeg" href="https://film.example/still.jpg"/><link href="https://film.example/review/1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>I did <b>not</b> like it.</p></div></content></entry></feed>`;
new Parser().parseString(feed).then(({ items: [one] }) => {
  console.log("link:", one.link);
  console.log("snippet:", one.contentSnippet);
});
JS
)
expect 'link: https://film.example/still.jpg
snippet: I did  like it.not' "$got"
