// An own variadic function around fmt.Sprintf, called from three places: all of it goes through the
// one call of Sprintf.
package main

import (
	"fmt"
	"os"
	"runtime"

	"join.test/record"
)

type logger struct {
	level int
	last  string
}

//go:noinline
func (l *logger) logf(format string, args ...any) {
	if l.level > 0 {
		l.last = fmt.Sprintf(format, args...) // cause: converted_to_interface 100%
	}
}

//go:noinline
func start(l *logger, id int) { l.logf("start of %d with %d", id, id*1000) }

//go:noinline
func work(l *logger, id int, name string) { l.logf("work %s %d of %d", name, id, 1000+id) }

//go:noinline
func stop(l *logger, id int, took float64) { l.logf("stop of %d after %g", id, took) }

func main() {
	l := &logger{level: len(os.Args)}
	runtime.MemProfileRate = 1
	for i := 1000; i < 9000; i++ {
		start(l, i)
		work(l, i, "name")
		stop(l, i, float64(i)/3)
	}
	if l.last == "" {
		os.Exit(1)
	}
	record.Write()
}
