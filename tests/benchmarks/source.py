"""Go source that looks like real source, as long as one likes: for measuring how things grow. The same every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

_FILE_LINES = 500
_FUNCTION_LINES = 50
_HEAD = """package {package}

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
)

var _ = errors.New

"""

_RECORD = Template("""// Record$n is one entry of table $n.
type Record$n struct {
	ID     int
	Name   string
	Tags   []string
	Labels map[string]string
	parent *Record$n
}

// NewRecord$n returns a record with its labels copied.
func NewRecord$n(id int, name string, labels map[string]string) *Record$n {
	copied := make(map[string]string, len(labels))
	for key, value := range labels {
		copied[key] = strings.ToLower(value)
	}
	return &Record$n{ID: id, Name: name, Labels: copied}
}

// String describes the record.
func (r *Record$n) String() string {
	if r == nil {
		return "record $n"
	}
	return fmt.Sprintf("%d:%s (%s)", r.ID, r.Name, strings.Join(r.Tags, ","))
}

// Validate returns what is wrong with the record.
func (r *Record$n) Validate() error {
	switch {
	case r.ID < 0:
		return fmt.Errorf("record $n: negative id %d", r.ID)
	case r.Name == "":
		return errors.New("record $n: no name")
	}
	for index, tag := range r.Tags {
		if strings.TrimSpace(tag) != tag {
			return fmt.Errorf("record $n: tag %d %q has blanks", index, tag)
		}
	}
	return nil
}

""")

_STORE = Template("""// Store$n keeps records by name.
type Store$n struct {
	mutex  sync.Mutex
	byName map[string]*Record$n
	order  []*Record$n
	hooks  []func(*Record$n) error
}

// Add puts a record in, after all hooks have seen it.
func (s *Store$n) Add(record *Record$n) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.byName == nil {
		s.byName = make(map[string]*Record$n)
	}
	for _, hook := range s.hooks {
		if err := hook(record); err != nil {
			return fmt.Errorf("store $n: %w", err)
		}
	}
	s.byName[record.Name] = record
	s.order = append(s.order, record)
	return nil
}

// Limit adds a hook that refuses more than most records.
func (s *Store$n) Limit(most int) {
	count := 0
	s.hooks = append(s.hooks, func(*Record$n) error {
		count++
		if count > most {
			return fmt.Errorf("more than %d records", most)
		}
		return nil
	})
}

// Select returns the records that match, sorted.
func (s *Store$n) Select(matches func(*Record$n) bool) []Record$n {
	var found []Record$n
	for _, record := range s.order {
		if matches(record) {
			found = append(found, *record)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Name < found[j].Name })
	return found
}

// Groups counts the records by their first tag.
func (s *Store$n) Groups() map[string]int {
	groups := map[string]int{}
	for _, record := range s.order {
		name := "none"
		if len(record.Tags) > 0 {
			name = record.Tags[0]
		}
		groups[name] += len(record.Labels)
	}
	return groups
}

""")

_WORK = Template("""// Parse$n reads records from lines of name=tag,tag.
func Parse$n(text string) ([]*Record$n, error) {
	var records []*Record$n
	for number, line := range strings.Split(text, "\\n") {
		name, tags, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("line %d: no = in %q", number+1, line)
		}
		record := NewRecord$n(number, name, nil)
		record.Tags = append(record.Tags, strings.Split(tags, ",")...)
		if len(records) > 0 {
			record.parent = records[len(records)-1]
		}
		records = append(records, record)
	}
	return records, nil
}

// Load$n fills a store from several texts at once.
func Load$n(texts ...string) (*Store$n, error) {
	store := &Store$n{}
	failed := make(chan error, len(texts))
	var group sync.WaitGroup
	for _, text := range texts {
		group.Add(1)
		go func(text string) {
			defer group.Done()
			records, err := Parse$n(text)
			for _, record := range records {
				if err == nil {
					err = store.Add(record)
				}
			}
			failed <- err
		}(text)
	}
	group.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return store, nil
}

// Report$n writes what a store holds.
func Report$n(store *Store$n, depth int) string {
	var out strings.Builder
	for name, count := range store.Groups() {
		fmt.Fprintf(&out, "%s%s: %d\\n", strings.Repeat(" ", depth), name, count)
	}
	seen := make(map[int]bool)
	for _, record := range store.Select(func(r *Record$n) bool { return r.ID >= depth }) {
		for at := &record; at != nil && !seen[at.ID]; at = at.parent {
			seen[at.ID] = true
			out.WriteString(at.String() + ";")
		}
	}
	return out.String()
}

""")

_PLAIN = Template("""// Scanner$n reads words without copying.
type Scanner$n struct {
	text       string
	start, end int
	depth      int
}

// Next moves to the next word and says whether there is one.
func (s *Scanner$n) Next() bool {
	s.start = s.end
	for s.start < len(s.text) && s.isBlank(s.text[s.start]) {
		s.start++
	}
	s.end = s.start
	for s.end < len(s.text) && !s.isBlank(s.text[s.end]) {
		switch s.text[s.end] {
		case '(', '[', '{':
			s.depth++
		case ')', ']', '}':
			if s.depth > 0 {
				s.depth--
			}
		}
		s.end++
	}
	return s.end > s.start
}

// Word returns the word that the scanner stands on.
func (s *Scanner$n) Word() string {
	return s.text[s.start:s.end]
}

func (s *Scanner$n) isBlank(c byte) bool {
	return c == ' ' || c == '\\t' || c == '\\n' || c == ','
}

// Hash$n returns a number for a word, the same for words that differ only in case.
func Hash$n(word string) uint32 {
	hash := uint32(2166136261)
	for index := 0; index < len(word); index++ {
		c := word[index]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		hash ^= uint32(c)
		hash *= 16777619
	}
	return hash
}

// Sum$n adds up the hashes of a text's words, weighted by their depth.
func Sum$n(text string, limit int) (total uint64, words int) {
	scanner := Scanner$n{text: text}
	for scanner.Next() {
		if words >= limit {
			break
		}
		words++
		weight := uint64(scanner.depth + 1)
		total += weight * uint64(Hash$n(scanner.Word()))
	}
	return total, words
}

// Merge$n merges two sorted slices into a third and returns how much of it is filled.
func Merge$n(left, right, into []int) int {
	at, i, j := 0, 0, 0
	for at < len(into) && (i < len(left) || j < len(right)) {
		switch {
		case j == len(right) || (i < len(left) && left[i] <= right[j]):
			into[at] = left[i]
			i++
		default:
			into[at] = right[j]
			j++
		}
		at++
	}
	return at
}

""")


def write_package(folder: Path, lines: int, first: int = 0) -> str:
    """Write a package of about so many lines, in files of about 500; return the name of its first file."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    left = lines
    pieces = _pieces(first)
    while left > 0:
        text = _HEAD.format(package=folder.name)
        while text.count("\n") < min(_FILE_LINES, left):
            text += next(pieces)
        left -= text.count("\n")
        files.append(f"part{len(files)}.go")
        (folder / files[-1]).write_text(text, encoding="utf-8")
    return files[0]


def write_file(folder: Path, lines: int) -> str:
    """Write a package that is one file of about so many lines."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces, text = _pieces(0), _HEAD.format(package=folder.name)
    while text.count("\n") < lines:
        text += next(pieces)
    (folder / "all.go").write_text(text, encoding="utf-8")
    return "all.go"


def write_dense(folder: Path, findings: int, files: int) -> str:
    """Write a package with so many values that go to the heap, spread over some files; return the first's name."""
    folder.mkdir(parents=True, exist_ok=True)
    each = findings // files
    for number in range(files):
        head = f'package {folder.name}\n\nimport "sync"\n\nvar Lock{number} sync.Mutex\n\nvar kept{number} *int\n\n'
        text = head
        for begin in range(0, each, _FUNCTION_LINES):
            body = f"\tkept{number} = new(int)\n" * min(_FUNCTION_LINES, each - begin)
            text += f"func keep{number}At{begin}() {{\n{body}}}\n\n"
        (folder / f"part{number}.go").write_text(text, encoding="utf-8")
    return "part0.go"


def write_module(root: Path) -> None:
    """Write the go.mod of a generated module."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "go.mod").write_text("module example.org/generated\n\ngo 1.21\n", encoding="utf-8")


def _pieces(first: int) -> Iterator[str]:
    number = first
    while True:
        for piece in (_RECORD, _PLAIN, _STORE, _WORK):
            yield piece.substitute(n=number)
        number += 1
