#!/usr/bin/env bash
# github.com/go-playground/validator/v10 v10.30.6.
#
# `alphaunicode` and `alphanumunicode` take the letters of every script, and not the marks that are part of its words (\p{M}).
# Many vowels of Thai, Hindi and Tamil are marks, so names with them are refused: a Thai member may be called สมชาย and
# not บุญมี. So is a Vietnamese name in decomposed form.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/go-playground/validator/v10@v10.30.6 <<'GO'
package main

import (
	"fmt"

	"github.com/go-playground/validator/v10"
)

func main() {
	v := validator.New()
	for _, name := range [][2]string{
		{"Korean", "민수"}, {"Thai", "สมชาย"}, {"Thai with marks", "บุญมี"}, {"Hindi", "अनिल"}, {"Tamil", "தமிழ்"},
		{"Vietnamese", "Vi\u1ec7t"}, {"Vietnamese, decomposed", "Vie\u0323\u0302t"},
	} {
		fmt.Println(name[0], "alphaunicode", v.Var(name[1], "alphaunicode") == nil, "alphanumunicode", v.Var(name[1], "alphanumunicode") == nil)
	}
}
GO
)
expect 'Korean alphaunicode true alphanumunicode true
Thai alphaunicode true alphanumunicode true
Thai with marks alphaunicode false alphanumunicode false
Hindi alphaunicode false alphanumunicode false
Tamil alphaunicode false alphanumunicode false
Vietnamese alphaunicode true alphanumunicode true
Vietnamese, decomposed alphaunicode false alphanumunicode false' "$got"
