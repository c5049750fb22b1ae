#!/usr/bin/env bash
# github.com/spf13/viper v1.21.0.
#
# GetStringSlice splits the value of an environment variable at white space, Unmarshal splits it at commas. So one variable is
# two lists: "drama,film noir" is the genres "drama,film" and "noir", or "drama" and "film noir". A list in the
# configuration file is the same to both.
source "$(dirname "$0")/lib.sh"
export FILMS_GENRES="drama,film noir" FILMS_PROXIES="192.0.2.1 192.0.2.2"
got=$(go_run github.com/spf13/viper@v1.21.0 <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/spf13/viper"
)

func main() {
	for _, env := range []bool{false, true} {
		v := viper.New()
		v.SetConfigType("yaml")
		if err := v.ReadConfig(strings.NewReader("genres: [drama, film noir]\nproxies: [192.0.2.1, 192.0.2.2]\n")); err != nil {
			panic(err)
		}
		if env {
			v.SetEnvPrefix("films")
			v.AutomaticEnv()
		}
		var config struct{ Genres, Proxies []string }
		if err := v.Unmarshal(&config); err != nil {
			panic(err)
		}
		fmt.Printf("environment %t: GetStringSlice %q %q\n", env, v.GetStringSlice("genres"), v.GetStringSlice("proxies"))
		fmt.Printf("environment %t: Unmarshal %q %q\n", env, config.Genres, config.Proxies)
	}
}
GO
)
expect 'environment false: GetStringSlice ["drama" "film noir"] ["192.0.2.1" "192.0.2.2"]
environment false: Unmarshal ["drama" "film noir"] ["192.0.2.1" "192.0.2.2"]
environment true: GetStringSlice ["drama,film" "noir"] ["192.0.2.1" "192.0.2.2"]
environment true: Unmarshal ["drama" "film noir"] ["192.0.2.1 192.0.2.2"]' "$got"
