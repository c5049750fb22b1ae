#!/usr/bin/env bash
# github.com/xuri/excelize/v2 v2.11.1.
#
# SetCellValue chooses the number format of a time by its value: one on the first of a month, at whatever hour, is shown as
# month and year. So a diary or a column of release dates has cells of several forms, and who reads the sheet by GetRows gets
# "May-19" for the first of May 2019, without its day and its hour. The raw value has them.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/xuri/excelize/v2@v2.11.1 <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"
)

func main() {
	f := excelize.NewFile()
	for i, t := range []time.Time{
		time.Date(2019, 4, 30, 0, 0, 0, 0, time.UTC),
		time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2019, 5, 1, 19, 30, 0, 0, time.UTC),
		time.Date(2019, 5, 2, 19, 30, 0, 0, time.UTC),
	} {
		if err := f.SetCellValue("Sheet1", fmt.Sprint("A", i+1), t); err != nil {
			panic(err)
		}
	}
	rows, err := f.GetRows("Sheet1")
	fmt.Println(rows, err)
	raw, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	fmt.Println(raw, err)
}
GO
)
expect '[[04-30-19] [May-19] [May-19] [5/2/19 19:30]] <nil>
[[43585] [43586] [43586.8125] [43587.8125]] <nil>' "$got"
