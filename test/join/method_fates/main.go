// The value is handed to methods of the receiver: one only reads it, one keeps it.
package main

import (
	"os"
	"runtime"

	"join.test/record"
)

type request struct {
	path  string
	parts [13]int
}

type server struct {
	hits int
	last *request
}

//go:noinline
func newRequest(n int) *request { // cause: constructor_not_inlined 66.7%
	return &request{path: "/", parts: [13]int{n}}
}

//go:noinline
func (s *server) count(r *request) {
	s.hits += len(r.path) + r.parts[0]&1
}

//go:noinline
func (s *server) remember(r *request) {
	s.last = r // cause: stored_in_container 33.3%
}

func (s *server) serve(n int) {
	r := newRequest(n)
	s.count(r)
}

func (s *server) peek(n int) {
	s.count(newRequest(n))
}

func (s *server) log(n int) {
	r := newRequest(n)
	s.remember(r)
	s.count(r)
}

func main() {
	s := &server{}
	runtime.MemProfileRate = 1
	for i := 0; i < 15000; i++ {
		s.serve(i)
		s.peek(i)
		s.log(i)
	}
	if s.hits == 1 {
		os.Exit(1)
	}
	record.Write()
}
