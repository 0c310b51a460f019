// A program with a call of most kinds into the allocator, for the comparison with the Go tools.
package main

import (
	"fmt"
	"os"
	"strings"
)

type node struct {
	next *node
	name string
	rest [3]int
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

var kept []any

func list(n int) *node {
	var head *node
	for i := 0; i < n; i++ {
		head = &node{next: head, name: fmt.Sprint(i)}
	}
	return head
}

func pairs[K comparable, V any](m map[K]V) []*pair[K, V] {
	var all []*pair[K, V]
	for k, v := range m {
		all = append(all, &pair[K, V]{k, v})
	}
	return all
}

func choose(wide bool, n int) any {
	if wide {
		return make([]int64, n, 64)
	}
	return make([]int32, n)
}

func later(f func()) func() {
	n := len(kept)
	return func() { kept = append(kept, n); f() }
}

func method(b *strings.Builder) func(string) (int, error) { return b.WriteString }

func main() {
	done := make(chan struct{ a, b int }, 4)
	go func() { done <- struct{ a, b int }{len(os.Args), 2} }()
	words := map[string][]byte{"x": []byte(os.Args[0])}
	words[os.Args[0]+"y"] = []byte("z")
	runes := []rune(os.Args[0])
	kept = append(kept, list(len(runes)), pairs(words), choose(len(words) > 3, 7), string(runes))
	kept = append(kept, later(func() {}), method(new(strings.Builder)), <-done)
	for range kept {
		defer fmt.Println(string(words["x"]))
	}
}
