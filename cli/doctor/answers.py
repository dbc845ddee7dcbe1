"""What the documents of the samples say of the model, and whether they are documents as the schema has them."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator

from cli import show
from cli.doctor.findings import Finding
from cli.doctor.samples import Sample
from cli.documents import Document
from shared.results import Result

_NOT_TAKEN = ("recipe_mismatch", "rejected_by_model")
"""The codes of a file whose kind no model takes: before it is asked, and after."""


def findings_of(samples: list[Sample]) -> Iterator[Finding]:
    """The lines for those of the samples that have documents."""
    documents = {sample.word: sample.document for sample in samples if sample.document}
    takes_one = any(document.is_ok for document in documents.values())
    for word, document in documents.items():
        yield _finding(word, document, takes_one=takes_one)
    if problem := _problem(samples):
        yield Finding("error", "document", problem)
    elif documents:
        yield Finding("ok", "document", "Written, and as docs/result.schema.json has it.")


def _finding(word: str, document: Document, *, takes_one: bool) -> Finding:
    if document.is_ok:
        model = document.view.model.deployment if document.view.model else "A model"
        return Finding("ok", "model", f"{model} answered the {word}: {show.cost(document)}.")
    error = document.view.error
    said = f"{error.message} {error.next_step}" if error else "its document holds an error."
    if takes_one and _code(document) in _NOT_TAKEN:  # our own sample is in order: it is the kind that is not taken
        return Finding("skip", "model", f"No model of this app takes a {word}: {said}")
    return Finding("error", "model", f"The {word} was not answered ({_code(document)}): {said}")


def _code(document: Document) -> str:
    """The error's code; a document without one is found out by `_problem`."""
    error = document.fields.get("error")
    return str(error.get("code")) if isinstance(error, dict) else ""


def _problem(samples: list[Sample]) -> str:
    """What is wrong with a document; empty where nothing is."""
    validator = Draft202012Validator(Result.model_json_schema(mode="serialization"))
    for sample in samples:
        if sample.is_garbled:
            return f"What lies in the place of the {sample.word}'s is none. Does another program write there?"
        if sample.document and (error := next(validator.iter_errors(sample.document.fields), None)):
            wrong = f"{error.json_path} is not as docs/result.schema.json of this version has it"
            return f"The {sample.word}'s was written, but {wrong}. Is another version deployed? `azd deploy`"
    return ""
