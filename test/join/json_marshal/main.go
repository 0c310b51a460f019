// Everything that encoding/json allocates for one call.
package main

import (
	"encoding/json"
	"os"
	"runtime"

	"join.test/record"
)

type answer struct {
	ID    int            `json:"id"`
	Names []string       `json:"names"`
	More  map[string]int `json:"more"`
}

//go:noinline
func encode(a *answer) int {
	text, err := json.Marshal(a) // cause: library_call 23.4%
	if err != nil {
		os.Exit(1)
	}
	return len(text)
}

//go:noinline
func decode(text []byte) int {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil { // cause: library_call|map_growth 76.6%
		os.Exit(1)
	}
	return a.ID
}

func main() {
	a := &answer{ID: 7, Names: []string{"one", "two"}, More: map[string]int{"a": 1, "b": 2}}
	text, _ := json.Marshal(a)
	encode(a)
	decode(text)
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 3000; i++ {
		n += encode(a)
		n += decode(text)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
