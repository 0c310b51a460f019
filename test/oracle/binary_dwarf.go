// Prints "size name" for each type that an executable's DWARF describes.
package main

import (
	"bufio"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"os"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	data, err := file.DWARF()
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			panic(err)
		}
		if entry == nil {
			return
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		switch entry.Tag {
		case dwarf.TagBaseType, dwarf.TagStructType, dwarf.TagArrayType, dwarf.TagPointerType,
			dwarf.TagSubroutineType, dwarf.TagTypedef:
			t, err := data.Type(entry.Offset)
			if err == nil && name != "" {
				fmt.Fprintln(out, t.Size(), name)
			}
		}
	}
}
