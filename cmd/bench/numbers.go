package main

import (
	"fmt"
	"strconv"
	"strings"
)

// numbers is the value of a flag like 0,1000,10000. It may be empty.
type numbers []int

// String implements flag.Value.
func (n *numbers) String() string {
	texts := make([]string, len(*n))
	for i, v := range *n {
		texts[i] = strconv.Itoa(v)
	}
	return strings.Join(texts, ",")
}

// Set implements flag.Value.
func (n *numbers) Set(text string) error {
	*n = nil
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 {
			return fmt.Errorf("want numbers of 0 or more, got %q", part)
		}
		*n = append(*n, v)
	}
	return nil
}
