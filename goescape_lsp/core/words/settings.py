"""What each setting means, for the VS Code schema, Neovim's types and the settings page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goescape_lsp.core.words import Locale

# A key is a setting's name in the table of core/settings.py, or `<name>=<choice>` for one of its choices.
EN: dict[str, str] = {
    "run": "When to analyse.",
    "run=onSave": "When a Go file is opened or saved.",
    "run=onType": "Also while typing: the unsaved text is compiled after a short pause.",
    "run=manual": "Only when you ask for it.",
    "show": "Which findings are shown.",
    "show=allocations": "Places that allocate or may allocate.",
    "show=all": "Every value that the compiler puts on the heap, even where nothing is allocated.",
    "show=hot": "Only places in loops and on lines that a profile marks.",
    "tests": "Include test files.",
    "generated": "Include generated files.",
    "changedOnly": (
        "Show only what touches lines that differ from the last git commit (HEAD); of an untracked file everything. "
        "The repository is only read, nothing of it runs."
    ),
    "severity": (
        "Severity for a rule (`returned`, `captured-by-closure`, …), for how often the code runs (`loop`, `normal`, "
        "`cold`), or for a row of the default view: `inlined-possible`, `append-with-room`, `append-open`, `same-statement`, `inlined`, "
        "`possible`, `constructor`, `lifecycle`, `main`, `first-use`, `goroutine`, `make-channel`, `send`, `arguments`, `api`, `kept`, each a hint by default, as is `cold`. "
        "`loop` and `normal` are information. A rule is asked before `loop`, `normal` and `cold`, these before the rows. "
        "`off` hides it; the hover names what decided."
    ),
    "maxPerFile": (
        "The most findings shown in one file. The strongest come first; one last message counts the rest. "
        "0 shows only that count."
    ),
    "inlayHints": "Show small marks in the code where a value goes to the heap.",
    "inlayHintKinds": "Which of these marks are shown. Default: `heap` and `references`.",
    "inlayHintKinds=heap": "Where a value goes to the heap, with the bytes that it takes there.",
    "inlayHintKinds=stack": "Also where a value that could go there stays on the stack.",
    "inlayHintKinds=references": "In a signature, a pointer, slice, map or function that leaves the call: a value that a caller makes for it outlives the call too.",
    "inlayHintKinds=leaks": "Also every other parameter of which something leaves the call: receivers, interfaces, strings, and those of which only the content does.",
    "inlayHintKinds=stays": "Also which parameters a function keeps nothing of.",
    "codeLens": (
        "Show a line above each function that counts its heap places, "
        "and says when an allocation would go away if the function were inlined."
    ),
    "workspace": "Also analyse the packages of the workspace that are not open, when there is nothing else to do.",
    "locale": "Language of all messages.",
    "locale=auto": "The editor's language.",
    "locale=en": "English.",
    "locale=zh-cn": "Simplified Chinese.",
    "go.path": "The `go` program to use. Empty: look on PATH, in the usual folders, then beside goescape-lsp.",
    "go.env": "Environment variables for `go`, for example `GOOS` or `GOFLAGS`.",
    "go.flags": 'Flags for the build, for example `["-tags=integration"]`.',
    "go.gcflags": 'Flags for the compiler, added to those of goescape-lsp, for example `["-l"]`.',
}

ZH: dict[str, str] = {
    "run": "何时进行分析。",
    "run=onSave": "打开或保存 Go 文件时。",
    "run=onType": "输入时也分析：稍作停顿后编译尚未保存的内容。",
    "run=manual": "仅在手动触发时。",
    "show": "显示哪些结果。",
    "show=allocations": "会分配或可能分配内存的位置。",
    "show=all": "编译器放到堆上的所有值，包括实际不分配内存的。",
    "show=hot": "仅显示循环中以及性能剖析标出的行。",
    "tests": "包括测试文件。",
    "generated": "包括自动生成的文件。",
    "changedOnly": (
        "仅显示与最近一次 git 提交（HEAD）不同的行所涉及的结果；未跟踪的文件全部显示。只读取仓库，不运行其中任何东西。"
    ),
    "severity": (
        "按规则（`returned`、`captured-by-closure` 等）、按代码冷热（`loop`、`normal`、`cold`），"
        "或按默认视图中的条目设置严重级别：`inlined-possible`、`append-with-room`、`append-open`、`same-statement`、`inlined`、`possible`、`constructor`、`lifecycle`、"
        "`main`、`first-use`、`goroutine`、`make-channel`、`send`、`arguments`、`api`、`kept`，这些条目和 `cold` 默认为 hint，"
        "`loop` 和 `normal` 为 information。先看规则，再看 `loop`、`normal`、`cold`，最后看条目。"
        "`off` 表示不显示；悬停提示会说明由哪一项决定。"
    ),
    "maxPerFile": "每个文件最多显示的结果数。优先显示最重要的，其余数量汇总在最后一条中；设为 0 时只显示总数。",
    "inlayHints": "在代码中标出逃逸到堆上的值。",
    "inlayHintKinds": "显示哪些标记。默认为 `heap` 和 `references`。",
    "inlayHintKinds=heap": "值逃逸到堆上的位置，以及占用的字节数。",
    "inlayHintKinds=stack": "同时标出本可能逃逸、但留在栈上的值。",
    "inlayHintKinds=references": "在函数签名中标出离开该调用的指针、切片、map 和函数：调用者为它创建的值也会活得比调用更久。",
    "inlayHintKinds=leaks": "同时标出其他有内容离开该调用的参数：接收者、接口、字符串，以及只有其内容离开的参数。",
    "inlayHintKinds=stays": "同时标出函数不会保留的参数。",
    "codeLens": "在每个函数上方显示其中逃逸到堆上的位置数，并指出函数若能内联就可省去的分配。",
    "workspace": "空闲时也分析工作区中尚未打开的包。",
    "locale": "所有文字使用的语言。",
    "locale=auto": "跟随编辑器的语言。",
    "locale=en": "英语。",
    "locale=zh-cn": "简体中文。",
    "go.path": "要使用的 `go` 程序。留空时依次查找 PATH、常用安装目录以及 goescape-lsp 自带的 Go。",
    "go.env": "运行 `go` 时的环境变量，例如 `GOOS`、`GOFLAGS`。",
    "go.flags": '构建参数，例如 `["-tags=integration"]`。',
    "go.gcflags": '附加的编译器参数，例如 `["-l"]`。',
}


def description(name: str, locale: Locale) -> str:
    """Return what the setting `name` (`go.path`, without the section) means. Errors: KeyError for an unknown name."""
    return (ZH if locale == "zh-cn" else EN)[name]


def choice_description(name: str, choice: str, locale: Locale) -> str:
    """Return what one choice of a setting means. Errors: KeyError for an unknown name or choice."""
    return (ZH if locale == "zh-cn" else EN)[f"{name}={choice}"]
