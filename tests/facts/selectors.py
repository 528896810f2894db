"""Selectors of all kinds of operands in all kinds of places, each with what is said of it: held against real Go."""

from __future__ import annotations

OTHER = """package other

type Inner struct{ Count int }

func (i *Inner) Add() { i.Count++ }

func (i Inner) Show() string { return "" }

type Log struct {
	Name  string
	Count int
	Func  func()
	Link  *int
	Inner Inner
	Any   any
}

var (
	kept      any
	keptFuncs []func()
	keptAnys  []any
)

func (l *Log) Close() { kept = l }

func (l *Log) Infof(format string, args ...any) { keptAnys = args }

func (l Log) Text() string { return l.Name }

type Logger interface{ Close() }

type Generic[T any] struct{ Value T }

func (g *Generic[T]) Load() { kept = g }

var Default = &Log{Count: 1000, Name: "name"}

var Current Logger = Default

type Hook struct {
	Func func()
	Any  any
}

type Hooks []func()

type Anys []any

//go:noinline
func Take(f func()) { kept = f }

//go:noinline
func TakePrinter(f func(string, ...any)) { kept = f }

//go:noinline
func TakeAny(a any) { kept = a }

//go:noinline
func Each(all ...func()) { keptFuncs = all }

//go:noinline
func All(all ...any) { keptAnys = all }

//go:noinline
func Run(f func()) { f() }

//go:noinline
func Printf(format string, all ...any) { keptAnys = all }

//go:noinline
func (h *Hook) Set(f func(), a any) { h.Func, h.Any = f, a }

//go:noinline
func Get(l *Log) *Log { return l }
"""
DECLARATIONS = """package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"facts/other"
)

type own struct {
	log   other.Log
	point *other.Log
	other.Inner
	*strings.Builder
	count int
}

type pair struct{ a, b int }

type nothing struct{}

type mine[T any] struct{ value T }

type doer interface{ do() }

func (p pair) do() {}

func (p *pair) act() {}

func (nothing) do() {}

func (m *mine[T]) act() {}

var (
	kept     any
	keptFunc func()
	keptText func() string
	keptHook  other.Hook
	keptHooks other.Hooks
	keptAnys  other.Anys
	keptFuncs []func()
	keptMap   map[string]func()
	log      = &other.Log{Name: "name", Count: 1000, Func: func() {}}
	value    = other.Log{Name: "name", Count: 1000}
	logger   other.Logger = log
	reader   io.Reader = strings.NewReader("")
	mutex    sync.Mutex
	buffer   = new(bytes.Buffer)
	now      = time.Now()
	holder   = &own{log: value, point: log, Builder: new(strings.Builder), count: 1000}
	ints     = &other.Generic[int]{Value: 1000}
	hook     = new(other.Hook)
	one      = pair{1000, 1000}
	able     doer = one
	mined    = &mine[int]{}
	empty    nothing
	channel  = make(chan func(), 1)
	anys     = make(chan any, 1)
	upper    func(string) string
)

//go:noinline
func take(f func()) { keptFunc = f }

//go:noinline
func takeAny(a any) { kept = a }

func inlined(l *other.Log) { keptFunc = l.Close }

func inlinedAny(l *other.Log) { kept = l.Count }
"""
# STATEMENT // what is said with the machine code // what is said without it: `-` for nothing on the heap, `=` for the
# same; `method RULE SIZE` allocates, `box ALLOCATION SIZE` is put into an interface, `open RULE` may be either.
CASES = """
other.Take(log.Close) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakePrinter(log.Infof) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakeAny(log.Count) // box may-allocate - // open passed-to-leaking-parameter
other.TakeAny(log.Name) // box may-allocate - // open passed-to-leaking-parameter
other.TakeAny(log.Close) // method interface-conversion 16 // method interface-conversion -
other.TakeAny(log.Func) // - // =
other.TakeAny(log.Link) // - // =
other.Take(log.Func) // - // =
other.Take(other.Default.Close) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakeAny(other.Default.Count) // box may-allocate - // open passed-to-leaking-parameter
other.Take(other.Current.Close) // method passed-to-leaking-parameter - // open passed-to-leaking-parameter
other.Take(logger.Close) // method passed-to-leaking-parameter - // open passed-to-leaking-parameter
other.Take(ints.Load) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakeAny(ints.Value) // box may-allocate - // open passed-to-leaking-parameter
other.Take(log.Inner.Add) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakeAny(log.Inner.Count) // box may-allocate - // open passed-to-leaking-parameter
other.Take(holder.Add) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.Take(holder.point.Close) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.TakeAny(holder.Count) // box may-allocate - // open passed-to-leaking-parameter
other.TakeAny(holder.count) // box may-allocate 8 // =
other.TakeAny(holder.log) // box allocates - // box unknown -
other.TakeAny(holder.WriteString) // method interface-conversion 16 // method interface-conversion -
other.Run(log.Close) // - // =
other.Each(log.Close) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
other.All(log.Count) // box may-allocate - // open passed-to-leaking-parameter
other.Printf("%d", log.Count) // box may-allocate - // box unknown -
other.Printf("%p", log.Close) // method interface-conversion 16 // method interface-conversion -
hook.Set(log.Close, nil) // method passed-to-leaking-parameter 16 // open passed-to-leaking-parameter
hook.Set(nil, log.Count) // box may-allocate - // open passed-to-leaking-parameter
keptHook = other.Hook{Func: log.Close} // method stored-in-global 16 // open stored-in-global
keptHook = other.Hook{Any: log.Count} // box may-allocate - // open stored-in-global
keptHooks = other.Hooks{log.Close} // method stored-in-global 16 // open stored-in-global
keptAnys = other.Anys{log.Count} // box unknown - // open stored-in-global
hook.Func = log.Close // method stored-in-heap-object 16 // open stored-in-heap-object
hook.Any = log.Count // box may-allocate - // open stored-in-heap-object
take(log.Close) // method passed-to-leaking-parameter 16 // method passed-to-leaking-parameter -
take(mutex.Unlock) // method passed-to-leaking-parameter 16 // method passed-to-leaking-parameter -
takeAny(log.Count) // box may-allocate - // box unknown -
takeAny(now.String) // method interface-conversion - // =
keptFuncs = []func(){log.Close} // method stored-in-global 16 // method stored-in-global -
keptAnys = []any{log.Count} // box may-allocate - // box unknown -
keptMap = map[string]func(){"a": log.Close} // method stored-in-map 16 // method stored-in-map -
channel <- log.Close; <-channel // method sent-on-channel 16 // method sent-on-channel -
anys <- log.Count; <-anys // box may-allocate - // box unknown -
keptText = value.Text // method stored-in-global - // =
keptText = now.String // method stored-in-global - // =
f := log.Close; keptFunc = f // method stored-in-global 16 // method stored-in-global -
kept = reader.Read // method stored-in-global - // =
kept = os.Stdout.Close // method stored-in-global 16 // method stored-in-global -
kept = one.do // method stored-in-global 24 // =
kept = one.act // method stored-in-global 16 // =
kept = able.do // method stored-in-global 24 // =
kept = empty.do // method stored-in-global 16 // =
kept = mined.act // method stored-in-global 16 // =
upper = strings.ToUpper // - // =
kept = strings.ToUpper // - // =
kept = (*bytes.Buffer).Write // - // =
kept = other.Get(log).Close // method stored-in-global 16 // method stored-in-global -
inlined(log) // open stored-in-global // =
inlinedAny(log) // open stored-in-global // =
_ = fmt.Sprint(log.Count) // box may-allocate - // box unknown -
time.AfterFunc(time.Hour, mutex.Unlock) // method passed-to-leaking-parameter 16 // method passed-to-leaking-parameter -
"""
