"""What the server tells: notes, status, progress, settings, titles of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goescape_lsp.core.words import problems

if TYPE_CHECKING:
    from goescape_lsp.core.model import Problem
    from goescape_lsp.core.settings import SettingProblem
    from goescape_lsp.core.words import Locale


EN: dict[str, str] = {
    "more": "{rest} more findings in this file; the strongest {shown} are shown (setting goescape.maxPerFile).",
    "stale": "The escape findings of this package are those of its last good build: {reason}",
    "blank": "There are no escape findings for this package yet: {reason}",
    "setting.unknown": "goescape: there is no setting “{name}”.",
    "setting.wrong": "goescape: the setting “{name}” takes {expected}; its default is used.",
    "settings.join": " ",
    "progress": "Escape analysis",
    "progress.workspace": "Analysing the workspace",
    "progress.looked": "{done}/{total}",
    "status.idle": "Ready.",
    "status.running": "Analysing {directory}",
    "page": "Open the page: {rule}",
    "page.none": "There is no page for “{rule}”.",
    "why.nothing": "The compiler puts nothing of this place on the heap.",
    "why.not-analysed": "This file was not analysed yet. Save it first.",
    "doctor.title": "goescape-lsp {version}",
    "doctor.go": "Go: {version} ({path}; {source})",
    "doctor.no-go": "Go: none found. {reason}",
    "doctor.encoding": "Positions: {encoding}",
    "doctor.watch": "Changes from outside: {how}",
    "doctor.watch.client": "watched by the editor",
    "doctor.watch.own": "watched by the server",
    "doctor.watch.none": "not watched",
    "doctor.folders": "Folders: {folders}",
    "doctor.packages": "Packages analysed: {count}, of which do not compile now: {stale}",
    "doctor.problems": "Problems",
    "doctor.none": "none",
    "crash": "goescape met a fault of its own; the log has the details.",
}
ZH: dict[str, str] = {
    "more": "此文件另有 {rest} 项结果；这里只显示最重要的 {shown} 项（设置 goescape.maxPerFile）。",
    "stale": "这个包显示的是上一次成功构建时的逃逸分析结果：{reason}",
    "blank": "这个包还没有逃逸分析结果：{reason}",
    "setting.unknown": "goescape：没有名为“{name}”的设置。",
    "setting.wrong": "goescape：设置“{name}”应为 {expected}；已使用默认值。",
    "settings.join": " ",
    "progress": "逃逸分析",
    "progress.workspace": "正在分析工作区",
    "progress.looked": "{done}/{total}",
    "status.idle": "就绪。",
    "status.running": "正在分析 {directory}",
    "page": "打开说明页：{rule}",
    "page.none": "没有“{rule}”的说明页。",
    "why.nothing": "编译器没有把这里的任何值放到堆上。",
    "why.not-analysed": "此文件还没有分析过。请先保存。",
    "doctor.title": "goescape-lsp {version}",
    "doctor.go": "Go：{version}（{path};{source}）",
    "doctor.no-go": "Go：没有找到。{reason}",
    "doctor.encoding": "位置编码：{encoding}",
    "doctor.watch": "外部改动：{how}",
    "doctor.watch.client": "由编辑器监视",
    "doctor.watch.own": "由服务器监视",
    "doctor.watch.none": "不监视",
    "doctor.folders": "文件夹：{folders}",
    "doctor.packages": "已分析的包：{count}，其中现在无法编译的：{stale}",
    "doctor.problems": "问题",
    "doctor.none": "无",
    "crash": "goescape 自身出现故障；详情见日志。",
}


def text(key: str, locale: Locale, **fields: object) -> str:
    """Return one sentence with its fields filled in."""
    return (ZH if locale == "zh-cn" else EN)[key].format(**fields)


def more_findings(rest: int, shown: int, locale: Locale) -> str:
    """Return the last diagnostic of a file that has more findings than are shown."""
    return text("more", locale, rest=rest, shown=shown)


def problem_with_hint(problem: Problem, locale: Locale) -> str:
    """Return what went wrong and what to do about it, on one line."""
    said = problems.sentence(problem, locale)
    if not said.endswith((".", "。", "!", "?")):
        said += "。" if locale == "zh-cn" else "."
    return said + ("" if locale == "zh-cn" else " ") + problems.hint(problem, locale)


def setting_problems(problems: tuple[SettingProblem, ...], locale: Locale) -> str:
    """Return all that is wrong with the settings as one message."""
    sentences = (
        text("setting.wrong", locale, name=problem.key, expected=problem.expected)
        if problem.expected
        else text("setting.unknown", locale, name=problem.key)
        for problem in problems
    )
    return text("settings.join", locale).join(sentences)
