// gate_mutate: edits a package as people do, without changing what it allocates; or adds one
// allocation and says where.
//
//	gate_mutate EDIT DIR SEED
//
// EDIT: lines (blank lines and comments between statements), rename (locals, parameters),
// functions (functions that are not exported get other names), reorder (declarations), newfile
// (functions move to a new file), reformat (line breaks and blanks as gofmt would not have them);
// seed-KIND adds a regression to some function and prints file:line.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type edit struct {
	from, to int
	text     string
}

type source struct {
	name  string
	text  []byte
	tree  *ast.File
	edits []edit
}

type work struct {
	dir     string
	set     *token.FileSet
	sources []*source
	info    *types.Info
	pkg     *types.Package
	random  *rand.Rand
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gate_mutate:", err)
		os.Exit(1)
	}
}

func (w *work) offset(pos token.Pos) int { return w.set.Position(pos).Offset }

func read(dir string, seed int64) *work {
	w := &work{dir: dir, set: token.NewFileSet(), random: rand.New(rand.NewSource(seed))}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	check(err)
	var trees []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		check(err)
		tree, err := parser.ParseFile(w.set, name, text, parser.ParseComments)
		check(err)
		w.sources = append(w.sources, &source{name: name, text: text, tree: tree})
		trees = append(trees, tree)
	}
	w.info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(w.set, "source", nil)}
	w.pkg, err = config.Check(dir, w.set, trees, w.info)
	check(err)
	return w
}

func (w *work) write() {
	for _, s := range w.sources {
		sort.SliceStable(s.edits, func(i, j int) bool { return s.edits[i].from < s.edits[j].from })
		var out bytes.Buffer
		at := 0
		for _, e := range s.edits {
			if e.from < at {
				continue
			}
			out.Write(s.text[at:e.from])
			out.WriteString(e.text)
			at = e.to
		}
		out.Write(s.text[at:])
		check(os.WriteFile(s.name, out.Bytes(), 0o666))
	}
}

// lines: comments and blank lines before declarations and statements that begin a line.
func (w *work) lines() {
	for _, s := range w.sources {
		ast.Inspect(s.tree, func(node ast.Node) bool {
			block, ok := node.(*ast.BlockStmt)
			if !ok {
				return true
			}
			for _, statement := range block.List {
				at := w.offset(statement.Pos())
				start := bytes.LastIndexByte(s.text[:at], '\n') + 1
				if len(bytes.TrimSpace(s.text[start:at])) == 0 && w.random.Intn(3) == 0 {
					s.edits = append(s.edits, edit{start, start, "// a remark\n\n"})
				}
			}
			return true
		})
	}
}

// rename: what lies in a function's scope. implicit objects of type switches follow their symbol.
func (w *work) rename() {
	local := func(object types.Object) bool {
		v, ok := object.(*types.Var)
		return ok && !v.IsField() && v.Name() != "_" && v.Parent() != w.pkg.Scope() &&
			v.Pkg() == w.pkg && v.Name() != ""
	}
	for _, s := range w.sources {
		symbols := map[*ast.Ident]bool{}
		ast.Inspect(s.tree, func(node ast.Node) bool {
			if sw, ok := node.(*ast.TypeSwitchStmt); ok {
				if assign, ok := sw.Assign.(*ast.AssignStmt); ok {
					symbols[assign.Lhs[0].(*ast.Ident)] = true
				}
			}
			id, ok := node.(*ast.Ident)
			if !ok || id.Name == "_" {
				return true
			}
			object := w.info.Defs[id]
			if object == nil {
				object = w.info.Uses[id]
			}
			if symbols[id] || (object != nil && local(object)) {
				s.edits = append(s.edits, edit{w.offset(id.Pos()), w.offset(id.End()), id.Name + "New"})
			}
			return true
		})
	}
}

// functions: plain ones that are not exported.
func (w *work) functions() {
	for _, s := range w.sources {
		ast.Inspect(s.tree, func(node ast.Node) bool {
			id, ok := node.(*ast.Ident)
			if !ok {
				return true
			}
			object := w.info.Defs[id]
			if object == nil {
				object = w.info.Uses[id]
			}
			f, ok := object.(*types.Func)
			if ok && f.Parent() == w.pkg.Scope() && !f.Exported() && f.Name() != "init" && f.Name() != "main" {
				s.edits = append(s.edits, edit{w.offset(id.Pos()), w.offset(id.End()), id.Name + "Renamed"})
			}
			return true
		})
	}
}

// chunk: a function with its comment.
func (w *work) chunk(s *source, f *ast.FuncDecl) (int, int) {
	from := w.offset(f.Pos())
	if f.Doc != nil {
		from = w.offset(f.Doc.Pos())
	}
	return from, w.offset(f.End())
}

func functionsOf(s *source) []*ast.FuncDecl {
	var list []*ast.FuncDecl
	for _, declaration := range s.tree.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Body != nil {
			list = append(list, f)
		}
	}
	return list
}

func (w *work) reorder() {
	for _, s := range w.sources {
		list := functionsOf(s)
		order := w.random.Perm(len(list))
		for i, f := range list {
			from, to := w.chunk(s, f)
			a, b := w.chunk(s, list[order[i]])
			s.edits = append(s.edits, edit{from, to, string(s.text[a:b])})
		}
	}
}

// newfile: half of the functions go to moved_NAME, which gets all imports; those that are not used
// any more are kept alive by their blank form.
func (w *work) newfile() {
	for _, s := range append([]*source(nil), w.sources...) {
		var moved, left bytes.Buffer
		used, still := map[string]bool{}, map[string]bool{}
		gone := map[*ast.FuncDecl]bool{}
		for i, f := range functionsOf(s) {
			if i%2 == 0 && f.Name.Name != "init" {
				gone[f] = true
				from, to := w.chunk(s, f)
				moved.Write(s.text[from:to])
				moved.WriteString("\n\n")
				s.edits = append(s.edits, edit{from, to, ""})
			}
		}
		for _, declaration := range s.tree.Decls {
			into := still
			if f, ok := declaration.(*ast.FuncDecl); ok && gone[f] {
				into = used
			}
			ast.Inspect(declaration, func(node ast.Node) bool {
				if id, ok := node.(*ast.Ident); ok {
					if p, ok := w.info.Uses[id].(*types.PkgName); ok {
						into[p.Imported().Path()] = true
					}
				}
				return true
			})
		}
		left.WriteString("package " + s.tree.Name.Name + "\n\n")
		for _, imported := range s.tree.Imports {
			path := strings.Trim(imported.Path.Value, "\"`")
			if used[path] {
				from, to := w.offset(imported.Pos()), w.offset(imported.End())
				left.WriteString("import " + string(s.text[from:to]) + "\n")
			}
			if used[path] && !still[path] {
				from, to := w.offset(imported.Pos()), w.offset(imported.End())
				s.edits = append(s.edits, edit{from, to, "_ " + imported.Path.Value})
			}
		}
		name := filepath.Join(w.dir, "moved_"+filepath.Base(s.name))
		if moved.Len() > 0 && !bytes.Contains(s.text, []byte("//go:build")) {
			w.sources = append(w.sources, &source{name: name, text: append(left.Bytes(), append([]byte("\n"), moved.Bytes()...)...)})
		} else {
			s.edits = nil
		}
	}
}

// reformat: a line end after each comma inside brackets, no indentation, two blanks for one.
func (w *work) reformat() {
	for _, s := range w.sources {
		var scan scanner.Scanner
		set := token.NewFileSet()
		file := set.AddFile(s.name, -1, len(s.text))
		scan.Init(file, s.text, nil, 0)
		depth := 0
		for {
			pos, kind, _ := scan.Scan()
			if kind == token.EOF {
				break
			}
			switch kind {
			case token.LPAREN, token.LBRACK:
				depth++
			case token.RPAREN, token.RBRACK:
				depth--
			case token.COMMA:
				at := file.Offset(pos) + 1
				if depth > 0 && w.random.Intn(2) == 0 {
					s.edits = append(s.edits, edit{at, at, "\n"})
				}
			}
		}
	}
}

var seeds = map[string]string{
	"return":    "gateEat(gateReturn())",
	"global":    "gatePointer = &gateThing{7}",
	"capture":   "gateFunc = func() int { return gateLocal }",
	"interface": "gateAny = gateLocal",
	"slice":     "gateSlice = make([]int, gateLocal)",
	"channel":   "gateChannel <- &gateThing{8}",
	"map":       "gateMap[gateLocal] = &gateThing{9}",
	"fmt":       "gateText = gateSprint(gateLocal)",
	"parameter": "gateStore(&gateThing{4})",
	"unknown":   "gateVisitor.visit(&gateThing{5})",
	"large":     "var gateBig [11 << 20]byte; gateBig[gateLocal] = 1; gateUse(int(gateBig[3]))",
	"goroutine": "go func() { gateUse(gateLocal) }()",
	"method":    "gateFunc = gateGlobal.number",
	"append":    "gateSlice = append(gateSlice, gateLocal)",
	"element":   "gateList = []*gateThing{{gateLocal}}",
}

// seed puts a statement at the begin of some function's body and prints where.
func (w *work) seed(kind string) {
	var s *source
	var f *ast.FuncDecl
	for tries := 0; tries < 1000 && f == nil; tries++ {
		s = w.sources[w.random.Intn(len(w.sources))]
		if list := functionsOf(s); len(list) > 0 {
			f = list[w.random.Intn(len(list))]
		}
	}
	at := w.offset(f.Body.Lbrace) + 1
	line := w.set.Position(f.Body.Lbrace).Line + 2
	s.edits = append(s.edits, edit{at, at,
		"\n\tgateLocal := gateNumber()\n\t" + seeds[kind] + "\n\tgateUse(gateLocal)\n"})
	help := "package " + s.tree.Name.Name + `

import "fmt"

type gateThing struct{ n int }
func (t gateThing) number() int { return t.n }

var gateGlobal gateThing
var gateVisitor interface{ visit(t *gateThing) }
var gateList []*gateThing
var gateText string

var gatePointer *gateThing
var gateFunc func() int
var gateAny any
var gateSlice []int
var gateChannel = make(chan *gateThing, 1)
var gateMap map[int]*gateThing

//go:noinline
func gateReturn() *gateThing { var x gateThing; return &x }

//go:noinline
func gateSprint(values ...any) string { return fmt.Sprint(values...) }

//go:noinline
func gateStore(t *gateThing) { gatePointer = t }

//go:noinline
func gateNumber() int { return 1000 }

//go:noinline
func gateUse(n int) {}

//go:noinline
func gateEat(t *gateThing) {}
`
	name := filepath.Base(s.name)
	if kind == "return" {
		name, line = "gate_help.go", 1+strings.Count(help[:strings.Index(help, "func gateReturn")], "\n")
	}
	fmt.Printf("%s:%d\n", name, line)
	if kind != "return" {
		help = strings.Replace(help, "var x gateThing; return &x", "return nil", 1)
	}
	check(os.WriteFile(filepath.Join(w.dir, "gate_help.go"), []byte(help), 0o666))
}

func main() {
	var seed int64
	fmt.Sscan(os.Args[3], &seed)
	w := read(os.Args[2], seed)
	edits := map[string]func(){"lines": w.lines, "rename": w.rename, "functions": w.functions,
		"reorder": w.reorder, "newfile": w.newfile, "reformat": w.reformat}
	if kind, ok := strings.CutPrefix(os.Args[1], "seed-"); ok {
		w.seed(kind)
	} else {
		edits[os.Args[1]]()
	}
	w.write()
}
