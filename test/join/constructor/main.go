// A constructor too complex to be inlined, whose result dies in the caller: on the heap for nothing
// but that.
package main

import (
	"os"
	"runtime"
	"strings"

	"join.test/record"
)

type parser struct {
	words  [16]string
	count  int
	upper  bool
	longer int
}

func newParser(text string) *parser { // cause: constructor_not_inlined 100% text "exceeds budget 80"
	p := &parser{}
	for text != "" && p.count < len(p.words) {
		word, rest, found := strings.Cut(text, " ")
		p.words[p.count] = word
		p.count++
		if len(word) > 5 {
			p.longer++
		}
		if strings.ToUpper(word) == word {
			p.upper = true
		}
		if !found {
			break
		}
		text = rest
	}
	return p
}

func (p *parser) score() int {
	if p.upper {
		return p.count
	}
	return p.count + p.longer
}

//go:noinline
func judge(text string) int {
	p := newParser(text)
	if p.count == 0 {
		return 0
	}
	return p.score()
}

func main() {
	runtime.MemProfileRate = 1
	total := 0
	for i := 0; i < 20000; i++ {
		total += judge("THE QUICK BROWN FOX JUMPS")
	}
	if total == 1 {
		os.Exit(1)
	}
	record.Write()
}
