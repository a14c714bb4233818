"""Validate an RO-Crate without a network: `python -m tests.unit.audit.crate_validation FOLDER`.

The validator asks the network for the vocabulary of RO-Crate 1.1. It is given the one that
ro-crate-py carries, which is of a later version, with the four terms that moved put back. Prints
each issue as a line of JSON.
"""

import json
import sys
from pathlib import Path

import rocrate
from requests import Response
from rocrate_validator import services
from rocrate_validator.models import Severity
from rocrate_validator.utils import http

PROFILE = "workflow-run-crate-0.5"
VOCABULARY = "https://w3id.org/ro/crate/1.1/context"
BIOSCHEMAS = "https://bioschemas.org"
MOVED = {
    "ComputationalWorkflow": f"{BIOSCHEMAS}/ComputationalWorkflow",
    "FormalParameter": f"{BIOSCHEMAS}/FormalParameter",
    "input": f"{BIOSCHEMAS}/ComputationalWorkflow#input",
    "output": f"{BIOSCHEMAS}/ComputationalWorkflow#output",
}


def vocabulary():
    path = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["@context"] |= MOVED
    return json.dumps(whole).encode()


class Session:
    """Answers for the vocabulary, and for nothing else."""

    def get(self, url, **_):
        answer = Response()
        answer.url = url
        answer.status_code = 200 if url == VOCABULARY else 504
        answer.headers["Content-Type"] = "application/ld+json"
        answer._content = vocabulary() if url == VOCABULARY else b""
        return answer

    head = get

    def close(self):
        pass


def issues(folder):
    http.requests.Session = Session
    settings = services.ValidationSettings(
        rocrate_uri=str(folder), profile_identifier=PROFILE, no_cache=True,
        requirement_severity=Severity.RECOMMENDED,
    )  # fmt: skip
    for issue in services.validate(settings).get_issues():
        yield {
            "severity": issue.severity.name,
            "check": issue.check.identifier,
            "message": issue.message,
            "entity": str(issue.violatingEntity),
        }


if __name__ == "__main__":
    for each in issues(sys.argv[1]):
        print(json.dumps(each))
