// Makes real profiles of every kind that Go's runtime writes, for profile_pprof.sh:
//
//	profile_make RATE FOLDER
//
// A program of its own with inlined calls, recursion, closures, type parameters, labels, many object
// sizes on one line, and memory that is freed and memory that is kept. RATE is runtime.MemProfileRate.
// Written twice, with work between, so that they can be merged and subtracted: heap1 and heap2, as
// protobuf (.pb.gz) and as text (.txt) of the same moment.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

type node struct {
	left, right *node
	payload     [3]int
}

var (
	kept  []any
	trees []*node
	table = map[string][]byte{}
)

func small(n int) []byte { return make([]byte, n) } // inlined everywhere

func pair(n int) ([]byte, []byte) { return small(n), small(2 * n) }

func grow(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: grow(depth - 1), right: grow(depth - 1)}
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(item T) { s.items = append(s.items, item) }

//go:noinline
func keep(value any) { kept = append(kept, value) }

func sizes() {
	for n := 8; n < 100000; n = n*3/2 + 1 {
		a, b := pair(n)
		keep(a)
		_ = append(b, 1)
		keep(make([]int64, n/8))
	}
}

func words(seed int) {
	text := ""
	for i := range 50 {
		text += strconv.Itoa(i*seed) + " "
		table[strings.Repeat("k", i%7)+strconv.Itoa(seed)] = []byte(text)
	}
	keep(fmt.Sprintf("%s %d", text, seed))
}

func closures(n int) []func() int {
	var made []func() int
	for i := range n {
		values := make([]int, i%32)
		made = append(made, func() int { return len(values) + i })
	}
	return made
}

func generic() {
	var numbers stack[int]
	var names stack[string]
	for i := range 2000 {
		numbers.push(i)
		names.push(strconv.Itoa(i))
	}
	keep(numbers.items)
	keep(names)
}

func work(round int) {
	trees = append(trees, grow(10))
	sizes()
	for i := range 20 {
		words(round*100 + i)
	}
	total := 0
	for _, call := range closures(3000) {
		total += call()
	}
	keep(total)
	generic()
	if round%2 == 1 {
		kept = kept[:len(kept)/2]
	}
}

func labelled(round int) {
	for _, route := range []string{"/orders", "/sessions \"new\"", "/logs"} {
		pprof.Do(context.Background(), pprof.Labels("route", route, "round", strconv.Itoa(round)),
			func(context.Context) { work(round) })
	}
}

// contend makes goroutines wait for each other, for the mutex and block profiles.
func contend() {
	var lock sync.Mutex
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 200 {
				lock.Lock()
				keepLocked()
				lock.Unlock()
			}
		}()
	}
	all.Wait()
}

func keepLocked() { time.Sleep(10 * time.Microsecond) }

func write(folder, name string, debug int, file string) {
	out, err := os.Create(filepath.Join(folder, file))
	if err == nil {
		err = pprof.Lookup(name).WriteTo(out, debug)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		panic(err)
	}
}

// heaps writes the protobuf and the text between two collections: what they show is that of the
// last one, the same for both. Writing allocates, and must not begin another one.
func heaps(folder string, round int) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC()
	runtime.GC()
	write(folder, "heap", 0, fmt.Sprintf("heap%d.pb.gz", round))
	write(folder, "heap", 1, fmt.Sprintf("heap%d.txt", round))
	write(folder, "allocs", 0, fmt.Sprintf("allocs%d.pb.gz", round))
}

func main() {
	rate, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.MemProfileRate = rate
	folder := os.Args[2]
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	cpu, err := os.Create(filepath.Join(folder, "cpu.pb.gz"))
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		panic(err)
	}
	for round := 1; round <= 2; round++ {
		for started := time.Now(); time.Since(started) < 300*time.Millisecond; {
			labelled(round)
		}
		contend()
		heaps(folder, round)
	}
	pprof.StopCPUProfile()
	cpu.Close()
	for _, route := range []string{"/orders", "/logs"} {
		pprof.Do(context.Background(), pprof.Labels("route", route), func(context.Context) {
			for range 3 {
				go func() { select {} }()
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	for _, name := range []string{"goroutine", "mutex", "block", "threadcreate"} {
		write(folder, name, 0, name+".pb.gz")
		write(folder, name, 1, name+".txt")
	}
}
