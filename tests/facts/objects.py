"""Objects and closures, many made by code of other packages that is inlined: what is said, held against real Go.

Each row: a statement, what is said of it, and what with the machine code where that differs; by go1.25 and later.
"""

from __future__ import annotations

LIBRARY = """package lib

type Empty struct{}
type NoField struct{ _ struct{}; E Empty }
type Emb struct{ Empty }
type Arr [0]int
type Arr0 struct { a [0]func() }
type Big struct{ a, b int }
type Pair struct{ A, B string }
type One struct{ A int }
func NewEmpty() *Empty { return &Empty{} }
func NewEmptyOf() Empty { return Empty{} }
func BigOf() Big { return Big{} }
func Shaped[T any]() []T { return []T{} }
func NewEmpty2() *Empty { return new(Empty) }
func NewEmptyVar() *Empty { var e Empty; return &e }
func NewNoField() *NoField { return &NoField{} }
func NewEmb() *Emb { return &Emb{} }
func NewEmb2() *Emb { return new(Emb) }
func NewArr() *Arr { return new(Arr) }
func NewArr2() *Arr { return &Arr{} }
func NewArr0() *Arr0 { return &Arr0{} }
func NewBig() *Big { return &Big{} }
func NewBig2() *Big { return new(Big) }
func NewBigVar() *Big { var b Big; return &b }
func NewUnnamed() *struct{} { return &struct{}{} }
func NewUnnamed2() *struct{} { return new(struct{}) }
func NewUnnamed3() *[0]int { return new([0]int) }
func (*Empty) M() {}
func (Emb) M2() {}
type I interface{ M2() }
func Box() any { return Empty{} }
func BoxEmb() any { return Emb{} }
func BoxI() I { return Emb{} }
func BoxPair() any { return Pair{} }
func BoxOf(a, b string) any { return Pair{a, b} }
func BoxOne(a int) any { return One{a} }
func BoxArr() any { return Arr{} }
func BoxInt(i int) any { return i }
type Level int
func BoxLevel(l Level) any { return l }
func BoxStr(s string) any { return s }
func Empties() []Empty { return []Empty{} }
func MakeEmpties(n int) []Empty { return make([]Empty, n) }
func MakeInts(n int) []int { return make([]int, n) }
func Func() func() int { return func() int { return 1 } }
func FuncOf(n int) func() int { return func() int { return n } }
func FuncRef() func() int { n := 0; return func() int { n++; return n } }
func FuncNested() func() func() int { return func() func() int { return func() int { return 1 } } }
func Gen[T any]() func() int { return func() int { return 1 } }
func GenV[T any](v T) func() T { return func() T { return v } }
func GenNew[T any]() *T { return new(T) }
func GenLit[T any]() *struct{ v T } { return &struct{ v T }{} }
func GenBox[T any](v T) any { return v }
func Apply(f func() int) func() int { return f }
func Through() func() int { return Func() }
func ThroughOf(n int) func() int { return FuncOf(n) }
func ThroughEmpty() *Empty { return NewEmpty() }
func Chan() chan struct{} { return make(chan struct{}) }
func Map() map[string]struct{} { return map[string]struct{}{} }
func Strs() []string { return nil }
func StrsE() []string { return []string{} }
func Opt(n int) func(*Big) { return func(b *Big) { b.a = n } }
func OptC() func(*Big) { return func(b *Big) { b.a = 1 } }
var Kept any
func Local() func() int { f := func() int { return 3 }; Kept = f; return f }
"""

DECLARATIONS = """package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"
	"crypto/x509"
	"net/url"
	"boxes/lib"
)

var (
	_ = bytes.NewBuffer
	_ = context.Background
	_ = errors.New
	_ = fmt.Sprint
	_ = io.EOF
	_ = sort.Ints
	_ = strings.ToLower
	_ sync.Mutex
	_ x509.CertPool
	_ url.URL
	kept any
	sink any
	n5 = 5
	n0 = 0
	n1000 = 1000
	str = "abc"
	fn func() int
	fn2 func() func() int
	pe *lib.Empty
	ps []lib.Empty
	pi *int
	pstruct *struct{}
	parr *[0]int
	strs []string
	es []struct{}
	iv lib.I
	fb func(*lib.Big)
	chs chan struct{}
	mp map[string]struct{}
	ints []int
)
type node struct{ a, b int }
type empty struct{}
type ab struct{ a, b string }
func local() func() int { return func() int { return 2 } }
func localGen[T any]() func() int { return func() int { return 2 } }
func localOf(n int) func() int { return func() int { return n } }
type key int
type name string
func localKey(k key) any { return k }
func localName(n name) any { return n }
func localOther(k key) any { return k }
func localEmpty() *empty { return &empty{} }
func localLib() *lib.Empty { return &lib.Empty{} }
func localLib2() *lib.Emb { return new(lib.Emb) }
func localNode() *node { return &node{} }
//go:noinline
func keep(a any) { kept = a }
func genNew[T any]() *T { return new(T) }
"""

CASES = """
pe = lib.NewEmpty() // may-allocate unknown-size
pe = lib.NewEmpty2() // may-allocate unknown-size
pe = lib.NewEmptyVar() // may-allocate unknown-size
kept = lib.NewNoField() // may-allocate unknown-size
kept = lib.NewEmb() // may-allocate unknown-size
kept = lib.NewEmb2() // may-allocate unknown-size
kept = lib.NewArr() // may-allocate unknown-size
kept = lib.NewArr2() // may-allocate unknown-size
kept = lib.NewArr0() // may-allocate unknown-size
kept = lib.NewBig() // may-allocate unknown-size
kept = lib.NewBig2() // may-allocate unknown-size
kept = lib.NewBigVar() // may-allocate unknown-size
kept = lib.NewUnnamed() // does-not-allocate zero-size
kept = lib.NewUnnamed2() // does-not-allocate zero-size
kept = lib.NewUnnamed3() // does-not-allocate zero-size
kept = lib.Box() // unknown unknown-type
kept = lib.BoxEmb() // unknown unknown-type
iv = lib.BoxI() // unknown unknown-type
kept = lib.BoxPair() // unknown unknown-type
kept = lib.BoxOf(str, str) // unknown unknown-type
kept = lib.BoxOne(n1000) // unknown unknown-type
kept = lib.BoxArr() // unknown unknown-type
kept = lib.BoxInt(n1000) // unknown unknown-type
kept = lib.BoxStr(str) // unknown unknown-type
ps = lib.Empties() // does-not-allocate zero-size
ps = lib.MakeEmpties(n5) // does-not-allocate zero-size
ints = lib.MakeInts(n5) // allocates zero-length
fn = lib.Func() // does-not-allocate no-captures
fn = lib.FuncOf(5) // allocates
fn = lib.FuncRef() // allocates
fn2 = lib.FuncNested() // does-not-allocate no-captures
fn = lib.FuncNested()() // does-not-allocate no-captures
fn = lib.Gen[int]() // allocates
fn = lib.Gen[string]() // allocates
kept = lib.GenV(n5) // allocates
kept = lib.GenV("a") // allocates
kept = lib.GenNew[int]() // may-allocate unknown-size
kept = lib.GenNew[struct{}]() // may-allocate unknown-size
kept = lib.GenNew[lib.Empty]() // may-allocate unknown-size
kept = lib.GenNew[empty]() // may-allocate unknown-size
kept = lib.GenNew[node]() // may-allocate unknown-size
kept = lib.GenLit[struct{}]() // may-allocate unknown-size
kept = lib.GenLit[int]() // may-allocate unknown-size
kept = lib.GenBox(n1000) // unknown unknown-type
kept = lib.GenBox(struct{}{}) // unknown unknown-type
kept = lib.GenBox(node{n5, n0}) // unknown unknown-type
fn = lib.Apply(func() int { return 4 }) // does-not-allocate no-captures
fn = lib.Through() // does-not-allocate no-captures
pe = lib.ThroughEmpty() // may-allocate unknown-size
mp = lib.Map() // allocates
strs = lib.StrsE() // does-not-allocate zero-size
fb = lib.Opt(n5) // allocates
fb = lib.OptC() // does-not-allocate no-captures
fn = lib.Local() // does-not-allocate no-captures
fn = local() // does-not-allocate no-captures
fn = localGen[int]() // allocates
kept = lib.BoxLevel(-4) // unknown unknown-type
kept = lib.BoxLevel(lib.Level(n1000)) // unknown unknown-type
kept = localKey(-7) // does-not-allocate constant
kept = localName("abc") // does-not-allocate constant
kept = localOther(key(n1000)) // unknown unknown-type // may-allocate small-integer
kept = localEmpty() // does-not-allocate zero-size
kept = localLib() // may-allocate unknown-size // does-not-allocate no-call
kept = localLib2() // may-allocate unknown-size // does-not-allocate no-call
kept = localNode() // allocates
kept = genNew[int]() // may-allocate unknown-size
kept = genNew[struct{}]() // may-allocate unknown-size
kept = genNew[lib.Empty]() // may-allocate unknown-size
kept = genNew[lib.Emb]() // may-allocate unknown-size
kept = &lib.Empty{} // may-allocate unknown-size // does-not-allocate no-call
kept = new(lib.Empty) // may-allocate unknown-size // does-not-allocate no-call
kept = &lib.Emb{} // may-allocate unknown-size // does-not-allocate no-call
kept = lib.Emb{} // unknown unknown-type // does-not-allocate no-call
kept = lib.Empty{} // unknown unknown-type // does-not-allocate no-call
kept = lib.Pair{str, str} // unknown unknown-type // allocates
kept = lib.Pair{"a", "b"} // unknown unknown-type // does-not-allocate no-call
kept = lib.One{n1000} // unknown unknown-type // may-allocate call
kept = lib.One{5} // unknown unknown-type // does-not-allocate no-call
kept = lib.Arr{} // unknown unknown-type // does-not-allocate no-call
kept = new(lib.Arr) // may-allocate unknown-size // does-not-allocate no-call
var e lib.Empty; kept = &e // may-allocate unknown-size
var e lib.Emb; kept = &e // may-allocate unknown-size
var e lib.Big; kept = &e // may-allocate unknown-size // allocates
fn = func() func() int { return func() int { return 9 } }() // does-not-allocate no-captures
n := n5; fn = func() func() int { return func() int { return n } }() // allocates
f := func() *lib.Empty { return &lib.Empty{} }; kept = f() // may-allocate unknown-size // does-not-allocate no-call
f := func() func() int { return func() int { return n5 } }; fn = f() // does-not-allocate no-captures
var s struct{}; kept = &s // does-not-allocate zero-size
var s [0]int; kept = &s // does-not-allocate zero-size
s := [0]func(){}; kept = &s // does-not-allocate zero-size
kept = &[0]int{} // does-not-allocate zero-size
kept = new([0]int) // does-not-allocate zero-size
kept = new([0]lib.Big) // does-not-allocate zero-size
kept = &[0]lib.Big{} // does-not-allocate zero-size
kept = [0]lib.Big{} // does-not-allocate zero-size
kept = [0]int{} // does-not-allocate zero-size
kept = [5]struct{}{} // does-not-allocate zero-size
kept = &[5]struct{}{} // does-not-allocate zero-size
kept = [5]lib.Empty{} // does-not-allocate constant
kept = new([5]lib.Empty) // may-allocate unknown-size // does-not-allocate no-call
const k = 0; kept = new([k]int) // does-not-allocate zero-size
const k = 0; kept = [k]int{} // does-not-allocate zero-size
const k = 2; kept = [k]int{n5} // allocates
const k = 2; kept = new([k]int) // allocates
kept = struct{ _ struct{} }{} // does-not-allocate zero-size
kept = &struct{ a empty; b [0]int }{} // does-not-allocate zero-size
kept = struct{ a empty; b [0]int }{} // does-not-allocate zero-size
kept = struct{ empty }{} // does-not-allocate zero-size
kept = struct{ lib.Empty }{} // does-not-allocate constant
kept = &struct{ lib.Empty; lib.Emb }{} // may-allocate unknown-size // does-not-allocate no-call
kept = struct{ _ int }{} // does-not-allocate constant
kept = struct{ a empty; b int }{b: n1000} // may-allocate small-value
kept = make(map[int]struct{}) // allocates
kept = map[int]struct{}{} // allocates
kept = map[int]empty{n5: {}} // allocates
es = make([]struct{}, n5) // does-not-allocate zero-size
es = []struct{}{{}, {}} // does-not-allocate zero-size
kept = []struct{}{{}, {}} // allocates
kept = make([]empty, n5) // allocates
kept = make([]lib.Empty, n5) // allocates
kept = make([][0]int, n5) // allocates
kept = [][0]int{{}, {}} // allocates
ps = make([]lib.Empty, n5) // does-not-allocate zero-size
ps = []lib.Empty{{}, {}} // may-allocate unknown-size // does-not-allocate no-call
es = append(es[:0:0], struct{}{}) // may-allocate growth-reused
ps = append(ps[:0:0], lib.Empty{}) // may-allocate growth-reused
kept = context.Background() // does-not-allocate zero-size
kept = context.TODO() // does-not-allocate zero-size
kept = new(sync.Mutex) // allocates
kept = errors.New(str) // allocates
kept = bytes.NewReader(nil) // allocates
kept = strings.NewReader(str) // allocates
kept = sort.Reverse(sort.IntSlice(ints)) // allocates, unknown unknown-type // allocates, may-allocate call
kept = sort.IntSlice(ints) // unknown unknown-type // may-allocate call
kept = io.NopCloser(nil) // unknown unknown-type
_, x := n5, []struct{ a string }{}; kept = &x // allocates, does-not-allocate zero-size
kept = &[]any{new(lib.Big), new(lib.Big)} // allocates, may-allocate unknown-size
kept = []any{&lib.Big{}, 1, "a"} // allocates, may-allocate unknown-size, does-not-allocate constant
f := func(a int) func() int { return func() int { return 8 } }; fn = f(n5) // does-not-allocate no-captures
kept = []lib.Big{{}} // allocates
x := lib.NewEmptyOf(); fb = func(*lib.Big) { x.M(); x = lib.Empty{} } // does-not-allocate zero-size, allocates
x := lib.BigOf(); fb = func(*lib.Big) { _ = x; x = lib.Big{} } // allocates
x := lib.BigOf(); kept = x // unknown unknown-type // does-not-allocate no-call
a, b := lib.BigOf(), lib.BigOf(); kept = &a; kept = &b // may-allocate unknown-size
kept = new(bytes.Buffer) // allocates
kept = &url.URL{} // allocates
var b bytes.Buffer; kept = &b // allocates
kept = new(x509.UnhandledCriticalExtension) // may-allocate unknown-size // does-not-allocate no-call
"""
