"""A run as JUnit XML, for continuous integration: a test case a scenario."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from evals.judge.figures import by_scenario
from evals.judge.run import Run


def junit_of(run: Run) -> str:
    """Return the XML."""
    groups = by_scenario(run.trials)
    failed = sum(not all(trial.passed for trial in group) for group in groups.values())
    suite = ET.Element("testsuite", name="scenarios", tests=str(len(groups)), failures=str(failed))
    for name, group in groups.items():
        seconds = sum(trial.seconds for trial in group)
        case = ET.SubElement(suite, "testcase", classname=group[0].scenario.lang, name=name, time=f"{seconds:.3f}")
        faults = [f"seed {trial.seed}: {fault}" for trial in group for fault in trial.faults]
        if faults:
            ET.SubElement(case, "failure", message=faults[0]).text = "\n".join(faults)
    ET.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"
