"""Titles and explanations of proposed changes."""

from __future__ import annotations

from goescape_lsp.core.advice import Advice, Safety
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "title.presize-map": "Pre-size map {name} to {size}",
    "title.presize-slice": "Pre-size slice {name} to {size}",
    "title.return-value": "Explain: return {type} itself from {name}, not a pointer",
    "title.fill-caller-value": "Explain: let the caller of {name} own the memory",
    "title.concrete-parameter": "Explain: give {name} a {type}, not an interface",
    "title.pass-pointer": "Explain: put the pointer {name} into the interface, not a copy",
    "title.no-sprintf": "Replace fmt.Sprintf by {new}",
    "title.write-string": "Replace Write by {new}",
    "why.presize-map": "The loop adds the entries one by one, and {name} grows several times on the way. With room for {size} entries from the start it does not grow.",
    "why.presize-slice": "The loop appends the elements one by one, and {name} is copied to a larger array several times on the way. With a capacity of {size} from the start it is not.",
    "why.return-value": "A pointer to something made in {name} forces it to the heap. A {type} that is returned itself is copied to the caller, who can keep it on the stack.",
    "why.fill-caller-value": "What {name} makes and returns outlives the call, so it is on the heap. A caller that passes {parameter} in can keep it on its stack, or use it again for the next call.",
    "why.concrete-parameter": "Every call of {name} in this file passes a {type}, and each one is copied to the heap to be put into the interface. A parameter of that type needs no copy.",
    "why.pass-pointer": "Putting *{name} into an interface copies it to the heap. The pointer {name} itself fits into the interface without a copy.",
    "why.no-sprintf": "fmt takes its arguments as interfaces and puts them on the heap. {new} gives the same text without them.",
    "why.write-string": "The writer is an interface, so the bytes made from the string go to the heap. {new} hands over the string itself.",
    "note.growth-only": "Only the growing goes away; memory for the elements is still needed.",
    "note.nil-becomes-empty": "Please review: without an element the slice is empty and no longer nil. That shows in “== nil”, in JSON (“[]”, not “null”) and in reflect.DeepEqual.",
    "note.conditional": "Please review: not every turn of the loop adds something, so more room may be reserved than is needed.",
    "note.repeated-keys": "Please review: the loop meets the same keys again, so more room may be reserved than is needed.",
    "note.equal-keys": "Equal keys share one entry; then less room would do.",
    "note.bytes-not-runes": "Please review: len of a string counts bytes, the loop runs once per character.",
    "note.early-exit": "Please review: the room is now reserved even when the code leaves before the loop.",
    "note.negative-panics": "Please review: make panics when the number is negative; the loop would just not run.",
    "note.copies": "The caller gets a copy: later changes are not seen by others that kept the pointer. Not for types with locks.",
    "note.callers-change": "Every caller has to change, so nothing is edited here.",
    "note.exported": "The name is exported: other packages may use it, and interfaces may ask for this signature.",
    "note.kept-elsewhere": "When the function passes the value on as an interface, that place needs the type as well.",
    "note.sees-pointer": "The function then sees a pointer: type switches and fmt treat it differently, and it sees later changes.",
    "note.result-remains": "The resulting text itself may still be allocated.",
    "note.needs-method": "It saves an allocation when the writer has a method WriteString, as files, buffers and most others have.",
    "label.same-behaviour": "Does the same as before.",
    "label.review": "Needs your review.",
    "label.preview": "The signature would be:",
}
ZH: dict[str, str] = {
    "title.presize-map": "为 map {name} 预分配 {size} 个条目的空间",
    "title.presize-slice": "为切片 {name} 预留容量 {size}",
    "title.return-value": "说明：让 {name} 直接返回 {type}，而不是指针",
    "title.fill-caller-value": "说明：让 {name} 的调用者持有内存",
    "title.concrete-parameter": "说明：让 {name} 的参数用 {type}，而不是接口",
    "title.pass-pointer": "说明：把指针 {name} 放进接口，而不是它的副本",
    "title.no-sprintf": "把 fmt.Sprintf 换成 {new}",
    "title.write-string": "把 Write 换成 {new}",
    "why.presize-map": "循环逐个添加条目，{name} 在此过程中会多次扩容。一开始就预留 {size} 个条目的空间，就不必扩容。",
    "why.presize-slice": "循环逐个追加元素，{name} 在此过程中会多次复制到更大的数组。一开始就预留容量 {size}，就不必复制。",
    "why.return-value": "返回指针会迫使 {name} 中创建的值放到堆上。直接返回 {type} 时，值被复制给调用者，可以留在调用者的栈上。",
    "why.fill-caller-value": "{name} 创建并返回的东西比这次调用活得久，所以在堆上。调用者传入 {parameter} 时，可以让它留在自己的栈上，也可以在下次调用时复用。",
    "why.concrete-parameter": "这个文件里对 {name} 的每次调用传的都是 {type}，每次都要复制到堆上才能放进接口。参数直接用这个类型就不需要复制。",
    "why.pass-pointer": "把 *{name} 放进接口会把它复制到堆上。指针 {name} 本身可以直接放进接口，不需要复制。",
    "why.no-sprintf": "fmt 以接口接收参数，会把它们放到堆上。{new} 不需要这样就能得到同样的文本。",
    "why.write-string": "这里的 writer 是接口，由字符串转换出的字节会放到堆上。{new} 直接传递字符串本身。",
    "note.growth-only": "省去的只是扩容；元素本身仍然需要内存。",
    "note.nil-becomes-empty": "请检查：没有元素时，切片是空切片而不再是 nil。“== nil”、JSON（“[]”而不是“null”）和 reflect.DeepEqual 的结果会不同。",
    "note.conditional": "请检查：循环并非每次都添加元素，预留的空间可能多于所需。",
    "note.repeated-keys": "请检查：循环会重复遇到相同的键，预留的空间可能多于所需。",
    "note.equal-keys": "相同的键共用一个条目，这时所需的空间更少。",
    "note.bytes-not-runes": "请检查：字符串的 len 是字节数，而循环按字符执行。",
    "note.early-exit": "请检查：即使代码在循环之前就离开，现在也会预留空间。",
    "note.negative-panics": "请检查：数值为负时 make 会 panic，而原来循环只是不执行。",
    "note.copies": "调用者得到的是副本：之后的修改对保留指针的其他代码不可见。含锁的类型不适用。",
    "note.callers-change": "所有调用者都要修改，所以这里不直接编辑。",
    "note.exported": "这个名字是导出的：其他包可能在用它，也可能有接口要求这个签名。",
    "note.kept-elsewhere": "如果函数继续以接口传递这个值，那里也需要改成具体类型。",
    "note.sees-pointer": "这样函数看到的是指针：类型分支和 fmt 的处理会不同，之后的修改也会可见。",
    "note.result-remains": "得到的文本本身仍可能需要分配。",
    "note.needs-method": "当 writer 有 WriteString 方法时可省去一次分配；文件、缓冲区和大多数 writer 都有。",
    "label.same-behaviour": "行为与之前相同。",
    "label.review": "需要你检查。",
    "label.preview": "签名将变为：",
}


def title(advice: Advice, locale: Locale) -> str:
    """Return what the action does, on one line."""
    return _table(locale)[f"title.{advice.id}"].format_map(advice.arguments)


def explain(advice: Advice, locale: Locale) -> str:
    """Return why the change helps, what it alters and the changed signature, as Markdown."""
    table = _table(locale)
    parts = [table[f"why.{advice.id}"].format_map(advice.arguments)]
    if advice.preview:
        parts.append(f"{table['label.preview']}\n\n```go\n{advice.preview}\n```")
    notes = [table[f"note.{note}"] for note in advice.notes]
    label = table["label.same-behaviour" if advice.safety is Safety.SAME_BEHAVIOUR else "label.review"]
    parts.append("\n".join(f"- {line}" for line in ([label, *notes] if advice.edits else notes)))
    return "\n\n".join(parts)


def _table(locale: Locale) -> dict[str, str]:
    return ZH if locale == "zh-cn" else EN
