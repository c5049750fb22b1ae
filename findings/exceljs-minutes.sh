#!/usr/bin/env bash
# exceljs 4.4.0 and read-excel-file 9.3.17 from npm, Node.js.
#
# In a number format a backslash makes the next character literal (ECMA-376 Part 1, section 18.8.31): 0\ \m\i\n shows 132 as
# "132 min". exceljs leaves out what is in quotes and brackets, but not what follows a backslash, and takes the m for a
# month: the running time of a film is read as the 11th of May 1900. As it leaves out brackets, [mm], the minutes of a
# duration, is no date to it but the number 0.08, while [h]:mm is one. read-excel-file makes neither mistake.
source "$(dirname "$0")/lib.sh"
got=$(node_run exceljs@4.4.0 read-excel-file@9.3.17 <<'JS'
(async () => {
  const ExcelJS = require("exceljs");
  const { default: readExcelFile } = require("read-excel-file/node");
  const rows = [[132, '0" min"'], [132, "0\\ \\m\\i\\n"], [132, "0\\h"], [2 / 24, "[h]:mm"], [2 / 24, "[mm]"]];
  const written = new ExcelJS.Workbook();
  const sheet = written.addWorksheet("Films");
  rows.forEach(([value, format], i) => Object.assign(sheet.getCell(i + 1, 1), { value, numFmt: format }));
  await written.xlsx.writeFile("films.xlsx");
  const read = new ExcelJS.Workbook();
  await read.xlsx.readFile("films.xlsx");
  const other = await readExcelFile("films.xlsx");
  const say = (v) => (v instanceof Date ? v.toISOString() : String(Math.round(v * 100) / 100));
  rows.forEach(([value, format], i) =>
    console.log(say(value), format, "| exceljs", say(read.getWorksheet("Films").getCell(i + 1, 1).value),
      "| read-excel-file", say((other[0].data ?? other)[i][0])));
})();
JS
)
expect '132 0" min" | exceljs 132 | read-excel-file 132
132 0\ \m\i\n | exceljs 1900-05-11T00:00:00.000Z | read-excel-file 132
132 0\h | exceljs 1900-05-11T00:00:00.000Z | read-excel-file 132
0.08 [h]:mm | exceljs 1899-12-30T02:00:00.000Z | read-excel-file 1899-12-30T02:00:00.000Z
0.08 [mm] | exceljs 0.08 | read-excel-file 1899-12-30T02:00:00.000Z' "$got"
