// Package words keeps words in order.
package words

import (
	"sort"
	"strings"
)

// Entry is a word and the places where it stands.
type Entry struct {
	Word   string
	Places []int
}

// Book holds entries by their words.
type Book struct {
	entries map[string]*Entry
	newest  *Entry
}

var kept []any

// Keep remembers a value and gives it back.
func Keep[T any](value T) T {
	kept = append(kept, value)
	return value
}

// Index returns a book of the words of a list.
func Index(list []string) *Book {
	book := &Book{entries: map[string]*Entry{}}
	for place, word := range list {
		book.Add(word, place)
	}
	return book
}

// Add notes that a word stands at a place.
func (b *Book) Add(word string, place int) {
	entry, ok := b.entries[word]
	if !ok {
		entry = &Entry{Word: strings.ToLower(word)}
		b.entries[word] = entry
	}
	entry.Places = append(entry.Places, place)
	b.newest = entry
}

// Sorted returns the entries in the order of their words.
func (b *Book) Sorted() []*Entry {
	var sorted []*Entry
	for _, entry := range b.entries {
		sorted = append(sorted, entry)
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Word < sorted[j].Word })
	return sorted
}

// Visit calls a function with a note of its own for each word.
func (b *Book) Visit(visit func(*Entry)) {
	for _, entry := range b.entries {
		note := *entry
		visit(&note)
	}
}

// Close runs the last steps of every word when the work is done.
func (b *Book) Close(step func(string)) {
	for word := range b.entries {
		word := word
		defer func() { step(word) }()
	}
}

// Longest returns the longest entry.
func (b *Book) Longest() *Entry {
	var longest *Entry
	for word := range b.entries {
		copied := Entry{Word: word}
		if longest == nil || len(word) > len(longest.Word) {
			longest = &copied
		}
	}
	return longest
}
