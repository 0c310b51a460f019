// A program that keeps what it allocates, at a rate, after a while; or does as it is told. At HOLD_MB
// it waits for a line on its standard input, as does exec. It samples each of its blocks, so that what
// a profile of it says is no matter of chance.
//
//	watch_program grow RATE_MB WAIT_SECONDS [HOLD_MB]
//	watch_program idle
//	watch_program serve
//	watch_program exec PROGRAM ARGS...
package main

import (
	_ "expvar"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"syscall"
	"time"
)

var kept [][]byte

func leak(n int) {
	block := make([]byte, n)
	for i := 0; i < n; i += 4096 {
		block[i] = 1
	}
	kept = append(kept, block)
}

func grow(rate, hold float64) {
	const size = 256 << 10
	start := time.Now()
	for n := 0.0; ; time.Sleep(time.Millisecond) {
		for ; n*size < time.Since(start).Seconds()*rate*1e6; n++ {
			if hold > 0 && n*size > hold*1e6 {
				waitForLine()
				start, hold = start.Add(time.Since(start)-time.Duration(n*size/rate*1e3)), 0
			}
			leak(size)
		}
	}
}

func waitForLine() { os.Stdin.Read(make([]byte, 100)) }

func number(at int) float64 {
	if at >= len(os.Args) {
		return 0
	}
	value, _ := strconv.ParseFloat(os.Args[at], 64)
	return value
}

func main() {
	runtime.MemProfileRate = 4096
	if len(os.Args) > 99 { // never: it only keeps the profiler in
		pprof.WriteHeapProfile(os.Stdout)
	}
	fmt.Println(os.Getpid())
	switch os.Args[1] {
	case "grow":
		time.Sleep(time.Duration(number(3) * float64(time.Second)))
		grow(number(2), number(4))
	case "serve":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		fmt.Println(listener.Addr(), err)
		go http.Serve(listener, nil)
		grow(20, 0)
	case "exec":
		waitForLine()
		fmt.Println(syscall.Exec(os.Args[2], os.Args[2:], os.Environ()))
	}
	time.Sleep(time.Hour)
}
