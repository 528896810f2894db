"""From the real compiler's text to advice: the sites that the cases name are sites that the analysis finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from goescape_lsp.core.model import Compiled, Package, Run
from goescape_lsp.session.analyse import analyse
from goescape_lsp.syntax.advise import advise
from tests.syntax.advise.cases import VERSIONS, Case, cases
from tests.syntax.advise.proof import GO_MOD
from tests.versions import is_since

if TYPE_CHECKING:
    from goescape_lsp.core.model import Analysis
    from tests.conftest import Go

OFFERED = [case for case in cases() if case.one("advice") != "none"]


@pytest.fixture(scope="module")
def analysis(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("found")
    (folder / "go.mod").write_text(GO_MOD)
    for case in OFFERED:
        (folder / case.name).mkdir()
        (folder / case.name / "x.go").write_bytes(case.before)
    text = go.run("build", "-gcflags=-m=2", "./...", cwd=folder).stderr
    compiled: list[Compiled] = []
    for part in text.split("# proof/")[1:]:
        name, _, lines = part.partition("\n")
        directory = folder / name
        package = Package(f"proof/{name}", "x", str(directory), (str(directory / "x.go"),), go_version="1.23")
        compiled.append(Compiled(package, lines.replace(f"{name}/", "./").replace(f"{name}\\", "./").encode()))
    return analyse(Run(tuple(compiled)), lambda path: Path(path).read_bytes(), go.version)


@pytest.mark.parametrize("case", OFFERED, ids=lambda case: case.name)
def test_advice_is_reached_from_a_finding(case: Case, analysis: Analysis, go: Go) -> None:
    since = case.one("since")
    if since and not is_since(go.version, since):
        pytest.skip(f"Go {go.version} says nothing of this site")
    facts = next(facts for path, facts in analysis.files.items() if Path(path).parent.name == case.name)
    offered = {
        advice.id
        for finding in facts.findings
        for advice in advise(facts.content, finding.span, finding.rule, finding.kind, VERSIONS)
    }
    assert offered >= {*case.one("advice").split()}
