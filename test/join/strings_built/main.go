// Strings: += in a loop, a concatenation, conversions between strings and bytes, runes.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

var keep string
var keepBytes []byte
var keepRunes []rune

//go:noinline
func joined(words []string) {
	line := ""
	for _, w := range words {
		line += w // cause: string_building 36.9%
	}
	keep = line
}

//go:noinline
func key(a, b string) {
	keep = a + ":" + b // cause: string_building 5..20%
}

//go:noinline
func toBytes(s string) {
	keepBytes = []byte(s) // cause: string_building 5..20%
}

//go:noinline
func toString(b []byte) {
	keep = string(b) // cause: string_building 5..20%
}

//go:noinline
func toRunes(s string) {
	keepRunes = []rune(s) // cause: string_building 34.8%
}

func main() {
	words := []string{"some", "words", "that", "are", "not", "short", "together", "in", "a", "line"}
	text := "sixty-four bytes of text that does not fit any buffer on a stack"
	bytes := []byte(text)
	runtime.MemProfileRate = 1
	for i := 0; i < 20000; i++ {
		joined(words)
		key(text[:20], text[20:])
		toBytes(text)
		toString(bytes)
		toRunes(text)
	}
	if keep == "" {
		os.Exit(1)
	}
	record.Write()
}
