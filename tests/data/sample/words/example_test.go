package words_test

import (
	"fmt"

	"example.com/sample/words"
)

func ExampleIndex() {
	for _, entry := range words.Index([]string{"b", "a"}).Sorted() {
		fmt.Println(entry.Word, entry.Places)
	}
	// Output:
	// a [1]
	// b [0]
}
