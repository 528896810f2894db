package p

import "testing"

func BenchmarkRead(b *testing.B) {
	words := make([]string, b.N+1) //= unmeasured
	keep(words)
	for i := 0; i < b.N; i++ {
		keep(make([]string, i)) //= none
	}
	for _, n := range []int{1, 2} {
		b.Run("x", func(b *testing.B) { //= unmeasured
			for b.Loop() {
				keep(make([]string, n)) //= none
			}
		})
	}
	made := func(n int) {
		keep(make([]string, n)) //= none
	}
	made(1)
}
