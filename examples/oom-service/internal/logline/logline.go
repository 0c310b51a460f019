// Package logline takes in the log lines that the shops send.
package logline

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Line is one log line, taken apart.
type Line struct {
	Time    string
	Level   string
	Message string
	Fields  map[string]string
}

// Summary says what a batch of lines held.
type Summary struct {
	Accepted int            `json:"accepted"`
	Levels   map[string]int `json:"levels"`
	Slowest  string         `json:"slowest"`
	Rejected []string       `json:"rejected"`
}

var errShort = errors.New("fewer than three words")

var (
	mu    sync.Mutex
	lines []*Line
)

// Ingest takes a batch of lines apart and keeps them.
func Ingest(batch string) *Summary {
	sum := &Summary{Levels: map[string]int{}}
	slowest := ""
	for n, text := range strings.Split(strings.TrimSpace(batch), "\n") {
		line, err := parse(n+1, text)
		if err != nil {
			sum.Rejected = append(sum.Rejected, err.Error())
			continue
		}
		sum.Accepted++
		sum.Levels[line.Level]++
		if took := line.Fields["ms"]; longer(took, slowest) {
			slowest = took
			sum.Slowest = line.Message + " (" + took + " ms)"
		}
		keep(line)
	}
	return sum
}

func keep(line *Line) {
	mu.Lock()
	defer mu.Unlock()
	lines = append(lines, line)
}

// Tail returns the last lines that were taken in, the newest last.
func Tail(count int) string {
	mu.Lock()
	last := lines
	mu.Unlock()
	if len(last) > count {
		last = last[len(last)-count:]
	}
	out := ""
	for _, line := range last {
		out += line.Time + " " + line.Level + " " + line.Message + "\n"
	}
	return out
}

// parse reads "TIME LEVEL WORD... KEY=VALUE...".
func parse(n int, text string) (*Line, error) {
	words := strings.Split(text, " ")
	if len(words) < 3 {
		return nil, fmt.Errorf("line %d: %q: %w", n, text, errShort)
	}
	line := &Line{Time: words[0], Level: words[1], Fields: map[string]string{}}
	for _, word := range words[2:] {
		key, value, ok := strings.Cut(word, "=")
		if ok {
			line.Fields[key] = value
			continue
		}
		if line.Message != "" {
			line.Message += " "
		}
		line.Message += word
	}
	return line, nil
}

// longer compares two numbers written in decimal.
func longer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}
