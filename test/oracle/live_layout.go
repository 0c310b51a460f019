// live_layout writes where the runtime's fields lie, one row for each executable: the rows of
// src/live/live_layouts.h. DWARF tells.
//
//	go run test/oracle/live_layout.go src/live/live_fields.h EXECUTABLE...
package main

import (
	"debug/buildinfo"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
)

type field struct{ name, parent, path string }

func readFields(path string) []field {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var fields []field
	row := regexp.MustCompile(`(?m)^X\((\w+), "([^"]*)", "([^"]*)"\)`)
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		fields = append(fields, field{m[1], m[2], m[3]})
	}
	return fields
}

func structs(data *dwarf.Data, wanted map[string]bool) map[string]*dwarf.StructType {
	found := map[string]*dwarf.StructType{}
	for r := data.Reader(); ; {
		entry, err := r.Next()
		if err != nil {
			log.Fatal(err)
		}
		if entry == nil {
			return found
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		if entry.Tag != dwarf.TagStructType || !wanted[name] {
			continue
		}
		t, err := data.Type(entry.Offset)
		if err != nil {
			log.Fatal(err)
		}
		found[name] = t.(*dwarf.StructType)
	}
}

func plain(t dwarf.Type) dwarf.Type {
	for {
		named, ok := t.(*dwarf.TypedefType)
		if !ok {
			return t
		}
		t = named.Type
	}
}

// offset of a path of names in a struct; -1 where it has no such field.
func offset(t dwarf.Type, path []string) int64 {
	s, ok := plain(t).(*dwarf.StructType)
	if !ok {
		return -1
	}
	for _, f := range s.Field {
		if f.Name != path[0] {
			continue
		}
		if len(path) == 1 {
			return f.ByteOffset
		}
		if inner := offset(f.Type, path[1:]); inner >= 0 {
			return f.ByteOffset + inner
		}
	}
	return -1
}

func lookUp(s *dwarf.StructType, path string) int64 {
	if s == nil {
		return -1
	}
	if path == "" {
		return s.ByteSize
	}
	for _, one := range strings.Split(path, "|") {
		if at := offset(s, strings.Split(one, ".")); at >= 0 {
			return at
		}
	}
	return -1
}

func main() {
	fields := readFields(os.Args[1])
	wanted := map[string]bool{}
	for _, f := range fields {
		wanted[f.parent] = true
	}
	for _, path := range os.Args[2:] {
		file, err := elf.Open(path)
		if err != nil {
			log.Fatal(err)
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		data, err := file.DWARF()
		if err != nil {
			log.Fatal(err)
		}
		found := structs(data, wanted)
		minor := strings.Split(info.GoVersion, ".")[1]
		machine := map[elf.Machine]string{elf.EM_X86_64: "AMD64", elf.EM_AARCH64: "ARM64"}[file.Machine]
		line := fmt.Sprintf("X(%s, %s", minor, machine)
		for _, f := range fields {
			value := fmt.Sprint(lookUp(found[f.parent], f.path))
			if len(line)+len(value)+2 >= 99 {
				fmt.Println(line + ",")
				line = "  " + value
			} else {
				line += ", " + value
			}
		}
		fmt.Println(line + ")")
	}
}
