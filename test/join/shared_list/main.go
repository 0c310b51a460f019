// What a parser returns is appended to a global list by a function under a lock; the parser's value and
// the map in it go there together.
package main

import (
	"os"
	"runtime"
	"strings"
	"sync"

	"join.test/record"
)

type line struct {
	level, text string
	fields      map[string]string
	words       [4]string
}

var (
	mutex sync.Mutex
	lines = make([]*line, 0, 64)
)

func keep(l *line) {
	mutex.Lock()
	defer mutex.Unlock()
	lines = append(lines[:len(lines)&31], l) // cause: stored_in_global 35.7%
}

func parse(text string) (*line, error) {
	l := &line{fields: map[string]string{}} // site: composite heap 25% size 104; site: map_literal heap 10.7%
	rest := text
	for i := range l.words {
		word, tail, found := strings.Cut(rest, " ")
		l.words[i] = word
		if i == 0 {
			l.level = word
		}
		if key, value, is := strings.Cut(word, "="); is {
			l.fields[key] = value // cause: map_growth 64.3%; site: map_growth none 64.3%
		}
		if !found {
			break
		}
		rest = tail
	}
	l.text = text
	return l, nil
}

func takeIn(text string) string {
	l, err := parse(text)
	if err != nil {
		return ""
	}
	found := l.level
	if l.fields["ms"] != "" {
		found = l.fields["ms"]
	}
	keep(l)
	return found
}

func main() {
	runtime.MemProfileRate = 1
	n := 0
	for i := 0; i < 10000; i++ {
		n += len(takeIn("info served ms=12 path=/"))
	}
	if n == 1 {
		os.Exit(1)
	}
	record.Write()
}
