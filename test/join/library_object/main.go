// A bufio.Writer and a bufio.Scanner made for each request.
package main

import (
	"bufio"
	"io"
	"os"
	"runtime"
	"strings"

	"join.test/record"
)

//go:noinline
func respond(w io.Writer, n int) {
	bw := bufio.NewWriter(w) // cause: library_call|size_not_constant|too_large 90..100%
	bw.WriteString("hello")
	bw.WriteByte(byte(n))
	bw.Flush()
}

//go:noinline
func words(s string) int {
	sc := bufio.NewScanner(strings.NewReader(s))
	sc.Buffer(nil, 100)
	sc.Split(bufio.ScanWords)
	n := 0
	for sc.Scan() { // cause: any 0.5..5%
		n++
	}
	return n
}

func main() {
	runtime.MemProfileRate = 1
	t := 0
	for i := 0; i < 5000; i++ {
		respond(io.Discard, i)
		t += words("a b c")
	}
	if t == 1 {
		os.Exit(1)
	}
	record.Write()
}
