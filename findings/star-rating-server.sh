#!/usr/bin/env bash
# react-simple-star-rating 5.1.7 and react-star-ratings 2.3.0 with React 18.3.1 from npm, Node.js.
#
# What a server renders of react-simple-star-rating takes the stars for a percentage: 3.25 of 5 fills 3.25 % of the row and is
# called 0.1625 out of 5. Only an effect, which runs in the browser, turns stars into percents, so that is what a page shows
# and crawlers read until its script has run. react-star-ratings renders the same on the server as later.
source "$(dirname "$0")/lib.sh"
got=$(node_run react-simple-star-rating@5.1.7 react-star-ratings@2.3.0 react@18.3.1 react-dom@18.3.1 <<'JS'
const { createElement } = require("react");
const { renderToString } = require("react-dom/server");
const { Rating } = require("react-simple-star-rating");
const Other = require("react-star-ratings").default;
for (const stars of [0.5, 3.25, 5]) {
  const html = renderToString(createElement(Rating, { initialValue: stars, allowFraction: true, readonly: true }));
  console.log(stars, "|", html.match(/width:[^;"]*%/)[0], "|", html.match(/title="([^"]*)"/)[1], "|",
    renderToString(createElement(Other, { rating: stars, numberOfStars: 5 })).match(/title="([^"]*)"/)[1]);
}
JS
)
expect '0.5 | width:0.5% | 0.025 out of 5 | 0.5 Stars
3.25 | width:3.25% | 0.1625 out of 5 | 3.25 Stars
5 | width:5% | 0.25 out of 5 | 5 Stars' "$got"
