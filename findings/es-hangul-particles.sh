#!/usr/bin/env bash
# es-hangul 2.4.0 and josa 3.0.1 from npm, Node.js.
#
# es-hangul's josa treats whatever is not a Hangul syllable as ending in a vowel: digits that are read with a final
# consonant (3 삼, 10 십) and names that end in a bracket or a quote get the wrong particle. The package josa reads digits
# and passes over brackets, and treats Latin letters alike.
source "$(dirname "$0")/lib.sh"
got=$(node_run es-hangul@2.4.0 josa@3.0.1 <<'JS'
const { josa } = require("es-hangul");
const other = require("josa").josa;
for (const name of ["하늘", "하늘(2024)", "‘하늘’", "13", "10", "2", "Netflix", "LG"]) {
  console.log(name, "| es-hangul", josa(name, "이/가"), "| josa", other(name + "#{이}"));
}
JS
)
expect '하늘 | es-hangul 하늘이 | josa 하늘이
하늘(2024) | es-hangul 하늘(2024)가 | josa 하늘(2024)이
‘하늘’ | es-hangul ‘하늘’가 | josa ‘하늘’이
13 | es-hangul 13가 | josa 13이
10 | es-hangul 10가 | josa 10이
2 | es-hangul 2가 | josa 2가
Netflix | es-hangul Netflix가 | josa Netflix가
LG | es-hangul LG가 | josa LG가' "$got"
