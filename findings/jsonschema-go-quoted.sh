#!/usr/bin/env bash
# github.com/swaggest/jsonschema-go v0.3.74.
#
# The option `string` of a json tag makes encoding/json write a number in quotes, as APIs do for large ids. The schema still
# calls the property an integer, so that the answer does not fit its own document. An array of fixed length, which is never
# null, is said to be an array or null, without its length.
source "$(dirname "$0")/lib.sh"
got=$(go_run github.com/swaggest/jsonschema-go@v0.3.74 <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"github.com/swaggest/jsonschema-go"
)

func main() {
	film := struct {
		ID   int64  `json:"id,string"`
		Size [2]int `json:"size"`
	}{ID: 9007199254740993, Size: [2]int{1920, 1080}}
	text, _ := json.Marshal(film)
	fmt.Println(string(text))
	schema, err := (&jsonschema.Reflector{}).Reflect(film)
	if err != nil {
		panic(err)
	}
	text, _ = json.Marshal(schema.Properties)
	fmt.Println(string(text))
}
GO
)
expect '{"id":"9007199254740993","size":[1920,1080]}
{"id":{"type":"integer"},"size":{"items":{"type":"integer"},"type":["array","null"]}}' "$got"
