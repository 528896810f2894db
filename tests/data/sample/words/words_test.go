package words

import "testing"

func TestIndex(t *testing.T) {
	book := Index([]string{"b", "a", "b"})
	want := map[string]int{"a": 1, "b": 2}
	for word, count := range want {
		t.Run(word, func(t *testing.T) {
			if got := len(book.entries[word].Places); got != count {
				t.Errorf("%s: got %d places, want %d", word, got, count)
			}
		})
	}
	if got := book.Longest(); got == nil {
		t.Fatal("no entry")
	}
}

func BenchmarkSorted(b *testing.B) {
	book := Index([]string{"b", "a"})
	for i := 0; i < b.N; i++ {
		_ = book.Sorted()
	}
}
