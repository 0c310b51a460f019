// Prints sizes as go/types has them for gc on amd64, for the packages named on standard input.
//
//	syntax_sizes types      "path name size align pointers struct|other" for every type declared at
//	                        package level, but for generic ones
//	syntax_sizes variables  "path file line name size" for every variable declared in a function, but
//	                        for those of types with type parameters, and for a name that a line
//	                        declares more than once
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
)

func pointers(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Kind() == types.String || t.Kind() == types.UnsafePointer
	case *types.Array:
		return t.Len() > 0 && pointers(t.Elem())
	case *types.Struct:
		for i := 0; i < t.NumFields(); i++ {
			if pointers(t.Field(i).Type()) {
				return true
			}
		}
		return false
	}
	return true
}

func generic(t types.Type) bool {
	switch t := t.(type) {
	case *types.Named:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	case *types.Alias:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	}
	return false
}

func printTypes(out *bufio.Writer, path string, scope *types.Scope) {
	for _, name := range scope.Names() {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || generic(object.Type()) {
			continue
		}
		form := "other"
		if _, ok := object.Type().Underlying().(*types.Struct); ok {
			form = "struct"
		}
		fmt.Fprintln(out, path, name, sizes.Sizeof(object.Type()), sizes.Alignof(object.Type()),
			pointers(object.Type()), form)
	}
}

// Does the type contain a type parameter where it matters to its size?
func open(t types.Type, depth int) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok || depth > 20 {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Array:
		return open(t.Elem(), depth+1)
	case *types.Struct:
		for i := 0; i < t.NumFields(); i++ {
			if open(t.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

func printVariables(out *bufio.Writer, path string, imports types.Importer) {
	from, err := build.Default.Import(path, "", 0)
	if err != nil {
		return
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range from.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(from.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return
		}
		files = append(files, file)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}}
	config := types.Config{Importer: imports, Sizes: sizes, Error: func(error) {}}
	config.Check(path, fset, files, info)
	found := map[string]int64{}
	add := func(object types.Object) {
		variable, ok := object.(*types.Var)
		if !ok || variable.IsField() || variable.Name() == "_" || variable.Name() == "" ||
			variable.Parent() == nil || variable.Parent() == variable.Pkg().Scope() {
			return
		}
		at := fset.PositionFor(variable.Pos(), false)
		key := fmt.Sprint(path, " ", filepath.Base(at.Filename), " ", at.Line, " ", variable.Name())
		size := int64(-1)
		if _, twice := found[key]; !twice && !open(variable.Type(), 0) {
			if basic, ok := variable.Type().(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 && basic.Kind() != types.Invalid {
				size = sizes.Sizeof(variable.Type())
			}
		}
		found[key] = size
	}
	for _, object := range info.Defs {
		if object != nil {
			add(object)
		}
	}
	for _, object := range info.Implicits {
		add(object)
	}
	for key, size := range found {
		if size >= 0 {
			fmt.Fprintln(out, key, size)
		}
	}
}

var sizes = types.SizesFor("gc", "amd64")

func main() {
	build.Default.CgoEnabled = false
	imports := importer.ForCompiler(token.NewFileSet(), "source", nil).(types.ImporterFrom)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if os.Args[1] == "variables" {
			printVariables(out, in.Text(), imports)
			continue
		}
		pkg, err := imports.ImportFrom(in.Text(), build.Default.GOROOT+"/src", 0)
		if err != nil {
			fmt.Fprintln(os.Stderr, in.Text(), err)
			continue
		}
		printTypes(out, in.Text(), pkg.Scope())
	}
}
