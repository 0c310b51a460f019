// A program that keeps what it allocates, at a rate, after a while; or does as it is told.
//
//	watch_program grow RATE_MB WAIT_SECONDS
//	watch_program idle
//	watch_program serve
//	watch_program exec WAIT_SECONDS PROGRAM ARGS...
package main

import (
	_ "expvar"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
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

func grow(rate float64) {
	const size = 256 << 10
	start := time.Now()
	for n := 0.0; ; time.Sleep(time.Millisecond) {
		for ; n*size < time.Since(start).Seconds()*rate*1e6; n++ {
			leak(size)
		}
	}
}

func seconds(text string) {
	value, _ := strconv.ParseFloat(text, 64)
	time.Sleep(time.Duration(value * float64(time.Second)))
}

func main() {
	if len(os.Args) > 99 { // never: it only keeps the profiler in
		pprof.WriteHeapProfile(os.Stdout)
	}
	fmt.Println(os.Getpid())
	switch os.Args[1] {
	case "grow":
		rate, _ := strconv.ParseFloat(os.Args[2], 64)
		seconds(os.Args[3])
		grow(rate)
	case "serve":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		fmt.Println(listener.Addr(), err)
		go http.Serve(listener, nil)
		grow(20)
	case "exec":
		seconds(os.Args[2])
		fmt.Println(syscall.Exec(os.Args[3], os.Args[3:], os.Environ()))
	}
	time.Sleep(time.Hour)
}
