#!/usr/bin/env bash
# wtf_wikipedia 10.4.2 from npm, Node.js.
#
# It reads infoboxes of Wikipedia, and leaves out a row whose template it does not know. Articles on films write the release as
# {{Film date}}, and Korean budgets as {{KRW}}: such a film has no release and no budget, while {{Start date}} and {{US$}} are
# read. Of a budget in won and dollars the dollars are left.
source "$(dirname "$0")/lib.sh"
got=$(node_run wtf_wikipedia@10.4.2 <<'JS'
const wtf = require("wtf_wikipedia");
for (const [released, budget] of [
  ["{{Film date|2011|5|21|[[Cannes Film Festival|Cannes]]|2011|9|8|South Korea}}", "{{KRW|10 billion}}"],
  ["{{Film date|2011|9|8}}", "{{KRW|10 billion}}<br>({{US$|8 million}})"],
  ["{{Start date|2011|9|8}}", "{{US$|8 million}}"],
]) {
  const article = `{{Infobox film\n| name = The Lantern Ferry\n| released = ${released}\n| budget = ${budget}\n}}\n'''The Lantern Ferry'''`;
  console.log(released, budget, "->", JSON.stringify(wtf(article).infobox().keyValue()));
}
JS
)
expect '{{Film date|2011|5|21|[[Cannes Film Festival|Cannes]]|2011|9|8|South Korea}} {{KRW|10 billion}} -> {"name":"The Lantern Ferry"}
{{Film date|2011|9|8}} {{KRW|10 billion}}<br>({{US$|8 million}}) -> {"name":"The Lantern Ferry","budget":"(US$8 million)"}
{{Start date|2011|9|8}} {{US$|8 million}} -> {"name":"The Lantern Ferry","released":"September 8, 2011","budget":"US$8 million"}' "$got"
