// A strings.Builder and a bytes.Buffer that grow inside the standard library: own code's calls pay.
package main

import (
	"bytes"
	"os"
	"runtime"
	"strings"

	"join.test/record"
)

//go:noinline
func render(names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name) // cause: slice_growth|string_building 56%
		b.WriteByte('\n')
	}
	return b.String()
}

//go:noinline
func encode(names []string) int {
	var b bytes.Buffer
	for _, name := range names {
		b.WriteString(name) // cause: slice_growth|library_call 44%
		b.WriteByte('\n')
	}
	return b.Len()
}

func main() {
	names := make([]string, 400)
	for i := range names {
		names[i] = strings.Repeat("name", 10+i%3)
	}
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 200; i++ {
		n += len(render(names))
		n += encode(names)
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
