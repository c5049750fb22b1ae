#!/usr/bin/env bash
# slug 12.0.1 from npm, Node.js.
#
# A title of which no character has a transliteration, such as a Korean one, gets a slug made of the Base64 of its UTF-8.
# That slug is then written in small letters, which Base64 does not survive: titles that differ share a slug (배 ship, 밖
# outside). A single digit or Latin letter in the title turns this off, and the Korean part is left out: all second
# parts are called 2.
source "$(dirname "$0")/lib.sh"
got=$(node_run slug@12.0.1 <<'JS'
(async () => {
  const { default: slug } = await import("slug");
  for (const title of ["기생충", "배", "밖", "괴물 2", "쉬리 2", "Сталкер", "Amélie"]) console.log(title, "->", slug(title));
})();
JS
)
expect '기생충 -> 6riw7iod7lap
배 -> 67cw
밖 -> 67cw
괴물 2 -> 2
쉬리 2 -> 2
Сталкер -> stalker
Amélie -> amelie' "$got"
