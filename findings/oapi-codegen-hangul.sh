#!/usr/bin/env bash
# github.com/oapi-codegen/oapi-codegen/v2 v2.8.2, models only.
#
# A property with a name in Hangul becomes a field without a name: `*string` with a tag. That compiles, since it is
# an embedded field, and encoding/json leaves out embedded fields of such types: the property is neither read nor written,
# without an error. Values of an enum in Hangul become constants called Empty and N1, by their order.
source "$(dirname "$0")/lib.sh"
code=$(go_run github.com/oapi-codegen/oapi-codegen/v2@v2.8.2 github.com/getkin/kin-openapi@v0.142.0 <<'GO'
package main

import (
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

const document = `{"openapi": "3.0.3", "info": {"title": "Films", "version": "1"}, "paths": {}, "components": {"schemas": {
"Film": {"type": "object", "properties": {"제목": {"type": "string"}, "year": {"type": "integer"}}},
"Grade": {"type": "string", "enum": ["전체", "12세", "청불"]}}}}`

func main() {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(document))
	if err != nil {
		panic(err)
	}
	out, err := codegen.Generate(doc, codegen.Configuration{
		PackageName:   "main",
		Generate:      codegen.GenerateOptions{Models: true},
		OutputOptions: codegen.OutputOptions{SkipPrune: true},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(out)
}
GO
)
got=$(grep -E ' Grade = |json:"' <<<"$code" | tr -s ' \t' ' ' | sed 's|^ ||')
echo "$code" >film.go
got+=$'\n'$(go_run <<'GO'
package main

import (
	"encoding/json"
	"fmt"
)

func main() {
	var f Film
	err := json.Unmarshal([]byte(`{"제목": "기생충", "year": 2019}`), &f)
	out, _ := json.Marshal(f)
	fmt.Println("read and written:", string(out), err)
}
GO
)
expect 'Empty Grade = "전체"
N1 Grade = "청불"
N12 Grade = "12세"
Year *int `json:"year,omitempty"`
*string `json:"제목,omitempty"`
read and written: {"year":2019} <nil>' "$got"
