"""The report as an RO-Crate for other tools: Workflow Run profile, written from the ledger alone.

The crate's root is the folder of the book. It does not contain the data files, which are named
by their digests (RFC 6920), nor anything that a build does not determine: no time except the
commit's, and no random identifiers.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from audit.ledger.ledger import Ledger

FILE = "ro-crate-metadata.json"
WORKFLOW = "audit/dataflow.py"
"""Copy, in the book, of the module that joins the functions into one graph."""
BUILD = "#build"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
PYTHON = "#python"
AUTHORS = "#authors"
_BIOSCHEMAS = "https://bioschemas.org/profiles"
_TYPES = {".html": "text/html", ".pdf": "application/pdf", ".json": "application/json",
          ".csv": "text/csv", ".py": "text/x-python"}  # fmt: skip


def crate_metadata(ledger: Ledger, book: Path) -> str:
    """Return the RO-Crate metadata file of a finished book.

    Parameters
    ----------
    ledger
        As read from its JSON.
    book
        The book's folder, with the released data of its exhibits in `audit/exhibits`.
    """
    # Importing this takes half a second, and only a build needs it.
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version="1.1")
    _describe_root(crate, ledger)
    workflow = _add_workflow(crate, ledger)
    inputs = [*_add_data(crate, ledger, workflow), *_add_settings(crate, ledger, workflow)]
    results = _add_results(crate, ledger, book, workflow)
    run = _entity(crate, BUILD, "CreateAction", {
        "name": f"Build of {ledger.title}",
        "description": _origin(ledger),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    })  # fmt: skip
    run["instrument"] = workflow
    run["object"] = inputs
    run["result"] = results
    crate.root_dataset["mentions"] = run
    whole = crate.metadata.generate()
    whole["@graph"].sort(key=lambda entity: entity["@id"])
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _entity(crate: Any, identity: str, kind: Any, properties: Mapping[str, Any]) -> Any:
    from rocrate.model.contextentity import ContextEntity

    return crate.add(ContextEntity(crate, identity, {"@type": kind, **properties}))


def _describe_root(crate: Any, ledger: Ledger) -> None:
    time = datetime.fromtimestamp(ledger.commit.time or 0, UTC)
    root = crate.root_dataset
    root["name"] = ledger.title
    root["description"] = _origin(ledger)
    root["datePublished"] = time.isoformat()
    root["license"] = _entity(
        crate, LICENCE, "CreativeWork",
        {"name": "CC BY 4.0", "description": "Creative Commons Attribution 4.0"},
    )  # fmt: skip
    root["author"] = _entity(
        crate, AUTHORS, "Organization", {"name": "The authors of the project's commits"}
    )
    crate.metadata["conformsTo"] = [{"@id": crate.metadata.profile}, {"@id": WORKFLOW_CRATE}]
    root["conformsTo"] = [
        _entity(crate, identity, "CreativeWork", {"name": name, "version": version})
        for identity, (name, version) in PROFILES.items()
    ]


def _origin(ledger: Ledger) -> str:
    commit = ledger.commit
    made = f"commit {commit.id}" if commit.id else "code that is not under version control"
    state = "" if commit.clean or not commit.id else ", with changes that are in no commit"
    label = f" {ledger.label}." if ledger.label else ""
    return f"{ledger.title}, built from {made}{state}.{label}"


def _add_workflow(crate: Any, ledger: Ledger) -> Any:
    from rocrate.model.computationalworkflow import ComputationalWorkflow

    versions = dict(ledger.environment)
    python = _entity(crate, PYTHON, ["ComputerLanguage", "SoftwareApplication"], {
        "name": "Python", "version": versions.pop("python"), "url": "https://www.python.org/",
        "identifier": "https://www.python.org/",
    })  # fmt: skip
    libraries = [
        _entity(
            crate, f"pkg:pypi/{name}@{version}", "SoftwareApplication",
            {"name": name, "softwareVersion": version, "identifier": f"pkg:pypi/{name}@{version}"},
        )
        for name, version in sorted(versions.items())
    ]  # fmt: skip
    workflow = crate.add(ComputationalWorkflow(crate, dest_path=WORKFLOW, properties={
        "name": "The dataflow of the evaluation",
        "description": "One graph of plain functions, from data files to exhibits; the ledger "
        "gives every function with its lines and digest.",
        "encodingFormat": _TYPES[".py"],
    }))  # fmt: skip
    workflow["conformsTo"] = {"@id": f"{_BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE"}
    workflow["programmingLanguage"] = python
    workflow["softwareRequirements"] = [python, *libraries]
    if ledger.commit.id:
        workflow["version"] = ledger.commit.id
    if ledger.remote:
        workflow["codeRepository"] = ledger.remote
    crate.root_dataset["mainEntity"] = workflow
    return workflow


def _parameter(crate: Any, workflow: Any, way: str, name: str, kind: str) -> Any:
    """Return an input or output of the workflow, which describes a value of the run."""
    parameter = _entity(crate, f"#{way}-{name}", "FormalParameter", {
        "name": name, "additionalType": kind,
        "conformsTo": {"@id": f"{_BIOSCHEMAS}/FormalParameter/1.0-RELEASE"},
    })  # fmt: skip
    workflow.append_to(way, parameter)
    return parameter


def _add_data(crate: Any, ledger: Ledger, workflow: Any) -> Iterable[Any]:
    from rocrate.model.file import File

    for file in ledger.files:
        entity = crate.add(File(crate, named_by_digest(file.sha256), properties={
            "name": file.name,
            "description": f"{file.rows:,} rows; of the {file.part}. Not in this crate.",
            "sha256": file.sha256,
            "encodingFormat": _TYPES.get(f".{file.name.rpartition('.')[2]}", "text/csv"),
        }))  # fmt: skip
        entity["exampleOfWork"] = _parameter(crate, workflow, "input", file.name, "File")
        yield entity


def named_by_digest(sha256: str) -> str:
    """Return a file's name made from its digest, in the form of RFC 6920.

    Examples
    --------
    >>> named_by_digest("00" * 32)
    'ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return "ni:///sha-256;" + urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def _add_settings(crate: Any, ledger: Ledger, workflow: Any) -> Iterable[Any]:
    for name, setting in ledger.settings.items():
        entity = _entity(crate, f"#setting-{name}", "PropertyValue", {
            "name": f"study.toml: {name}",
            "value": f"sha256:{setting.sha256}",
            "description": "What the study's settings say about it, by its digest",
        })  # fmt: skip
        key = f"study.toml:{name}"
        entity["exampleOfWork"] = _parameter(crate, workflow, "input", key, "PropertyValue")
        yield entity


def _add_results(crate: Any, ledger: Ledger, book: Path, workflow: Any) -> Sequence[Any]:
    """Add the files in the book's folder: the book, its ledger, the data behind its exhibits."""
    data = {file.name: named_by_digest(file.sha256) for file in ledger.files}
    named: dict[str, tuple[str, str, Sequence[str]]] = {
        "index.html": ("The book, for a browser", "", ()),
        **{path.name: ("The book, as a PDF", "", ()) for path in sorted(book.glob("*.pdf"))},
        "audit/ledger.json": ("The ledger", "One record for every exhibit", ()),
    }
    for record in ledger.records:
        path = f"audit/exhibits/{record.id}.csv"
        about = f"The data behind {record.kind} {record.reference}: {record.printed}"
        named[path] = (f"{record.reference} {record.id}", about, record.files)
    results = []
    for path, (name, about, files) in named.items():
        if not (book / path).is_file():
            continue
        entity = _add_file(crate, path, {"name": name, **({"description": about} if about else {})})
        if files:
            based = [{"@id": data[file]} for file in files]
            entity["isBasedOn"] = based if len(based) > 1 else based[0]
        entity["exampleOfWork"] = _parameter(crate, workflow, "output", path, "File")
        results.append(entity)
    return results


def _add_file(crate: Any, path: str, properties: Mapping[str, Any]) -> Any:
    from rocrate.model.file import File

    kind = _TYPES[path[path.rindex(".") :]]
    return crate.add(File(crate, dest_path=path, properties={**properties, "encodingFormat": kind}))
