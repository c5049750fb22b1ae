#!/usr/bin/env bash
# lunr 2.3.9 and lunr-languages 1.22.0 from npm, Node.js.
#
# An index with lunr.ko keeps Latin words as they are, but a query still goes through the English stemmer: "Parasite" is
# looked for as "parasit". A foreign film of a Korean list is found only if its title is its own stem, as Alien is. And the
# Korean words that are left out are not only particles: the film 우리들 (The World of Us) cannot be found at all. With an index
# in English and Korean the first mistake goes, and the second stays.
source "$(dirname "$0")/lib.sh"
got=$(node_run lunr@2.3.9 lunr-languages@1.22.0 <<'JS'
const lunr = require("lunr");
require("lunr-languages/lunr.stemmer.support")(lunr);
require("lunr-languages/lunr.multi")(lunr);
require("lunr-languages/lunr.ko")(lunr);
const titles = ["Parasite", "Burning", "Alien", "기생충", "우리들"];
for (const [name, language] of [["ko", lunr.ko], ["en, ko", lunr.multiLanguage("en", "ko")]]) {
  const index = lunr(function () {
    this.use(language);
    this.ref("title");
    this.field("title");
    titles.forEach((title) => this.add({ title }));
  });
  console.log(name, "|", titles.map((title) => `${title}: ${index.search(title).length}`).join(", "));
}
JS
)
expect 'ko | Parasite: 0, Burning: 0, Alien: 1, 기생충: 1, 우리들: 0
en, ko | Parasite: 1, Burning: 1, Alien: 1, 기생충: 1, 우리들: 0' "$got"
