#!/usr/bin/env bash
# pangu 7.2.1 from npm, Node.js.
#
# pangu puts spaces between Chinese characters and Latin ones. It also turns the dot within a foreign name (·, U+00B7), which
# foreign directors and actors have in Chinese, into that of katakana (・, U+30FB), also where there is nothing to space. The
# name found before is not found after. The stars of M*A*S*H get spaces, but not all of them.
source "$(dirname "$0")/lib.sh"
got=$(node_run pangu@7.2.1 <<'JS'
(async () => {
  const { default: pangu } = await import("pangu");
  for (const text of ["雷德利·斯科特", "導演雷德利·斯科特2000年", "WALL·E電影", "WALL·E", "電影M*A*S*H"]) {
    const spaced = pangu.spacingText(text);
    console.log(text, "->", spaced, "| the same without spaces:", spaced.replaceAll(" ", "") === text);
  }
})();
JS
)
expect '雷德利·斯科特 -> 雷德利・斯科特 | the same without spaces: false
導演雷德利·斯科特2000年 -> 導演雷德利・斯科特 2000 年 | the same without spaces: false
WALL·E電影 -> WALL・E 電影 | the same without spaces: false
WALL·E -> WALL·E | the same without spaces: true
電影M*A*S*H -> 電影 M * A*S * H | the same without spaces: true' "$got"
