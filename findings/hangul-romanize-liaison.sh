#!/usr/bin/env bash
# es-hangul 2.4.0 and koroman 1.0.16 from npm, Node.js: romanisation by the Revised Romanisation of Korean.
#
# Between the parts of a compound an ㄴ is inserted before 이 and 야, 여, 요, 유 (서울역 [서울력] Seoullyeok, 꽃잎 [꼰닙] kkonnip),
# within a word it is not. Both libraries insert it after a final ㄹ within words too, so the place and film Miryang becomes
# millyang, and Sunday, [이료일] iryoil, becomes illyoil. es-hangul does so before a 이 with a final consonant as well, as in
# every polite ending behind ㄹ (말입니다 [마림니다] marimnida becomes mallimnida), and does not where it is due (꽃잎).
source "$(dirname "$0")/lib.sh"
got=$(node_run es-hangul@2.4.0 koroman@1.0.16 <<'JS'
(async () => {
  const es = require("es-hangul"), koroman = await import("koroman");
  for (const word of ["서울역", "꽃잎", "밀양", "일요일", "살인의 추억", "말입니다", "말이"])
    console.log(word, "| es-hangul", es.romanize(word), "| koroman", koroman.romanize(word));
})();
JS
)
expect '서울역 | es-hangul seoullyeok | koroman seoullyeok
꽃잎 | es-hangul kkochip | koroman kkonnip
밀양 | es-hangul millyang | koroman millyang
일요일 | es-hangul illyoil | koroman illyoil
살인의 추억 | es-hangul sallinui chueok | koroman sarinui chueok
말입니다 | es-hangul mallimnida | koroman marimnida
말이 | es-hangul mari | koroman mari' "$got"
