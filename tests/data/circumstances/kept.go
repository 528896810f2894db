// Code that is the example of each circumstance: the mark behind a line is the key of its sentence.
package p

import (
	"io"
	"strings"
	"sync"
)

type buffer struct {
	bytes []byte
	index map[string]int
	last  *buffer
}

var sink any

func (b *buffer) withRoom(n int) {
	if cap(b.bytes) < n {
		b.bytes = make([]byte, n) //= reused
	}
	if n <= cap(b.bytes) {
		b.bytes = b.bytes[:n]
	} else {
		b.bytes = make([]byte, n) //= reused
	}
	if len(b.bytes) <= n {
		grown := make([]byte, n+1) //= reused
		copy(grown, b.bytes)
		b.bytes = grown
	}
}

func withRoom(old []byte, n int) []byte {
	if cap(old) >= n {
		return old[:n]
	}
	return make([]byte, n) //= reused
}

func (b *buffer) start(n int) {
	if cap(b.bytes) > 0 {
		return
	}
	b.last = b
	b.bytes = make([]byte, 0, n) //= reused
}

func invalid(words []string) []string {
	var found []string
	for _, word := range words {
		if cap(found) == 0 {
			found = make([]string, 0, len(words)/2)
		}
		found = append(found, word) //= made-with-room
	}
	return found
}

func (b *buffer) taken() map[string]int {
	old := b.index
	b.index = make(map[string]int) //= handed-over
	return old
}

func waited(work []func()) {
	var wait sync.WaitGroup //= lock
	for _, one := range work {
		wait.Add(1)
		go func() { defer wait.Done(); one() }()
	}
	wait.Wait()
}

func (b *buffer) shrunk(most int) {
	if cap(b.bytes) > most {
		less := make([]byte, len(b.bytes)) //= none
		copy(less, b.bytes)
		b.bytes = less
	}
	if len(b.bytes) > 0 {
		same := make([]byte, len(b.bytes)) //= none
		copy(same, b.bytes)
		b.bytes = same
	}
}

func reserve(b *[]byte, n int) {
	if cap(*b) < n {
		*b = make([]byte, n)
	}
}

func throughInlined(b *buffer, n int) {
	reserve(&b.bytes, n) //= reused
}

func (b *buffer) firstUse(key string) {
	if b.index == nil {
		b.index = make(map[string]int) //= lazy
	}
	b.index[key]++
}

type session struct {
	values map[string]int
	spans  map[int]map[string]int
}

func (s *session) set(key string) {
	if s.values == nil {
		s.values = make(map[string]int) //= lazy-again
	}
	s.values[key]++
	if s.spans[1] == nil {
		s.spans[1] = map[string]int{} //= lazy-again
	}
}

func (s *session) reset() {
	s.values = nil
	delete(s.spans, 1)
}

func groups(m map[string]*buffer, keys []string) {
	for _, key := range keys {
		found, ok := m[key]
		if !ok {
			found = &buffer{} //= lazy
			m[key] = found
		}
		found.bytes = append(found.bytes, key...)
		if _, ok := m[key[1:]]; !ok {
			m[key[1:]] = &buffer{} //= lazy
		}
	}
}

func standIn(p *plain) *plain {
	if p == nil {
		p = &plain{} //= stand-in
	}
	return p
}

func batches(lists [][]*int, apply func([]*int)) {
	batch := make([]*int, 0, 8)
	for _, list := range lists {
		batch = append(batch, list...)
		if len(batch) >= 8 {
			apply(batch)
			batch = make([]*int, 0, 8) //= handed-over
		}
	}
}

type encoder struct{ scratch [16]byte }

//go:noinline
func (e *encoder) room() []byte { return e.scratch[:0] }

func handedOut(e *encoder, w io.Writer, parts []byte) {
	for _, part := range parts {
		out := e.room()
		out = append(out, part) //= handed-out
		w.Write(out)
	}
}

type failure struct{ text string }

func (f *failure) Error() string { return f.text }

func failed(n int) error {
	f := failure{"x"} //= branches-that-leave
	if n > 0 {
		return nil
	}
	if n < -1 {
		return &f
	}
	f.text = "y"
	println(f.text)
	return nil
}

// The same with the copy.
func copiedThere(n int) error {
	f := failure{"x"}
	if n > 0 {
		return nil
	}
	if n < -1 {
		c := f
		return &c
	}
	f.text = "y"
	println(f.text)
	return nil
}

func failedTwice(n int) error {
	f := failure{"x"} //= branches-that-leave
	if n > 0 {
		return &f
	}
	for n < 0 {
		if n++; n == -3 {
			return &f
		}
	}
	return nil
}

func keptInABranch(n int) error {
	f := failure{"x"} //= none
	if n > 0 {
		return &f
	}
	if n < -1 {
		sink = &f
	}
	return nil
}

func total(each func(func(int))) int {
	sum := 0 //= set-by-closure
	each(func(n int) { sum += n })
	return sum
}

func readOnly(each func(func(int))) int {
	sum := 0 //= none
	each(func(n int) { println(sum); n++ })
	sum++
	return sum
}

func clone(b *buffer) *buffer {
	c := *b //= copy
	return &c
}

func push(b *buffer) {
	b.last = &buffer{last: b.last} //= node
}

func farNode(f *far) {
	f.left = new(far) //= node
}

func newFar() *far { return &far{} } //= node

func inlinedNode(f *far) {
	f.right = newFar() //= node
}

type plain struct{ count int }

func plainList(n int) []*plain {
	list := make([]*plain, 0, n)
	for i := 0; i < n; i++ {
		list = append(list, &plain{i}) //= none
	}
	return list
}

func changedLater(m map[int]*plain, n int) {
	one := &plain{} //= changed-later
	m[n] = one
	one.count = n
}

func entered(m map[int]*plain, n int) *plain {
	one := &plain{n} //= held-and-returned
	m[n] = one
	return one
}

type request struct {
	done chan struct{}
	text string
}

func twoReceivers(work, order chan *request) {
	r := &request{} //= shared-by-send
	work <- r
	order <- r
}

func onlyReceiver(work chan *request) {
	r := &request{} //= none
	r.text = "x"
	work <- r
}

type pooled struct{ free chan *request }

func (p *pooled) fill(n int) {
	p.free = make(chan *request, n)
	for i := 0; i < n; i++ {
		r := &request{} //= pool-of-channel
		p.free <- r
	}
}

func firstMatch(all []*buffer, key string) (found *buffer) {
	for _, one := range all {
		if one.index[key] > 0 {
			defer func() { one.bytes = one.bytes[:0] }() //= deferred-once
			found = one
			break
		}
	}
	return found
}

func closers(names []string, open func(string) io.Closer) []io.Closer {
	var all []io.Closer
	for _, name := range names {
		one := open(name)
		all = append(all, one)
		defer one.Close() //= closed-later
	}
	return all
}

func closedEach(names []string, open func(string) io.Closer) {
	for _, name := range names {
		one := open(name)
		defer one.Close() //= none
	}
}

func read(r io.Reader, n int) ([]byte, error) {
	p := make([]byte, n) //= returned-too
	_, err := r.Read(p)
	return p, err
}

type zeros struct{ count int }

func (z *zeros) Read(p []byte) (int, error) { z.count++; return len(p), nil }

func readZeros() error {
	var z zeros //= other-package
	_, err := io.ReadAtLeast(&z, make([]byte, 1), 1)
	return err
}

//go:noinline
func keep(words []string) { sink = words }

func constants() {
	keep([]string{"a", "b"}) //= constant
}

func variables(a string) {
	keep([]string{a, "b"}) //= none
}

func builtUp(parts []string) string {
	all := ""
	for _, part := range parts {
		all += part //= built-up
	}
	return all
}

func ended(parts []string, use func(string)) {
	for _, part := range parts {
		part += "." //= none
		use(part)
	}
}

func trimmed(text []rune, n int) []rune {
	for ; n > 0; n-- {
		text = []rune(strings.TrimSuffix(string(text), "x")) //= made-of-itself
	}
	return text
}

type layer struct{ below any }

func wrapped(n int) any {
	var top any
	for i := 0; i < n; i++ {
		top = over(top) //= none
	}
	return top
}

func wrappedHere(n int) {
	var top any
	for i := 0; i < n; i++ {
		top = &layer{top} //= chained
	}
	sink = top
}

func over(below any) *layer { return &layer{below} }

func largest(list []plain) *plain {
	var most *plain
	for _, one := range list {
		if most == nil || one.count > most.count {
			found := one //= after-loop.pointer
			most = &found
		}
	}
	return most
}

func lastLine(lines [][]byte) string {
	var last string
	for _, line := range lines {
		if len(line) > 0 {
			last = string(line) //= after-loop
		}
	}
	return last
}

func spare(n int) chan chan int {
	free := make(chan chan int, n)
	for i := 0; i < n; i++ {
		free <- make(chan int, 1) //= pool-of-channel
	}
	return free
}

func newRequest(text string) *request {
	var r request //= none
	r.text = text
	return &r
}

func (p *pooled) refill(n int) {
	p.free = make(chan *request, n)
	for i := 0; i < n; i++ {
		r := newRequest("x") //= pool-of-channel
		p.free <- r
	}
}

func filled(n int) chan []byte {
	free := make(chan []byte, n)
	for i := 0; i < n; i++ {
		free <- make([]byte, n) //= pool-of-channel
	}
	return free
}

type settings struct{ size int }

func withSize(n int) func(*settings) {
	return func(s *settings) { s.size = n } //= option
}

func counter(n int) func() int {
	return func() int { n++; return n } //= none
}
