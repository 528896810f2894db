"""One sentence per rule: what a programmer can do about it, and when nothing needs to be done."""

from __future__ import annotations

from goescape_lsp.core.model import Finding, Kind, Rule
from goescape_lsp.core.words import Locale

# Where a value is kept on purpose, its size is the part that can still be changed.
_KEPT = frozenset([Rule.RETURNED, Rule.STORED_IN_GLOBAL, Rule.STORED_IN_HEAP_OBJECT, Rule.STORED_IN_MAP, Rule.APPENDED])


EN: dict[str, str] = {
    "size": "Where a loop fills it, make room for all at once.",
    "returned": "Let the caller own the memory and pass it in, or return the value itself where it is small.",
    "captured-by-closure": "Give the value to the closure as an argument, or capture a variable that is set once and never changed after.",
    "goroutine": "A goroutine outlives its caller, so what both use is on the heap. In hot code start fewer goroutines that live longer.",
    "deferred-in-loop": "Move the body of the loop into a function of its own: there the defer is no longer in a loop.",
    "interface-conversion": "In hot code use the concrete type, a generic function, or strconv in place of fmt. In error paths leave it.",
    "stored-in-global": "A package variable keeps it for ever. Nothing to do when that happens once; in hot code keep the value local.",
    "stored-in-heap-object": "Store the value itself in place of a pointer to it, or keep the object that holds it on the stack as well.",
    "stored-in-map": "Store values in place of pointers in the map.",
    "appended": "Append values in place of pointers, or keep the slice that is appended to from escaping.",
    "copied": "Copy values in place of pointers, or keep the target of the copy from escaping.",
    "sent-on-channel": "Send the value in place of a pointer to it.",
    "passed-to-leaking-parameter": "The function that is called keeps its argument. Change it there, or pass something that it may keep.",
    "passed-to-unknown-call": "The compiler cannot see which function is called. Call a concrete method or function, or reuse one buffer for many calls.",
    "passed-to-assembly": "If the assembly does not keep the pointer, put //go:noescape before the Go declaration.",
    "panic-argument": "It runs only when the program panics. Leave it.",
    "too-large-for-stack": "Use a smaller constant size, or allocate once and reuse.",
    "too-aligned-for-stack": "Allocate once and reuse: the stack cannot hold a value with this alignment.",
    "non-constant-size": "Use a constant size where a small upper bound is known, or reuse the buffer.",
    "zero-size-element": "Elements without a size take no memory. Leave it.",
    "outlives-loop-iteration": "Declare the variable that keeps it inside the loop, or keep the value in place of its address.",
    "outlives-scope": "Declare the variable that keeps it in the same function, or keep the value in place of its address.",
    "uintptr-escapes": "The function asks for this with //go:uintptrescapes. Leave it.",
    "unsafe-pointer-check": "Only builds with pointer checks do this. Leave it.",
    "leaking-parameter": "This is no allocation by itself: it says that what callers pass here may have to be on the heap.",
    "unknown-cause": "This Go gives a reason that this version does not know. “goescape doctor” tells what to report.",
    "growing-append": "Make the slice with its capacity before the loop: make([]T, 0, n).",
    "variable-size-make": "Use a constant size where a small upper bound is known, or reuse the slice.",
    "string-conversion": "Stay with one of the two types, or convert once and keep the result.",
    "string-concatenation": "Join in one expression, or use strings.Builder with Grow when there are many parts.",
    "make-channel": "A channel is always on the heap. Make it once and reuse it.",
    "map-storage": "Give the expected number of entries: make(map[K]V, n).",
    "map-storage.silent": "Where the map is made, give it the expected number of entries: make(map[K]V, n).",
    "goroutine.silent": "In hot code start fewer goroutines that live longer, and send them their work.",
}
ZH: dict[str, str] = {
    "size": "若由循环填充，可一次留足空间。",
    "returned": "让调用者持有内存并传进来；值较小时直接返回值本身。",
    "captured-by-closure": "把值作为参数传给闭包，或者只捕获赋值一次、之后不再改变的变量。",
    "goroutine": "goroutine 比调用者活得久，两者共用的东西只能放在堆上。热点代码里可以少启动一些、让每个活得更久。",
    "deferred-in-loop": "把循环体移到单独的函数里：这样 defer 就不在循环中了。",
    "interface-conversion": "热点代码里使用具体类型、泛型函数，或用 strconv 代替 fmt。错误路径上不必改。",
    "stored-in-global": "包级变量会一直保留它。只发生一次时不必改；热点代码里请让值留在局部。",
    "stored-in-heap-object": "存值本身而不是指针，或者让持有它的对象也留在栈上。",
    "stored-in-map": "在 map 中存值而不是指针。",
    "appended": "追加值而不是指针，或者让被追加的切片不逃逸。",
    "copied": "复制值而不是指针，或者让复制的目标不逃逸。",
    "sent-on-channel": "发送值本身而不是指针。",
    "passed-to-leaking-parameter": "被调用的函数会保留它的参数。在那里修改，或者传入允许它保留的东西。",
    "passed-to-unknown-call": "编译器看不出调用的是哪个函数。改为调用具体的方法或函数，或者多次调用复用同一个缓冲区。",
    "passed-to-assembly": "如果汇编代码不保留这个指针，请在 Go 声明前加上 //go:noescape。",
    "panic-argument": "只在程序 panic 时执行，不必改。",
    "too-large-for-stack": "使用更小的常量大小，或者分配一次并复用。",
    "too-aligned-for-stack": "分配一次并复用：栈上放不下这种对齐的值。",
    "non-constant-size": "如果有较小的上限，使用常量大小；否则复用缓冲区。",
    "zero-size-element": "大小为零的元素不占内存，不必改。",
    "outlives-loop-iteration": "把保留它的变量声明在循环内，或者保留值而不是地址。",
    "outlives-scope": "在同一个函数里声明保留它的变量，或者保留值而不是地址。",
    "uintptr-escapes": "函数用 //go:uintptrescapes 要求这样做，不必改。",
    "unsafe-pointer-check": "只有开启指针检查的构建才会这样，不必改。",
    "leaking-parameter": "这本身不是分配：它表示调用者传入的东西可能必须放在堆上。",
    "unknown-cause": "这个版本的 Go 给出了本工具不认识的原因。“goescape doctor”会说明应当报告什么。",
    "growing-append": "在循环前为切片预留容量：make([]T, 0, n)。",
    "variable-size-make": "如果有较小的上限，使用常量大小；否则复用切片。",
    "string-conversion": "始终使用其中一种类型，或者转换一次并保留结果。",
    "string-concatenation": "在一个表达式里拼接；部分很多时使用 strings.Builder 并调用 Grow。",
    "make-channel": "channel 总是在堆上。创建一次并复用。",
    "map-storage": "给出预计的条目数：make(map[K]V, n)。",
    "map-storage.silent": "在创建 map 的地方给出预计的条目数：make(map[K]V, n)。",
    "goroutine.silent": "热点代码里可以少启动一些 goroutine，让每个活得更久，再把任务发给它们。",
}


def advice(finding: Finding, locale: Locale) -> str:
    """Return what to do about a finding, in one to three sentences; "" for one without a rule."""
    if finding.rule is None:
        return ""
    table = ZH if locale == "zh-cn" else EN
    if finding.is_silent and (own := table.get(f"{finding.rule}.silent")) is not None:
        return own
    if finding.rule not in _KEPT or not _grows(finding):
        return table[finding.rule]
    return table[finding.rule] + (" " if locale == "en" else "") + table["size"]


def _grows(finding: Finding) -> bool:
    """Say whether a value was made without a size and can grow: a map without a hint, a slice that is appended to."""
    is_unsized = finding.kind is Kind.MAP and finding.subject.startswith("make(") and ", " not in finding.subject
    return is_unsized or finding.kind is Kind.APPEND
