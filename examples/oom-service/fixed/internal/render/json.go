// Package render writes what the service answers, straight into a buffer that
// the caller owns.
package render

import (
	"encoding/json"
	"strconv"
)

// JSON writes indented JSON to the end of B, as json.MarshalIndent with two
// spaces does. Its user names keys in the order in which they are to appear.
type JSON struct {
	B     []byte
	depth int
	empty bool // nothing was written since the last bracket was opened
}

// Open begins an object or an array with its bracket.
func (j *JSON) Open(bracket byte) {
	j.B = append(j.B, bracket)
	j.depth++
	j.empty = true
}

// Close ends an object or an array with its bracket.
func (j *JSON) Close(bracket byte) {
	j.depth--
	if !j.empty {
		j.newline()
	}
	j.B = append(j.B, bracket)
	j.empty = false
}

// Next begins an element of an array.
func (j *JSON) Next() {
	if !j.empty {
		j.B = append(j.B, ',')
	}
	j.empty = false
	j.newline()
}

// Key begins a member of an object.
func (j *JSON) Key(name string) {
	j.Next()
	j.B = AppendQuoted(j.B, name)
	j.B = append(j.B, ": "...)
}

// Text writes a string.
func (j *JSON) Text(s string) {
	j.B = AppendQuoted(j.B, s)
}

// TextAfter writes the string prefix + s without building it.
func (j *JSON) TextAfter(prefix, s string) {
	if !plain(prefix) || !plain(s) {
		j.Text(prefix + s)
		return
	}
	j.B = append(j.B, '"')
	j.B = append(j.B, prefix...)
	j.B = append(j.B, s...)
	j.B = append(j.B, '"')
}

// Number writes an integer.
func (j *JSON) Number(n int64) {
	j.B = strconv.AppendInt(j.B, n, 10)
}

// Null writes what a nil slice is written as.
func (j *JSON) Null() {
	j.B = append(j.B, "null"...)
}

func (j *JSON) newline() {
	j.B = append(j.B, '\n')
	for i := 0; i < j.depth; i++ {
		j.B = append(j.B, "  "...)
	}
}

// AppendQuoted appends s as a JSON string. Text that needs escapes is rare here
// and goes the long way through encoding/json.
func AppendQuoted(dst []byte, s string) []byte {
	if !plain(s) {
		quoted, _ := json.Marshal(s) // a string can always be written
		return append(dst, quoted...)
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// plain reports whether encoding/json writes s as it is.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}
