// Package fastjson encodes responses with goccy/go-json, which writes the bytes of encoding/json in less than half the time.
package fastjson

import "github.com/goccy/go-json"

// Appender is a value that writes itself. It is trusted to write what encoding/json would: that checks and copies the result
// of a MarshalJSON, which takes as long as encoding it.
type Appender interface {
	// AppendJSON appends the value to b.
	AppendJSON(b []byte) ([]byte, error)
}

// Marshal returns v as JSON.
func Marshal(v any) ([]byte, error) {
	if one, ok := v.(Appender); ok {
		return one.AppendJSON(nil)
	}
	return json.Marshal(v)
}

// MarshalList returns rows, each converted by show, as JSON.
func MarshalList[T, R any](rows []T, show func(T) R) (b []byte, err error) {
	if _, ok := any(*new(R)).(Appender); !ok {
		out := make([]R, len(rows))
		for i, row := range rows {
			out[i] = show(row)
		}
		return json.Marshal(out)
	}
	b = append(make([]byte, 0, bytesPerRow*len(rows)+2), '[')
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = any(show(row)).(Appender).AppendJSON(b); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// bytesPerRow is what MarshalList expects of an Appender.
const bytesPerRow = 1200
