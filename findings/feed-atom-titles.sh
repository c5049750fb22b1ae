#!/usr/bin/env bash
# feed 6.0.0 from npm, Node.js.
#
# The title of a feed is written as text, the title of an entry as HTML (type="html") in which nothing is escaped. The same
# words are plain text at the top and markup below: of an entry called "Use of <i> and <b>" a reader shows "Use of and".
source "$(dirname "$0")/lib.sh"
got=$(node_run feed@6.0.0 <<'JS'
(async () => {
  const { Feed } = await import("feed");
  const title = "Use of <i> and <b>";
  const feed = new Feed({ title, id: "https://films.example/", copyright: "", updated: new Date(0) });
  feed.addItem({ title, id: "https://films.example/1", link: "https://films.example/1", date: new Date(0) });
  console.log(feed.atom1().match(/<title.*<\/title>/g).join("\n"));
})();
JS
)
expect '<title>Use of &lt;i&gt; and &lt;b&gt;</title>
<title type="html"><![CDATA[Use of <i> and <b>]]></title>' "$got"
