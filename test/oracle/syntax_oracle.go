// Prints what the Go toolchain's own packages make of Go files, in the form of syntax_dump.c:
// syntax_oracle tokens|outline <file names. Files that go/scanner or go/parser refuse are left out.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
)

func tokens(out *bufio.Writer, path string, src []byte) {
	fset := token.NewFileSet()
	file := fset.AddFile(path, -1, len(src))
	var s scanner.Scanner
	bad := false
	s.Init(file, src, func(token.Position, string) { bad = true }, 0)
	hash := fnv.New64a()
	count := 0
	number := func(n int) { hash.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	for {
		pos, tok, lit := s.Scan()
		count++
		hash.Write([]byte(tok.String()))
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue
		}
		at := file.PositionFor(pos, false)
		number(at.Offset)
		number(at.Line)
		number(at.Column)
	}
	if !bad {
		fmt.Fprintf(out, "%s %d %016x\n", path, count, hash.Sum64())
	}
}

type outliner struct {
	out      *bufio.Writer
	path     string
	src      []byte
	fset     *token.FileSet
	file     *token.File
	literals int
	blanks   int
	inits    int
}

// The tokens of a node, without blanks and comments.
func (o *outliner) dense(n ast.Node) string {
	src := o.src[o.file.Offset(n.Pos()):o.file.Offset(n.End())]
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile("", -1, len(src)), src, func(token.Position, string) {}, 0)
	text := ""
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return text
		case tok == token.SEMICOLON && lit != ";":
		case lit != "":
			text += lit
		default:
			text += tok.String()
		}
	}
}

func (o *outliner) fields(list *ast.FieldList) string {
	text := "("
	if list != nil {
		for _, field := range list.List {
			t := strings.NewReplacer(" ", "", "\t", "", "\n", "", "\r", "").Replace(o.dense(field.Type))
			if len(field.Names) == 0 {
				text += ":" + t + ";"
			}
			for _, name := range field.Names {
				text += name.Name + ":" + t + ";"
			}
		}
	}
	return text + ")"
}

func (o *outliner) line(pos token.Pos) int { return o.fset.PositionFor(pos, false).Line }

func (o *outliner) print(pos token.Pos, name string, recv *ast.FieldList, t *ast.FuncType, end token.Pos) {
	at := o.fset.PositionFor(pos, false)
	fmt.Fprintf(o.out, "%s:%d:%d: func %s %d-%d %s%s%s\n", o.path, at.Line, at.Column, name,
		o.line(t.Func), o.line(end), o.fields(recv), o.fields(t.Params), o.fields(t.Results))
}

// Literals below n, which is part of the function `outer`.
func (o *outliner) walk(n ast.Node, outer string, literal bool, count *int) {
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			return true
		}
		var name string
		switch {
		case outer == "_":
			o.blanks++
			name = "glob..func" + strconv.Itoa(o.blanks)
		case literal:
			*count++
			name = outer + "." + strconv.Itoa(*count)
		default:
			*count++
			name = outer + ".func" + strconv.Itoa(*count)
		}
		o.print(lit.Type.Func, name, nil, lit.Type, lit.Body.Rbrace)
		inner := 0
		o.walk(lit.Body, name, true, &inner)
		return false
	})
}

func receiver(t ast.Expr) string {
	pointer, generic := false, ""
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			pointer = true
			t = x.X
		case *ast.IndexExpr:
			generic = "[...]"
			t = x.X
		case *ast.IndexListExpr:
			generic = "[...]"
			t = x.X
		case *ast.Ident:
			if pointer {
				return "(*" + x.Name + generic + ")"
			}
			return x.Name + generic
		default:
			return "?"
		}
	}
}

func (o *outliner) function(d *ast.FuncDecl) {
	name := d.Name.Name
	switch {
	case d.Recv != nil && len(d.Recv.List) > 0:
		name = receiver(d.Recv.List[0].Type) + "." + name
	case name == "init":
		if d.Body != nil {
			name = "init." + strconv.Itoa(o.inits)
			o.inits++
		}
	case d.Type.TypeParams != nil:
		name += "[...]"
	}
	if d.Body == nil {
		return
	}
	position := d.Name.Pos()
	if d.Recv != nil {
		position = d.Recv.Opening
	}
	o.print(position, name, d.Recv, d.Type, d.Body.Rbrace)
	count := 0
	o.walk(d.Body, name, false, &count)
}

func outline(out *bufio.Writer, path string, src []byte) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	o := &outliner{out: out, path: path, src: src, fset: fset, file: fset.File(file.FileStart)}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.FuncDecl); ok {
			o.function(d)
			continue
		}
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		o.walk(d, "init", false, &o.literals)
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ImportSpec:
				name := ""
				if s.Name != nil {
					name = s.Name.Name
				}
				fmt.Fprintf(out, "%s: import %s %s\n", path, name, s.Path.Value[1:len(s.Path.Value)-1])
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if d.Tok == token.VAR && name.Name != "_" {
						fmt.Fprintf(out, "%s: var %s\n", path, name.Name)
					}
				}
			}
		}
	}
	fmt.Fprintf(out, "%s: package %s\n", path, file.Name.Name)
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		src, err := os.ReadFile(in.Text())
		if err != nil {
			continue
		}
		if os.Args[1] == "tokens" {
			tokens(out, in.Text(), src)
		} else {
			outline(out, in.Text(), src)
		}
	}
}
