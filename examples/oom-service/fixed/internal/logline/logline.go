// Package logline takes in the log lines that the shops send. It reads them
// where they lie and keeps the text of the newest.
package logline

import (
	"bytes"
	"strconv"
	"sync"

	"example.com/oom-service/fixed/internal/render"
)

// Kept is the number of lines that the service remembers.
const Kept = 4096

type levelCount struct {
	level []byte
	count int64
}

type rejectedLine struct {
	number int
	text   []byte
}

// batch is what a batch of lines held. Its slices point into the batch.
type batch struct {
	accepted int64
	levels   []levelCount
	slowest  []byte // the ms of the slowest line
	longest  []byte // the line that took so long
	rejected []rejectedLine
	kept     [][]byte
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// The lines lie in a ring whose places are written over, not thrown away.
var (
	mu    sync.Mutex
	ring  [Kept][]byte
	total int
)

// Ingest takes a batch of lines in and writes what it held. It returns how many
// lines were accepted and how many were not. Nothing points to text afterwards.
func Ingest(j *render.JSON, text []byte) (accepted, rejected int) {
	b := batches.Get().(*batch)
	text = bytes.TrimSpace(text)
	for number := 1; ; number++ {
		line, rest, more := bytes.Cut(text, []byte{'\n'})
		b.take(number, line)
		if !more {
			break
		}
		text = rest
	}
	keep(b.kept)
	b.writeJSON(j)
	accepted, rejected = int(b.accepted), len(b.rejected)
	b.reset()
	batches.Put(b)
	return accepted, rejected
}

func (b *batch) reset() {
	clear(b.levels)
	clear(b.rejected)
	clear(b.kept)
	*b = batch{levels: b.levels[:0], rejected: b.rejected[:0], kept: b.kept[:0]}
}

func (b *batch) take(number int, text []byte) {
	if bytes.Count(text, []byte{' '}) < 2 {
		b.rejected = append(b.rejected, rejectedLine{number, text})
		return
	}
	_, rest, _ := bytes.Cut(text, []byte{' '})
	level, rest, _ := bytes.Cut(rest, []byte{' '})
	b.accepted++
	b.countLevel(level)
	if took := field(rest, "ms"); longer(took, b.slowest) {
		b.slowest, b.longest = took, rest
	}
	b.kept = append(b.kept, text)
}

// countLevel keeps the levels sorted, for they are written in order.
func (b *batch) countLevel(level []byte) {
	i := 0
	for i < len(b.levels) && bytes.Compare(b.levels[i].level, level) < 0 {
		i++
	}
	if i == len(b.levels) || !bytes.Equal(b.levels[i].level, level) {
		b.levels = append(b.levels, levelCount{})
		copy(b.levels[i+1:], b.levels[i:])
		b.levels[i] = levelCount{level: level}
	}
	b.levels[i].count++
}

// field returns the last value that words give the key.
func field(words []byte, key string) []byte {
	var value []byte
	for more := true; more; {
		var word []byte
		word, words, more = bytes.Cut(words, []byte{' '})
		k, v, ok := bytes.Cut(word, []byte{'='})
		if ok && string(k) == key {
			value = v
		}
	}
	return value
}

// appendMessage appends the words that are no fields.
func appendMessage(dst, words []byte) []byte {
	begin := len(dst)
	for more := true; more; {
		var word []byte
		word, words, more = bytes.Cut(words, []byte{' '})
		if bytes.IndexByte(word, '=') >= 0 {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ' ')
		}
		dst = append(dst, word...)
	}
	return dst
}

// longer compares two numbers written in decimal.
func longer(a, b []byte) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return bytes.Compare(a, b) > 0
}

func keep(lines [][]byte) {
	mu.Lock()
	defer mu.Unlock()
	for _, line := range lines {
		at := total % Kept
		ring[at] = append(ring[at][:0], line...)
		total++
	}
}

// AppendTail appends the last lines that were taken in, the newest last.
func AppendTail(dst []byte, count int) []byte {
	mu.Lock()
	defer mu.Unlock()
	for n := max(0, total-min(count, Kept)); n < total; n++ {
		text := ring[n%Kept]
		when, rest, _ := bytes.Cut(text, []byte{' '})
		level, rest, _ := bytes.Cut(rest, []byte{' '})
		dst = append(append(dst, when...), ' ')
		dst = append(append(dst, level...), ' ')
		dst = append(appendMessage(dst, rest), '\n')
	}
	return dst
}

func (b *batch) writeJSON(j *render.JSON) {
	j.Open('{')
	j.Key("accepted")
	j.Number(b.accepted)
	j.Key("levels")
	j.Open('{')
	for _, l := range b.levels {
		j.Key(string(l.level))
		j.Number(l.count)
	}
	j.Close('}')
	j.Key("slowest")
	b.writeSlowest(j)
	j.Key("rejected")
	b.writeRejected(j)
	j.Close('}')
}

func (b *batch) writeSlowest(j *render.JSON) {
	if b.longest == nil {
		j.Text("")
		return
	}
	var room [128]byte
	text := appendMessage(room[:0], b.longest)
	text = append(text, " ("...)
	text = append(text, b.slowest...)
	text = append(text, " ms)"...)
	j.Text(string(text))
}

func (b *batch) writeRejected(j *render.JSON) {
	if len(b.rejected) == 0 {
		j.Null()
		return
	}
	j.Open('[')
	for _, line := range b.rejected {
		j.Next()
		var room [128]byte
		text := append(room[:0], "line "...)
		text = strconv.AppendInt(text, int64(line.number), 10)
		text = append(text, ": "...)
		text = strconv.AppendQuote(text, string(line.text))
		text = append(text, ": fewer than three words"...)
		j.Text(string(text))
	}
	j.Close(']')
}
