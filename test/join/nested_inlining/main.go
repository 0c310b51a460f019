// A library call inside an own function that is inlined itself: what own code makes there is not the
// library's.
package main

import (
	"os"
	"runtime"
	"strings"

	"join.test/record"
)

type lexer struct {
	in   *strings.Reader
	seen [20]int
}

type parser struct {
	lex  *lexer
	name string
}

func newLexer(text string) *lexer {
	return &lexer{in: strings.NewReader(text)}
}

//go:noinline
func newParser(text string) *parser { // cause: constructor_not_inlined 10%
	return &parser{lex: newLexer(text)} // cause: returned_pointer 89% without "NewReader"
}

//go:noinline
func (p *parser) length() int {
	last = p.lex
	return p.lex.in.Len() + len(p.name)
}

var last *lexer

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 5000; i++ {
		n += newParser("abc").length()
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
