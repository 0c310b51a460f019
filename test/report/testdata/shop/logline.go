package logline

import (
	"strings"
	"sync"
)

// Line is one log line, taken apart.
type Line struct {
	Time, Level, Message string
	Fields               map[string]string
}

var (
	mu    sync.Mutex
	lines []*Line
)

// Ingest takes a batch of lines apart and keeps them.
func Ingest(batch []string) int {
	for _, text := range batch {
		keep(parse(text))
	}
	return len(batch)
}

func keep(line *Line) {
	mu.Lock()
	defer mu.Unlock()
	lines = append(lines, line)
}

func parse(text string) *Line {
	words := strings.Split(text, " ")
	line := &Line{Time: words[0], Level: words[1], Fields: map[string]string{}}
	for _, word := range words[2:] {
		key, value, ok := strings.Cut(word, "=")
		if ok {
			line.Fields[key] = value
			continue
		}
		line.Message += word + " "
	}
	return line
}
