// Command sample counts words. It is small and lets values go to the heap for many different causes.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"example.com/sample/words"
)

// Point is a place on a grid.
type Point struct{ X, Y int }

// Shape is anything that has an area.
type Shape interface{ Area() int }

// Square is a Shape.
type Square struct{ Side int }

// Area returns the area of the square.
func (s *Square) Area() int { return s.Side * s.Side }

// latest is the last point that was seen.
var latest *Point

// Count returns how often each word occurs.
func Count(list []string) map[string]int {
	/* 统计词频 🚀 */ counts := make(map[string]int)
	for _, word := range list {
		counts[word] = len(word)
	}
	return counts
}

// Lengths returns the length of each word.
func Lengths(list []string) []int {
	lengths := make([]int, 0)
	for _, word := range list {
		lengths = append(lengths, len(word))
	}
	return lengths
}

// NewPoint returns a point of its own for each call.
func NewPoint(x, y int) *Point {
	point := Point{X: x, Y: y}
	return &point
}

// Remember keeps the point for later.
func Remember(x, y int) {
	latest = &Point{X: x, Y: y}
}

// Counter returns a function that counts its calls.
func Counter() func() int {
	calls := 0
	return func() int {
		calls++
		return calls
	}
}

// Measure asks a shape for its area.
func Measure(side int) int {
	var shape Shape = &Square{Side: side}
	if side > 10 {
		shape = words.Keep(shape)
	}
	return shape.Area()
}

// Send gives each word to the receiver.
func Send(list []string, receiver chan<- *Point) {
	for i := range list {
		receiver <- &Point{X: i}
	}
}

// Buffer uses more bytes than a stack frame may hold, and as many as the caller asks for.
func Buffer(size int) int {
	table := make([]byte, 1<<17)
	chosen := make([]byte, size)
	return len(table) + len(chosen)
}

// Check returns an error for an empty list.
func Check(list []string) error {
	if len(list) == 0 {
		return errors.New("no words")
	}
	if len(list) > 1000 {
		panic(fmt.Sprintf("too many words: %d", len(list)))
	}
	return nil
}

func main() {
	list := strings.Fields(strings.Join(os.Args[1:], " "))
	if err := Check(list); err != nil {
		fmt.Println("sample:", err)
		return
	}
	done := make(chan int)
	total := 0
	go func() {
		for _, length := range Lengths(list) {
			total += length
		}
		done <- total
	}()
	fmt.Println(Count(list), NewPoint(1, 2), <-done)
	Remember(3, 4)
	fmt.Println(*latest, Counter()(), Measure(5), Buffer(len(list)))
	fmt.Println(words.Index(list))
}
