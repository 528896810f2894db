"""Values that are put into interfaces, each with what is said of it: held against what real Go allocates."""

from __future__ import annotations

DECLARATIONS = """package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

type one struct{ a int }
type event struct{ at time.Time }
type octet struct{ b byte }
type flag struct{ b bool }
type half struct{ a int32 }
type short struct{ a int16 }
type pair struct{ a, b int }
type two struct{ a, b int32 }
type four struct{ a, b, c, d byte }
type named float64
type count int
type text struct{ s string }
type list struct{ s []int }
type ptr struct{ p *int }
type deep struct{ o one }
type mixed struct { e struct{}; a int }
type ints []int
type table map[int]int
type word string
type empty struct{}
type arr [1]int
type box struct { x any }
func (one) Error() string { return "one" }
func (pair) Error() string { return "pair" }
type errno uintptr
func (errno) Error() string { return "" }
const k = 300
const kf = 1.5
const kc count = 1000
const pairlen = 600
const ks = "text"

var (
	_ = unsafe.Pointer(nil)
	kept any
	err error
	f0, f1 = 0.0, 1.5
	g0, g1 float32 = 0, 1.5
	c0, c1 complex128 = 0, 1
	h0 complex64
	n0, n255, n256 = 0, 255, 1000
	i16, j16 int16 = 5, 1000
	i32, j32 int32 = 5, 1000
	u8 byte = 7
	i8 int8 = -7
	yes bool
	o0, o1 = one{}, one{1000}
	p0, p1 = pair{}, pair{1,2}
	w0, w1 two
	q0 = octet{}
	q9 = octet{9}
	b0 = flag{}
	h1, h2 = half{}, half{1000}
	s0, s1 = short{5}, short{1000}
	r0 four
	t0, t1 = text{}, text{"x"}
	l0, l1 = list{}, list{[]int{1}}
	pt ptr
	d0, d1 = deep{}, deep{one{1000}}
	m0, m1 = mixed{}, mixed{a: 1000}
	a0, a1 = [1]int{}, [1]int{1000}
	a8 = [8]byte{}
	a2 [2]byte
	ab [1]byte
	az [0]int
	ap [1]*int
	xs0, xs1 ints = nil, ints{1}
	wd0, wd1 word = "", "x"
	day time.Duration = 24*time.Hour
	instant time.Duration = 3
	now = time.Now()
	began time.Time
	happened event
	e0 empty
	bx box
	pp = &n0
	fn func()
	ch chan int
	nd0, nd1 named = 0, 2
	ct0, ct1 count = 1, 1000
	month = time.March
	bs = []byte("abc")
	str = "abc"
	roomy = make([]int, 0, 8)
	en errno = 5
	em errno = 5000
	iface any = 1000
	mp = map[int]int{}
	mtx sync.Mutex
	perm os.FileMode = 0644
)
//go:noinline
func get() float64 { return f0 }
//go:noinline
func getpair() pair { return p0 }
//go:noinline
func take(a any) { kept = a }
//go:noinline
func nums() (int, int) { return 1000, 2000 }
type S interface{ Error() string }
"""

# `statement // verdict reason`, as the syntax alone tells for Go 1.25 and later.
CASES = """
kept = f0 // may-allocate small-value
kept = f1 // may-allocate small-value
kept = float64(0) // does-not-allocate constant
kept = 1.5 // does-not-allocate constant
kept = kf // does-not-allocate constant
kept = g0 // may-allocate small-value
kept = g1 // may-allocate small-value
kept = c0 // allocates
kept = c1 // allocates
kept = h0 // allocates
kept = complex(1, 2) // unknown unknown-type
kept = n0 // may-allocate small-integer
kept = n256 // may-allocate small-integer
kept = i16 // may-allocate small-integer
kept = j16 // may-allocate small-integer
kept = i32 // may-allocate small-integer
kept = j32 // may-allocate small-integer
kept = u8 // does-not-allocate one-byte
kept = i8 // does-not-allocate one-byte
kept = yes // does-not-allocate one-byte
kept = o0 // may-allocate small-value
kept = o1 // may-allocate small-value
kept = one{} // does-not-allocate constant
kept = one{1000} // does-not-allocate constant
kept = p0 // allocates
kept = pair{} // does-not-allocate constant
kept = pair{1, 2} // does-not-allocate constant
kept = pair{n0, 2} // allocates
kept = w0 // allocates
kept = two{} // does-not-allocate constant
kept = two{1, 2} // does-not-allocate constant
kept = q0 // does-not-allocate one-byte
kept = q9 // does-not-allocate one-byte
kept = octet{} // does-not-allocate one-byte
kept = octet{3} // does-not-allocate one-byte
kept = b0 // does-not-allocate one-byte
kept = h1 // may-allocate small-value
kept = h2 // may-allocate small-value
kept = half{} // does-not-allocate constant
kept = s0 // may-allocate small-value
kept = s1 // may-allocate small-value
kept = r0 // allocates
kept = t0 // may-allocate empty-string
kept = t1 // may-allocate empty-string
kept = text{"x"} // does-not-allocate constant
kept = l0 // may-allocate nil-slice
kept = l1 // may-allocate nil-slice
kept = d0 // may-allocate small-value
kept = d1 // may-allocate small-value
kept = m0 // may-allocate small-value
kept = m1 // may-allocate small-value
kept = a0 // may-allocate small-value
kept = a1 // may-allocate small-value
kept = [1]int{} // does-not-allocate constant
kept = [3]int{1, 2, 3} // does-not-allocate constant
kept = a8 // allocates
kept = a2 // allocates
kept = ab // does-not-allocate one-byte
kept = az // does-not-allocate zero-size
kept = xs0 // may-allocate nil-slice
kept = xs1 // may-allocate nil-slice
kept = ints(nil) // does-not-allocate nil-slice
kept = []int(nil) // does-not-allocate nil-slice
kept = []byte("x") // allocates
kept = ints{} // allocates
kept = []int{} // allocates
kept = wd0 // may-allocate empty-string
kept = wd1 // may-allocate empty-string
kept = word("x") // does-not-allocate constant
kept = word(ks) // does-not-allocate constant
kept = []byte(str)[0] // does-not-allocate one-byte
kept = []int{n256}[0] // may-allocate small-integer
kept = []one{o1}[0] // may-allocate small-value
kept = day // may-allocate small-integer
kept = instant // may-allocate small-integer
kept = time.Second // unknown unknown-type
kept = 3 * time.Second // unknown unknown-type
kept = time.Duration(5) // unknown unknown-type
kept = month // unknown unknown-type
kept = time.March // unknown unknown-type
kept = now // unknown unknown-type
kept = time.Time{} // unknown unknown-type
instants := time.Time{}; kept = instants // may-allocate set-variable
kept = began // allocates
kept = event{} // does-not-allocate constant
kept = happened // allocates
kept = e0 // does-not-allocate zero-size
kept = empty{} // does-not-allocate zero-size
kept = struct{}{} // does-not-allocate zero-size
kept = bx // allocates
kept = box{} // does-not-allocate constant
kept = nd0 // may-allocate small-value
kept = nd1 // may-allocate small-value
kept = ct0 // may-allocate small-integer
kept = ct1 // may-allocate small-integer
kept = kc // does-not-allocate constant
kept = k // does-not-allocate constant
kept = count(k) // does-not-allocate constant
kept = count(n0) // may-allocate small-integer
kept = count(n256) // may-allocate small-integer
kept = string(bs) // allocates empty-string
kept = str // may-allocate empty-string
kept = str + "x" // allocates
kept = "" + str // allocates empty-string
kept = wd0 + wd1 // allocates empty-string
kept = []byte("") // allocates
kept = []byte(wd0) // allocates
kept = make([]int, n0) // allocates
kept = xs1[:1] // allocates
kept = xs1[:0] // may-allocate nil-slice
kept = xs1[0:n0] // may-allocate nil-slice
kept = append(xs1, 2) // may-allocate nil-slice
kept = append(roomy[:0], 2) // may-allocate nil-slice
kept = append(xs0, xs0...) // may-allocate nil-slice
kept = ks // does-not-allocate constant
kept = n0 + 1 // may-allocate small-integer
kept = n256 * 2 // may-allocate small-integer
kept = n0 == 1 // does-not-allocate one-byte
kept = !yes // does-not-allocate one-byte
kept = len(str) // may-allocate small-integer
kept = get() // may-allocate small-value
kept = getpair() // allocates
kept = bs // may-allocate nil-slice
kept = bs[:0] // may-allocate nil-slice
kept = xs0[:0] // may-allocate nil-slice
kept = a1[:0] // allocates
kept = (&a1)[:] // allocates
kept = bs[:1] // allocates
kept = bs[0] // does-not-allocate one-byte
kept = str[0] // does-not-allocate one-byte
kept = a1[0] // may-allocate small-integer
kept = p1.a // may-allocate small-integer
kept = o1.a // may-allocate small-integer
kept = *pp // may-allocate small-integer
kept = uintptr(5) // does-not-allocate constant
kept = uintptr(n256) // may-allocate small-integer
kept = 'x' // does-not-allocate constant
kept = rune(n256) // may-allocate small-integer
kept = true // does-not-allocate constant
kept = perm // may-allocate small-integer
kept = os.FileMode(0) // unknown unknown-type
kept = os.FileMode(0644) // unknown unknown-type
kept = os.ModePerm // unknown unknown-type
kept = errno(5) // does-not-allocate constant
err = en // may-allocate small-integer
err = em // may-allocate small-integer
err = one{} // does-not-allocate constant
err = o0 // may-allocate small-value
err = o1 // may-allocate small-value
err = pair{} // does-not-allocate constant
err = p0 // allocates
err = pair{3, 4} // does-not-allocate constant
err = errno(5000) // does-not-allocate constant
var v pair; kept = v // allocates
var v one; kept = v // may-allocate small-value
var v float64; kept = v // may-allocate small-value
var v int; kept = v // may-allocate small-integer
v := 5; kept = v // does-not-allocate constant
v := 5000; kept = v // does-not-allocate constant
v := 1.5; kept = v // does-not-allocate constant
v := "x"; kept = v // does-not-allocate constant
v := pair{1, 2}; kept = v // may-allocate set-variable
v := one{1000}; kept = v // may-allocate small-value
v := []int(nil); kept = v // may-allocate nil-slice
var v []int; kept = v // may-allocate nil-slice
v := empty{}; kept = v // does-not-allocate zero-size
v := [2]int{}; kept = v // may-allocate set-variable
v := byte(3); kept = v // does-not-allocate one-byte
const c = 700; kept = c // does-not-allocate constant
const c = pairlen; kept = c // does-not-allocate constant
for i := 0; i < 3; i++ { kept = i } // may-allocate small-integer
take(5000) // does-not-allocate constant
take(n256) // may-allocate small-integer
take(p1) // allocates
take(pair{}) // does-not-allocate constant
kept = any(n256) // may-allocate small-integer
kept = any(5000) // does-not-allocate constant
kept = S(o1) // may-allocate small-value
kept = [2]string{} // does-not-allocate constant
kept = [2]string{"a", "b"} // does-not-allocate constant
kept = struct{ a, b int }{} // does-not-allocate constant
kept = struct{ a int }{5} // does-not-allocate constant
kept = struct{ s string }{"x"} // does-not-allocate constant
kept = fmt.Sprintf("%d of", n0) // allocates
kept = fmt.Sprintf("%s", str) // may-allocate empty-string
kept = text{str} // may-allocate empty-string
kept = bytes.Buffer{} // unknown unknown-type
kept = strings.Builder{} // unknown unknown-type
kept = sync.Mutex{} // unknown unknown-type
kept = json.Number("5") // unknown unknown-type
kept = json.Number(str) // unknown unknown-type
kept = &pair{} // allocates
kept = new(empty) // does-not-allocate zero-size
kept = &empty{} // does-not-allocate zero-size
kept = new(int) // allocates
kept = uint64(n256) // may-allocate small-integer
kept = uint16(j16) // may-allocate small-integer
kept = int64(k) // does-not-allocate constant
kept = float32(0) // does-not-allocate constant
kept = float64(k) // does-not-allocate constant
kept = float64(n0) // may-allocate small-value
kept = complex64(0) // does-not-allocate constant
kept = -1 // does-not-allocate constant
kept = int8(-1) // does-not-allocate constant
kept = i8 + 1 // does-not-allocate one-byte
kept = uint8(n256) // does-not-allocate one-byte
kept = bool(yes) // does-not-allocate one-byte
kept = [0]int{} // does-not-allocate zero-size
kept = [1]struct{}{} // does-not-allocate zero-size
kept = [4]byte{1, 2, 3, 4} // does-not-allocate constant
kept = [1]byte{1} // does-not-allocate one-byte
kept = deep{} // does-not-allocate constant
kept = deep{one{5}} // does-not-allocate constant
kept = box{1000} // allocates
kept = box{x: nil} // does-not-allocate constant
kept = list{nil} // does-not-allocate constant
kept = pair{a: 1} // does-not-allocate constant
kept = pair{a: k, b: k} // does-not-allocate constant
kept = pair{a: len(ks)} // unknown unknown-type
kept = struct{ p *pair; n int }{nil, 3} // does-not-allocate constant
kept = struct{ f float64 }{1.5} // does-not-allocate constant
kept = named(1.5) // does-not-allocate constant
kept = named(f0) // may-allocate small-value
kept = struct{ e error }{nil} // does-not-allocate constant
kept = struct{ e error }{io.EOF} // unknown unknown-type
kept = struct{ d time.Duration }{time.Second} // unknown unknown-type
"""
