#!/usr/bin/env bash
# github.com/gosimple/slug v1.15.0; transliteration 2.6.1, limax 4.2.3 and slug 12.0.1 from npm, Node.js.
#
# The film is called 8½. Libraries on Unidecode's tables, where ½ is 1/2, put that behind the 8 without a space: its address is
# 81-2, that of a film 81/2 or 81-2. Others leave the half out and give it the address of a film 8. So do ratings: 4½ is 41-2.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/gosimple/slug@v1.15.0 <<'GO'
package main

import (
	"fmt"

	"github.com/gosimple/slug"
)

func main() {
	fmt.Println("gosimple/slug", slug.Make("8½"), slug.Make("Rated 4½"))
}
GO
)
got+=$'\n'$(node_run transliteration@2.6.1 limax@4.2.3 slug@12.0.1 <<'JS'
(async () => {
  const { slugify } = require("transliteration"), limax = require("limax"), { default: slug } = await import("slug");
  for (const [name, make] of Object.entries({ transliteration: slugify, limax, slug })) console.log(name, make("8½"), make("Rated 4½"));
})();
JS
)
expect 'gosimple/slug 81-2 rated-41-2
transliteration 81-2 rated-41-2
limax 81-2 rated-41-2
slug 8 rated-4' "$got"
