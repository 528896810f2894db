"""What a programmer can do about a finding, one sentence or two for each rule; where it matters, for the kind of value.

A key `rule.what` is about one kind of value or one way of holding it, `rule` about all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from goescape_lsp.core.decision import RANGE
from goescape_lsp.core.judge import WRAPPED, is_open, is_sum
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Rule, Temperature
from goescape_lsp.core.unexplained import MOST_MIB
from goescape_lsp.core.words import Locale, circumstances, inlined, others

# Where a value is kept on purpose, its size is the part that can still be changed.
_KEPT = frozenset([Rule.RETURNED, Rule.STORED_IN_GLOBAL, Rule.STORED_IN_HEAP_OBJECT, Rule.STORED_IN_MAP, Rule.APPENDED])
# Rules whose own sentence says that nothing needs to be done, or that is about something else than the allocation.
_TOLD_ANYWAY = frozenset(
    [Rule.PANIC_ARGUMENT, Rule.ZERO_SIZE_ELEMENT, Rule.LEAKING_PARAMETER, Rule.UNKNOWN_CAUSE, Rule.UNEXPLAINED]
)
# Rules that say who keeps a value: of what append makes, its room is the part that can still be changed.
_KEEPERS = frozenset(
    [
        Rule.PASSED_TO_LEAKING_PARAMETER,
        Rule.PASSED_TO_UNKNOWN_CALL,
        Rule.CAPTURED_BY_CLOSURE,
        Rule.STORED_IN_GLOBAL,
        Rule.GOROUTINE,
        Rule.INTERFACE_CONVERSION,
    ]
)
# What is known of the room of a slice, and needs nothing beside it.
_KNOWN_ROOM = frozenset(["sized", "given", "reused", "grow", "literal"])
# Circumstances that say less than most sentences: the keys of those that they take the place of.
_GENERAL = {"other-package": frozenset(["interface-conversion", "interface-conversion.pointer"])}
# What these say holds whoever makes the value.
_KNOWN_BETTER = frozenset(["reused", "lazy", "lazy-again", "stand-in"])
_POINTERS = frozenset([Kind.VARIABLE, Kind.NEW, Kind.COMPOSITE])
_FUNCTIONS = frozenset([Kind.CLOSURE, Kind.METHOD_VALUE])
# Texts that are built in memory, whose own method makes room.
_BUFFER = re.compile(r"^(?:strings\.\(\*Builder\)|bytes\.\(\*Buffer\))\.")
# The receiver of a method value of generic code, as the compiler's wrapper captures it.
_OF_METHOD_VALUE = re.compile(r"^&?\.autotmp_")
_ASSERTED = re.compile(r"\.\((?!type\))[^()]+\)$")
_FORMATTER = re.compile(r"^fmt\.")
_SCANNER = re.compile(r"^fmt\.\w*[sS]can")
_CODER = re.compile(r"(?:^|\.)(?:(?:[mM]|[uU]nm)arshal(?:JSON|YAML|Text|Binary|Indent)?|[eE]ncode|[dD]ecode)$")

_RANGED_EN = "The body of a loop over a function is a closure, which that function calls. Where the compiler knows the function, and it does not keep the body, nothing goes to the heap. Else use an ordinary loop in hot code."
_RANGED_ZH = "遍历函数的循环，其循环体是由这个函数调用的闭包。编译器知道是哪个函数、而且它不保留循环体时，不会有东西到堆上。否则在热点代码里使用普通的循环。"

EN: dict[str, str] = {
    "free": "Nothing is allocated here. Leave it.",
    "cold": "This code rarely runs. Leave it, unless a profile shows it.",
    "cold.test": "Only tests run this. Leave it.",
    "room.sized": "The slice was made with room. Leave it where that is enough.",
    "room.given": "The slice is the caller's: let it pass one with room.",
    "room.open": "How much room it needs is not known before the loop. In hot code, guess a capacity or use an old slice again: s[:0].",
    "room.fresh": "A copy needs memory of its own. In hot code put it into a slice that is used again: append(s[:0], …).",
    "room.prepended": "Every element is copied each time. In hot code append at the end, and turn the slice round once: slices.Reverse.",
    "room.literal": "append makes a larger slice of it, so that memory is taken twice. Make one with room for all at once: make([]T, 0, n), and append to that.",
    "room.grow": "Give it room for all at once first: Grow(n).",
    "room.reused": "The old array is used again. Leave it.",
    "size": "Where a loop fills it, make room for all at once.",
    "returned": "Return the value itself where it is small, or let the caller own the memory and pass it in.",
    "returned.boxed": "It is returned in an interface, where most plain values need the heap as well. In hot code return the value itself, as its concrete type. Else leave it.",
    "returned.part": "What is returned holds it: hold the value itself there where it is small, or let the caller own the memory and pass it in.",
    "returned.boxed-part": "What is returned holds it in an interface. In hot code let it hold the value itself, as its concrete type.",
    "returned.reference": "Whoever gets it needs memory that outlives this call. In hot code let the caller pass in memory to be filled.",
    "returned.append": "Make room for all at once, or let the caller pass in a slice with room: append allocates nothing then.",
    "returned.string": "In hot code append to a slice that the caller passes in, or return the bytes where they are enough. Else leave it.",
    "returned.function": "Where its type may change, return a value with a method in place of a function: the caller then owns the value. Else make the function once and keep it.",
    "captured-by-closure": "Capture a copy that is set once, of at most 128 bytes, and whose address nothing takes (a method with a pointer receiver does), or give the value to the closure as an argument. What the closure sets, let it return, or keep it in an object that is on the heap anyway.",
    "captured-by-closure.range": _RANGED_EN,
    "captured-by-closure.held": "What a closure holds lives as long as the closure. Capture only the part that it needs, or give it the value as an argument when it is called.",
    "captured-by-closure.method": "A method value holds its receiver. Let what calls it take the receiver itself, in an interface or as a type parameter.",
    "goroutine": "A goroutine may outlive its caller, so what both use is on the heap. In hot code start fewer goroutines that live longer.",
    "deferred-in-loop": "Where the deferred call may run at the end of each round, move the body of the loop into a function of its own. Else note in a slice what is to be done, and do it in one defer outside the loop.",
    "deferred-in-loop.label": "No loop runs this again. Replace the goto by a for loop that ends before the defer: then nothing of it is on the heap.",
    "interface-conversion": "In hot code use the concrete type or a generic function. Else leave it.",
    "interface-conversion.pointer": "Where what takes it is to keep it, leave it. In hot code use the concrete type or a generic function, or one object for many calls.",
    "interface-conversion.function": "The function takes the memory, the interface around it takes none. In hot code make it once and use it for many calls.",
    "interface-conversion.pooled": "It goes into a pool, which gives it out again. Leave it.",
    "interface-conversion.formatted": "In hot code build the text without fmt: strconv, append, strings.Builder. Else leave it.",
    "interface-conversion.coded": "To encode or decode costs far more than this. Leave it, or use one object for many calls.",
    "interface-conversion.scanned": "In hot code parse the text without fmt: strings.Cut, strconv. Else leave it.",
    "stored-in-global": "A package variable outlives every call. Nothing to do when that happens once; in hot code keep the value local.",
    "stored-in-heap-object": "What is stored through a pointer, in a map or in an element of a slice counts as on the heap, even where it is not. Store the value itself where nothing else shares it, or give it in the literal that makes the object.",
    "stored-in-heap-object.variable": "The variable that holds it is on the heap for a reason of its own: look there first.",
    "stored-in-heap-object.variable-pointer": "The variable that holds it is on the heap for a reason of its own. Let it hold the value itself where nothing else shares it: that is one allocation for both.",
    "stored-in-heap-object.boxed": "What is stored through a pointer, in a map or in an element of a slice counts as on the heap, even where it is not. Give it in the literal that makes the object, or use one object for many calls.",
    "stored-in-heap-object.reference": "What is stored through a pointer, in a map or in an element of a slice counts as on the heap, even where it is not. Give it in the literal that makes the object, or use the old one again where nothing else holds it.",
    "stored-in-heap-object.part": "What holds it is on the heap for a reason of its own: look there first.",
    "stored-in-heap-object.slice": "What is stored through a pointer, in a map or in an element of a slice counts as on the heap, even where it is not. In hot code use the old array again, s[:0], where it has room and nothing else holds it, or give it in the literal that makes the object.",
    "stored-in-heap-object.append": "Only growth allocates. Make room for all at once; where nothing else holds the old array, use it again: s[:0].",
    "stored-in-heap-object.string": "In hot code keep the bytes in place of the string, or make it only when it has changed.",
    "stored-in-heap-object.sum": "Cut it out of a text that is there already, s[i:j], which allocates nothing, or keep the parts and join them where the text is used.",
    "stored-in-heap-object.function": "In hot code store the data that the function holds, and call a method on it. Else leave it.",
    "stored-in-map": "Where it is not changed through the pointer, store the value itself: what a map points to is on the heap, even where the map is not.",
    "stored-in-map.key": "Where only its content matters, use the value itself as the key in place of a pointer.",
    "stored-in-map.key-made-of-string": "The key is made from it. Work on the bytes up to there: a look-up m[string(b)] allocates nothing.",
    "stored-in-map.key-string": "A new key needs a string of its own. Look first whether it is there: m[string(b)] allocates nothing.",
    "stored-in-map.boxed": "In hot code give the map a concrete type for its values.",
    "stored-in-map.string": "Cut it out of a text that is there already, s[i:j], which allocates nothing, or keep the parts and join them where the text is used.",
    "stored-in-map.reference": "What a map points to is on the heap, even where the map is not. In hot code use the old value again where nothing else holds it.",
    "appended": "Where it is not changed through the pointer, append the value itself: what an appended pointer leads to is on the heap, even where the slice is not.",
    "stored-in-map.append": "Only growth allocates. Make room for all at once where the slice is made.",
    "appended.boxed": "In hot code append to a slice of a concrete type, whose elements are the values.",
    "appended.string": "Cut it out of a text that is there already, s[i:j], which allocates nothing, or keep the parts and join them where the text is used.",
    "appended.reference": "What is appended leads to the heap, even where the slice is not there. In hot code cut the parts out of one larger slice, or use them again.",
    "appended.map": "What is appended leads to the heap, even where the slice is not there. In hot code clear an old map and use it again.",
    "appended.append": "Only growth allocates. Make room for all at once where the slice is made.",
    "appended.function": "Append the data in place of functions that hold it.",
    "copied": "Copy values in place of pointers: what a copied pointer leads to is on the heap, even where the target is not.",
    "sent-on-channel": "Where only the receiver goes on with it, send the value in place of a pointer to it. What both sides share stays on the heap.",
    "sent-on-channel.boxed": "Send the value itself on a channel of a concrete type.",
    "sent-on-channel.reference": "The receiver needs memory that outlives this call. In hot code let it hand the memory back to be used again.",
    "passed-to-leaking-parameter": "The function that is called keeps its argument, or may do so. Where that is its purpose, leave it. Else let it take the value, or use one object for many calls.",
    "passed-to-leaking-parameter.variadic": "The operands need a slice, which the function that is called keeps or may keep. Where the call itself does much more, leave it. In hot code call a function without “...”.",
    "passed-to-leaking-parameter.function": "The function that is called keeps the closure, or may do so. In hot code make the closure once and use it for many calls; else leave it.",
    "passed-to-leaking-parameter.string": "The function that is called keeps the string, or may do so. In hot code make it once and use it for many calls, or let the function take the bytes or the parts.",
    "passed-to-leaking-parameter.string-of-bytes": "Work on the bytes: most functions of package strings have a twin in package bytes. Else leave it.",
    "passed-to-leaking-parameter.reference": "The function that is called keeps its argument, or may do so. Where that is its purpose, leave it. Else use the same memory for many calls where nothing holds it after the call.",
    "passed-to-unknown-call": "The compiler cannot see which function is called. In hot code call a concrete method or function, or use the same memory for many calls where it is not kept. Else leave it.",
    "passed-to-unknown-call.variadic": "The operands need a slice, and the compiler cannot see which function is called. Where the call itself does much more, leave it. In hot code call a concrete function, or one without “...”.",
    "passed-to-unknown-call.string": "The compiler cannot see which function is called. In hot code call a concrete method or function, or let it take the bytes or the parts in place of a string. Else leave it.",
    "passed-to-unknown-call.range": _RANGED_EN,
    "passed-to-leaking-parameter.method-value": "The function that is called keeps its argument. Where the receiver stays the same, make the method value once, and pass that each time.",
    "passed-to-leaking-parameter.range": _RANGED_EN,
    "passed-to-unknown-call.function": "The compiler cannot see which function is called. In hot code call a concrete method or function, or make the closure once and use it for many calls. Else leave it.",
    "passed-to-assembly": "If the assembly does not keep the pointer, put //go:noescape before the Go declaration.",
    "panic-argument": "It runs only when the program panics. Leave it.",
    "too-large-for-stack": "Where it is not kept, a smaller constant size stays on the stack. Else allocate once and reuse.",
    "too-aligned-for-stack": "Allocate once and reuse: the stack cannot hold a value with this alignment.",
    "non-constant-size": "Where it is not kept, a small constant size stays on the stack. Else reuse the buffer.",
    "zero-size-element": "Elements without a size take no memory. Leave it.",
    "outlives-loop-iteration": "Declare the variable that keeps it inside the loop, or keep the value in place of its address.",
    "outlives-loop-iteration.label": "No loop runs this again. Declare the variable that keeps it behind the label, or replace the goto by a for loop that ends before this place.",
    "outlives-loop-iteration.loop-variable": "Use a variable of the loop's body in its place: x := x.",
    "outlives-loop-iteration.recursion": "Nothing keeps it: declare it before the loop and set it anew in each round, and it stays on the stack.",
    "outlives-loop-iteration.append": "Only growth allocates. Make room for all at once before the loop.",
    "outlives-loop-iteration.boxed": "Declare the variable that keeps it inside the loop, or give it a concrete type and keep the value.",
    "outlives-loop-iteration.string": "Declare the variable that keeps it inside the loop, or keep what it is made of and make it once, after the loop.",
    "outlives-loop-iteration.reference": "Declare the variable that keeps it inside the loop, or make one before the loop where no round needs that of an earlier one.",
    "outlives-scope": "Declare the variable that keeps it in the same function, or keep the value in place of its address.",
    "outlives-scope.append": "Only growth allocates. Make room for all at once where the slice is declared.",
    "outlives-scope.reference": "Declare the variable that keeps it in the same function.",
    "uintptr-escapes": "The function asks for this with //go:uintptrescapes. Leave it.",
    "unsafe-pointer-check": "Only builds with pointer checks do this. Leave it.",
    "leaking-parameter": "This is no allocation by itself: it says that what callers pass here may have to be on the heap.",
    "unknown-cause": "This Go gives a reason that this version does not know. “goescape doctor” tells what to report.",
    "unexplained": f"The compiler's explanation was not asked for: with it this package prints more than {MOST_MIB} MiB.",
    "growing-append": "Make the slice with its capacity before it is filled: make([]T, 0, n).",
    "variable-size-make": "Use a constant size where a small upper bound is known, or reuse the slice.",
    "string-conversion": "Stay with one of the two types, or convert once and keep the result.",
    "string-concatenation": "Where the parts can be used one by one, leave them apart. Else join all in one expression, or use strings.Builder with Grow when there are many.",
    "make-channel": "A channel is always on the heap. In hot code make it once and use it again.",
    "map-storage": "Give the expected number of entries: make(map[K]V, n).",
    "map-storage.silent": "Where the map is made, give it the expected number of entries: make(map[K]V, n).",
    "goroutine.silent-closure": "Without parameters and results the literal is handed over as it is, one object in place of two: use the variables in it where nothing sets them again, and drop the parameters. From go1.22 on a loop has new variables in each round; before that copy them first: i := i.",
    "goroutine.silent-result": "Drop the result, which nobody gets: then the literal is handed over as it is.",
    "goroutine.silent": "In hot code start fewer goroutines that live longer, and send them their work.",
    "map-storage.hinted": "Room for all at once is better than to grow. In hot code clear the map and use it again.",
    "map-storage.large": "Keep large keys and elements in a slice, and their index in the map.",
}
ZH: dict[str, str] = {
    "free": "这里不分配内存，不必改。",
    "cold": "这段代码很少执行。除非性能剖析显示了它，否则不必改。",
    "cold.test": "只有测试会执行它，不必改。",
    "room.sized": "切片创建时已留出空间，够用就不必改。",
    "room.given": "切片来自调用者：让调用者传入留有空间的切片。",
    "room.open": "循环之前无从得知需要多少容量。热点代码里可以估计一个容量，或复用旧切片：s[:0]。",
    "room.fresh": "副本需要自己的内存。热点代码里把它放进可以复用的切片：append(s[:0], …)。",
    "room.prepended": "每次都要复制所有元素。热点代码里改为追加到末尾，最后一次性反转：slices.Reverse。",
    "room.literal": "append 会由它得到更大的切片，于是分配两次。改为一次留足空间：make([]T, 0, n)，再向其追加。",
    "room.grow": "先一次留足空间：Grow(n)。",
    "room.reused": "原有的数组被复用，不必改。",
    "size": "若由循环填充，可一次留足空间。",
    "returned": "值较小时直接返回值本身，或者让调用者持有内存并传进来。",
    "returned.boxed": "它装在接口里返回，多数普通的值这样返回同样要放到堆上。热点代码里以具体类型返回值本身；否则不必改。",
    "returned.part": "返回的东西持有它：值较小时让其直接持有值本身，或者让调用者持有内存并传进来。",
    "returned.boxed-part": "返回的东西通过接口持有它。热点代码里让其以具体类型持有值本身。",
    "returned.reference": "得到它的一方需要比这次调用活得更久的内存。热点代码里让调用者传入内存来填充。",
    "returned.append": "一次留足空间，或者让调用者传入留有空间的切片：这样 append 不会分配内存。",
    "returned.string": "热点代码里追加到调用者传入的切片；字节就够用时，直接返回字节。否则不必改。",
    "returned.function": "类型可以改变时，返回带方法的值，而不是函数：这样值由调用者持有。否则只创建一次函数并保留它。",
    "captured-by-closure": "捕获一个副本：只赋值一次、不超过 128 字节、不被取地址（指针接收者的方法会取地址）；或者把值作为参数传给闭包。由闭包设置的值，让闭包返回它，或者放在本来就在堆上的对象里。",
    "captured-by-closure.range": _RANGED_ZH,
    "captured-by-closure.held": "闭包持有的东西与闭包活得一样久。只捕获它需要的部分，或者在调用闭包时把值作为参数传入。",
    "captured-by-closure.method": "方法值持有它的接收者。让调用方直接接受接收者：通过接口或类型参数。",
    "goroutine": "goroutine 可能比调用者活得久，两者共用的东西只能放在堆上。热点代码里可以少启动一些、让每个活得更久。",
    "deferred-in-loop": "如果延迟的调用可以在每一轮结束时执行，把循环体移到单独的函数里。否则把要做的事记在切片里，在循环外用一个 defer 完成。",
    "deferred-in-loop.label": "没有循环会再次执行它。把 goto 换成在 defer 之前结束的 for 循环，这样就不会有东西到堆上。",
    "interface-conversion": "热点代码里使用具体类型或泛型函数；否则不必改。",
    "interface-conversion.pointer": "接受它的一方本就要保留它时不必改。热点代码里使用具体类型或泛型函数，或者多次调用共用一个对象。",
    "interface-conversion.function": "占用内存的是函数，装它的接口不占。热点代码里只创建一次，多次调用共用。",
    "interface-conversion.pooled": "它被放入对象池供再次取用，不必改。",
    "interface-conversion.formatted": "热点代码里不用 fmt 生成文本：strconv、append、strings.Builder。否则不必改。",
    "interface-conversion.coded": "编码或解码的开销大得多。不必改，或者多次调用共用一个对象。",
    "interface-conversion.scanned": "热点代码里不用 fmt 解析文本：strings.Cut、strconv。否则不必改。",
    "stored-in-global": "包级变量比每次调用都活得久。只发生一次时不必改；热点代码里请让值留在局部。",
    "stored-in-heap-object": "经由指针存入的、存进 map 或切片元素的东西，一律当作在堆上，即使实际不在。别处不共用它时存值本身，或者在创建对象的字面量里直接给出。",
    "stored-in-heap-object.variable": "持有它的变量因自身的原因在堆上：先看那里。",
    "stored-in-heap-object.variable-pointer": "持有它的变量因自身的原因在堆上。别处不共用它时，让那个变量直接持有值本身：两者只需一次分配。",
    "stored-in-heap-object.boxed": "经由指针存入的、存进 map 或切片元素的东西，一律当作在堆上，即使实际不在。在创建对象的字面量里直接给出，或者多次调用共用一个对象。",
    "stored-in-heap-object.reference": "经由指针存入的、存进 map 或切片元素的东西，一律当作在堆上，即使实际不在。在创建对象的字面量里直接给出，或者在别处不再持有原有的那个时复用它。",
    "stored-in-heap-object.part": "持有它的东西因自身的原因在堆上：先看那里。",
    "stored-in-heap-object.slice": "经由指针存入的、存进 map 或切片元素的东西，一律当作在堆上，即使实际不在。热点代码里，原有的数组够大、别处又不再持有它时复用它，s[:0]；或者在创建对象的字面量里直接给出。",
    "stored-in-heap-object.append": "只有扩容才分配内存。一次留足空间；别处不再持有原有的数组时，可以复用它：s[:0]。",
    "stored-in-heap-object.string": "热点代码里保留字节而不是字符串，或者只在内容改变时才生成它。",
    "stored-in-heap-object.sum": "从已有的文本中切出来，s[i:j] 不分配内存；或者保留各部分，在使用时再拼接。",
    "stored-in-heap-object.function": "热点代码里存放函数所持有的数据，再调用它的方法；否则不必改。",
    "stored-in-map": "不需要通过指针修改它时，存值本身：map 所指向的东西在堆上，即使 map 不在堆上。",
    "stored-in-map.key": "只看内容时，用值本身作键，而不是指针。",
    "stored-in-map.key-made-of-string": "键由它生成。在那之前直接处理字节：查询 m[string(b)] 不分配内存。",
    "stored-in-map.key-string": "新的键需要一个自己的字符串。先查它是否已存在：m[string(b)] 不分配内存。",
    "stored-in-map.boxed": "热点代码里让 map 的值使用具体类型。",
    "stored-in-map.string": "从已有的文本中切出来，s[i:j] 不分配内存；或者保留各部分，在使用时再拼接。",
    "stored-in-map.reference": "map 所指向的东西在堆上，即使 map 不在堆上。热点代码里，别处不再持有原有的值时复用它。",
    "appended": "不需要通过指针修改它时，追加值本身：追加的指针所指向的东西在堆上，即使切片不在堆上。",
    "stored-in-map.append": "只有扩容才分配内存。在创建切片的地方一次留足空间。",
    "appended.boxed": "热点代码里追加到具体类型的切片，让元素就是值本身。",
    "appended.string": "从已有的文本中切出来，s[i:j] 不分配内存；或者保留各部分，在使用时再拼接。",
    "appended.reference": "追加的东西所指向的内存在堆上，即使切片不在堆上。热点代码里从一个大切片中切出各部分，或者复用它们。",
    "appended.map": "追加的东西所指向的内存在堆上，即使切片不在堆上。热点代码里清空旧的 map 并复用。",
    "appended.append": "只有扩容才分配内存。在创建切片的地方一次留足空间。",
    "appended.function": "追加数据，而不是持有数据的函数。",
    "copied": "复制值而不是指针：复制的指针所指向的东西在堆上，即使目标不在堆上。",
    "sent-on-channel": "之后只有接收方使用它时，发送值本身而不是指针。双方共用的东西只能在堆上。",
    "sent-on-channel.boxed": "用具体类型的通道发送值本身。",
    "sent-on-channel.reference": "接收方需要比这次调用活得更久的内存。热点代码里让它把内存交还，以便复用。",
    "passed-to-leaking-parameter": "被调用的函数会保留它的参数，或者可能保留。保留正是其用途时不必改；否则让它接受值，或者多次调用共用一个对象。",
    "passed-to-leaking-parameter.variadic": "这些操作数需要一个切片，被调用的函数会保留或可能保留它。调用本身的开销大得多时不必改；热点代码里改用没有“...”的函数。",
    "passed-to-leaking-parameter.function": "被调用的函数会保留这个闭包，或者可能保留。热点代码里只创建一次闭包，供多次调用使用；否则不必改。",
    "passed-to-leaking-parameter.string": "被调用的函数会保留这个字符串，或者可能保留。热点代码里只生成一次供多次调用使用，或者让函数接受字节或各个部分。",
    "passed-to-leaking-parameter.string-of-bytes": "直接处理字节：strings 包的多数函数在 bytes 包里都有对应的函数。否则不必改。",
    "passed-to-leaking-parameter.reference": "被调用的函数会保留它的参数，或者可能保留。保留正是其用途时不必改；否则在调用后别处不再持有它时，多次调用复用同一块内存。",
    "passed-to-unknown-call": "编译器看不出调用的是哪个函数。热点代码里改为调用具体的方法或函数，或者在它不被保留时，多次调用复用同一块内存；否则不必改。",
    "passed-to-unknown-call.variadic": "这些操作数需要一个切片，而编译器看不出调用的是哪个函数。调用本身的开销大得多时不必改；热点代码里改用具体的函数，或没有“...”的函数。",
    "passed-to-unknown-call.string": "编译器看不出调用的是哪个函数。热点代码里改为调用具体的方法或函数，或者让它直接接受字节或各个部分，而不是字符串；否则不必改。",
    "passed-to-unknown-call.range": _RANGED_ZH,
    "passed-to-leaking-parameter.method-value": "被调用的函数会保留它的参数。接收者不变时，只创建一次方法值，每次都传入它。",
    "passed-to-leaking-parameter.range": _RANGED_ZH,
    "passed-to-unknown-call.function": "编译器看不出调用的是哪个函数。热点代码里改为调用具体的方法或函数，或者只创建一次闭包，供多次调用使用；否则不必改。",
    "passed-to-assembly": "如果汇编代码不保留这个指针，请在 Go 声明前加上 //go:noescape。",
    "panic-argument": "只在程序 panic 时执行，不必改。",
    "too-large-for-stack": "如果它不会被保留，更小的常量大小可以留在栈上；否则分配一次并复用。",
    "too-aligned-for-stack": "分配一次并复用：栈上放不下这种对齐的值。",
    "non-constant-size": "如果它不会被保留，较小的常量大小可以留在栈上；否则复用缓冲区。",
    "zero-size-element": "大小为零的元素不占内存，不必改。",
    "outlives-loop-iteration": "把保留它的变量声明在循环内，或者保留值而不是地址。",
    "outlives-loop-iteration.label": "没有循环会再次执行它。把保留它的变量声明在标签之后，或者把 goto 换成在此之前结束的 for 循环。",
    "outlives-loop-iteration.loop-variable": "改用循环体内的变量：x := x。",
    "outlives-loop-iteration.recursion": "没有东西保留它：在循环前声明，每一轮重新设置，它就留在栈上。",
    "outlives-loop-iteration.append": "只有扩容才分配内存。在循环前一次留足空间。",
    "outlives-loop-iteration.boxed": "把保留它的变量声明在循环内，或者给变量具体类型并保留值本身。",
    "outlives-loop-iteration.string": "把保留它的变量声明在循环内，或者保留用来生成它的内容，在循环后只生成一次。",
    "outlives-loop-iteration.reference": "把保留它的变量声明在循环内；如果每一轮都不需要前一轮的，也可以在循环前创建一个并复用。",
    "outlives-scope": "在同一个函数里声明保留它的变量，或者保留值而不是地址。",
    "outlives-scope.append": "只有扩容才分配内存。在声明切片的地方一次留足空间。",
    "outlives-scope.reference": "在同一个函数里声明保留它的变量。",
    "uintptr-escapes": "函数用 //go:uintptrescapes 要求这样做，不必改。",
    "unsafe-pointer-check": "只有开启指针检查的构建才会这样，不必改。",
    "leaking-parameter": "这本身不是分配：它表示调用者传入的东西可能必须放在堆上。",
    "unknown-cause": "这个版本的 Go 给出了本工具不认识的原因。“goescape doctor”会说明应当报告什么。",
    "unexplained": f"没有向编译器询问解释：带上解释，这个包的输出会超过 {MOST_MIB} MiB。",
    "growing-append": "在填充之前为切片预留容量：make([]T, 0, n)。",
    "variable-size-make": "如果有较小的上限，使用常量大小；否则复用切片。",
    "string-conversion": "始终使用其中一种类型，或者转换一次并保留结果。",
    "string-concatenation": "能逐个使用各部分时就不要拼接。否则在一个表达式里拼接；部分很多时使用 strings.Builder 并调用 Grow。",
    "make-channel": "channel 总是在堆上。热点代码里创建一次并复用。",
    "map-storage": "给出预计的条目数：make(map[K]V, n)。",
    "map-storage.silent": "在创建 map 的地方给出预计的条目数：make(map[K]V, n)。",
    "goroutine.silent-closure": "没有参数和返回值的函数字面量会原样交付，只需一个对象而不是两个：如果变量之后不再被赋值，就在字面量里直接使用它们，并去掉参数。从 go1.22 起循环的每一轮都有新的变量；更早的版本要先复制：i := i。",
    "goroutine.silent-result": "去掉没有人接收的返回值：这样函数字面量会原样交付。",
    "goroutine.silent": "热点代码里可以少启动一些 goroutine，让每个活得更久，再把任务发给它们。",
    "map-storage.hinted": "一次留足空间好过逐步扩容。热点代码里清空 map 并复用。",
    "map-storage.large": "把大的键和元素放在切片里，map 中只存它们的下标。",
}


def advice(finding: Finding, locale: Locale, circumstance: str = "") -> str:
    """Return what to do about a finding, in one to three sentences; "" for one without a rule.

    `circumstance` is what the source around it says (`syntax/circumstances.py`), "" where that is nothing.
    """
    if finding.rule is None:
        return ""
    table = ZH if locale == "zh-cn" else EN
    if finding.rule not in _TOLD_ANYWAY:
        is_free = finding.is_heap and finding.allocation is Allocation.DOES_NOT_ALLOCATE
        if is_free and finding.allocation_reason not in WRAPPED:
            return table["free"]
        if finding.temperature is Temperature.COLD:
            return table["cold.test" if finding.temperature_reason == "test" else "cold"]
    else:
        circumstance = ""
    room = _room_of(finding)
    elsewhere = others.advice(finding, locale) or inlined.advice(finding, locale)
    if not room and finding.kind is not Kind.APPEND and elsewhere and circumstance not in _KNOWN_BETTER:
        return elsewhere
    key = f"room.{room}" if room else next(key for key in _keys(finding, finding.rule) if key in table)
    if circumstance and room not in _KNOWN_ROOM and (circumstance not in _GENERAL or key in _GENERAL[circumstance]):
        return (circumstances.ZH if locale == "zh-cn" else circumstances.EN)[circumstance]
    told = table[key]
    if room or finding.rule not in _KEPT or not _is_unsized(finding):
        return told
    return told + (" " if locale == "en" else "") + table["size"]


def _room_of(finding: Finding) -> str:
    """Return what is known of the room of a slice that `append` grows, "" where nothing better than the rule's words."""
    if finding.kind is Kind.APPEND and _BUFFER.match(finding.inlined_from):
        return "grow"
    grown = f"append({finding.subject}, "
    if finding.kind is Kind.SLICE and any(step.expression.startswith(grown) for step in finding.flow):
        return "literal"
    room = finding.allocation_reason.removeprefix("growth-")
    return "" if room == finding.allocation_reason or _is_kept_copy(finding) else room


def _is_kept_copy(finding: Finding) -> bool:
    """Say whether an `append` makes a slice that is kept: then it is like any other slice, and no old one serves."""
    return finding.allocation_reason == "growth-fresh" and finding.is_heap


def _keys(finding: Finding, rule: Rule) -> Iterator[str]:
    """Yield the keys of the sentences that fit a finding, the narrowest first."""
    if finding.kind is Kind.APPEND and rule in _KEEPERS and not _is_kept_copy(finding):
        yield Rule.GROWING_APPEND
    for what in _kinds_of(finding):
        yield f"{rule}.{what}"
    yield rule


def _kinds_of(finding: Finding) -> Iterator[str]:
    """Yield what a sentence may be about: what the compiler says, how the value is held, its kind, its group."""
    yield from _circumstances_of(finding)
    if finding.cause is Cause.MAP_KEY and any(step.why == "call parameter" for step in finding.flow):
        yield f"key-made-of-{finding.kind}"
    if finding.cause is Cause.MAP_KEY:
        yield from (f"key-{finding.kind}", "key")
    if finding.allocation_reason in {"map-hint", "map-variable-hint"}:
        yield "hinted"
    if finding.allocation_reason == "map-large":
        yield "large"
    if finding.kind in _POINTERS:
        is_boxed = _ends_boxed(finding)
        # Where something else holds it and is kept, what that one is kept in need not be an interface.
        if _is_part(finding):
            yield from ("boxed-part", "part") if is_boxed else ("part",)
        elif is_boxed:
            yield "boxed"
        yield "pointer"
    elif finding.kind in _FUNCTIONS:
        yield from (str(finding.kind), "function", "reference")
    elif not is_open(finding):
        if finding.kind is Kind.STRING and is_sum(finding.subject):
            yield "sum"
        yield from ("reference",) if _is_kept_copy(finding) else (str(finding.kind), "reference")


def _is_part(finding: Finding) -> bool:
    return bool(finding.flow) and finding.flow[-1].target.startswith("{storage")


def _circumstances_of(finding: Finding) -> Iterator[str]:
    if finding.cause in {Cause.DEFER_LABEL, Cause.LABEL}:
        yield "label"
    if finding.cause in {Cause.RECURSION, Cause.LOOP_VARIABLE}:
        yield str(finding.cause)
    if finding.allocation_reason in {"carried-closure", "carried-result", "wrapped-result"}:
        yield f"silent-{finding.allocation_reason.partition('-')[2]}"
    if finding.is_silent or finding.allocation_reason in WRAPPED:
        yield "silent"
    if finding.callee == RANGE:
        yield "range"
    if finding.rule is Rule.CAPTURED_BY_CLOSURE and any(_OF_METHOD_VALUE.match(step.source) for step in finding.flow):
        yield "method"
    if finding.rule is Rule.CAPTURED_BY_CLOSURE and not finding.is_by_reference:
        yield "held"
    # What grows takes memory wherever its variable is.
    if finding.kind is not Kind.APPEND and finding.flow and finding.flow[-1].target[:1] not in {"{", "~", ""}:
        is_pointer = finding.kind in _POINTERS and not _ends_boxed(finding)
        yield from ("variable-pointer", "variable") if is_pointer else ("variable",)
    if _is_part(finding) and finding.rule is Rule.STORED_IN_HEAP_OBJECT:
        yield "part"
    if any(step.expression.startswith("(*sync.Pool).Put(") for step in finding.flow):
        yield "pooled"
    if _SCANNER.search(finding.callee):
        yield "scanned"
    if _FORMATTER.search(finding.callee):
        yield "formatted"
    if finding.callee.startswith("strings.") and finding.subject.startswith("string("):
        yield "string-of-bytes"
    if _CODER.search(finding.callee):
        yield "coded"


def _ends_boxed(finding: Finding) -> bool:
    """Say whether a value is in an interface where it is kept: not when a type assertion takes it out on the way."""
    boxed = [step.why == "interface-converted" for step in finding.flow]
    asserted = [_ASSERTED.search(step.expression) is not None for step in finding.flow]
    return any(is_box and not any(asserted[index + 1 :]) for index, is_box in enumerate(boxed))


def _is_unsized(finding: Finding) -> bool:
    """Say whether a value is a map that was made without a size: it can grow."""
    return finding.kind is Kind.MAP and finding.subject.startswith("make(") and ", " not in finding.subject
