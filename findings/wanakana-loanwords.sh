#!/usr/bin/env bash
# wanakana 5.3.1 beside hepburn 1.2.2 from npm, Node.js.
#
# The small letters that katakana has for foreign sounds, as in titles of foreign films, become large ones: ティ is tei and
# ファ fua, so ティファニー (Tiffany) is teifuanii, and テイフアニイ when read back. マッチ (match) is written matchi as it should be,
# which the package cannot read again: a Latin t is left.
source "$(dirname "$0")/lib.sh"
got=$(node_run wanakana@5.3.1 hepburn@1.2.2 <<'JS'
const { toRomaji, toKatakana } = require("wanakana");
const { fromKana } = require("hepburn");
for (const title of ["カメラ", "ティファニー", "ファミリー", "パーティー", "マッチポイント", "フォレスト", "チェンジリング", "デュエット"]) {
  const romaji = toRomaji(title);
  console.log(title, "wanakana", romaji, toKatakana(romaji), "| hepburn", fromKana(title).toLowerCase());
}
JS
)
expect 'カメラ wanakana kamera カメラ | hepburn kamera
ティファニー wanakana teifuanii テイフアニイ | hepburn tifanī
ファミリー wanakana fuamirii フアミリイ | hepburn famirī
パーティー wanakana paateii パアテイイ | hepburn pātī
マッチポイント wanakana matchipointo マtチポイント | hepburn matchipointo
フォレスト wanakana fuoresuto フオレスト | hepburn foresuto
チェンジリング wanakana chenjiringu チェンジリング | hepburn chenjiringu
デュエット wanakana deyuetto デユエット | hepburn dyuetto' "$got"
