// A channel of structs that hold pointers.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type body struct{ b [200]byte }
type message struct {
	id   int
	body *body
}

//go:noinline
func produce(ch chan<- message, n int) {
	b := &body{} // site: composite heap 100% size 200
	b.b[0] = byte(n)
	ch <- message{id: n, body: b} // cause: sent_on_channel 100%
}

func main() {
	ch := make(chan message, 1)
	runtime.MemProfileRate = 1
	t := 0
	for i := 0; i < 20000; i++ {
		produce(ch, i)
		m := <-ch
		t += int(m.body.b[0])
	}
	if t == 1 {
		os.Exit(1)
	}
	record.Write()
}
