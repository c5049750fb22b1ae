#!/usr/bin/env bash
# turndown 7.2.5 and markdown-it 15.0.3 from npm, Node.js.
#
# Turndown escapes text that looks like Markdown, but not all of it. A paragraph that begins with "1)" or "2019)" becomes a
# list, since only numbers with a full stop are escaped. "&copy;", as text, becomes the sign. A link behind an exclamation
# mark becomes an image, and of two bold words side by side four asterisks are shown.
source "$(dirname "$0")/lib.sh"
got=$(node_run turndown@7.2.5 markdown-it@15.0.3 <<'JS'
const Turndown = require("turndown");
const it = require("markdown-it")();
for (const html of [
  "<p>1. 밀양</p>", "<p>1) 밀양</p>", "<p>2019) seen twice</p>", "<p>Write &amp;copy; for the sign</p>",
  '<p>Go!<a href="/films/7">Film</a></p>', "<p><b>Salt</b><b>Rust</b></p>",
]) {
  const markdown = new Turndown().turndown(html);
  console.log(html, "->", markdown, "->", it.render(markdown).trim().replaceAll("\n", " "));
}
JS
)
expect '<p>1. 밀양</p> -> 1\. 밀양 -> <p>1. 밀양</p>
<p>1) 밀양</p> -> 1) 밀양 -> <ol> <li>밀양</li> </ol>
<p>2019) seen twice</p> -> 2019) seen twice -> <ol start="2019"> <li>seen twice</li> </ol>
<p>Write &amp;copy; for the sign</p> -> Write &copy; for the sign -> <p>Write © for the sign</p>
<p>Go!<a href="/films/7">Film</a></p> -> Go![Film](/films/7) -> <p>Go<img src="/films/7" alt="Film"></p>
<p><b>Salt</b><b>Rust</b></p> -> **Salt****Rust** -> <p><strong>Salt****Rust</strong></p>' "$got"
