// goroutine_program FILE: goroutines that wait in many ways; when all of them do, writes its own goroutine
// profile to FILE, says so, and waits for the end of its standard input.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"time"
)

type server struct{ ch chan int }

func (s *server) loop(n int) {
	if n > 0 {
		s.loop(n - 1)
		return
	}
	<-s.ch
}

type waiter interface{ wait() }
type embedded struct{ server }

func (s *server) wait() { <-s.ch }

func inlined(ch chan int) int { return <-ch }

func big(n int, ch chan int) byte {
	var room [3000]byte
	room[n] = byte(n)
	if n > 0 {
		return big(n-1, ch) + room[n]
	}
	return room[0] + byte(<-ch)
}

var state = regexp.MustCompile(`(?m)^goroutine \d+ \[([^\],]*)`)
var waits = regexp.MustCompile(
	`^(chan receive|select|select \(no cases\)|sleep|semacquire|sync\.\w+\.\w+|IO wait)$`)
var text = make([]byte, 16<<20)

// allWait says whether every goroutine but the caller waits for what does not come.
func allWait() bool {
	states := state.FindAllSubmatch(text[:runtime.Stack(text, true)], -1)
	if len(states) != runtime.NumGoroutine() {
		return false
	}
	for _, one := range states[1:] { // the caller is the first
		if !waits.Match(one[1]) {
			return false
		}
	}
	return true
}

func main() {
	ch := make(chan int)
	var mu sync.Mutex
	mu.Lock()
	for i := 0; i < 300; i++ {
		s := &server{ch}
		go s.loop(i % 120)
		go func() { inlined(ch) }()
		go func() { mu.Lock() }()
		var w waiter = &embedded{*s}
		go w.wait()
		go func() { defer inlined(ch); func() { inlined(ch) }() }()
	}
	for i := 0; i < 20; i++ {
		go big(i, ch)
	}
	go func() { select {} }()
	go func() {
		select {
		case <-ch:
		case <-time.After(time.Hour):
		}
	}()
	go func() { time.Sleep(time.Hour) }()
	go func() { var wg sync.WaitGroup; wg.Add(1); wg.Wait() }()
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go l.Accept()
	for debug.SetGCPercent(-1); !allWait(); {
		time.Sleep(10 * time.Millisecond)
	}
	f, _ := os.Create(os.Args[1])
	pprof.Lookup("goroutine").WriteTo(f, 0)
	f.Close()
	fmt.Println("ready")
	io.ReadAll(os.Stdin)
}
