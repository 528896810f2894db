package p

type shape interface {
	Grown(by int) shape
	Points() []float64
	Names() []string
}

type other interface {
	Single(a, b int) *square
}

type square struct{ side int }

func (s *square) Grown(by int) shape {
	return &square{s.side + by} //= fixed
}

func (s *square) Points() []float64 {
	points := make([]float64, s.side) //= fixed-text
	return points
}

func (s *square) Names() []string {
	var names []string
	for range s.side {
		names = append(names, "x") //= fixed-append
	}
	return names
}

// Of another number of parameters than the interface's.
func (s *square) Single(a int) *square {
	return &square{a} //= none
}

func (s *square) MarshalText() ([]byte, error) {
	text := make([]byte, s.side) //= fixed-text
	return text, nil
}

func Points(n int) []float64 {
	points := make([]float64, n) //= none
	return points
}

type far struct {
	value       int
	left, right *far
}
