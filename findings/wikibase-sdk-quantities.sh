#!/usr/bin/env bash
# wikibase-sdk 11.6.6 from npm, Node.js.
#
# simplifyClaims leaves out the unit of a quantity. Wikidata has running times in minutes, hours and seconds, and a film of 132
# minutes and one of 7,920 seconds come out as 132 and 7920. keepRichValues keeps the unit.
source "$(dirname "$0")/lib.sh"
got=$(node_run wikibase-sdk@11.6.6 <<'JS'
(async () => {
  const { simplifyClaims } = await import("wikibase-sdk");
  const duration = (amount, unit) => ({
    type: "statement", rank: "normal",
    mainsnak: {
      snaktype: "value", property: "P2047", datatype: "quantity",
      datavalue: { type: "quantity", value: { amount, unit: `http://www.wikidata.org/entity/${unit}` } },
    },
  });
  const claims = { P2047: [duration("+132", "Q7727"), duration("+7920", "Q11574")] };
  console.log(JSON.stringify(simplifyClaims(claims)));
  console.log(JSON.stringify(simplifyClaims(claims, { keepRichValues: true })));
})();
JS
)
expect '{"P2047":[132,7920]}
{"P2047":[{"amount":132,"unit":"Q7727"},{"amount":7920,"unit":"Q11574"}]}' "$got"
