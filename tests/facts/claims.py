"""What hovers, messages and pages claim in numbers, each with the Go code that shows it and what that must give."""

from __future__ import annotations

from dataclasses import dataclass

DECLARATIONS = """
type pair struct{ a, b int }

var (
	kept  any
	err   error
	bytes []byte
	runes []rune
	text  string
	ints  []int
	nothing []struct{}
	none  []byte
	m     map[int]int
	get   func() byte
	p     *int
	n0, n1, n4, n5, n8, n9, n255, n256, n1000, minus = 0, 1, 4, 5, 8, 9, 255, 256, 1000, -1
	b0, b1, b32, b33 = make([]byte, 0), make([]byte, 1), make([]byte, 32), make([]byte, 33)
	r32, r33         = make([]rune, 32), make([]rune, 33)
	s0, s1, s16, s17, s32, s33 = "", "x", string(b32[:16]), string(b32[:17]), string(b32), string(b33)
	t32, t33                   = string(r32), string(r33)
	yes, octet                 = n0 == 0, byte(n5)
	empty                      struct{}
	f0, f1                     = 0.0, 1.5
	word0, word9               = struct{ n int }{}, struct{ n int }{1000}
)

//go:noinline
func read(s string) { n1 = len(s) - len(s) + 1 }

//go:noinline
func write(b []byte) { b[len(b)-1] = 1 }

//go:noinline
func writeRunes(r []rune) { r[len(r)-1] = 1 }

//go:noinline
func readInts(s []int) { n1 = len(s) - len(s) + 1 }

//go:noinline
func fill(n int) {
	m := map[int]int{}
	for i := 0; i < n; i++ {
		m[i] = i
	}
}

//go:noinline
func fillHinted(n, hint int) {
	m := make(map[int]int, hint)
	for i := 0; i < n; i++ {
		m[i] = i
	}
}

//go:noinline
func made(n int) {
	s := make([]int, n)
	readInts(s)
}

//go:noinline
func appended(n int) {
	var s []int
	for i := 0; i < n; i++ {
		s = append(s, i)
	}
	readInts(s)
}

//go:noinline
func counter() func() int {
	n := 0
	return func() int { n++; return n }
}

//go:noinline
func joined(a, b string) { a += b; read(a) }

//go:noinline
func joinedBytes(a string, b []byte) { a += string(b); read(a) }

//go:noinline
func summedBytes(a, b string, c []byte) { a += b + string(c); read(a) }

//go:noinline
func summed(a, b, c string) { a += b + c; read(a) }

var done = make(chan int)

//go:noinline
func shared() {
	total := 0
	go func() {
		total++
		done <- total
	}()
	<-done
}

func add(total int, done chan<- int) { done <- total + 1 }

//go:noinline
func passed() {
	total := 0
	go add(total, done)
	<-done
}

//go:noinline
func goParameter(ch chan int, i int) {
	go func(n int) { ch <- n }(i)
	<-ch
}

//go:noinline
func goCaptured(ch chan int, i int) {
	go func() { ch <- i }()
	<-ch
}

//go:noinline
func goResult(ch chan int) {
	go func() int { ch <- 1; return 1 }()
	<-ch
}

//go:noinline
func on128() { var v [128]byte; v[n5] = 1; get = func() byte { return v[n4] } }

//go:noinline
func on129() { var v [129]byte; v[n5] = 1; get = func() byte { return v[n4] } }

//go:noinline
func appendedAway(n int) []int {
	var s []int
	for i := 0; i < n; i++ {
		s = append(s, i)
	}
	return s
}

// growsAt says with 1 that putting entry n into a map takes more memory than an overflow bucket.
func growsAt(n int) int {
	grown := map[int]int{}
	for i := 1; i < n; i++ {
		grown[i] = i
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	grown[n] = n
	runtime.ReadMemStats(&after)
	kept = grown
	if after.TotalAlloc-before.TotalAlloc > 500 {
		return 1
	}
	return 0
}

// The compiler counts a cost of 80 for this function, the most that is inlined.
func cost80(n int) *pair {
	p := &pair{n, 1}
	p.a += p.b * 3
	p.a += p.b * 4
	p.a += p.b * 5
	p.a += p.b * 6
	p.a += p.b * 7
	p.a += p.b * 8
	p.a += p.b * 9
	p.a += p.b * 10
	p.a++
	p.a++
	p.a++
	return p
}

func cost81(n int) *pair {
	p := &pair{n, 1}
	p.a += p.b * 3
	p.a += p.b * 4
	p.a += p.b * 5
	p.a += p.b * 6
	p.a += p.b * 7
	p.a += p.b * 8
	p.a += p.b * 9
	p.a += p.b * 10
	p.a++
	p.a++
	p.a = p.b
	return p
}
"""


@dataclass(frozen=True)
class Claim:
    """A claim: where it is said, as `table:key` or `page:rule` with words of the text, and what the code must give.

    `code` runs under testing.AllocsPerRun; with `measure` "bytes" what it allocates is added up, with "value" it is
    an integer expression. `expected` maps the first version that a number holds for to it, the newest version first.
    """

    name: str
    said: tuple[tuple[str, str], ...]
    code: str
    expected: dict[str, int]
    measure: str = "allocs"


def always(number: int) -> dict[str, int]:
    return {"1.21": number}


def stays(size: int, limit: str) -> str:
    return f"var a [{size}]byte; p := &a; p[n5] = 1; n0 = int(a[n4]) // {limit}"


_STACK_BUFFER = (("hover:reason.stack-buffer", "32 bytes"), ("limit:TEXT_BUFFER", "32"))
_MADE = (
    ("limit:MAKE_BUFFER", "0 32"),
    *_STACK_BUFFER,
    ("findings:variable-size-make", "32 bytes"),
    ("page:variable-size-make", "Up to 32 bytes"),
    ("page:non-constant-size", "a buffer of 32 bytes on the stack"),
)
_SUM = (*_STACK_BUFFER, ("page:string-concatenation", "above 32 bytes"))
_COPY = (*_STACK_BUFFER, ("page:string-conversion", "up to 32 bytes"))
_RUNES = (("hover:reason.rune-buffer", "32 characters"), ("limit:RUNE_BUFFER", "32"))
_TEXT = (("hover:reason.text-buffer", "29 bytes"), ("page:string-conversion", "29 bytes"))
_FEW = (("hover:reason.few-bytes", "at most one byte"),)
_MAP = (
    ("limit:MAP_ENTRIES", "8"),
    ("hover:reason.map-hint", "8 entries"),
    ("hover:reason.map-variable-hint", "8 entries"),
    ("hover:reason.map-growth", "ninth"),
    ("findings:map-storage", "8 entries"),
    ("page:map-storage", "room for 8 entries"),
    ("page:map-storage", "the ninth entry costs 1 allocation up to Go 1.23 and 3 from Go 1.24"),
)
_NINTH = {"1.24": 3, "1.21": 1}
_LARGE = (
    ("limit:MAP_IN_PLACE", "128"),
    ("hover:reason.map-large", "128 bytes"),
    ("page:stored-in-map", "larger than 128 bytes"),
)
_SMALL = (
    ("limit:STATIC_INTEGER", "255"),
    ("hover:reason.small-integer", "0 to 255"),
    ("page:interface-conversion", "0 to 255"),
)
_ZERO = (
    ("hover:reason.small-value", "A zero value needs no allocation"),
    ("page:interface-conversion", "the zero of a `float64`"),
)
_FREE = (("page:interface-conversion", "a constant, a `bool`, a single byte, or has size zero"),)
_SIZES = (
    ("limit:IMPLICIT", "65536"),
    ("page:too-large-for-stack", "64 KiB (65,536 bytes)"),
)
_VARIABLES = (
    ("limit:VARIABLE", "10485760 131072"),
    ("page:too-large-for-stack", "128 KiB (131,072 bytes) from Go 1.24, 10 MiB before"),
)
_CHANNEL = (("page:make-channel", "96 bytes in Go 1.21 and 1.22, 104 in 1.23 and 1.24, and 112 from 1.25"),)
_CAPTURE = (
    ("limit:CAPTURE_BY_VALUE", "128"),
    ("page:captured-by-closure", "larger than 128 bytes"),
)
_FIRST = (
    ("limit:APPEND_BUFFER", "0 32"),
    ("page:growing-append", "the first 32 bytes, such as 4 `int`"),
)
_GROWN = (("limit:MAP_GROWN_ENTRIES", "12 13 14"),)
_RETURNED = (
    ("limit:RETURNED_APPEND_BUFFER", "0 32"),
    ("page:growing-append", "a returned slice also grows there first and is copied once"),
    ("hover:reason.moved-growth", "until the return moves them to the heap"),
)
_INLINED = (("limit:INLINE_BUDGET", "80"),)

CLAIMS = (
    Claim("make_4", _MADE, "made(n4)", {"1.25": 0, "1.21": 1}),
    Claim("make_5", _MADE, "made(n5)", always(1)),
    Claim("sum_32", _SUM, "read(s16 + s16)", always(0)),
    Claim("sum_33", _SUM, "read(s16 + s17)", always(1)),
    Claim("string_32", _COPY, "read(string(b32))", always(0)),
    Claim("string_33", _COPY, "read(string(b33))", always(1)),
    Claim("bytes_32", _COPY, "write([]byte(s32))", always(0)),
    Claim("bytes_33", _COPY, "write([]byte(s33))", always(1)),
    Claim("runes_32", _RUNES, "writeRunes([]rune(t32))", always(0)),
    Claim("runes_33", _RUNES, "writeRunes([]rune(t33))", always(1)),
    Claim("text_29", _TEXT, "read(string(r32[:29]))", always(0)),
    Claim("text_30", _TEXT, "read(string(r32[:30]))", always(1)),
    Claim("rune", (("hover:reason.rune", "fits into a buffer"),), "read(string(rune(n1000)))", always(0)),
    Claim(
        "added",
        (("hover:reason.joined", "the result never does"), ("page:string-concatenation", "never uses that place")),
        "joined(s1, s1)",
        always(1),
    ),
    Claim("added_to_none", (("hover:reason.joined", "neither part is empty"),), "joined(s0, s33)", always(0)),
    Claim("added_none", (("hover:reason.joined", "neither part is empty"),), "joined(s33, s0)", always(0)),
    Claim("added_stack", (("hover:reason.joined", "lies on the stack"),), "joinedBytes(s0, b32)", always(1)),
    Claim("added_stack_sum", (("hover:reason.joined-sum", "lie on the stack"),), "summedBytes(s0, s0, b32)", always(1)),
    Claim("added_sum", (("hover:reason.joined-sum", "whole new string"),), "summed(s1, s1, s0)", always(1)),
    Claim("added_sum_first", (("hover:reason.joined-sum", "all parts but one"),), "summed(s33, s0, s0)", always(0)),
    Claim("added_sum_last", (("hover:reason.joined-sum", "all parts but one"),), "summed(s0, s0, s33)", always(0)),
    Claim(
        "added_32_times", (("page:string-concatenation", "31 allocations"),), "string_concat_loop.Work(5)", always(31)
    ),
    Claim(
        "sprintf_text", (("page:string-concatenation", "costs 3"),), 'text = fmt.Sprintf("%s-%s", s16, s17)', always(3)
    ),
    Claim("map_8", _MAP, "fill(n8)", always(0)),
    Claim("map_9", _MAP, "fill(n9)", _NINTH),
    Claim("hint_8", _MAP, "fillHinted(0, n8)", always(0)),
    Claim("hint_9", _MAP, "fillHinted(0, n9)", _NINTH),
    Claim("map_1000", (("page:map-storage", "20 allocations without it and 5"),), "fill(n1000)", {"1.24": 20}),
    Claim(
        "hint_1000", (("page:map-storage", "20 allocations without it and 5"),), "fillHinted(1000, n1000)", {"1.24": 5}
    ),
    Claim("map_header", (("hover:cost.map-size", "header"),), "m = make(map[int]int)", always(48), "bytes"),
    Claim("key_128", _LARGE, "m := map[[128]byte]int{}; m[[128]byte{0: byte(n1)}]++", always(0)),
    Claim("key_129", _LARGE, "m := map[[129]byte]int{}; m[[129]byte{0: byte(n1)}]++", always(1)),
    Claim("element_128", _LARGE, "m := map[int][128]byte{}; m[n1] = [128]byte{}", always(0)),
    Claim("element_129", _LARGE, "m := map[int][129]byte{}; m[n1] = [129]byte{}", always(1)),
    Claim("box_0", _SMALL, "kept = n0", always(0)),
    Claim("box_255", _SMALL, "kept = n255", always(0)),
    Claim("box_256", _SMALL, "kept = n256", always(1)),
    Claim("box_negative", _SMALL, "kept = minus", always(1)),
    Claim("box_zero", _ZERO, "kept = f0", always(0)),
    Claim("box_float", _ZERO, "kept = f1", always(1)),
    Claim("box_zero_struct", _ZERO, "kept = word0", always(0)),
    Claim("box_struct", _ZERO, "kept = word9", always(1)),
    Claim(
        "box_set_variable",
        (("hover:reason.set-variable", "holds its value ready"),),
        "v := pair{1, 2}; kept = v",
        {"1.25": 0, "1.21": 1},
    ),
    Claim(
        "box_changed_variable",
        (("hover:reason.set-variable", "never changed"),),
        "v := pair{1, 2}; v.a = n5; kept = v",
        always(1),
    ),
    Claim("box_byte", (*_FREE, ("hover:reason.one-byte", "one byte")), "kept = octet", always(0)),
    Claim("box_bool", (*_FREE, ("hover:reason.one-byte", "one byte")), "kept = yes", always(0)),
    Claim("box_constant", (*_FREE, ("hover:reason.constant", "holds ready")), "kept = 123456789", always(0)),
    Claim("box_empty", (*_FREE, ("hover:reason.zero-size", "no size")), "kept = empty", always(0)),
    Claim("box_pointer", (("hover:reason.pointer-shaped", "as it is"),), "kept = &n1000", always(0)),
    Claim("box_map", (("hover:reason.pointer-shaped", "as it is"),), "kept = m", always(0)),
    Claim("box_text", (("hover:reason.empty-string", "no allocation"),), "kept = s1", always(1)),
    Claim("box_no_bytes", (("hover:reason.empty-string", "no allocation"),), "kept = string(b32[:0])", always(0)),
    Claim("box_no_sum", (("hover:reason.empty-string", "no allocation"),), "kept = s0 + s0", always(0)),
    Claim("box_no_runes", (), "kept = string(r32[:0])", always(1)),
    Claim("box_no_text", (("hover:reason.empty-string", "no allocation"),), "kept = s0", always(0)),
    Claim("box_slice", (("hover:reason.nil-slice", "no allocation"),), "kept = b33", always(1)),
    Claim("box_no_slice", (("hover:reason.nil-slice", "no allocation"),), "kept = none", always(0)),
    Claim(
        "box_constant_struct",
        (
            ("limit:STATIC_STRUCT", "0 1"),
            ("page:interface-conversion", "1 allocation up to Go 1.24 and none from Go 1.25"),
        ),
        "kept = pair{1, 2}",
        {"1.25": 0, "1.21": 1},
    ),
    Claim("sprintf", (("page:interface-conversion", "2 allocations"),), 'text = fmt.Sprintf("%d", n1000)', always(2)),
    Claim("itoa", (("page:interface-conversion", "`strconv.Itoa` 1"),), "text = strconv.Itoa(n1000)", always(1)),
    Claim("no_captures", (("hover:reason.no-captures", "captures nothing"),), "kept = func() {}", always(0)),
    Claim("returned_closure", (("page:captured-by-closure", "costs 2 allocations"),), "kept = counter()", always(2)),
    Claim("captured_128", _CAPTURE, "on128()", always(1)),
    Claim("captured_129", _CAPTURE, "on129()", always(2)),
    Claim("no_elements", (("hover:reason.zero-size", "no size"),), "nothing = make([]struct{}, n9)", always(0)),
    Claim(
        "zero_copy",
        (("hover:reason.zero-copy", "as they are"),),
        "for _, b := range []byte(s33) { octet = b }",
        always(0),
    ),
    Claim("kept_make_0", (("hover:reason.zero-length", "With size 0"),), "ints = make([]int, n0)", always(0)),
    Claim("kept_make_0_0", (("hover:reason.zero-length", "nothing"),), "ints = make([]int, n0, n0)", always(0)),
    Claim("kept_empty_text", _FEW, "text = string(b0)", always(0)),
    Claim("kept_text_1", _FEW, "text = string(b1)", always(0)),
    Claim("kept_text_2", _FEW, "text = string(b32[:2])", always(1)),
    Claim("kept_no_runes", (), "text = string(r32[:0])", always(1)),
    Claim("kept_rune", (), "text = string(rune(n5))", always(1)),
    Claim("kept_empty_bytes", (("hover:reason.empty-copy", "empty, nothing"),), "bytes = []byte(s0)", always(0)),
    Claim("kept_empty_runes", (), "runes = []rune(s0)", always(0)),
    Claim("kept_empty_sum", (("hover:reason.empty-part", "all parts but one"),), "text = s0 + s33 + s0", always(0)),
    Claim("box_and_slice", (("hover:cost.box", "a second allocation"),), "kept = []int{n5, n5}", always(2)),
    Claim("box_and_text", (("hover:cost.box", "a second allocation"),), "kept = string(b32)", always(2)),
    Claim("box_and_bytes", (("hover:cost.box", "a second allocation"),), "kept = []byte(s33)", always(2)),
    Claim("kept_stack_sum", (("hover:reason.empty-part", "lies on the stack"),), "text = s0 + string(b32)", always(1)),
    Claim("append_4", _FIRST, "appended(n4)", {"1.25": 0, "1.21": 3}),
    Claim("append_5", _FIRST, "appended(n5)", {"1.25": 1, "1.21": 4}),
    Claim("grown_9", _GROWN, "fill(n9)", _NINTH),
    # Up to go1.23 the number of overflow buckets varies with the seed, so the growth itself is looked at.
    Claim("grown_14", _GROWN, "fill(14)", {"1.24": 3}),
    Claim("grown_15", _GROWN, "fill(15)", {"1.24": 5}),
    Claim("grows_at_12", _GROWN, "growsAt(12)", always(0), "value"),
    Claim("grows_at_13", _GROWN, "growsAt(13)", {"1.22": 0, "1.21": 1}, "value"),
    Claim("grows_at_14", _GROWN, "growsAt(14)", {"1.24": 0, "1.22": 1}, "value"),
    Claim("grows_at_15", _GROWN, "growsAt(15)", {"1.24": 1}, "value"),
    Claim("returned_append_4", _RETURNED, "ints = appendedAway(n4)", {"1.26": 1, "1.21": 3}),
    Claim("returned_append_8", _RETURNED, "ints = appendedAway(n8)", {"1.26": 1, "1.21": 4}),
    Claim("returned_append_9", _RETURNED, "ints = appendedAway(n9)", {"1.26": 2, "1.21": 5}),
    Claim("cost_80", _INLINED, "n0 = cost80(n1).a", always(0)),
    Claim("cost_81", _INLINED, "n0 = cost81(n1).a", always(1)),
    Claim("make_64_KiB", _SIZES, "s := make([]byte, 65536); s[n5] = 1; n0 = int(s[n4])", always(0)),
    Claim("make_64_KiB_1", _SIZES, "s := make([]byte, 65537); s[n5] = 1; n0 = int(s[n4])", always(1)),
    Claim("new_64_KiB", _SIZES, "s := new([65536]byte); s[n5] = 1; n0 = int(s[n4])", always(0)),
    Claim("new_64_KiB_1", _SIZES, "s := new([65537]byte); s[n5] = 1; n0 = int(s[n4])", always(1)),
    Claim("var_128_KiB", _VARIABLES, stays(131072, "128 KiB"), always(0)),
    Claim("var_128_KiB_1", _VARIABLES, stays(131073, "128 KiB and 1"), {"1.24": 1, "1.21": 0}),
    Claim("var_10_MiB", _VARIABLES, stays(10485760, "10 MiB"), {"1.24": 1, "1.21": 0}),
    Claim("var_10_MiB_1", _VARIABLES, stays(10485761, "10 MiB and 1"), always(1)),
    Claim("channel", _CHANNEL, "kept = make(chan int)", {"1.23": 112, "1.21": 96}, "bytes"),
    Claim("channel_of_1", _CHANNEL, "kept = make(chan int, 1)", {"1.25": 128, "1.21": 112}, "bytes"),
    Claim("errorf", (), 'err = fmt.Errorf("plain")', {"1.26": 1, "1.21": 2}),
    Claim("deferred", (("page:deferred-in-loop", "from 4 allocations"),), "defer_loop.Work(5)", always(4)),
    Claim(
        "goroutine_copy", (("page:goroutine", "4 allocations before and after"),), "goroutine_mcopy.Work(5)", always(4)
    ),
    Claim("goroutine_plain", (("page:goroutine", "4 become 5"),), "goroutine_map_ptr_param.Work(5)", always(4)),
    Claim("goroutine_shared", (("page:goroutine", "from 2 allocations to 1"),), "shared()", always(2)),
    Claim(
        "goroutine_passed",
        (("page:goroutine", "from 2 allocations to 1"), ("hover:reason.carried", "carries the arguments")),
        "passed()",
        always(1),
    ),
    Claim(
        "goroutine_parameter",
        (("page:goroutine", "costs 2 allocations"), ("hover:reason.carried-closure", "makes another one")),
        "goParameter(done, n1000)",
        always(2),
    ),
    Claim("goroutine_captured", (("page:goroutine", "costs 1 where"),), "goCaptured(done, n1000)", always(1)),
    Claim("goroutine_result", (("hover:reason.carried-result", "drops it"),), "goResult(done)", always(2)),
    Claim("returned", (("page:returned", "from 1 allocation to 0"),), "ptr_return_struct.Work(5)", always(1)),
    Claim("sent", (("page:sent-on-channel", "1 allocation for each send"),), "chan_send_ptr.Work(5)", always(1)),
    Claim("pointers", (("page:appended", "8 allocations"),), "slice_of_ptr.Work(5)", always(8)),
    Claim(
        "pointers_in_map",
        (("page:stored-in-map", "A map of 8 entries made with `&T{}` costs 8 allocations"),),
        "map_value_ptr.Work(5)",
        always(8),
    ),
    Claim("slice_header", (), "int(unsafe.Sizeof(ints))", always(24), "value"),
    Claim("string_header", (), "int(unsafe.Sizeof(text))", always(16), "value"),
    Claim("interface", (), "int(unsafe.Sizeof(kept))", always(16), "value"),
    Claim("map_variable", (), "int(unsafe.Sizeof(m))", always(8), "value"),
)
PATTERNS = tuple(sorted({c.code.partition(".Work(")[0] for c in CLAIMS if c.code.endswith(".Work(5)")}))
