package p


func Local() {
	type Hidden struct{ a int }
	var _ Hidden
}
