// All that is sent into a channel by one send, made in three places.
package main

import (
	"runtime"

	"join.test/record"
)

type event struct {
	kind int
	data [11]int64
}

type bus struct {
	out chan *event
}

//go:noinline
func (b *bus) send(e *event) {
	b.out <- e // cause: sent_on_channel 100%
}

func (b *bus) opened(n int) {
	e := &event{kind: 1}
	e.data[0] = int64(n)
	b.send(e)
}

func (b *bus) closed(n int) {
	e := &event{kind: 2}
	e.data[1] = int64(n)
	b.send(e)
}

func (b *bus) failed(n int) {
	b.send(&event{kind: n})
}

func main() {
	runtime.MemProfileRate = 1
	b := &bus{out: make(chan *event, 16)}
	done := make(chan int)
	go func() {
		sum := 0
		for e := range b.out {
			sum += e.kind
		}
		done <- sum
	}()
	for i := 0; i < 20000; i++ {
		b.opened(i)
		b.closed(i)
		b.failed(i)
	}
	close(b.out)
	<-done
	record.Write()
}
