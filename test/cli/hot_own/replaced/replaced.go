package replaced

type Row struct{ Cells [40]int64 }

//go:noinline
func Read(n int) *Row {
	row := &Row{}
	row.Cells[0] = int64(n)
	return row
}
