#!/usr/bin/env bash
# web-auto-extractor 1.0.17 beside microdata-node 2.0.0 from npm, Node.js.
#
# The value of a property on <data> or <meter> is its attribute `value`, on <time> `datetime` (HTML, section 5.2.4).
# web-auto-extractor reads none of them but the text: a rating of 4.5 becomes a row of stars, a date "yesterday". In text
# with markup it drops the spaces around an element, so two words become one, and leaves &amp; undecoded.
source "$(dirname "$0")/lib.sh"
got=$(node_run web-auto-extractor@1.0.17 microdata-node@2.0.0 <<'JS'
const page = `<div itemscope itemtype="https://schema.org/Review"><p itemprop="reviewBody">Good &amp; <b>odd</b> film</p>
<time itemprop="datePublished" datetime="2026-11-29">yesterday</time>
<div itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">
<meter itemprop="ratingValue" min="0" max="5" value="4.5">★★★★½</meter><meta itemprop="worstRating" content="0.5">
<data itemprop="bestRating" value="5">five stars</data></div></div>`;
const { reviewBody, datePublished, reviewRating: r } = require("web-auto-extractor").default().parse(page).microdata.Review[0];
console.log("web-auto-extractor", JSON.stringify([reviewBody, datePublished, r.ratingValue, r.worstRating, r.bestRating]));
const { properties: p } = require("microdata-node").toJson(page).items[0];
const q = p.reviewRating[0].properties;
console.log("microdata-node", JSON.stringify([p.reviewBody[0], p.datePublished[0], q.ratingValue[0], q.worstRating[0], q.bestRating[0]]));
JS
)
expect 'web-auto-extractor ["Good &amp;oddfilm","yesterday","★★★★½","0.5","five stars"]
microdata-node ["Good & odd film","2026-11-29",4.5,"0.5",5]' "$got"
