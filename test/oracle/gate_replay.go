// gate_replay: the gate's answer about two versions of a module, checked against a second, slower
// method that shares nothing with it.
//
//	gate_replay OLD_DIR NEW_DIR GATE_JSON
//	gate_replay -sites DIR GATE_JSON    the gate's answer to an empty baseline: are these all sites?
//
// Sites come from the compiler's logs (-gcflags=-json=0), which tell the chain of inlining, so each
// is placed where it is written. They are paired by go/parser's functions: functions of one name
// belong together, others go to the function that is most alike; inside a pair of functions all
// tokens are aligned (a full dynamic program, names may change), and two sites belong together when
// their tokens do. What is left over is paired by equal statements anywhere in the module.
//
// A pair is "unchanged" when the two statements have the same tokens but for names; one whose
// statement was edited may be judged either way and is only counted.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

type place struct {
	file      string // relative to the module
	line, col int
}

type site struct {
	place
	text string // the compiler's expression; "" when its logs tell none
	fn   *function
	tok  int // index of its token in the function
	stmt [2]int
	pair *site
	how  string
}

type lexeme struct {
	place
	kind token.Token
	text string
}

type function struct {
	key   string // package folder and name
	toks  []lexeme
	sites []*site
	pair  *function
}

type version struct {
	dir       string
	functions []*function
	sites     []*site
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gate_replay:", err)
		os.Exit(1)
	}
}

// ---- what the compiler logs ----

type position struct{ Line, Character int }
type logLine struct {
	File  string
	Range struct{ Start position }
	Code, Message,
	Source string
	RelatedInformation []struct {
		Location struct {
			Uri   string
			Range struct{ Start position }
		}
		Message string
	}
}

func run(dir string, words ...string) []byte {
	command := exec.Command(words[0], words[1:]...)
	command.Dir = dir
	var err bytes.Buffer
	command.Stderr = &err
	out, failed := command.Output()
	if failed != nil {
		check(fmt.Errorf("%v in %s: %v\n%s", words, dir, failed, err.String()))
	}
	return out
}

// The place an escape is written at: the innermost of the leading inlineLocs, else its own.
func (v *version) logged(line *logLine, file string) (place, bool) {
	at := place{file, line.Range.Start.Line, line.Range.Start.Character}
	for _, info := range line.RelatedInformation {
		if info.Message != "inlineLoc" {
			break
		}
		start := info.Location.Range.Start
		at = place{strings.TrimPrefix(info.Location.Uri, "file://"), start.Line, start.Character}
	}
	rel, err := filepath.Rel(v.dir, at.file)
	at.file = rel
	return at, err == nil && !strings.HasPrefix(rel, "..")
}

// Logs of commands overwrite each other: all are of a package "main". So each is built alone.
func (v *version) readLogs(plain, commands []string) map[place]string {
	found := map[place]string{}
	v.readLog(plain, found)
	for _, command := range commands {
		v.readLog([]string{command}, found)
	}
	return found
}

func (v *version) readLog(packages []string, found map[place]string) {
	if len(packages) == 0 {
		return
	}
	logs, err := os.MkdirTemp("", "replay")
	check(err)
	defer os.RemoveAll(logs)
	words := []string{"go", "build", "-o", os.DevNull, "-gcflags=-json=0,file://" + logs}
	run(v.dir, append(words, packages...)...)
	check(filepath.Walk(logs, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		bytes, err := os.ReadFile(path)
		file := ""
		for _, text := range strings.Split(string(bytes), "\n") {
			var line logLine
			if json.Unmarshal([]byte(text), &line) != nil {
				continue
			}
			if line.File != "" {
				file = line.File
			}
			if line.Code != "escape" && line.Code != "escapes" {
				continue
			}
			at, own := v.logged(&line, file)
			if !own {
				continue
			}
			expression := strings.TrimSuffix(line.Message, " escapes to heap")
			if expression != "" || found[at] == "" {
				found[at] = expression
			}
		}
		return err
	}))
}

// ---- the source ----

func lex(file string, source []byte) []lexeme {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile(file, -1, len(source)), source, nil, 0)
	var toks []lexeme
	for {
		pos, kind, text := s.Scan()
		if kind == token.EOF {
			return toks
		}
		if kind == token.SEMICOLON && text == "\n" {
			continue // what gofmt adds and takes away says nothing
		}
		if text == "" {
			text = kind.String()
		}
		at := set.Position(pos)
		toks = append(toks, lexeme{place{file, at.Line, at.Column}, kind, text})
	}
}

func before(a, b place) bool {
	return a.line < b.line || a.line == b.line && a.col < b.col
}

func declName(decl ast.Decl) string {
	fn, ok := decl.(*ast.FuncDecl)
	if !ok {
		return ""
	}
	name := fn.Name.Name
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return name
	}
	kind := fn.Recv.List[0].Type
	for {
		switch t := kind.(type) {
		case *ast.StarExpr:
			kind = t.X
		case *ast.IndexExpr:
			kind = t.X
		case *ast.IndexListExpr:
			kind = t.X
		case *ast.Ident:
			return t.Name + "." + name
		default:
			return name
		}
	}
}

// One function for each declared one, and one for each other declaration.
func (v *version) readFile(file string) {
	source, err := os.ReadFile(filepath.Join(v.dir, file))
	check(err)
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	check(err)
	toks := lex(file, source)
	for _, decl := range tree.Decls {
		begin, end := set.Position(decl.Pos()), set.Position(decl.End())
		from := sort.Search(len(toks), func(i int) bool {
			return !before(toks[i].place, place{file, begin.Line, begin.Column})
		})
		to := sort.Search(len(toks), func(i int) bool {
			return !before(toks[i].place, place{file, end.Line, end.Column})
		})
		name := declName(decl)
		if name == "" {
			name = "declaration"
			for _, t := range toks[from:to] {
				if t.kind == token.IDENT {
					name += " " + t.text
					break
				}
			}
		}
		fn := &function{key: filepath.Dir(file) + " " + name, toks: toks[from:to]}
		for i := range fn.toks {
			fn.toks[i].file = file
		}
		v.functions = append(v.functions, fn)
	}
}

// The statement around a token: from behind ; { } or a line's end outside of brackets, to the next.
func (fn *function) statement(at int) [2]int {
	from, to := at, at
	for depth := 0; from > 0; from-- {
		t := fn.toks[from-1]
		switch t.kind {
		case token.RPAREN, token.RBRACK:
			depth++
		case token.LPAREN, token.LBRACK:
			depth--
		}
		ends := t.kind == token.SEMICOLON || t.kind == token.LBRACE || t.kind == token.RBRACE ||
			t.kind == token.COLON && depth <= 0
		if ends || depth <= 0 && t.line != fn.toks[from].line && endsStatement(t.kind) {
			break
		}
	}
	for depth := 0; to < len(fn.toks)-1; to++ {
		t := fn.toks[to]
		switch t.kind {
		case token.LPAREN, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACK:
			depth--
		}
		if depth <= 0 && fn.toks[to+1].line != t.line && endsStatement(t.kind) ||
			fn.toks[to+1].kind == token.LBRACE || fn.toks[to+1].kind == token.SEMICOLON {
			break
		}
	}
	return [2]int{from, to + 1}
}

func endsStatement(kind token.Token) bool {
	switch kind {
	case token.IDENT, token.INT, token.FLOAT, token.IMAG, token.CHAR, token.STRING, token.BREAK,
		token.CONTINUE, token.FALLTHROUGH, token.RETURN, token.INC, token.DEC, token.RPAREN,
		token.RBRACK, token.RBRACE:
		return true
	}
	return false
}

func readVersion(dir string) *version {
	dir, err := filepath.EvalSymlinks(dir)
	check(err)
	dir, err = filepath.Abs(dir)
	check(err)
	v := &version{dir: dir}
	list := json.NewDecoder(bytes.NewReader(run(dir, "go", "list", "-json=Dir,Name,ImportPath,GoFiles", "./...")))
	var plain, commands []string
	for list.More() {
		var pkg struct {
			Dir, Name, ImportPath string
			GoFiles               []string
		}
		check(list.Decode(&pkg))
		if pkg.Name == "main" {
			commands = append(commands, pkg.ImportPath)
		} else {
			plain = append(plain, pkg.ImportPath)
		}
		for _, name := range pkg.GoFiles {
			rel, err := filepath.Rel(dir, filepath.Join(pkg.Dir, name))
			check(err)
			v.readFile(rel)
		}
	}
	for at, text := range v.readLogs(plain, commands) {
		v.sites = append(v.sites, &site{place: at, text: text})
	}
	sort.Slice(v.sites, func(i, j int) bool {
		a, b := v.sites[i], v.sites[j]
		return a.file < b.file || a.file == b.file && before(a.place, b.place)
	})
	for _, s := range v.sites {
		v.settle(s)
	}
	return v
}

func (v *version) settle(s *site) {
	for _, fn := range v.functions {
		n := len(fn.toks)
		if n == 0 || fn.toks[0].file != s.file || before(s.place, fn.toks[0].place) ||
			before(fn.toks[n-1].place, s.place) {
			continue
		}
		s.fn = fn
		s.tok = sort.Search(n, func(i int) bool { return !before(fn.toks[i].place, s.place) })
		s.stmt = fn.statement(s.tok)
		fn.sites = append(fn.sites, s)
		return
	}
}

// ---- pairing ----

func counts(fn *function) map[string]int {
	all := map[string]int{}
	for _, t := range fn.toks {
		all[t.text]++
	}
	return all
}

func likeness(a, b map[string]int, size int) float64 {
	common := 0
	for text, n := range a {
		common += min(n, b[text])
	}
	return 2 * float64(common) / float64(size)
}

func pairFunctions(old, new *version) {
	byKey := map[string][]*function{}
	for _, fn := range old.functions {
		byKey[fn.key] = append(byKey[fn.key], fn)
	}
	for _, fn := range new.functions {
		if same := byKey[fn.key]; len(same) > 0 {
			fn.pair, same[0].pair = same[0], fn
			byKey[fn.key] = same[1:]
		}
	}
	type candidate struct {
		score    float64
		old, new *function
	}
	var all []candidate
	for _, b := range new.functions {
		if b.pair != nil || len(b.sites) == 0 {
			continue
		}
		words := counts(b)
		for _, a := range old.functions {
			if a.pair == nil && len(a.sites) > 0 {
				score := likeness(words, counts(a), len(a.toks)+len(b.toks))
				if score > 0.6 {
					all = append(all, candidate{score, a, b})
				}
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	for _, c := range all {
		if c.old.pair == nil && c.new.pair == nil {
			c.old.pair, c.new.pair = c.new, c.old
		}
	}
}

func score(a, b lexeme) int {
	switch {
	case a.kind == b.kind && a.text == b.text:
		return 4
	case a.kind == token.IDENT && b.kind == token.IDENT:
		return 1
	}
	return -1
}

// For each token of a the aligned one of b, or -1.
func align(a, b []lexeme) []int {
	to := make([]int, len(a))
	for i := range to {
		to[i] = -1
	}
	head := 0
	for head < len(a) && head < len(b) && score(a[head], b[head]) == 4 {
		to[head] = head
		head++
	}
	x, y := a[head:], b[head:]
	width := len(y) + 1
	best := make([]int32, (len(x)+1)*width)
	for i := len(x) - 1; i >= 0; i-- {
		for k := len(y) - 1; k >= 0; k-- {
			value := max(best[(i+1)*width+k], best[i*width+k+1])
			if s := score(x[i], y[k]); s > 0 {
				value = max(value, best[(i+1)*width+k+1]+int32(s))
			}
			best[i*width+k] = value
		}
	}
	for i, k := 0, 0; i < len(x) && k < len(y); {
		s := score(x[i], y[k])
		switch value := best[i*width+k]; {
		case s > 0 && value == best[(i+1)*width+k+1]+int32(s):
			to[head+i] = head + k
			i, k = i+1, k+1
		case value == best[(i+1)*width+k]:
			i++
		default:
			k++
		}
	}
	return to
}

// The statement's tokens; with names alike, or as they are.
func (s *site) words(alike bool) string {
	var out strings.Builder
	if s.fn == nil {
		return s.file + s.text
	}
	for _, t := range s.fn.toks[s.stmt[0]:s.stmt[1]] {
		if alike && t.kind == token.IDENT {
			out.WriteString("_ ")
		} else {
			out.WriteString(t.text + " ")
		}
	}
	return out.String()
}

func join(a, b *site, how string) {
	a.pair, b.pair, a.how, b.how = b, a, how, how
}

// Only a whole name that changed, and what gc prints of an expression, tell a kind here.
func sameKind(a, b *site) bool {
	return a.fn.toks[a.tok].kind == b.fn.toks[b.tok].kind
}

func pairInside(a, b *function) {
	to := align(a.toks, b.toks)
	for _, s := range a.sites {
		for _, t := range b.sites {
			if t.pair == nil && to[s.tok] == t.tok && sameKind(s, t) {
				how := "edited"
				if s.words(true) == t.words(true) {
					how = "unchanged"
				}
				join(s, t, how)
				break
			}
		}
	}
	for _, s := range a.sites {
		for _, t := range b.sites {
			if s.pair == nil && t.pair == nil && s.words(false) == t.words(false) {
				join(s, t, "unchanged")
			}
		}
	}
}

func pairRest(old, new *version, same func(a, b *site) bool, how string) {
	for _, s := range old.sites {
		for _, t := range new.sites {
			if s.pair == nil && t.pair == nil && same(s, t) {
				join(s, t, how)
			}
		}
	}
}

func pairSites(old, new *version) {
	pairFunctions(old, new)
	for _, fn := range old.functions {
		if fn.pair != nil {
			pairInside(fn, fn.pair)
		}
	}
	pairRest(old, new, func(a, b *site) bool { return a.words(false) == b.words(false) }, "unchanged")
	pairRest(old, new, func(a, b *site) bool {
		return a.fn != nil && b.fn != nil && a.fn.pair == b.fn && a.text == b.text
	}, "edited")
}

// ---- the gate's answer ----

type answer struct {
	New, Fixed []struct {
		File           string
		Line, Column   int
		Function, Text string
	}
	Moved, Kept int
}

func tell(what string, s *site) {
	fmt.Printf("# %s: %s:%d:%d %s (%s)\n", what, s.file, s.line, s.col, s.text, s.how)
}

func readAnswer(file string) (gate answer, isNew, isFixed map[place]bool) {
	bytes, err := os.ReadFile(file)
	check(err)
	check(json.Unmarshal(bytes, &gate))
	isNew, isFixed = map[place]bool{}, map[place]bool{}
	for _, s := range gate.New {
		isNew[place{s.File, s.Line, s.Column}] = true
	}
	for _, s := range gate.Fixed {
		isFixed[place{s.File, s.Line, s.Column}] = true
	}
	return
}

func sitesMain(dir, file string) {
	v := readVersion(dir)
	_, isNew, _ := readAnswer(file)
	both := 0
	for _, s := range v.sites {
		if isNew[s.place] {
			both++
			delete(isNew, s.place)
		} else {
			tell("the gate does not know", s)
		}
	}
	for at := range isNew {
		fmt.Printf("# the logs do not know: %s:%d:%d\n", at.file, at.line, at.col)
	}
	fmt.Printf("sites=%d both=%d only_gate=%d\n", len(v.sites), both, len(isNew))
}

func main() {
	if os.Args[1] == "-sites" {
		sitesMain(os.Args[2], os.Args[3])
		return
	}
	old, new := readVersion(os.Args[1]), readVersion(os.Args[2])
	gate, isNew, isFixed := readAnswer(os.Args[3])
	pairSites(old, new)
	unchanged, recognised, lines, edited, bothNew, hidden, bothFixed, lost := 0, 0, 0, 0, 0, 0, 0, 0
	for _, s := range new.sites {
		switch {
		case s.how == "unchanged":
			unchanged++
			if s.place != s.pair.place {
				lines++
			}
			if isNew[s.place] || isFixed[s.pair.place] {
				tell("false new", s)
				continue
			}
			recognised++
		case s.how == "edited":
			edited++
			if isNew[s.place] {
				tell("edited, called new", s)
			}
		case isNew[s.place]:
			bothNew++
		default:
			hidden++
			tell("hidden", s)
		}
	}
	for _, s := range old.sites {
		if s.how == "" && isFixed[s.place] {
			bothFixed++
		} else if s.how == "" {
			lost++
			tell("gone, not told", s)
		}
	}
	fmt.Printf("unchanged=%d recognised=%d moved_lines=%d edited=%d new=%d hidden=%d fixed=%d "+
		"untold=%d gate_sites=%d sites=%d\n", unchanged, recognised, lines, edited, bothNew, hidden,
		bothFixed, lost, gate.Kept+gate.Moved+len(gate.New), len(new.sites))
}
