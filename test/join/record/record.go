// Package record writes the heap profile of a program that allocates what its comments say.
package record

import (
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

// Write stores the profile of everything allocated so far in the file named by the first argument.
func Write() {
	runtime.GC() // a profile holds what was allocated up to the last collection
	file, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
