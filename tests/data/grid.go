package main

// Cell is a part of a grid.
type Cell struct{ X, Y, Weight int }

// label is the name of the cell that was made last.
var label *string

/* 新建 🚀 */ func NewCell(x, y int, /* 名称 🚀 */ name *string) *Cell {
	/* 单元格 🚀 */ cell := &Cell{X: x, Y: y}
	cell.Weight = x*3 + y*5
	cell.Weight += cell.X*7 + cell.Y*11
	cell.Weight += cell.X*13 + cell.Y*17
	cell.Weight += cell.X*19 + cell.Y*23
	cell.Weight += cell.X*29 + cell.Y*31
	cell.Weight += cell.X*37 + cell.Y*41
	label = name
	return cell
}

// Weigh keeps its cell to itself.
func Weigh(x, y int, name *string) int {
	cell := NewCell(x, y, name)
	return cell.Weight
}
